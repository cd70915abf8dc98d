"""The calls of a configuration that its model needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from layerforge.diagnostics import SpecError
from layerforge.importing.configuration import Config
from layerforge.importing.masks import without_automatic_masks
from layerforge.importing.nodes import Node, call_of, given
from layerforge.importing.tensors import Tensor, structure


def needed_nodes(config: Config, outputs: Sequence[Tensor]) -> list[Node]:
    """The calls that lead to an output, once the masks that Keras will make again are left out."""
    nodes = [
        Node(entry, at, structure(made.get("args", [])), structure(made.get("kwargs", {})))
        for entry in config["layers"]
        for at, made in enumerate(entry.get("inbound_nodes", ()))
        if isinstance(made, Mapping)
    ]
    _refuse_cycles(nodes)
    nodes = without_automatic_masks(nodes)
    by_key = {node.key: node for node in nodes}
    waiting, used = [call_of(tensor) for tensor in outputs], set()
    while waiting:
        key = waiting.pop()
        if key in by_key and key not in used:
            used.add(key)
            node = by_key[key]
            waiting += [call_of(tensor) for tensor in given(node)]
    return [node for node in nodes if node.key in used]


def _refuse_cycles(nodes: list[Node]) -> None:
    """Raises SpecError where a call takes what comes of it, which no program writes."""
    needs = {node.key: [call_of(tensor) for tensor in given(node)] for node in nodes}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        layer, _ = error.args[1][0]
        message = f"is no configuration that Keras writes: `{layer}` takes what comes of it"
        raise SpecError("not-importable", message) from None
