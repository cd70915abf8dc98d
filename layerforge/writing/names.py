"""The names of a stack's items: those that must be written, and those an item has anyway."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from layerforge.layers import find, snake_case
from layerforge.writing.stack import FIRST, Entry, Stack, plain_name


def item_names(stack: Stack, inputs: Iterable[str], keep: bool) -> dict[str, str]:
    """The names to write beside items, by the entry's own name.

    An item has one where something refers to it, where its user gave it one, and with `keep` where
    the language would make up another than it has. `inputs` are the names taken from the start.
    """
    referred = references(stack)
    taken: dict[str, int] = dict.fromkeys(inputs, 0)
    names = {}
    for entry in stack.entries:
        automatic = automatic_name(entry)
        wish = entry.hint or (plain_name(entry.name) if keep else automatic)
        must = bool(entry.hint) or entry.name in referred
        if not must and not (keep and _peek(automatic, taken) != wish):
            _take(automatic, taken, entry)
            continue
        name = _peek(wish, taken) if wish in taken else wish
        names[entry.name] = name
        _take(name, taken, entry)
    return names


def automatic_name(entry: Entry) -> str:
    """What the language calls an item without a name, before it is numbered."""
    if entry.key == "use":
        return f"{entry.arguments[FIRST]}.again"
    return snake_case(entry.key) if find(entry.key) else entry.key


def references(stack: Stack) -> set[str]:
    """The entries that must be named: what is taken by other than the item right below it."""
    names: set[str] = set()
    previous = stack.inputs[0] if stack.inputs else ""
    for entry in stack.entries:
        refs = entry.refs()
        names.update(r.name for r in refs if r.name != previous or r.output is not None)
        if entry.key == "use":
            names.add(entry.arguments[FIRST])
        previous = entry.name
    if not is_last(stack):
        names.update(ref.name for ref in stack.outputs)
    return names


def is_last(stack: Stack) -> bool:
    """Whether the stack gives what its last entry gives, and nothing else."""
    last = stack.entries[-1].name if stack.entries else ""
    return [(ref.name, ref.output) for ref in stack.outputs] == [(last, None)]


def _peek(name: str, taken: Mapping[str, int]) -> str:
    """The name, numbered as the language numbers one that is taken."""
    unique, count = name, taken.get(name, 0)
    while unique in taken:
        count += 1
        unique = f"{name}_{count}"
    return unique


def _take(name: str, taken: dict[str, int], entry: Entry) -> None:
    times = int(entry.repeat) if entry.repeat.isdecimal() else 1
    for _ in range(times):
        unique = _peek(name, taken)
        if unique != name:
            taken[name] = int(unique.rpartition("_")[2])
        taken[unique] = 0
