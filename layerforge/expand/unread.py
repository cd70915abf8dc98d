"""Items that no call came of: in a block that nothing calls, behind a fault or a `when` that is false.

Nothing is known of their variables, but their words must be those of the language all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Set

from layerforge.arguments import Found, read_arguments, unknown_argument
from layerforge.expand.blocks import unknown_block_argument
from layerforge.layers import LayerType, find, unknown_layer
from layerforge.source import Mapping, Node, Scalar
from layerforge.spec import Item, Spec
from layerforge.spec.hyperparameters import written as hyperparameter


def check_unread(spec: Spec, read: Set[str], found: Found) -> None:
    """Tells of layers and arguments that there are not in the items whose paths are not among those read.

    Blocks of included files are passed over: a library of blocks may hold more than a spec uses.
    """
    for item in _items(spec):
        if item.path not in read:
            _check(item, spec, found)


def _items(spec: Spec) -> Iterator[Item]:
    yield from spec.items
    for block in spec.blocks.values():
        if block.name.span.file == spec.place.file:
            yield from block.items


def _check(item: Item, spec: Spec, found: Found) -> None:
    word, node = item.key.text, item.arguments
    if word in ("use", "Input"):
        return
    block = spec.blocks.get(word)
    if block is not None:
        keys = [key for key, _ in node.entries] if isinstance(node, Mapping) else []
        found.extend(
            unknown_block_argument(k, block) for k in keys if k.text not in block.arguments
        )
        return
    entry = find(word)
    if entry is None:
        found.append(unknown_layer(item.key, tuple(spec.blocks)))
    elif node is None or not _is_computed(node):
        read_arguments(entry.signature, node, item.span, found)
    elif isinstance(node, Mapping) and not hyperparameter(node):
        found.extend(unknown_argument(entry.signature, key) for key in _unknown_keys(node, entry))


def _unknown_keys(node: Mapping, entry: LayerType) -> Iterator[Scalar]:
    """The keys that are no arguments, where the mapping is not a layer or the like as first argument."""
    for key, _ in node.entries:
        if entry.signature.parameter(key.text) is None and find(key.text) is None:
            yield key


def _is_computed(node: Node) -> bool:
    """Whether there is an expression or a hyperparameter in the node."""
    if isinstance(node, Scalar):
        return "$(" in node.text
    if isinstance(node, Mapping):
        return any(key.text.startswith("hp.") or _is_computed(it) for key, it in node.entries)
    return any(_is_computed(each) for each in node.items)
