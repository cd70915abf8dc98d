"""The names that items of one stack can refer to, and what `from` makes of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from layerforge.arguments import Found, shown
from layerforge.diagnostics import Diagnostic, Related, Span, did_you_mean
from layerforge.graph import Ref, Tensors
from layerforge.records import replace
from layerforge.source import Node, Scalar, Sequence, is_null
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

    def bind(self, name: str | None, value: Tensors | None) -> None:
        """Makes the value the previous one, and known under the name."""
        self.previous, self.started = value, True
        if name:
            self.named[name] = value

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
                message = f"`{word.text}` comes later; an item takes only from what stands above it"
                return Diagnostic("unknown-name", message, word.span, None, related)
        help = did_you_mean(word.text, self.named)
        if help is None and self.named:
            help = f"known here: {', '.join(list(self.named)[:12])}"
        return Diagnostic("unknown-name", f"no item above is called `{word.text}`", word.span, help)


def flat(values: list[Tensors | None]) -> tuple[Ref, ...] | None:
    """All tensors of several values in one row, or None where one of them is missing."""
    refs: list[Ref] = []
    for value in values:
        if value is None:
            return None
        refs.extend((value,) if isinstance(value, Ref) else value)
    return tuple(refs)
