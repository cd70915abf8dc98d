"""What a block is called with: its arguments bound to values, its inputs to tensors."""

from __future__ import annotations

from layerforge.arguments import Found, shown
from layerforge.diagnostics import Diagnostic, Related, did_you_mean
from layerforge.expand.frame import Frame
from layerforge.graph import Tensors
from layerforge.source import Mapping, Node, Scalar
from layerforge.spec import Block, Item, Scope
from layerforge.spec.scope import Binding, binding_of


def bind_arguments(item: Item, block: Block, scope: Scope, found: Found) -> Scope | None:
    """The scope of a block's items: its arguments as written, else their defaults; None after a fault."""
    before = len(found)
    bound: dict[str, Binding] = {}
    for key, node in _entries(item, block, found):
        if key.text in block.arguments:
            path = f"{item.path}.{block.name.text}.{key.text}"
            bound[key.text] = binding_of(node, scope, found, path)
        else:
            found.append(unknown_block_argument(key, block))
    for name, default in block.arguments.items():
        if name in bound:
            continue
        if default is not None:
            path = f"blocks.{block.name.text}.args.{name}"
            bound[name] = binding_of(default, Scope(scope.variables, bound), found, path)
        elif len(found) == before:
            message = f"the block {block.name.text} needs `{name}`"
            related = (Related("it is declared here", block.name.span),)
            found.append(Diagnostic("missing-argument", message, item.span, None, related))
    return Scope(scope.variables, bound) if len(found) == before else None


def _entries(item: Item, block: Block, found: Found) -> list[tuple[Scalar, Node]]:
    node = item.arguments
    if node is None or (isinstance(node, Scalar) and node.text == ""):
        return []
    if isinstance(node, Mapping):
        return list(node.entries)
    if not block.arguments:
        message = f"the block {block.name.text} takes no arguments, but was given {shown(node)}"
        found.append(Diagnostic("wrong-type", message, node.span))
        return []
    return [(Scalar(next(iter(block.arguments)), False, node.span), node)]


def unknown_block_argument(key: Scalar, block: Block) -> Diagnostic:
    """The diagnostic of a key that the block does not take."""
    names = list(block.arguments)
    help = did_you_mean(key.text, names)
    if help is None and names:
        help = f"{block.name.text} takes {', '.join(names)}"
    message = f"the block {block.name.text} has no argument `{key.text}`"
    return Diagnostic("unknown-argument", message, key.span, help)


def bind_inputs(item: Item, block: Block, frame: Frame) -> dict[str, Tensors | None] | None:
    """The tensors under the block's input names, or None after a fault."""
    node = item.modifiers.get("from")
    if isinstance(node, Mapping):
        given = {key.text: frame.tensor(value) for key, value in node.entries}
        fits = set(given) == set(block.inputs)
    else:
        sources = frame.sources(item)
        if len(sources) != len(block.inputs):  # a block above may have given several tensors
            sources = [each for value in sources for each in _spread(value)]
        given = dict(zip(block.inputs, sources, strict=False))
        fits = len(sources) == len(block.inputs) or None in sources  # whose fault was told
    if not fits:
        count = len(block.inputs)
        many = f"{count} inputs" if count > 1 else "one input"
        message = f"the block {block.name.text} takes {many}: {', '.join(block.inputs)}"
        span = node.span if node is not None else item.span
        frame.found.append(Diagnostic("missing-input", message, span))
        return None
    return None if None in given.values() else {name: given[name] for name in block.inputs}


def _spread(value: Tensors | None) -> tuple[Tensors | None, ...]:
    return value if isinstance(value, tuple) else (value,)
