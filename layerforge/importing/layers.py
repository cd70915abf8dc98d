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
    plain = {name: _shortest(name, _inside(value), rank) for name, value in values.items()}
    for name, is_implied in _IMPLIED.items():
        if name in plain and is_implied(plain, rank):
            del plain[name]
    kept = {}
    for parameter in entry.signature.parameters:
        if parameter.name in plain and not is_default(parameter, plain[parameter.name]):
            kept[parameter.name] = plain[parameter.name]
    return kept


def _inside(value: Any) -> Any:
    """The value with the layers in it made plain too."""
    if isinstance(value, Layer):
        return replace(value, arguments=Arguments(plain_values(value.type, value.values)))
    if isinstance(value, tuple):
        return tuple(_inside(each) for each in value)
    return value


def _shortest(name: str, value: Any, rank: int) -> Any:
    """One number for a list of equal ones, and -1 for the last axis."""
    value = shortest(name, value)
    if name == "axis":
        if isinstance(value, tuple) and len(value) == 1:
            value = value[0]
        if isinstance(value, int) and rank and value == rank - 1:
            return -1
    return value


def _same_as(other: str) -> Callable[[Values, int], bool]:
    def implied(values: Values, rank: int) -> bool:
        name = _ASIDE[other]
        return text(values[name]) == text(values.get(other))

    return implied


_ASIDE: Final = {"pool_size": "strides", "key_dim": "value_dim"}


def _is_mirror(values: Values, rank: int) -> bool:
    """Bidirectional makes the backward layer of the forward one (bidirectional.py, __init__)."""
    forward, backward = values["layer"], values["backward_layer"]
    if not isinstance(backward, Layer):
        return True
    turned = forward.values.get("go_backwards", False) != backward.values.get("go_backwards", False)
    return turned and _unturned(forward) == _unturned(backward)


def _unturned(layer: Layer) -> dict[str, str]:
    return {
        name: text(value)
        for name, value in layer.values.items()
        if name not in ("go_backwards", "name")
    }


# What Keras fills in where it is not written: the same as not writing it.
_IMPLIED: Final[Mapping[str, Callable[[Values, int], bool]]] = {
    "dtype": lambda values, rank: text(values["dtype"]) == "float32",
    "data_format": lambda values, rank: values["data_format"] == "channels_last",
    "strides": lambda values, rank: "pool_size" in values and _same_as("pool_size")(values, rank),
    "value_dim": lambda values, rank: "key_dim" in values and _same_as("key_dim")(values, rank),
    "attention_axes": lambda values, rank: (
        rank > 0 and values["attention_axes"] == tuple(range(1, rank - 1))
    ),
    "backward_layer": _is_mirror,
}
