"""Two plans side by side, as text and as JSON: what `layerforge diff` prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from layerforge.alignment import Change, Part, Row
from layerforge.infer import Plan
from layerforge.render.characters import visible
from layerforge.render.numbers import count
from layerforge.render.screen import Screen
from layerforge.render.table import Column, table
from layerforge.shapes import Dim, text


def difference_text(rows: Sequence[Row], old: Plan, new: Plan, screen: Screen) -> str:
    """The layers that differ and the totals; nothing where no layer differs.

    `+` is before a layer of the new plan alone, `-` before one of the old alone, `~` before one that changed.
    """
    differing = [row for row in rows if not row.same]
    if not differing:
        return ""
    lines = [line for row in differing for line in _row_lines(row, screen)]
    same = sum(row.same and row.new is not None and row.new.type != "Outputs" for row in rows)
    return "\n".join([*lines, "", *_totals(old, new, same, screen.width)]) + "\n"


def difference_record(rows: Sequence[Row], old: Plan, new: Plan) -> dict[str, Any]:
    """The same for JSON, the layers without a difference among the others."""
    return {
        "equal": all(row.same for row in rows),
        "layers": [_row_record(row) for row in rows],
        "old": _total_record(old),
        "new": _total_record(new),
    }


def _row_lines(row: Row, screen: Screen) -> Iterator[str]:
    if row.new is None and row.old is not None:
        yield from screen.lines(f"- {_told(row.old)}", "    ", "error")
    elif row.old is None and row.new is not None:
        yield from screen.lines(f"+ {_told(row.new)}", "    ", "good")
    elif row.new is not None:
        told = "outputs" if row.new.type == "Outputs" else f"{row.new.name} ({row.new.type})"
        yield from screen.lines(f"~ {visible(told)}", "    ", "strong")
        for change in row.changes:
            yield from screen.lines(f"    {_change_text(change)}")


def _told(part: Part) -> str:
    """A layer in one line: name, type, arguments, output shape, parameters, multiply-adds."""
    arguments = ", ".join(f"{name}={value}" for name, value in part.arguments.items())
    shapes = ", ".join(text(shape) for shape in part.outputs)
    numbers = f"{count(part.params)} params, {count(part.macs)} MACs"
    return visible(f"{part.name} ({part.type}({arguments})): {shapes}, {numbers}")


def _change_text(change: Change) -> str:
    if change.what in ("params", "MACs"):
        return f"{change.what}: {count(change.old)} -> {count(change.new)}{_more(change)}"
    old, new = _value_text(change, change.old), _value_text(change, change.new)
    return visible(f"{change.what}: {old} -> {new}")


def _more(change: Change) -> str:
    said = _signed(change.old, change.new)
    return f" ({said})" if said else ""


def _signed(old: Dim, new: Dim) -> str:
    """The difference with its sign, nothing where one is unknown."""
    return f"{new - old:+,}" if isinstance(old, int) and isinstance(new, int) else ""


def _value_text(change: Change, value: Any) -> str:
    if change.argument:
        return "(not written)" if value is None else str(value)
    if change.what == "output":
        return ", ".join(text(shape) for shape in value)
    if change.what == "from":
        return ", ".join(source.removeprefix("=") for source in value) or "(nothing)"
    return str(value)


def _totals(old: Plan, new: Plan, same: int, width: int | None) -> list[str]:
    head = (Column(""), *(Column(title, True) for title in ("old", "new", "difference")))
    numbers: list[tuple[str, Dim, Dim]] = [
        ("parameters", old.params, new.params),
        ("  trainable", old.trainable_params, new.trainable_params),
        ("MACs", old.macs, new.macs),
    ]
    rows = [(name, count(a), count(b), _signed(a, b)) for name, a, b in numbers]
    return [*table(head, rows, width), f"layers alike: {same:,}"]


def _row_record(row: Row) -> dict[str, Any]:
    status = "changed" if row.changes else "same"
    if row.old is None or row.new is None:
        status = "added" if row.old is None else "removed"
    return {
        "status": status,
        "old": None if row.old is None else _part_record(row.old),
        "new": None if row.new is None else _part_record(row.new),
        "changes": [change.what for change in row.changes],
    }


def _part_record(part: Part) -> dict[str, Any]:
    return {
        "name": part.name,
        "type": part.type,
        "arguments": dict(part.arguments),
        "from": [source.removeprefix("=") for source in part.sources],
        "outputs": [[_number(dim) for dim in shape] for shape in part.outputs],
        "params": part.params,
        "macs": _number(part.macs),
    }


def _total_record(plan: Plan) -> Mapping[str, Any]:
    return {
        "name": plan.name,
        "params": plan.params,
        "trainable_params": plan.trainable_params,
        "macs": _number(plan.macs),
    }


def _number(dim: Dim) -> int | None:
    return dim if isinstance(dim, int) else None
