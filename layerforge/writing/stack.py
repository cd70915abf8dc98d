"""A graph as stacks of entries: what is folded into blocks, and then written as items."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from layerforge.graph import Call, Graph, Ref, Tensors
from layerforge.layers import find, snake_case
from layerforge.records import field, record
from layerforge.spec.parse import MODIFIERS
from layerforge.writing.order import in_reading_order
from layerforge.writing.values import default_text, text, written

FIRST: Final = ""  # the name of an argument that has none: what `use` names, a block alone


@record
class Entry:
    """One item to be: its key, its arguments as text, what it takes.

    `name` is its result's, by which other entries refer to it; `hint` is the name its user gave it.
    """

    name: str
    key: str
    arguments: Mapping[str, str]
    inputs: tuple[Ref, ...]
    keywords: Mapping[str, Tensors] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    repeat: str = "1"
    hint: str = ""

    def refs(self) -> Iterator[Ref]:
        """Every tensor the entry takes."""
        yield from self.inputs
        for tensors in self.keywords.values():
            yield from (tensors,) if isinstance(tensors, Ref) else tensors


@record
class Stack:
    """Entries with the names of what they begin from and of what they give."""

    inputs: tuple[str, ...]
    entries: tuple[Entry, ...]
    outputs: tuple[Ref, ...]


@record
class Block:
    """A stack with a name and arguments; a default of None marks a required one."""

    name: str
    arguments: Mapping[str, str | None]
    stack: Stack
    as_model: bool = False


@record
class Program:
    """The model's own stack, and the blocks it calls, each after those that it calls itself."""

    main: Stack
    blocks: Mapping[str, Block]

    def stacks(self) -> dict[str, Stack]:
        """Every stack by the name of its block; the model's own is under no name."""
        return {FIRST: self.main} | {name: block.stack for name, block in self.blocks.items()}

    def default(self, key: str, argument: str) -> str | None:
        """The default of an argument of a layer or block, as text."""
        if key in self.blocks:
            return self.blocks[key].arguments.get(argument)
        entry = find(key)
        parameter = entry.signature.parameter(argument) if entry else None
        return default_text(parameter) if parameter else None


def program_of(graph: Graph) -> Program:
    """The graph with nothing folded but its nested models, which are blocks."""
    blocks: dict[str, Block] = {}
    main = _stack(graph, blocks)
    return Program(main, blocks)


def _stack(graph: Graph, blocks: dict[str, Block]) -> Stack:
    made: dict[str, str] = {}  # the call that made each layer
    entries = []
    for call in in_reading_order(graph):
        first = made.setdefault(call.layer.name, call.name)
        entries.append(_entry(call, first, blocks))
    return Stack(tuple(each.name for each in graph.inputs), tuple(entries), graph.outputs)


def _entry(call: Call, first: str, blocks: dict[str, Block]) -> Entry:
    options = {name: text(value) for name, value in call.options.items()}
    if first != call.name:
        again = {FIRST: first}
        inputs, keywords = _named(call)
        return Entry(call.name, "use", again, inputs, keywords, options)
    if call.inner is not None:
        key = _nested(call, call.inner, blocks)
        hint = "" if call.name == key else _hint(call.name, "Functional")
        return Entry(call.name, key, {}, call.inputs, {}, options, hint=hint)
    key = call.layer.type.name
    hint = _hint(call.name, key)
    arguments = written(call.layer)
    return Entry(call.name, key, arguments, call.inputs, call.keywords, options, hint=hint)


def _named(call: Call) -> tuple[tuple[Ref, ...], Mapping[str, Tensors]]:
    """What the call takes, all of it by name where some of it is: `use` does not know its layer's tensors."""
    if not call.keywords:
        return call.inputs, {}
    free = [slot for slot in call.layer.type.tensors if slot not in call.keywords]
    return (), {**dict(zip(free, call.inputs, strict=False)), **call.keywords}


def _hint(name: str, key: str) -> str:
    """The name its user gave a call: not one made up, nor one of a block's layer (`block.dense`)."""
    return "" if is_automatic(name.rpartition(".")[2], key) else plain_name(name)


def plain_name(name: str) -> str:
    """The name as one that a spec can bear."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)


def _nested(call: Call, inner: Graph, blocks: dict[str, Block]) -> str:
    """The block of a nested model; models that are alike in everything share one."""
    stack = _stack(inner, blocks)
    for name, block in blocks.items():
        if block.as_model and _same(block.stack, stack):
            return name
    name = free_name(plain_name(call.name), blocks)
    blocks[name] = Block(name, {}, stack, as_model=True)
    return name


def _same(one: Stack, other: Stack) -> bool:
    return len(one.inputs) == len(other.inputs) and _numbered(one) == _numbered(other)


def _numbered(stack: Stack) -> object:
    """The stack with numbers in place of names; the hints count, since they are names of layers."""
    places = {name: -1 - at for at, name in enumerate(stack.inputs)}
    entries = []
    for at, each in enumerate(stack.entries):
        refs = tuple((places[ref.name], ref.output) for ref in each.refs())
        arguments = {
            name: str(places[value]) if each.key == "use" else value
            for name, value in each.arguments.items()
        }
        entries.append(
            (each.key, arguments, refs, dict(each.keywords).keys(), each.options, each.hint)
        )
        places[each.name] = at
    return entries, tuple((places[ref.name], ref.output) for ref in stack.outputs)


def free_name(wish: str, taken: Mapping[str, object]) -> str:
    """The wish, or its first variant, that can be the name of a block."""
    name, count = wish, 1
    while name in taken or find(name) is not None or name in MODIFIERS or name in ("use", "slice"):
        count += 1
        name = f"{wish}_{count}"
    return name


def is_automatic(name: str, key: str) -> bool:
    """Whether Keras, and this language, could have made up the name by themselves."""
    automatic = [snake_case(key)]
    if key == "Functional":
        automatic += ["model", "sequential"]
    return any(re.fullmatch(rf"{re.escape(each)}(_\d+)?", name) for each in automatic)
