"""How the output shape of a layer comes about, in the words of its formula and the numbers at hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any, Final, TypeAlias

from layerforge.infer import Step
from layerforge.layers import Layer
from layerforge.layers.kinds import each
from layerforge.records import record
from layerforge.render.numbers import count
from layerforge.shapes import Dim, Shape

_AXES: Final = {1: ("steps",), 2: ("rows", "columns"), 3: ("slices", "rows", "columns")}
_WINDOWS: Final = re.compile(
    r"(?P<kind>Conv|SeparableConv|DepthwiseConv|MaxPooling|AveragePooling)(?P<rank>\dD)(?P<back>Transpose)?"
)


@record
class Dimension:
    """One dimension of the output, batch left out: what lies along it, its formula, its size."""

    axis: str
    formula: str
    size: Dim


Values: TypeAlias = Mapping[str, Any]
_Rule: TypeAlias = Callable[[Shape, Values, Shape], list[Dimension]]


def derivation(step: Step) -> list[Dimension]:
    """The dimensions of the first output with their formulas; none for a layer without one here."""
    layer = step.call.layer
    values = values_of(layer)
    matched = _WINDOWS.fullmatch(layer.type.name)
    if not step.input_shapes:
        return []
    x, output = step.input_shapes[0], step.outputs[0]
    if matched:
        rank = int(matched["rank"][0])
        rule = _transposed if matched["back"] else _slid
        places = rule(_places(x, values, rank), values)
        return _in_order([*places, _channels(matched["kind"], x, values)], values)
    if layer.type.name == "Concatenate":
        return _joined(step.input_shapes, values["axis"], output)
    other = _OTHERS.get(layer.type.name)
    return other(x, values, output) if other else []


def values_of(layer: Layer) -> dict[str, Any]:
    """All arguments of a layer, the written ones and the defaults of the others."""
    defaults = {each.name: each.default for each in layer.type.signature.parameters}
    return {**defaults, **layer.values}


def _first(values: Values) -> bool:
    return values.get("data_format") == "channels_first"


def _in_order(dimensions: list[Dimension], values: Values) -> list[Dimension]:
    """Channels first where the data format says so."""
    return [dimensions[-1], *dimensions[:-1]] if _first(values) else dimensions


def _places(x: Shape, values: Values, rank: int) -> Shape:
    return x[2:] if _first(values) else x[1 : rank + 1]


def _windows(values: Values, rank: int) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """The sizes, strides and dilations along each axis; a pool without strides moves by its size."""
    size = values["kernel_size"] if "kernel_size" in values else values["pool_size"]
    strides = values["strides"] if values["strides"] is not None else size
    dilation = values.get("dilation_rate", 1)
    return each(size, rank), each(strides, rank), each(dilation, rank)


def _slid(places: Shape, values: Values) -> list[Dimension]:
    """valid: floor((n - k_eff) / s) + 1; same and causal: ceil(n / s)."""
    rank = len(places)
    dimensions = []
    spans = zip(_AXES[rank], places, *_windows(values, rank), strict=True)
    for axis, n, k, s, d in spans:
        reach, said = _reach(k, d)
        if values["padding"] == "valid":
            formula, size = f"floor(({count(n)} - {said}) / {s}) + 1", (n - reach) // s + 1
        else:
            formula, size = f"ceil({count(n)} / {s})", -(-n // s)
        dimensions.append(Dimension(axis, formula, size))
    return dimensions


def _transposed(places: Shape, values: Values) -> list[Dimension]:
    """As `layers.transposed_convolution` has it: the two paddings, with and without `output_padding`."""
    rank = len(places)
    extra = values["output_padding"]
    more = each(extra, rank) if extra is not None else (None,) * rank
    dimensions = []
    spans = zip(_AXES[rank], places, *_windows(values, rank), more, strict=True)
    for axis, n, k, s, d, p in spans:
        reach, said = _reach(k, d)
        valid, grown = values["padding"] == "valid", f"({count(n)} - 1) x {s}"
        if valid and p is None:
            formula, size = f"{grown} + max({said}, {s})", (n - 1) * s + max(reach, s)
        elif p is None:
            formula, size = f"{count(n)} x {s}", n * s
        elif valid:
            formula, size = f"{grown} + {said} + {p}", (n - 1) * s + reach + p
        else:
            formula, size = f"{grown} + {said} mod 2 + {p}", (n - 1) * s + reach % 2 + p
        dimensions.append(Dimension(axis, formula, size))
    return dimensions


def _reach(k: int, d: int) -> tuple[int, str]:
    """How far a dilated window reaches, and the arithmetic of that."""
    return ((k - 1) * d + 1, str(k) if d == 1 else f"(({k} - 1) x {d} + 1)")


def _channels(kind: str, x: Shape, values: Values) -> Dimension:
    channels = x[1] if _first(values) else x[-1]
    if "filters" in values:
        return Dimension("channels", "filters", values["filters"])
    if kind == "DepthwiseConv":
        factor = values["depth_multiplier"]
        said = f"{count(channels)} x depth_multiplier {factor}"
        return Dimension("channels", said, channels * factor)
    return Dimension("channels", "as in the input", channels)


def _kept(x: Shape) -> list[Dimension]:
    return [Dimension(f"axis {i}", "as in the input", dim) for i, dim in enumerate(x[1:], start=1)]


def _dense(x: Shape, values: Values, output: Shape) -> list[Dimension]:
    return [*_kept(x[:-1]), Dimension("features", "units", values["units"])]


def _flatten(x: Shape, values: Values, output: Shape) -> list[Dimension]:
    dims = [dim for dim in x[1:] if isinstance(dim, int)]
    size: Dim = prod(dims) if len(dims) == len(x) - 1 else output[-1]
    return [Dimension("features", " x ".join(map(count, x[1:])) or "1", size)]


def _recurrent(x: Shape, values: Values, output: Shape) -> list[Dimension]:
    units = Dimension("features", "units", values["units"])
    if values["return_sequences"]:
        return [Dimension("steps", "as in the input (return_sequences: true)", x[1]), units]
    return [units]


def _repeated(x: Shape, values: Values, output: Shape) -> list[Dimension]:
    return [Dimension("steps", "n", values["n"]), Dimension("features", "as in the input", x[-1])]


def _permuted(x: Shape, values: Values, output: Shape) -> list[Dimension]:
    return [
        Dimension(f"axis {i}", f"axis {source} of the input", x[source])
        for i, source in enumerate(values["dims"], start=1)
    ]


def _joined(shapes: Sequence[Shape], axis: int, output: Shape) -> list[Dimension]:
    """The inputs' sizes along the axis add up."""
    dimensions = _kept(output)
    place = axis % len(output) - 1
    if place >= 0:
        said = " + ".join(count(shape[axis]) for shape in shapes)
        size: Dim = sum((shape[axis] for shape in shapes), start=0)
        dimensions[place] = Dimension(f"axis {place + 1}", said, size)
    return dimensions


