"""What differs between stretches that are alike becomes the arguments of their block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from layerforge.records import record
from layerforge.writing.stack import Entry, Program

REPEAT: Final = "repeat"
_LARGEST_FACTOR: Final = 32


@record
class Parameters:
    """The arguments of a block: their defaults (None: required), what each entry says in their terms,
    and the values at each place where the block is called."""

    defaults: Mapping[str, str | None]
    entries: Sequence[tuple[Mapping[str, str], str]]  # the arguments and the repeat of each entry
    calls: Sequence[Mapping[str, str]]


def parameters_of(stretches: Sequence[Sequence[Entry]], program: Program) -> Parameters | None:
    """The arguments that make one block of several stretches of one form; None where there is no way."""
    columns: dict[tuple[str, ...], str] = {}  # the values of an argument at each call, and its name
    entries = []
    for at in range(len(stretches[0])):
        row = [stretch[at] for stretch in stretches]
        values = _values(row, program)
        if values is None:
            return None
        said = {name: _said(name, column, columns) for name, column in values.items()}
        repeat = said.pop(REPEAT)
        kept = {n: v for n, v in said.items() if v != program.default(row[0].key, n)}
        entries.append((kept, repeat))
    defaults = {name: _default(column) for column, name in columns.items()}
    # An argument without default comes first: alone, it can be written without its name.
    order = sorted(defaults, key=lambda name: defaults[name] is not None)
    calls = [
        {
            name: column[at]
            for column, name in sorted(columns.items(), key=lambda each: order.index(each[1]))
            if column[at] != defaults[name]
        }
        for at in range(len(stretches))
    ]
    return Parameters({name: defaults[name] for name in order}, entries, calls)


def _values(row: Sequence[Entry], program: Program) -> dict[str, tuple[str, ...]] | None:
    """The value of every argument at every call, defaults filled in; None where one has no default."""
    names = dict.fromkeys(name for entry in row for name in entry.arguments)
    values: dict[str, tuple[str, ...]] = {}
    for name in names:
        column = [e.arguments.get(name, program.default(e.key, name)) for e in row]
        known = tuple(value for value in column if value is not None)
        if len(known) != len(column):
            return None
        values[name] = known
    return values | {REPEAT: tuple(entry.repeat for entry in row)}


def _said(name: str, column: tuple[str, ...], columns: dict[tuple[str, ...], str]) -> str:
    """What the block says for an argument: its value where all agree, else its own argument's name."""
    # An expression is of the place it stands in; it is computed there, and handed over.
    if len(set(column)) == 1 and "$(" not in column[0]:
        return column[0]
    if column not in columns:
        multiple = _multiple(column, columns)
        if multiple is not None:
            return multiple
        columns[column] = _free(name, columns.values())
    return f"$({columns[column]})"


def _multiple(column: tuple[str, ...], columns: Mapping[tuple[str, ...], str]) -> str | None:
    """The column as a whole multiple or part of another argument, where it is one at every call."""
    if not all(value.isdecimal() for value in column) or len(set(column)) < 2:
        return None
    numbers = [int(value) for value in column]
    for other, name in columns.items():
        if not all(value.isdecimal() and int(value) for value in other):
            continue
        pairs = [(number, int(value)) for number, value in zip(numbers, other, strict=True)]
        factor = pairs[0][0] // pairs[0][1]
        if 1 < factor <= _LARGEST_FACTOR and all(a == b * factor for a, b in pairs):
            return f"$({factor} * {name})"
        factor = pairs[0][1] // max(pairs[0][0], 1)
        if 1 < factor <= _LARGEST_FACTOR and all(b == a * factor for a, b in pairs):
            return f"$({name} // {factor})"
    return None


def _free(name: str, taken: Sequence[str] | object) -> str:
    wish = "times" if name == REPEAT else name if name.isidentifier() else "value"
    free, count = wish, 1
    while free in list(taken):  # type: ignore[call-overload]
        count += 1
        free = f"{wish}_{count}"
    return free


def _default(column: tuple[str, ...]) -> str | None:
    """The value that most calls have, if it is more than half of them and no expression."""
    value, count = Counter(column).most_common(1)[0]
    return value if 2 * count > len(column) and "$(" not in value and len(column) > 2 else None
