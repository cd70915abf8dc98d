"""Python expressions laid out on lines of 100 columns, as ruff and black lay them out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

from layerforge.records import record

WIDTH: Final = 100
_INDENT: Final = 4


@record
class Group:
    """What stands between two brackets. `call` are arguments, which may share a line of their own."""

    opening: str
    items: tuple[Expression, ...]
    closing: str
    call: bool = False


# Texts and groups side by side: `layers.Dense`, `(32, name="dense")`, `(x)`.
Expression: TypeAlias = tuple["str | Group", ...]


def arguments(items: Sequence[Expression]) -> Group:
    """The arguments of a call, in round brackets."""
    return Group("(", tuple(items), ")", True)


def keyword(name: str, value: Expression) -> Expression:
    """The argument `name=value`."""
    return (f"{name}=", *value)


def laid_out(expression: Expression, indent: int) -> str:
    """The statement on as many lines as it takes, each begun with so many blanks."""
    return " " * indent + _broken(expression, indent, indent, 0)


def flat(expression: Expression) -> str:
    """The expression on one line."""
    return "".join(piece if isinstance(piece, str) else _flat(piece) for piece in expression)


def _flat(group: Group) -> str:
    inside = ", ".join(flat(item) for item in group.items)
    single = "," if _is_single(group) else ""
    return f"{group.opening}{inside}{single}{group.closing}"


def _is_single(group: Group) -> bool:
    """Whether it is a tuple of one, which has a comma."""
    return group.opening == "(" and not group.call and len(group.items) == 1


def _broken(expression: Expression, indent: int, column: int, after: int) -> str:
    """The expression from a column on, `after` columns being needed behind it.

    A group is broken where it does not fit on the line with what follows, up to where the next breaks.
    """
    text = ""
    for at, piece in enumerate(expression):
        if isinstance(piece, str):
            added = piece
        elif column + _needed(expression[at:], after) <= WIDTH or not piece.items:
            added = _flat(piece)
        else:
            added = _lines(piece, indent)
        text += added
        last = added.rpartition("\n")[2]
        column = len(last) if "\n" in added else column + len(last)
    return text


def _needed(pieces: Expression, after: int) -> int:
    """The columns of the first piece and what cannot be parted from it."""
    width = len(flat(pieces[:1]))
    for piece in pieces[1:]:
        if isinstance(piece, Group) and piece.items:
            return width + len(piece.opening)
        width += len(flat((piece,)))
    return width + after


def _lines(group: Group, indent: int) -> str:
    """The group with its items on lines of their own, arguments all on one line where they fit."""
    inner = indent + _INDENT
    row = ", ".join(flat(item) for item in group.items)
    if group.call and inner + len(row) <= WIDTH:
        body = " " * inner + row + "\n"
    else:
        lines = [f"{' ' * inner}{_broken(item, inner, inner, 1)},\n" for item in group.items]
        body = "".join(lines)
    return f"{group.opening}\n{body}{' ' * indent}{group.closing}"
