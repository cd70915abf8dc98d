"""A time that stands in several columns, year by month by day, as one text of each row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from layerforge.diagnostics import SpecError
from layerforge.tables.cells import cell, quoted, read_text
from layerforge.tables.files import File

if TYPE_CHECKING:
    import polars as pl

_UNITS: Final = ("year", "month", "day", "hour", "minute", "second")
_ABSENT: Final = {"month": "1", "day": "1", "hour": "0", "minute": "0", "second": "0"}


def joined(file: File, columns: Sequence[str]) -> pl.Series:
    """The stamps as `2013-01-31 06:00:00`, or a date and a clock with a blank between them.

    Whole numbers are taken by the names of their columns (year, month, day, hour, minute, second),
    and in this order where the names say nothing. Raises SpecError, about `time`.
    """
    import polars as pl

    texts = {name: read_text(file, name) for name in columns}
    whole = [_is_whole(series) for series in texts.values()]
    if not all(whole):
        both = pl.select(pl.concat_str(list(texts.values()), separator=" ")).to_series()
        return both.alias(" ".join(columns))
    by_name = {name.lower(): name for name in columns}
    named = set(by_name) <= set(_UNITS)
    order = by_name if named else dict(zip(_UNITS, columns, strict=False))
    if "year" not in order or len(columns) > len(_UNITS):
        message = "the columns of `time` are whole numbers, and none of them is the year"
        raise SpecError("bad-time", message, "time", f"name them in the order {', '.join(_UNITS)}")
    _check_ranges(file, {unit: texts[name] for unit, name in order.items()})
    parts = [_padded(texts[order[u]] if u in order else None, u, file.rows) for u in _UNITS]
    year, month, day, hour, minute, second = parts
    stamp = year + "-" + month + "-" + day + " " + hour + ":" + minute + ":" + second
    return stamp.alias(" ".join(columns))


def _is_whole(text: pl.Series) -> bool:
    import polars as pl

    numbers = text.cast(pl.Float64, strict=False)
    return numbers.null_count() == text.null_count() and bool((numbers.drop_nulls() % 1 == 0).all())


def _padded(text: pl.Series | None, unit: str, rows: int) -> pl.Series:
    import polars as pl

    if text is None:
        text = pl.Series([_ABSENT[unit]]).new_from_index(0, rows)
    whole = text.cast(pl.Float64).cast(pl.Int64).cast(pl.String)
    return whole.str.zfill(4 if unit == "year" else 2)


def _check_ranges(file: File, texts: dict[str, pl.Series]) -> None:
    """A month 13 or an hour 24 is told by its place, before all parts are read as one."""
    import polars as pl

    limits = {"year": (0, 9999), "month": (1, 12), "day": (1, 31), "hour": (0, 23)}
    limits |= {"minute": (0, 59), "second": (0, 59)}
    for unit, (low, high) in limits.items():
        if unit not in texts:
            continue
        wrong = ~texts[unit].cast(pl.Float64).is_between(low, high).fill_null(value=True)
        if wrong.any():
            row = wrong.arg_max() or 0
            word = quoted(str(texts[unit][row]))
            message = f"{cell(file, row, texts[unit].name)}: {word} is no {unit} ({low} to {high})"
            raise SpecError("bad-time", message, "time")