def _embedded(x: Shape, values: Values, output: Shape) -> list[Dimension]:
    return [*_kept(x), Dimension("features", "output_dim", values["output_dim"])]


def _pooled_away(x: Shape, values: Values, output: Shape) -> list[Dimension]:
    """Global pooling: nothing but the channels is left, or one place along every axis."""
    channels = _channels("", x, values)
    if not values["keepdims"]:
        return [channels]
    rank = len(x) - 2
    kept = [Dimension(axis, "one place (keepdims: true)", 1) for axis in _AXES[rank]]
    return _in_order([*kept, channels], values)


def _both_ways(x: Shape, values: Values, output: Shape) -> list[Dimension]:
    """Bidirectional around a plain recurrent layer: `concat` sets the two outputs side by side."""
    forward = values["layer"]
    backward = values.get("backward_layer") or forward
    if not {forward.type.name, backward.type.name} <= _RECURRENT:
        return []
    dimensions = _recurrent(x, values_of(forward), output)
    if values["merge_mode"] != "concat":
        return dimensions
    there, back = (values_of(layer)["units"] for layer in (forward, backward))
    return [*dimensions[:-1], Dimension("features", f"{there:,} + {back:,}", there + back)]


_RECURRENT: Final = {"SimpleRNN", "GRU", "LSTM"}
_OTHERS: Final[Mapping[str, _Rule]] = {
    "Bidirectional": _both_ways,
    "Dense": _dense,
    "Embedding": _embedded,
    "Flatten": _flatten,
    "SimpleRNN": _recurrent,
    "GRU": _recurrent,
    "LSTM": _recurrent,
    "RepeatVector": _repeated,
    "Permute": _permuted,
    **{f"Global{kind}Pooling{n}D": _pooled_away for kind in ("Max", "Average") for n in (1, 2, 3)},
}
