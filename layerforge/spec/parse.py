"""Node -> Spec: which sections, items and blocks a file has; what stands in them stays as written."""

from __future__ import annotations

import re
from collections.abc import Mapping as Lookup
from typing import TypeAlias

from layerforge.arguments import Found, shown
from layerforge.diagnostics import Diagnostic, Span, did_you_mean, surely_meant
from layerforge.layers import find
from layerforge.records import field, record
from layerforge.source import Mapping, Node, Scalar, Sequence, is_null
from layerforge.spec.version import check_version

SECTIONS = (
    "layerforge",
    "name",
    "description",
    "include",
    "vars",
    "data",
    "blocks",
    "model",
    "train",
    "tune",
)
MODEL_KEYS = ("input", "inputs", "layers", "outputs")
MODIFIERS = ("name", "from", "call", "when", "repeat", "expect")
BLOCK_KEYS = ("args", "inputs", "layers", "outputs", "as")
REQUIRED_ARGUMENT = "required"
Entry: TypeAlias = tuple[Scalar, Node]
Blocks: TypeAlias = Lookup[str, tuple[str, ...]]  # the names of blocks, and of their arguments
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")


@record
class Item:
    """One entry of a stack: its key (a layer, a block, `use`, `slice`, `ops.…`), arguments and modifiers."""

    key: Scalar
    arguments: Node | None
    modifiers: Lookup[str, Node]
    path: str

    @property
    def span(self) -> Span:
        return self.key.span


@record
class Block:
    """A user's own block: its arguments with defaults (None for a required one), inputs, items, outputs."""

    name: Scalar
    arguments: Lookup[str, Node | None]
    inputs: tuple[str, ...]
    items: tuple[Item, ...]
    outputs: tuple[Scalar, ...]
    as_model: bool = False


@record
class Spec:
    """A whole file, its sections apart. `data`, `train` and `tune` stay nodes until they are resolved."""

    name: str
    inputs: Mapping | None
    input: Node | None
    items: tuple[Item, ...]
    outputs: tuple[Scalar, ...]
    place: Span
    vars: Lookup[str, Node] = field(default_factory=dict)
    blocks: Lookup[str, Block] = field(default_factory=dict)
    data: Node | None = None
    train: Node | None = None
    tune: Node | None = None


def parse(root: Node, default_name: str, found: Found, included: tuple[Node, ...] = ()) -> Spec:
    """The parts of a spec; what has no place in one goes to `found`, the rest is kept.

    `included` are the trees of the files that `include` names, which hold blocks alone.
    """
    sections = _sections(root, found)
    model = sections.get("model")
    known = _mapping(model, "model", found) if model is not None else None
    if model is None and isinstance(root, Mapping):
        message = "the spec has no section `model`"
        help = "write `model: {input: [96, 7], layers: [...]}`"
        found.append(Diagnostic("missing-section", message, _start(root.span), help))
    blocks = _all_blocks(sections.get("blocks"), included, found)
    parts = _keys(known, MODEL_KEYS, "model", found)
    inputs = parts.get("inputs")
    if inputs is not None and "input" in parts and known is not None:
        message = "`input` is short for one of `inputs`; a model has one or the other"
        found.append(Diagnostic("unused-key", message, _key_span(known, "input")))
    layers = parts.get("layers")
    if known is not None and (
        is_null(layers) or (isinstance(layers, Sequence) and not layers.items)
    ):
        span = _key_span(known, "layers") if "layers" in parts else _start(known.span)
        found.append(Diagnostic("missing-section", "`model` needs a list `layers`", span))
    return Spec(
        _spec_name(sections.get("name"), default_name, found),
        _mapping(inputs, "inputs", found) if inputs is not None else None,
        parts.get("input"),
        _items(layers, "model.layers", {n: tuple(b.arguments) for n, b in blocks.items()}, found),
        _names(parts.get("outputs"), "outputs", found),
        _key_span(root, "model"),
        _vars(sections.get("vars"), found),
        blocks,
        sections.get("data"),
        sections.get("train"),
        sections.get("tune"),
    )


def _sections(root: Node, found: Found) -> dict[str, Node]:
    sections = _keys(_mapping(root, "a spec", found), SECTIONS, "", found)
    check_version(sections.get("layerforge"), found)
    return sections


def _keys(node: Mapping | None, allowed: tuple[str, ...], of: str, found: Found) -> dict[str, Node]:
    """The values of the known keys; the unknown ones are told with the key that was meant.

    What stands under a key that is only misspelt is kept under the right one.
    """
    kept: dict[str, Node] = {}
    misspelt: dict[str, Node] = {}
    for key, value in node.entries if node else ():
        if key.text in allowed:
            kept[key.text] = value
            continue
        if meant := surely_meant(key.text, allowed):
            misspelt.setdefault(meant, value)
        help = did_you_mean(key.text, allowed) or f"there are {', '.join(allowed)}"
        where = f"`{of}` has no key" if of else "there is no section"
        code = "unknown-argument" if of else "unknown-section"
        found.append(Diagnostic(code, f"{where} `{key.text}`", key.span, help))
    return {**misspelt, **kept}


