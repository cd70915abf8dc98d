"""The arguments of a layer as one would write them: nothing that says what is the case anyway."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from layerforge.arguments import Arguments
from layerforge.components import Component
from layerforge.layers import Layer, LayerType
from layerforge.records import replace
from layerforge.shapes import Shape
from layerforge.writing.values import is_default, shortest, text

Values = Mapping[str, Any]


def plain_values(entry: LayerType, values: Values, shapes: tuple[Shape, ...] = ()) -> Values:
    """The values without defaults and in their shortest form; `shapes` are those of the first call.

    Two layers of one type are the same where these are equal.
    """
    rank = len(shapes[0]) if shapes else 0
    plain = {
        each.name: shortest(each, _shortened(each.name, _inside(values[each.name]), rank))
        for each in entry.signature.parameters
        if each.name in values
    }
    if not entry.is_operation:
        for name, is_implied in _IMPLIED.items():
            if name in plain and is_implied(plain, rank):
                del plain[name]
    return {
        each.name: plain[each.name]
        for each in entry.signature.parameters
        if each.name in plain and not is_default(each, plain[each.name])
    }


def _inside(value: Any) -> Any:
    """The value with the layers in it made plain too."""
    if isinstance(value, Layer):
        return replace(value, arguments=Arguments(plain_values(value.type, value.values)))
    if isinstance(value, tuple):
        return tuple(_inside(each) for each in value)
    return value


def _shortened(name: str, value: Any, rank: int) -> Any:
    """-1 for the last axis, one axis or size without a list around it, the name of a plain policy."""
    if name == "dtype" and isinstance(value, Component) and list(value.values) == ["name"]:
        return value.values["name"]
    if name not in ("axis", "output_shape"):
        return value
    if isinstance(value, tuple) and len(value) == 1:
        value = value[0]
    is_last = name == "axis" and isinstance(value, int) and rank and value == rank - 1
    return -1 if is_last else value


def _is_float32(values: Values, _rank: int) -> bool:
    return text(values["dtype"]) == "float32"


def _is_channels_last(values: Values, _rank: int) -> bool:
    return bool(values["data_format"] == "channels_last")


def _is_pool_size(values: Values, _rank: int) -> bool:
    return "pool_size" in values and text(values["strides"]) == text(values["pool_size"])


def _is_key_dim(values: Values, _rank: int) -> bool:
    return "key_dim" in values and values["value_dim"] == values["key_dim"]


def _is_every_axis(values: Values, rank: int) -> bool:
    return rank > 0 and values["attention_axes"] == tuple(range(1, rank - 1))


def _is_whole_window(values: Values, _rank: int) -> bool:
    return bool(values["sequence_length"] == values.get("fft_length"))


def _is_mirror(values: Values, _rank: int) -> bool:
    """Bidirectional makes the backward layer of the forward one (bidirectional.py, __init__)."""
    forward, backward = values["layer"], values["backward_layer"]
    if not isinstance(backward, Layer):
        return True
    turned = backward.values.get("go_backwards") and not forward.values.get("go_backwards")
    return bool(turned) and _unturned(forward) == _unturned(backward)


def _unturned(layer: Layer) -> dict[str, str]:
    others = {k: v for k, v in layer.values.items() if k not in ("go_backwards", "name")}
    return {"": layer.type.name} | {name: text(value) for name, value in others.items()}


# What Keras fills in where it is not written: the same as not writing it.
_IMPLIED: Final[Mapping[str, Callable[[Values, int], bool]]] = {
    "dtype": _is_float32,
    "data_format": _is_channels_last,
    "strides": _is_pool_size,
    "value_dim": _is_key_dim,
    "attention_axes": _is_every_axis,
    "sequence_length": _is_whole_window,
    "backward_layer": _is_mirror,
}
