"""Tables in plain text: columns that shrink by folding words, numbers that are never cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from layerforge.records import record
from layerforge.render.characters import columns, folded, narrowest, padded

_GAP: Final = "  "
_LEAST: Final = 12  # text is not folded to fewer columns than this


@record
class Column:
    """A column's title; a number is set to the right and stays on one line."""

    title: str
    number: bool = False


Rows = Sequence[Sequence[str]]  # a line break in a cell begins a new line there


def table(head: Sequence[Column], rows: Rows, width: int | None) -> list[str]:
    """The lines of a table, the titles first; wider than `width` only where numbers leave no room."""
    widths = _natural(head, rows)
    if width is not None:
        widths = _shrunk(head, rows, widths, width)
    lines = _line_of([column.title for column in head], head, widths)
    for row in rows:
        lines += _line_of(row, head, widths)
    return lines


def fits(head: Sequence[Column], rows: Rows, width: int | None) -> bool:
    """Whether the table needs no cell to be folded."""
    return width is None or sum(_natural(head, rows)) + len(_GAP) * (len(head) - 1) <= width


def folds(head: Sequence[Column], rows: Rows, width: int) -> bool:
    """Whether the table fits once cells are folded between words."""
    least = [_least(column, index, rows) for index, column in enumerate(head)]
    return sum(least) + len(_GAP) * (len(head) - 1) <= width


def _natural(head: Sequence[Column], rows: Rows) -> list[int]:
    cells = [[column.title, *(row[i] for row in rows)] for i, column in enumerate(head)]
    return [max(columns(line) for cell in each for line in cell.split("\n")) for each in cells]


def _least(column: Column, index: int, rows: Rows) -> int:
    cells = [column.title, *(row[index] for row in rows)]
    measure = columns if column.number else narrowest
    return max(measure(line) for cell in cells for line in cell.split("\n"))


def _shrunk(head: Sequence[Column], rows: Rows, widths: list[int], width: int) -> list[int]:
    """The widths once text gave way: the widest column first, to whole words and then to `_LEAST`."""
    room = width - len(_GAP) * (len(head) - 1)
    words = [_least(column, i, rows) for i, column in enumerate(head)]
    for floors in (words, [min(word, _LEAST) for word in words]):
        text = [i for i, column in enumerate(head) if not column.number]
        while sum(widths) > room:
            able = [i for i in text if widths[i] > floors[i]]
            if not able:
                break
            widest = max(able, key=lambda i: widths[i])
            widths[widest] -= 1
    return widths


def _line_of(row: Sequence[str], head: Sequence[Column], widths: Sequence[int]) -> list[str]:
    """One row as as many lines as its tallest cell needs."""
    cells = [
        [line for part in cell.split("\n") for line in folded(part, width)]
        for cell, width in zip(row, widths, strict=True)
    ]
    lines = []
    for number in range(max(len(cell) for cell in cells)):
        parts = [
            padded(cell[number] if number < len(cell) else "", width, column.number)
            for cell, width, column in zip(cells, widths, head, strict=True)
        ]
        lines.append(_GAP.join(parts).rstrip())
    return lines
