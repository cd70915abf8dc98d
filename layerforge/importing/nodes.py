"""The calls in a model's configuration as they stand there, and those of them that the model needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final

from layerforge.diagnostics import SpecError
from layerforge.importing.configuration import Config
from layerforge.importing.tensors import Tensor, structure, tensors_in
from layerforge.records import record

# What Keras makes masks of (compute_mask of Embedding, Masking, Concatenate, ...).
_OF_MASKS: Final = (
    *("NotEqual", "Equal", "Greater", "Any", "All", "LogicalAnd", "LogicalOr"),
    *("Concatenate", "Stack", "ExpandDims", "BroadcastTo", "Cast"),
)


@record
class Node:
    """One call: the entry of its layer or operation, which of its calls it is, what it is called with."""

    entry: Config
    call: int
    args: Sequence[Any]
    kwargs: Mapping[str, Any]

    @property
    def layer(self) -> str:
        return str(self.entry.get("name") or self.entry["config"]["name"])

    @property
    def key(self) -> tuple[str, int]:
        return self.layer, self.call


def is_operation(entry: Config) -> bool:
    """Whether an entry is an operation: it may have the class name of a layer, but not its module."""
    module = str(entry.get("module") or "")
    return module.startswith(("keras.src.ops", "keras.ops"))


def is_model(entry: Config) -> bool:
    """Whether an entry is a nested model."""
    config = entry.get("config")
    return isinstance(config, Mapping) and isinstance(config.get("layers"), list)


def is_input(entry: Config) -> bool:
    return entry.get("class_name") == "InputLayer"


def needed_nodes(config: Config, outputs: Sequence[Tensor]) -> list[Node]:
    """The calls that lead to an output, once the masks that Keras will make again are left out."""
    nodes = [
        Node(entry, at, structure(made.get("args", [])), structure(made.get("kwargs", {})))
        for entry in config["layers"]
        for at, made in enumerate(entry.get("inbound_nodes", ()))
        if isinstance(made, Mapping)
    ]
    _refuse_cycles(nodes)
    nodes = _without_automatic_masks(nodes)
    by_key = {node.key: node for node in nodes}
    waiting, used = [_call_of(tensor) for tensor in outputs], set()
    while waiting:
        key = waiting.pop()
        if key in by_key and key not in used:
            used.add(key)
            node = by_key[key]
            waiting += [_call_of(tensor) for tensor in _given(node)]
    return [node for node in nodes if node.key in used]


def _refuse_cycles(nodes: list[Node]) -> None:
    """Raises SpecError where a call takes what comes of it, which no program writes."""
    needs = {node.key: [_call_of(tensor) for tensor in _given(node)] for node in nodes}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        layer, _ = error.args[1][0]
        message = f"is no configuration that Keras writes: `{layer}` takes what comes of it"
        raise SpecError("not-importable", message) from None


def _given(node: Node) -> Iterator[Tensor]:
    return tensors_in([node.args, node.kwargs])


def _call_of(tensor: Tensor) -> tuple[str, int]:
    return tensor.layer, tensor.call


def _without_automatic_masks(nodes: list[Node]) -> list[Node]:
    masked = _masked(nodes)
    by_key = {node.key: node for node in nodes}
    kept = []
    for node in nodes:
        automatic = [
            name
            for name, value in node.kwargs.items()
            if name.endswith("mask") and _is_automatic(value, by_key, masked)
        ]
        kwargs = {name: value for name, value in node.kwargs.items() if name not in automatic}
        kept.append(Node(node.entry, node.call, node.args, kwargs))
    return kept


def _masked(nodes: list[Node]) -> set[tuple[str, int, int]]:
    """The tensors that masks are made of: what an Embedding with `mask_zero` or a Masking takes."""
    return {
        _place(tensor)
        for node in nodes
        for tensor in tensors_in(node.args)
        if node.entry.get("class_name") == "Masking" or node.entry["config"].get("mask_zero")
    }


def _place(tensor: Tensor) -> tuple[str, int, int]:
    return tensor.layer, tensor.call, tensor.output


def _is_automatic(
    value: Any, nodes: Mapping[tuple[str, int], Node], masked: set[tuple[str, int, int]]
) -> bool:
    """Whether a mask is made by nothing but comparisons of what a masking layer takes."""
    roots: list[Tensor] = []
    waiting = list(tensors_in(value))
    seen: set[tuple[str, int, int]] = set()
    if not waiting:
        return False
    while waiting:
        tensor = waiting.pop()
        if _place(tensor) in seen:
            continue
        seen.add(_place(tensor))
        node = nodes.get(_call_of(tensor))
        if _place(tensor) in masked:
            roots.append(tensor)
        elif (
            node is not None and is_operation(node.entry) and node.entry["class_name"] in _OF_MASKS
        ):
            waiting += _given(node)
        elif not isinstance(node, Node) or not roots:
            return False
    return bool(roots)
