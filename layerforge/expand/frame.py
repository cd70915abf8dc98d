"""The names that items of one stack can refer to, and what `from` makes of them."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass, field

from layerforge.arguments import Found, shown
from layerforge.diagnostics import Diagnostic, Related, Span, did_you_mean
from layerforge.graph import Ref, Tensors
from layerforge.records import replace
from layerforge.source import Mapping, Node, Scalar, Sequence, is_null
from layerforge.spec import Item


@dataclass(slots=True)
class Frame:
    """One stack being walked: a name to each value above, and the value that `previous` stands for.

    A value of None belongs to an item with a fault: whoever takes it is passed over in silence.
    """

    prefix: str
    items: tuple[Item, ...]
    found: Found
    named: dict[str, Tensors | None] = field(default_factory=dict)
    previous: Tensors | None = None
    started: bool = False
    open_blocks: tuple[str, ...] = ()
    skipped: set[str] = field(default_factory=set)
    nameless: dict[str, Item] = field(default_factory=dict)  # by the names that were made up
    site: Span | None = None  # where the block is called whose stack this is
    lost: list[re.Pattern[str]] = field(default_factory=list)  # computed names of faulty items

    reserved: Set[str] = field(init=False)  # the names that items were given

    def __post_init__(self) -> None:
        given = map(_given_name, self.items)
        self.reserved = frozenset(self.prefix + name for name in given if name)

    def bind(self, name: str | None, value: Tensors | None) -> None:
        """Makes the value the previous one, and known under the name."""
        self.previous, self.started = value, True
        if name:
            self.named[name] = value

    def lose(self, item: Item) -> None:
        """Keeps references to the computed names of a faulty item from being told as unknown."""
        name = _given_name(item)
        if name is not None and "$(" in name:
            pieces = re.split(r"\$\([^)]*\)+", name)
            self.lost.append(re.compile(".+".join(map(re.escape, pieces))))

    def pass_through(self, name: str | None, sources: list[Tensors | None]) -> None:
        """Gives the name of a skipped item to what it would have taken, where that is one value."""
        if name is None:
            return
        if len(sources) == 1 or None in sources:
            self.named[name] = sources[0] if len(sources) == 1 else None
        else:
            self.skipped.add(name)

    def sources(self, item: Item) -> list[Tensors | None]:
        """What an item's `from` names, one by one: the previous result where it is not written."""
        node = item.modifiers.get("from")
        if node is None:
            return [self._before(item.span)]
        nodes = node.items if isinstance(node, Sequence) else (node,)
        return [self.tensor(each) for each in nodes]

    def tensor(self, node: Node) -> Tensors | None:
        """The value that a name, `previous` or a list of them stands for; None after a diagnostic."""
        if isinstance(node, Sequence):
            return flat([self.tensor(each) for each in node.items])
        if not isinstance(node, Scalar) or is_null(node):
            message = f"`from` takes names of items, not {shown(node)}"
            self.found.append(Diagnostic("wrong-type", message, node.span))
            return None
        return self._before(node.span) if node.text == "previous" else self.value(node)

    def value(self, word: Scalar) -> Tensors | None:
        """The value of a name, or of one of its outputs: `encoder`, `encoder.1`."""
        if word.text in self.named:
            value = self.named[word.text]
            return replace(value, span=word.span) if isinstance(value, Ref) else value
        name, _, index = word.text.rpartition(".")
        if name in self.named and index.isdecimal() and len(index) < 6:
            value = self.named[name]
            if isinstance(value, Ref) and value.output is None:
                return Ref(value.name, int(index), word.span)
            if isinstance(value, tuple) and int(index) < len(value):
                return value[int(index)]
            if value is None:
                return None
        if word.text == "input" and not self.started:
            return self._before(word.span)
        if not any(each.fullmatch(word.text) or each.fullmatch(name) for each in self.lost):
            self.found.append(self._unknown(word))
        return None

    def results(self, names: tuple[Scalar, ...]) -> tuple[Ref, ...] | None:
        """The tensors the stack gives: the outputs it names, else its last item's; None after a fault."""
        return flat([self.value(name) for name in names] if names else [self.previous])

    def _before(self, span: Span) -> Tensors | None:
        if not self.started:
            message = "there is nothing before this item: the model has no input"
            help = "write `input: [steps, features]` under `model:`"
            self.found.append(Diagnostic("no-input", message, span, help))
            self.started = True  # once is enough
            self.named.setdefault("input", None)
        return self.previous

    def _unknown(self, word: Scalar) -> Diagnostic:
        base = word.text.rpartition(".")[0]
        if word.text in self.skipped or base in self.skipped:
            message = f"`{word.text}` is skipped, and would have taken several tensors"
            advice = "take one of them, or give this item the same `when`"
            return Diagnostic("unknown-name", message, word.span, advice)
        for item in self.items:
            name = item.modifiers.get("name")
            if isinstance(name, Scalar) and name.text in (word.text, base):
                related = (Related("it is this item", name.span),)
                where = "is this item itself" if _takes(item, word) else "comes later"
                message = f"`{word.text}` {where}; an item takes only from what stands above it"
                return Diagnostic("unknown-name", message, word.span, None, related)
        help = _name_it(self.nameless.get(word.text) or self.nameless.get(base))
        help = help or did_you_mean(word.text, self.named)
        if help is None and self.named:
            help = f"known here: {', '.join(list(self.named)[:12])}"
        return Diagnostic("unknown-name", f"no item above is called `{word.text}`", word.span, help)


def bare_condition(node: Node) -> str | None:
    """How a comparison that stands without `$(...)` is written."""
    text = node.text if isinstance(node, Scalar) else ""
    return f"write `$({text})`" if any(c in text for c in "<>=!") and "$(" not in text else None


def place_of_name(item: Item) -> Span:
    """Where the name of an item stands, or else the item."""
    node = _name_node(item)
    return item.span if node is None else node.span


def _given_name(item: Item) -> str | None:
    """The name of an item as it is written, where it is written."""
    node = _name_node(item)
    return node.text if isinstance(node, Scalar) and not is_null(node) else None


def _name_node(item: Item) -> Node | None:
    """The name beside an item's layer, or among the arguments."""
    node = item.modifiers.get("name")
    if node is None and isinstance(item.arguments, Mapping):
        node = item.arguments.get("name")
    return node


def _takes(item: Item, word: Scalar) -> bool:
    """Whether a word is one of those in the item's `from`."""
    node = item.modifiers.get("from")
    words: list[Node | None] = [node]
    if isinstance(node, Sequence):
        words += node.items
    elif isinstance(node, Mapping):
        words += [value for _, value in node.entries]
    return any(each is word for each in words)


def _name_it(item: Item | None) -> str | None:
    """How an item without a name can be reached."""
    if item is None:
        return None
    return (
        f"give the {item.key.text} on line {item.span.line} a `name`; only that can be taken from"
    )


def flat(values: list[Tensors | None]) -> tuple[Ref, ...] | None:
    """All tensors of several values in one row, or None where one of them is missing."""
    refs: list[Ref] = []
    for value in values:
        if value is None:
            return None
        refs.extend((value,) if isinstance(value, Ref) else value)
    return tuple(refs)


def unresolved(node: Node) -> bool:
    """Whether an expression was left in place: its fault was told where the variable is defined."""
    if isinstance(node, Scalar):
        return "$(" in node.text
    if isinstance(node, Mapping):
        return any(unresolved(value) for _, value in node.entries)
    return any(unresolved(item) for item in node.items)
