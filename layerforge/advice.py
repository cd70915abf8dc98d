"""Why a shape is wrong: the layers above that made it so, and what to write there instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from layerforge.diagnostics import Related, SpecError
from layerforge.graph import Call, Input
from layerforge.shapes import UNKNOWN, Shape, describe

_ABOUT_SHAPES = frozenset(
    ("wrong-rank", "kernel-too-large", "shape-mismatch", "unknown-dimension", "wrong-size")
)
Advice = tuple[tuple[Related, ...], str | None]


def advise(
    call: Call,
    error: SpecError,
    calls: Mapping[str, Call],
    inputs: Mapping[str, Input],
    shapes: Mapping[str, tuple[Shape, ...]],
) -> Advice:
    """The places that led to a fault of shapes, and the cure where it is sure."""
    if error.code not in _ABOUT_SHAPES:
        return (), None
    related, help = [], None
    for ref in call.refs():
        giver = calls.get(ref.name)
        if ref.name not in shapes:
            continue
        if giver is None:
            shape = shapes[ref.name][0]
            related.append(Related(f"this input is {describe(shape)}", inputs[ref.name].span))
            help = help or _one_axis_more(error, shape)
            continue
        last_step = _last_step_only(giver, calls)
        if error.code == "wrong-rank" and last_step is not None and len(shapes[ref.name][0]) == 2:
            related.append(
                Related(
                    f"this {last_step.layer.type.name} returns only its last step", last_step.span
                )
            )
            help = f"write `{with_sequences(last_step)}` on line {last_step.span.line}"
        else:
            output = shapes[ref.name][ref.output or 0]
            related.append(
                Related(f"this {giver.layer.type.name} gives {describe(output)}", giver.span)
            )
    return tuple(related), help


# What a layer wants, in the words of its fault, and what has one axis less.
_WANTED = {
    "needs a sequence (steps, features)": "a sequence of one feature",
    "needs a sequence (steps, channels)": "a sequence of one channel",
    "needs an image (rows, columns, channels)": "an image of one channel",
}


def _one_axis_more(error: SpecError, shape: Shape) -> str | None:
    """How an input without its last axis, which is one long, is written."""
    for wanted, called in _WANTED.items():
        rank = wanted.count(",") + 2  # an axis more than commas, and that of the batch
        fits = error.code == "wrong-rank" and error.message.startswith(wanted)
        if fits and len(shape) + 1 == rank:
            dims = ("null" if dim is UNKNOWN else str(dim) for dim in (*shape[1:], 1))
            return f"{called} is `[{', '.join(dims)}]`"
    return None


_KEEP_SHAPE = frozenset(("Dropout", "BatchNormalization", "LayerNormalization", "Activation"))


def _last_step_only(call: Call, calls: Mapping[str, Call]) -> Call | None:
    """The recurrent layer whose last step this result is, with layers between that keep the shape."""
    while call.layer.type.name in _KEEP_SHAPE and len(call.inputs) == 1:
        above = calls.get(call.inputs[0].name)
        if above is None:
            return None
        call = above
    inner = call.layer.values.get("layer")
    layer = inner if call.layer.type.name == "Bidirectional" and inner else call.layer
    recurrent = layer.type.signature.parameter("return_sequences") is not None
    return call if recurrent and not layer.values.get("return_sequences") else None


def with_sequences(call: Call) -> str:
    """The call as it would be written with `return_sequences: true`."""
    layer = call.layer
    inner = layer.values.get("layer")
    if layer.type.name == "Bidirectional" and inner is not None:
        rest = {name: value for name, value in layer.values.items() if name != "layer"}
        parts = ["layer: {" + _written(inner) + "}", *_pairs(rest)]
        return "Bidirectional: {" + ", ".join(parts) + "}"
    return _written(layer)


def _written(layer: Any) -> str:
    values = {**layer.values, "return_sequences": True}
    values.pop("name", None)
    return f"{layer.type.name}: {{{', '.join(_pairs(values))}}}"


def _pairs(values: Mapping[str, Any]) -> list[str]:
    return [f"{name}: {_value(value)}" for name, value in values.items()]


def _value(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, tuple | list):
        return f"[{', '.join(_value(each) for each in value)}]"
    name = getattr(value, "name", None)
    if name is None:
        return str(value)
    inner = getattr(value, "values", {})
    return f"{{{name}: {{{', '.join(_pairs(inner))}}}}}" if inner else str(name)
