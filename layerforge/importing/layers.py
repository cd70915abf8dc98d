"""A layer's configuration -> Layer, with what Keras filled in by itself left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from layerforge.arguments import Arguments, Found, read_arguments
from layerforge.diagnostics import SpecError
from layerforge.importing.configuration import Config, layer_arguments, scalar
from layerforge.layers import Layer, LayerType
from layerforge.records import replace
from layerforge.shapes import Shape
from layerforge.source import Mapping as MappingNode
from layerforge.source import Node
from layerforge.writing.values import NOWHERE, is_default, shortest, text

Values = Mapping[str, Any]


def layer_of(entry: LayerType, config: Config, name: str, shapes: tuple[Shape, ...] = ()) -> Layer:
    """The layer that a configuration describes, called `name`; `shapes` are those of its first call.

    Raises SpecError where a spec cannot hold one of its arguments.
    """
    nodes = layer_arguments(entry, config)
    nodes.pop("name", None)
    return Layer(entry, Arguments(plain_values(entry, read_values(entry, nodes), shapes)), name)


def read_values(entry: LayerType, nodes: Mapping[str, Node]) -> Values:
    """The values of nodes as the layer's arguments. Raises SpecError for the first that is none."""
    node = MappingNode(tuple((scalar(key), value) for key, value in nodes.items()), NOWHERE)
    found: Found = []
    arguments = read_arguments(entry.signature, node, NOWHERE, found, bare=False)
    if arguments is None:
        raise SpecError("not-importable", f"cannot be written: {found[0].message}")
    return arguments.values


def plain_values(entry: LayerType, values: Values, shapes: tuple[Shape, ...] = ()) -> Values:
    """The values as one would write them: without defaults, and in their shortest form."""
    rank = len(shapes[0]) if shapes else 0
    plain = {name: _last_axis(name, _inside(value), rank) for name, value in values.items()}
    if not entry.is_operation:
        for name, is_implied in _IMPLIED.items():
            if name in plain and is_implied(plain, rank):
                del plain[name]
    kept = {}
    for parameter in entry.signature.parameters:
        if parameter.name in plain:
            value = shortest(parameter, plain[parameter.name])
            if not is_default(parameter, value):
                kept[parameter.name] = value
    return kept


def _inside(value: Any) -> Any:
    """The value with the layers in it made plain too."""
    if isinstance(value, Layer):
        return replace(value, arguments=Arguments(plain_values(value.type, value.values)))
    if isinstance(value, tuple):
        return tuple(_inside(each) for each in value)
    return value


def _last_axis(name: str, value: Any, rank: int) -> Any:
    """-1 for the last axis, and one axis without a list around it."""
    if name != "axis":
        return value
    if isinstance(value, tuple) and len(value) == 1:
        value = value[0]
    return -1 if isinstance(value, int) and rank and value == rank - 1 else value


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
    "backward_layer": _is_mirror,
}