def _mapping(node: Node | None, what: str, found: Found) -> Mapping | None:
    if node is None or isinstance(node, Mapping):
        return node
    name = what if what.startswith("a ") else f"`{what}`"
    message = f"{name} is a mapping of keys and values, not {shown(node)}"
    table = what == "a spec" and isinstance(node, Scalar) and any(c in node.text for c in ",;")
    help = "of a table, `layerforge new` writes a spec" if table else None
    found.append(Diagnostic("wrong-type", message, node.span, help))
    return None


def _start(span: Span) -> Span:
    """The first character of a place; an empty one stays as it is, for it may be behind the text."""
    if (span.line, span.column) == (span.end_line, span.end_column):
        return span
    return Span(span.file, span.line, span.column, span.line, span.column + 1)


def _key_span(node: Node, key: str) -> Span:
    name = node.key(key) if isinstance(node, Mapping) else None
    return name.span if name is not None else _start(node.span)


def _spec_name(node: Node | None, default: str, found: Found) -> str:
    if node is None:
        return default
    return name_text(node, found) or default


def name_text(node: Node, found: Found) -> str | None:
    """The text of a name that file systems and Keras can bear, or None after a diagnostic."""
    if isinstance(node, Scalar) and ("$(" in node.text or _NAME.fullmatch(node.text)):
        return node.text
    message = f"a name is made of letters a-z, digits, `_` and `-`, which {shown(node)} is not"
    found.append(Diagnostic("bad-name", message, node.span))
    return None


def _vars(node: Node | None, found: Found) -> dict[str, Node]:
    mapping = _mapping(node, "vars", found) if not is_null(node) else None
    variables: dict[str, Node] = {}
    for key, value in mapping.entries if mapping else ():
        if not key.text.isidentifier():
            message = f"`{key.text}` cannot be a variable: letters, digits and `_` make one"
            found.append(Diagnostic("bad-name", message, key.span))
            continue
        variables[key.text] = value
    return variables


def _names(node: Node | None, what: str, found: Found) -> tuple[Scalar, ...]:
    """A list of names, or one alone."""
    items = node.items if isinstance(node, Sequence) else () if node is None else (node,)
    names = []
    for item in items:
        if isinstance(item, Scalar) and not is_null(item):
            names.append(item)
        else:
            message = f"`{what}` is a list of names, and this is {shown(item)}"
            found.append(Diagnostic("wrong-type", message, item.span))
    return tuple(names)


def _items(node: Node | None, path: str, blocks: Blocks, found: Found) -> tuple[Item, ...]:
    if is_null(node) or node is None:
        return ()
    if not isinstance(node, Sequence):
        message = f"`layers` is a list, not {shown(node)}"
        found.append(Diagnostic("wrong-type", message, node.span, "begin each layer with `- `"))
        return ()
    items = [_item(item, f"{path}.{i}", blocks, found) for i, item in enumerate(node.items)]
    return tuple(item for item in items if item is not None)


def _item(node: Node, path: str, blocks: Blocks, found: Found) -> Item | None:
    if isinstance(node, Scalar) and not is_null(node):
        return Item(node, None, {}, path)
    if not isinstance(node, Mapping) or not node.entries:
        message = f"an item of the stack is a layer, not {shown(node)}"
        found.append(Diagnostic("wrong-type", message, node.span))
        return None
    key = _layer_key(node, blocks)
    if key is None:
        message = "this item names no layer: it has only " + ", ".join(
            f"`{name.text}`" for name, _ in node.entries
        )
        found.append(Diagnostic("no-layer", message, node.entries[0][0].span))
        return None
    modifiers = {other.text: value for other, value in node.entries if other.text in MODIFIERS}
    strays = [entry for entry in node.entries if entry[0].text not in (*MODIFIERS, key.text)]
    arguments = node.get(key.text)
    if strays and is_null(arguments) and _are_arguments(strays, key, blocks):
        found.append(_beside(strays, key))
        arguments = Mapping(tuple(strays), strays[0][0].span)
    else:
        found.extend(_stray_key(other, key) for other, _ in strays)
    if "name" in modifiers and name_text(modifiers["name"], found) is None:
        del modifiers["name"]
    return Item(key, arguments, modifiers, path)


def _layer_key(node: Mapping, blocks: Blocks) -> Scalar | None:
    """The key that says what the item is: a known word, else the first that is no modifier."""
    words = [key for key, _ in node.entries if key.text not in MODIFIERS]
    known = [key for key in words if _is_known(key.text, blocks)]
    return known[0] if known else words[0] if words else None


