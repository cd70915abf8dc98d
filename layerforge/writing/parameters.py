"""What differs between stretches that are alike becomes the arguments of their block."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Final, TypeAlias

from layerforge.records import record
from layerforge.writing.stack import Entry, Program

Column: TypeAlias = tuple[str, ...]

REPEAT: Final = "repeat"
_LIST: Final = re.compile(r"\[[^][,]+(, [^][,]+)*\]")
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
    rows = [[stretch[at] for stretch in stretches] for at in range(len(stretches[0]))]
    said: list[dict[str, str]] = []
    values = []
    for row in rows:
        found = _values(row, program)
        if found is None:
            return None
        values.append(found)
        said.append({})
    columns: dict[Column, str] = {}  # the values of an argument at each call, and its name
    # Lists come last, since they may be said in terms of the others.
    for lists in (False, True):
        for parts, row_values in zip(said, values, strict=True):
            for name, column in row_values.items():
                if lists == all(_LIST.fullmatch(value) for value in column):
                    parts[name] = _said(name, column, columns)
    entries = []
    for row, parts, row_values in zip(rows, said, values, strict=True):
        ordered = {name: parts[name] for name in row_values if name != REPEAT}
        kept = {n: v for n, v in ordered.items() if v != program.default(row[0].key, n)}
        entries.append((kept, parts[REPEAT]))
    return _called(columns, entries, len(stretches))


def _called(
    columns: Mapping[Column, str], entries: Sequence[tuple[Mapping[str, str], str]], count: int
) -> Parameters:
    """The defaults of the arguments, and what each call gives beside them."""
    defaults = {name: _default(column) for column, name in columns.items()}
    # An argument without default comes first: alone, it can be written without its name.
    order = sorted(defaults, key=lambda name: defaults[name] is not None)
    by_name = {name: column for column, name in columns.items()}
    calls = [
        {name: by_name[name][at] for name in order if by_name[name][at] != defaults[name]}
        for at in range(count)
    ]
    return Parameters({name: defaults[name] for name in order}, entries, calls)


def _values(row: Sequence[Entry], program: Program) -> dict[str, Column] | None:
    """The value of every argument at every call, defaults filled in; None where one has no default."""
    names = dict.fromkeys(name for entry in row for name in entry.arguments)
    values: dict[str, Column] = {}
    for name in names:
        column = [e.arguments.get(name, program.default(e.key, name)) for e in row]
        known = tuple(value for value in column if value is not None)
        if len(known) != len(column):
            return None
        values[name] = known
    return values | {REPEAT: tuple(entry.repeat for entry in row)}


def _said(name: str, column: Column, columns: dict[Column, str]) -> str:
    """What the block says for an argument: its value where all agree, else its own argument's name."""
    # An expression is of the place it stands in; it is computed there, and handed over.
    if len(set(column)) == 1 and "$(" not in column[0]:
        return column[0]
    if column not in columns:
        related = _multiple(column, columns) or _list(column, columns)
        if related is not None:
            return related
        columns[column] = _free(name, columns.values())
    return f"$({columns[column]})"


def _multiple(column: Column, columns: Mapping[Column, str]) -> str | None:
    """The column as a whole multiple or part of another argument, where it is one at every call."""
    if not _are_numbers(column) or len(set(column)) < 2:
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


def _list(column: Column, columns: Mapping[Column, str]) -> str | None:
    """Lists that differ only where another argument stands: `[1, 1, $(filters)]`."""
    if not all(_LIST.fullmatch(value) for value in column):
        return None
    lists = [value[1:-1].split(", ") for value in column]
    if len({len(each) for each in lists}) != 1:
        return None
    said = []
    for place in zip(*lists, strict=True):
        if len(set(place)) == 1:
            said.append(place[0])
        elif place in columns:
            said.append(f"$({columns[place]})")
        else:
            return None
    return f"[{', '.join(said)}]"


def _are_numbers(column: Column) -> bool:
    return all(value.isdecimal() for value in column)


def _free(name: str, taken: Collection[str]) -> str:
    wish = "times" if name == REPEAT else name if name.isidentifier() else "value"
    free, count = wish, 1
    while free in taken:
        count += 1
        free = f"{wish}_{count}"
    return free


def _default(column: Column) -> str | None:
    """The value that most calls have, if it is more than half of them and no expression."""
    value, count = Counter(column).most_common(1)[0]
    return value if 2 * count > len(column) and "$(" not in value and len(column) > 2 else None
