"""A layer's configuration -> Layer, with what Keras filled in by itself left out."""

from __future__ import annotations

from collections.abc import Mapping

from layerforge.arguments import Arguments, Found, read_arguments
from layerforge.diagnostics import SpecError
from layerforge.importing.configuration import Config, layer_arguments, scalar
from layerforge.layers import Layer, LayerType
from layerforge.shapes import Shape
from layerforge.source import Mapping as MappingNode
from layerforge.source import Node
from layerforge.writing.plain import Values, plain_values
from layerforge.writing.values import NOWHERE


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
