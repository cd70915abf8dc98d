"""Whether two graphs are the same but for the names of their layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from layerforge.graph import Call, Graph, Ref, Tensors
from layerforge.writing.order import in_reading_order
from layerforge.writing.values import text, written

Shape: TypeAlias = tuple[Any, ...]


def alike(one: Graph, other: Graph) -> bool:
    """Whether both have the same inputs, layers with the same arguments, wiring, sharing and outputs."""
    return outline(one) == outline(other)


def pairs(one: Graph, other: Graph) -> list[tuple[Call, Call]]:
    """The calls of two graphs that are alike, side by side."""
    return list(zip(in_reading_order(one), in_reading_order(other), strict=True))


def outline(graph: Graph, nested: bool = False) -> Shape:
    """All that a graph is, with numbers in place of names. The inputs of a nested model are their count."""
    places = {each.name: -1 - at for at, each in enumerate(graph.inputs)}
    layers: dict[str, int] = {}
    calls = []
    for at, call in enumerate(in_reading_order(graph)):
        layer = layers.setdefault(call.layer.name, at)
        calls.append((layer, *_call(call, places)))
        places[call.name] = at
    inputs: Shape = (len(graph.inputs),)
    if not nested:
        inputs = tuple((i.shape, i.dtype, i.batch_size, i.sparse) for i in graph.inputs)
    return inputs, tuple(calls), tuple(_ref(ref, places) for ref in graph.outputs)


def _call(call: Call, places: Mapping[str, int]) -> Shape:
    tensors = _tensors(call)
    return (
        call.layer.type.name,
        tuple(sorted(written(call.layer).items())),
        tuple((name, _places(value, places)) for name, value in sorted(tensors.items())),
        tuple(sorted((name, text(value)) for name, value in call.options.items())),
        outline(call.inner, nested=True) if call.inner is not None else None,
    )


def _tensors(call: Call) -> dict[str, Tensors]:
    """What the call takes, by name where the layer names its tensors, whichever way it was written."""
    entry = call.layer.type
    if entry.variadic or not entry.tensors:
        return {str(at): ref for at, ref in enumerate(call.inputs)} | dict(call.keywords)
    positional, named = entry.placed(call.inputs, call.keywords)
    slots = [name for name in entry.tensors if name not in named]
    slots = [name for name in slots if name not in call.layer.values]
    return dict(zip(slots, positional, strict=False)) | named


def _places(value: Tensors, places: Mapping[str, int]) -> Shape:
    if isinstance(value, Ref):
        return _ref(value, places)
    return tuple(_ref(ref, places) for ref in value)


def _ref(ref: Ref, places: Mapping[str, int]) -> Shape:
    return places[ref.name], ref.output