def _is_known(word: str, blocks: Blocks) -> bool:
    special = word in ("use", "slice", "Input") or word.startswith("ops.")
    return special or word in blocks or find(word) is not None


def _are_arguments(strays: list[Entry], layer: Scalar, blocks: Blocks) -> bool:
    """Whether keys that stand beside a layer or block without arguments are its arguments."""
    entry = find(layer.text)
    own = blocks.get(layer.text, ())
    if entry is not None:
        own = tuple(parameter.name for parameter in entry.signature.parameters)
    return all(key.text in own for key, _ in strays)


def _beside(strays: list[Entry], layer: Scalar) -> Diagnostic:
    """Arguments that should stand deeper than the layer's name."""
    names = " and ".join(f"`{key.text}`" for key, _ in strays)
    one = len(strays) == 1
    message = (
        f"{names} {'is an argument' if one else 'are arguments'} of {layer.text}, not of the item"
    )
    help = f"indent {'it' if one else 'them'} by two more"
    if all(isinstance(value, Scalar) for _, value in strays):
        values = (f"{k.text}: {v.text}" for k, v in strays if isinstance(v, Scalar))
        help += f", or write `{layer.text}: {{{', '.join(values)}}}`"
    return Diagnostic("unknown-key", message, strays[0][0].span, help)


def _stray_key(key: Scalar, layer: Scalar) -> Diagnostic:
    """A key beside the layer that is no modifier: misspelt, an argument out of place, or a second layer."""
    entry = find(layer.text)
    help = did_you_mean(key.text, MODIFIERS)
    if entry and entry.signature.parameter(key.text):
        help = f"`{key.text}` is an argument of {layer.text}: `{layer.text}: {{{key.text}: ...}}`"
    elif find(key.text):
        help = f"begin a new item for it: `- {key.text}: ...`"
    beside = f"beside `{layer.text}` can stand {', '.join(MODIFIERS[:-1])} or {MODIFIERS[-1]}"
    message = f"`{key.text}` has no meaning here: {beside}"
    return Diagnostic("unknown-key", message, key.span, help)


def _all_blocks(node: Node | None, included: tuple[Node, ...], found: Found) -> dict[str, Block]:
    blocks: dict[str, Block] = {}
    groups = [_mapping(_included_blocks(root, found), "blocks", found) for root in included]
    groups.append(_mapping(node, "blocks", found) if not is_null(node) else None)
    entries = [entry for group in groups if group for entry in group.entries]
    names = {key.text: _argument_names(value) for key, value in entries}
    for key, value in entries:
        if find(key.text) or key.text in MODIFIERS or key.text in blocks:
            taken = "a layer of Keras" if find(key.text) else "taken already"
            message = f"a block cannot be called `{key.text}`: the name is {taken}"
            found.append(Diagnostic("bad-name", message, key.span))
            continue
        block = _block(key, value, names, found)
        if block is not None:
            blocks[key.text] = block
    return blocks


def _argument_names(block: Node) -> tuple[str, ...]:
    declared = block.get("args") if isinstance(block, Mapping) else None
    return tuple(declared.keys()) if isinstance(declared, Mapping) else ()


def _included_blocks(root: Node, found: Found) -> Node | None:
    mapping = _mapping(root, "a file of blocks", found)
    return _keys(mapping, ("layerforge", "blocks"), "an included file", found).get("blocks")


def _block(name: Scalar, node: Node, blocks: Blocks, found: Found) -> Block | None:
    mapping = _mapping(node, name.text, found)
    if mapping is None or name_text(name, found) is None:
        return None
    parts = _keys(mapping, BLOCK_KEYS, name.text, found)
    path = f"blocks.{name.text}"
    items = _items(parts.get("layers"), f"{path}.layers", blocks, found)
    if not items:
        message = f"the block `{name.text}` has no `layers`"
        found.append(Diagnostic("missing-section", message, name.span))
        return None
    arguments = _mapping(parts.get("args"), "args", found)
    inputs = tuple(scalar.text for scalar in _names(parts.get("inputs"), "inputs", found))
    kind = parts.get("as")
    if kind is not None and not (isinstance(kind, Scalar) and kind.text == "model"):
        message = f"`as` can only be `model`, not {shown(kind)}"
        found.append(Diagnostic("wrong-type", message, kind.span))
    return Block(
        name,
        {key.text: _default(value) for key, value in (arguments.entries if arguments else ())},
        inputs or ("input",),
        items,
        _names(parts.get("outputs"), "outputs", found),
        kind is not None,
    )


def _default(node: Node) -> Node | None:
    required = isinstance(node, Scalar) and not node.quoted and node.text == REQUIRED_ARGUMENT
    return None if required else node
