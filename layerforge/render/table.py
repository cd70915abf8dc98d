"""Tables in plain text: columns that shrink by folding words, numbers that are never cut."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from typing import Final

from layerforge.records import record
from layerforge.render.characters import columns, folded, narrowest, padded
from layerforge.render.screen import Screen

_GAP: Final = "  "
_LEAST: Final = 12  # text is not folded to fewer columns than this


@record
class Column:
    """A column's title; a number is set to the right and stays on one line, `right` sets words there too."""

    title: str
    number: bool = False
    right: bool = False


Rows = Sequence[Sequence[str]]  # a line break in a cell begins a new line there


@record
class Block:
    """A table laid out, or some columns of one that was too wide: the lines of the titles and of each row."""

    titles: list[str]
    rows: list[list[str]]


def table(head: Sequence[Column], rows: Rows, width: int | None) -> list[str]:
    """The lines of a table, the titles first; wider than `width` only where a number alone is.

    Words are folded, then titles. What is wider still goes on in a table below, with the first column again.
    """
    return _in_a_column([[*each.titles, *_all(each)] for each in blocks(head, rows, width)])


def titled(
    head: Sequence[Column],
    rows: Rows,
    screen: Screen,
    styles: Sequence[tuple[str, str]] = (),
) -> list[str]:
    """The lines of a table with its titles in strong letters; `styles` has for a row a word and its style."""
    parts = []
    for each in blocks(head, rows, screen.width):
        part = [screen.paint("strong", line) for line in each.titles]
        for lines, (word, style) in zip(each.rows, styles or repeat(("", "")), strict=False):
            part += [_painted(line, word, style, screen) for line in lines]
        parts.append(part)
    return _in_a_column(parts)


def _painted(line: str, word: str, style: str, screen: Screen) -> str:
    """The line with the first such word, between blanks, in its style."""
    if not style:
        return line
    before, found, after = f"{line} ".partition(f" {word} ")
    return f"{before} {screen.paint(style, word)} {after}".rstrip() if found else line


def blocks(head: Sequence[Column], rows: Rows, width: int | None) -> list[Block]:
    """The table as one block, or as several where its columns do not fit beside each other."""
    found = []
    for places in _groups(head, rows, width):
        some = [head[i] for i in places]
        cells = [[row[i] for i in places] for row in rows]
        widths = _natural(some, cells)
        if width is not None:
            widths = _tightened(some, cells, _shrunk(some, cells, widths, width))
        titles = _line_of([column.title for column in some], some, widths, last=True)
        found.append(Block(titles, [_line_of(row, some, widths) for row in cells]))
    return found


def _all(block: Block) -> list[str]:
    return [line for lines in block.rows for line in lines]


def _in_a_column(parts: list[list[str]]) -> list[str]:
    """The parts with an empty line between them."""
    return [line for i, part in enumerate(parts) for line in ([""] * (i > 0) + part)]


def _groups(head: Sequence[Column], rows: Rows, width: int | None) -> list[list[int]]:
    """Which columns stand beside each other: all, or the first with as many as fit, and so on."""
    every = list(range(len(head)))
    if width is None or len(every) < 3 or folds(head, rows, width):
        return [every]
    least = [_least(column, index, rows) for index, column in enumerate(head)]
    first = _natural(head[:1], [row[:1] for row in rows])[0]
    least[0] = first if 3 * first <= width else least[0]  # what begins every row is folded last
    groups: list[list[int]] = []
    used = 0
    for i in every[1:]:
        if not groups or used + len(_GAP) + least[i] > width:
            groups.append([0])
            used = least[0]
        groups[-1].append(i)
        used += len(_GAP) + least[i]
    return groups


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
    """The width of a column whose titles and words are folded, none of them cut."""
    measure = columns if column.number else narrowest
    cells = [line for row in rows for line in row[index].split("\n")]
    titles = column.title.split("\n")
    return max([*map(narrowest, titles), *map(measure, cells)])


def _shrunk(head: Sequence[Column], rows: Rows, widths: list[int], width: int) -> list[int]:
    """The widths once titles of numbers, then text were folded, the widest first; at last text is cut."""
    room = width - len(_GAP) * (len(head) - 1)
    words = [_least(column, i, rows) for i, column in enumerate(head)]
    text = [i for i, column in enumerate(head) if not column.number]
    for floors, which in (
        (words, [i for i, column in enumerate(head) if column.number]),  # their titles
        (words, text),
        ([min(word, _LEAST) for word in words], text),
    ):
        while sum(widths) > room:
            able = [i for i in which if widths[i] > floors[i]]
            if not able:
                break
            widths[max(able, key=lambda i: widths[i])] -= 1
    return widths


def _tightened(head: Sequence[Column], rows: Rows, widths: list[int]) -> list[int]:
    """The widths that the folded cells need: a fold between words leaves room behind them."""
    cells = [[column.title, *(row[i] for row in rows)] for i, column in enumerate(head)]
    return [
        max(columns(line) for cell in each for part in cell.split("\n") for line in folded(part, w))
        for each, w in zip(cells, widths, strict=True)
    ]


def _line_of(
    row: Sequence[str], head: Sequence[Column], widths: Sequence[int], last: bool = False
) -> list[str]:
    """One row as as many lines as its tallest cell needs; `last` sets the others at its end."""
    cells = [
        [line for part in cell.split("\n") for line in folded(part, width)]
        for cell, width in zip(row, widths, strict=True)
    ]
    tallest = max(len(cell) for cell in cells)
    cells = [[""] * (tallest - len(cell)) * last + cell for cell in cells]
    lines = []
    for number in range(tallest):
        parts = [
            padded(cell[number] if number < len(cell) else "", width, column.number or column.right)
            for cell, width, column in zip(cells, widths, head, strict=True)
        ]
        lines.append(_GAP.join(parts).rstrip())
    return lines
