"""The account of the data as people read it: what was read, split, fitted and left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from layerforge.render.characters import visible
from layerforge.render.numbers import many
from layerforge.render.screen import Screen
from layerforge.render.table import Column, table

Account = Mapping[str, Any]
_PARTS: Final = ("train", "validation", "test")


def account_text(account: Account, width: int | None) -> str:
    """Some lines that end in no line break; warnings are not among them, since a run tells those."""
    screen = Screen(width)
    said = [part for line in _source(account) for part in screen.lines(line)]
    fitted = screen.lines(_fitted(account))
    return "\n".join([*said, *_split(account, screen), *fitted])


def samples_noun(task: str, window: int | None) -> str:
    """What one sample is called: a window of rows, or a row."""
    return "window" if window is not None or task == "forecast" else "row"


def _source(account: Account) -> Iterator[str]:
    columns = account["columns"]
    counts = [
        many(sum(role in column["roles"] for column in columns), role.removesuffix("s"))
        for role in ("features", "targets")
    ]
    source = visible(str(account["source"]))
    yield f"data: {source}, {many(account['rows'], 'row')}, {' and '.join(counts)}"
    if account["rows_dropped"]:
        yield f"{many(account['rows_dropped'], 'row')} dropped, since values are missing there"
    unused = account["unused_columns"]
    if unused:
        names = [name or "the column without a name" for name in unused[:12]]
        yield f"not used: {visible(', '.join(names))}{', ...' if len(unused) > 12 else ''}"
    time = account["time"]
    if time and time["step"]:
        yield f"one row every {time['step']}, by the column {visible(time['column'])}"


def _split(account: Account, screen: Screen) -> list[str]:
    split = account["split"]
    head = [Column("split"), Column("rows", True), Column("samples", True)]
    dated = any("from" in split[part] for part in _PARTS)
    if dated:
        head += [Column("from"), Column("to")]
    rows = []
    for part in _PARTS:
        told = split[part]
        dates = (told.get("from", ""), told.get("to", "")) if dated else ()
        rows.append((part, f"{told['rows']:,}", f"{told['samples']:,}", *dates))
    lines = table(head, rows, screen.width)
    told = [f"{part}: {text}" for part in _PARTS if (text := _discarded(split[part]))]
    lines += [part for line in told for part in screen.lines(line)]
    return [*screen.lines(f"split {split['how']}:"), *lines]


def _discarded(part: Mapping[str, Any]) -> str:
    """Why samples of a part were not made."""
    counts = part.get("windows_discarded", {})
    told = [f"{many(count, 'window')} left out ({why})" for why, count in counts.items() if count]
    return ", ".join(told)


def _fitted(account: Account) -> str:
    statistics = account["statistics"]
    scale = statistics["scale"]
    how = "not scaled" if scale == "none" else f"{scale} scaling"
    return f"{how}; every statistic is fitted on {statistics['fitted_on']} alone"
