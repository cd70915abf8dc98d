"""The masks in a configuration that Keras made by itself, and will make again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any, Final, TypeAlias

from layerforge.cautions import KEEPERS
from layerforge.importing.nodes import Node, call_of, given, is_operation
from layerforge.importing.tensors import Tensor, tensors_in
from layerforge.layers import find
from layerforge.records import replace

# A tensor, and the value in it that is masked.
_Root: TypeAlias = tuple[str, int, int, float]
# What a tensor's mask is made of; empty where it has none.
_Roots: TypeAlias = frozenset[_Root]
_NONE: Final[_Roots] = frozenset()
# What `compute_mask` of keras.layers makes masks of, beside a comparison with the masked value.
_JOINING: Final = frozenset(
    ("Any", "LogicalOr", "Concatenate", "ExpandDims", "Squeeze", "ConvertToTensor", "Cast")
)
# Masks of ones for tensors without a mask, and what widens one: only the shape of a tensor counts.
_CONSTANT: Final = frozenset(("ZerosLike", "OnesLike"))
_RECURRENT: Final = frozenset(
    ("SimpleRNN", "GRU", "LSTM", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
)
_ATTENTION: Final = frozenset(
    ("MultiHeadAttention", "GroupQueryAttention", "Attention", "AdditiveAttention")
)


def without_automatic_masks(nodes: Sequence[Node]) -> list[Node]:
    """The calls without the masks that Keras would give them by itself.

    A mask of the user's own stays: one of another tensor or value than those that Keras masks the
    input by, one behind a layer that drops masks, one beside several tensors, where Keras gives none.
    """
    return _Masks(nodes).nodes()


class _Masks:
    """What the mask of every tensor is made of, by layer, call and output."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.by_key = {node.key: node for node in nodes}
        self.roots: dict[tuple[str, int, int], _Roots] = {}
        order = {key: [call_of(tensor) for tensor in given(n)] for key, n in self.by_key.items()}
        for key in TopologicalSorter(order).static_order():
            if key in self.by_key:
                self._give(self.by_key[key])

    def nodes(self) -> list[Node]:
        """All calls, their own masks alone kept."""
        return [self._without(node) for node in self.by_key.values()]

    def _without(self, node: Node) -> Node:
        kept = {
            name: value
            for name, value in node.kwargs.items()
            if not (name.endswith("mask") and self._is_automatic(node, name, value))
        }
        return replace(node, kwargs=kept)

    def _of(self, tensor: Tensor) -> _Roots:
        return self.roots.get(_place(tensor), _NONE)

    def _give(self, node: Node) -> None:
        """Notes the mask of the first tensor that a call gives: states have none."""
        roots = self._carried(node)
        if roots:
            self.roots[(*node.key, 0)] = roots

    def _carried(self, node: Node) -> _Roots:
        if is_operation(node.entry):
            return _NONE
        made = frozenset(_made(node))
        if made:
            return made
        masks = [self._of(tensor) for tensor in _arguments(node)]
        entry = find(str(node.entry.get("class_name")))
        if not masks or entry is None or not _keeps(entry.name, node.entry["config"]):
            return _NONE
        if not entry.variadic:
            return masks[0]
        if entry.name == "Concatenate" or all(masks):
            return frozenset().union(*masks)
        return _NONE

    def _is_automatic(self, node: Node, name: str, value: Any) -> bool:
        """Whether the mask of this name is the one that Keras takes from the tensors of the call."""
        masked = _arguments_by_name(node)
        if name == "mask":
            tensors = next(iter(masked.values())) if len(masked) == 1 else []
        else:
            tensors = masked.get(name.removesuffix("_mask"), []) if len(masked) > 1 else []
        masks = value if isinstance(value, list | tuple) else [value]
        if not tensors or len(masks) != len(tensors) or not any(tensors_in(masks)):
            return False
        return all(
            self._made_of(mask) == self._of(tensor)
            for mask, tensor in zip(masks, tensors, strict=True)
        )

    def _made_of(self, mask: Any) -> _Roots | None:
        """The comparisons that a mask is made of; None where it is made otherwise than Keras does."""
        roots: set[_Root] = set()
        waiting = list(tensors_in(mask))
        seen = set()
        while waiting:
            tensor = waiting.pop()
            if _place(tensor) in seen:
                continue
            seen.add(_place(tensor))
            node = self.by_key.get(call_of(tensor))
            if node is None or not is_operation(node.entry):
                return None
            kind = node.entry["class_name"]
            if kind == "NotEqual":
                compared = list(tensors_in(node.args))
                if len(node.args) != 2 or len(compared) != 1 or not _is_number(node.args[1]):
                    return None
                roots.add((*_place(compared[0]), float(node.args[1])))
            elif kind in _JOINING:
                waiting += given(node)
            elif kind not in _CONSTANT:
                return None
        return frozenset(roots)


def _made(node: Node) -> Iterator[_Root]:
    """What the mask that a layer makes by itself compares."""
    config = node.entry["config"]
    masking = node.entry.get("class_name") == "Masking"
    if masking or config.get("mask_zero") is True:
        for tensor in tensors_in(node.args):
            yield (*_place(tensor), float(config.get("mask_value", 0)) if masking else 0.0)


def _keeps(name: str, config: Mapping[str, Any]) -> bool:
    """Whether the first tensor that a layer gives has the mask of the first that it takes."""
    if name in _RECURRENT or name == "Bidirectional":
        holder = config.get("layer", {}).get("config", {}) if name == "Bidirectional" else config
        return holder.get("return_sequences") is True
    return name in KEEPERS or name in _ATTENTION


def _arguments(node: Node) -> list[Any]:
    return [tensor for value in _arguments_by_name(node).values() for tensor in value]


def _arguments_by_name(node: Node) -> dict[str, list[Tensor]]:
    """The tensors of each argument of a call that holds any, by the argument's name; masks left out."""
    entry = find(str(node.entry.get("class_name")))
    names: Iterable[str] = entry.tensors if entry and not entry.packed else ()
    places = dict(
        zip([*names, *(f"at {at}" for at in range(len(node.args)))], node.args, strict=False)
    )
    found = {}
    for name, value in {**places, **node.kwargs}.items():
        tensors = list(tensors_in(value))
        if tensors and not name.endswith("mask"):
            found[name] = tensors
    return found


def _place(tensor: Tensor) -> tuple[str, int, int]:
    return tensor.layer, tensor.call, tensor.output


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
