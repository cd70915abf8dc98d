"""The time of each row: its format found out, its order checked, its step, the stamps to come."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from layerforge.diagnostics import SpecError
from layerforge.records import replace
from layerforge.tables.cells import cell, quoted, read_text
from layerforge.tables.files import File
from layerforge.tables.formats import formats_of, with_days, written
from layerforge.tables.frames import read_frame
from layerforge.tables.moments import joined
from layerforge.tables.parquet import parquet_types
from layerforge.tables.steps import Step, counted, find_step, later

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

_EPOCH = datetime(1970, 1, 1)  # stamps without a zone stay without one
# What a calendar can write, in microseconds; whole numbers that can be told apart by subtraction.
_DATES: Final = (-62_135_596_800_000_000, 253_402_300_799_999_999)
_NUMBERS: Final = (-(2**62), 2**62)


@dataclass(frozen=True, slots=True)
class Clock:
    """How the stamps of a file are written and how far apart they are: what a run remembers.

    `format` is in strptime's letters; None where the time is a whole number.
    """

    column: str
    format: str | None
    step: Step | None

    def text(self, value: int) -> str:
        """One stamp as the file writes them."""
        if self.format is None:
            return str(value)
        return written(_EPOCH + timedelta(microseconds=value), self.format)

    def holds(self, value: int) -> bool:
        """Whether a stamp can be written: between the years 1 and 9999, or no overlong number."""
        low, high = _NUMBERS if self.format is None else _DATES
        return low <= value <= high

    def after(self, last: int, count: int) -> list[int]:
        """The `count` stamps that follow `last`."""
        import numpy as np

        if self.step is None:
            return []
        ahead = np.arange(1, count + 1, dtype=np.int64)
        return [int(each) for each in later(self.step, np.full(count, last, np.int64), ahead)]

    def saved(self) -> dict[str, Any]:
        """The same as JSON."""
        step = None if self.step is None else asdict(self.step)
        return {"column": self.column, "format": self.format, "step": step}

    @staticmethod
    def restored(saved: Mapping[str, Any]) -> Clock:
        """A clock from `saved()`."""
        step = Step(**saved["step"]) if saved["step"] else None
        return Clock(saved["column"], saved["format"], step)


@dataclass(frozen=True, slots=True)
class Stamps:
    """The time of each row: whole numbers, or microseconds since 1970, in UTC where zones are.

    They are `even` where at least half of the rows are their usual step apart.
    """

    clock: Clock
    values: NDArray[np.int64]
    warnings: tuple[str, ...] = ()
    even: bool = True

    def text(self, row: int) -> str:
        return self.clock.text(int(self.values[row]))


def read_stamps(file: File, column: str) -> Stamps:
    """The stamps of a column. Raises SpecError, about `time`, if unreadable or out of order."""
    return settled(file, *read_moments(file, (column,), None))


def read_moments(
    file: File, columns: Sequence[str], format: str | None
) -> tuple[Clock, NDArray[np.int64]]:
    """The stamps of one column, or of several that make one, in the order of the file."""
    import polars as pl

    column = " ".join(columns)
    kind = parquet_types(file).get(columns[0]) if len(columns) == 1 else None
    form: str | None
    if kind in (pl.Date, pl.Datetime):
        values = read_frame(file, columns, pl.Datetime("us"))[column]
        _check_present(file, column, values)
        form = "%Y-%m-%d" if kind == pl.Date else "%Y-%m-%d %H:%M:%S"
        moments = values.cast(pl.Int64)
    else:
        text = joined(file, columns) if len(columns) > 1 else read_text(file, column)
        _check_present(file, column, text)
        moments, form = _parse(file, column, text, format)
    clock = Clock(column, form, None)
    _check_range(file, clock, moments)
    return clock, moments.to_numpy()


def settled(
    file: File,
    clock: Clock,
    values: NDArray[np.int64],
    series: NDArray[np.int64] | None = None,
    file_row: Callable[[int], int] = int,
) -> Stamps:
    """The stamps of rows that stand in order of time, `series` by series, with their step.

    A `clock` with a step, that of the training rows, keeps it where half of these follow it.
    Raises SpecError, about `time`, where time does not grow. `file_row` is as in `Raw`.
    """
    import numpy as np

    within = np.ones(max(len(values) - 1, 0), bool) if series is None else np.diff(series) == 0
    _check_order(file, clock, values, within, file_row)
    step = find_step(values, clock.format is not None, within, clock.step)
    clock = replace(clock, step=step)
    even = _is_even(clock, values, within)
    irregular = _irregular(file, clock, values, within, file_row)
    warnings = irregular if even else [_uneven(clock, values, within)]
    return Stamps(clock, values, tuple(warnings), even)


def _is_even(clock: Clock, values: NDArray[np.int64], within: NDArray[np.bool_]) -> bool:
    """Whether at least half of the rows are their usual step apart."""
    import numpy as np

    places = counted(clock.step, values) if clock.step is not None and within.any() else None
    if places is None or clock.step is None:
        return True
    return bool(2 * (np.diff(places)[within] == clock.step.count).sum() >= within.sum())


def _check_present(file: File, column: str, values: pl.Series) -> None:
    if values.null_count():
        row = values.is_null().arg_max() or 0
        message = f"{cell(file, row, column)}: the time is missing"
        raise SpecError("bad-time", message, "time")


def _check_range(file: File, clock: Clock, moments: pl.Series) -> None:
    for row in (moments.arg_min() or 0, moments.arg_max() or 0):
        if not clock.holds(int(moments[row])):
            bounds = "no time between the years 1 and 9999"
            if clock.format is None:
                bounds = f"`{moments[row]}` is too large a number for a time"
            raise SpecError("bad-time", f"{cell(file, row, clock.column)}: {bounds}", "time")


def _parse(
    file: File, column: str, text: pl.Series, format: str | None
) -> tuple[pl.Series, str | None]:
    """The column's stamps as whole numbers, and their format; None for plain whole numbers."""
    import polars as pl

    whole_numbers = text.cast(pl.Int64, strict=False)
    compact = bool(text.str.len_bytes().eq(8).all()) and not whole_numbers.null_count()
    formats = ["%Y%m%d"] if compact else formats_of(str(text[0]))
    formats = formats if format is None else [format]
    readings = [(form, _read_as(text, form)) for form in formats]
    whole = [(form, moments) for form, moments in readings if not moments.null_count()]
    if not whole and not whole_numbers.null_count() and format is None:
        return whole_numbers, None
    if not whole:
        raise _unreadable(file, column, text, readings)
    form, moments = whole[0]
    others = [(other, values) for other, values in whole[1:] if not values.equals(moments)]
    if others:
        form, moments = _only_ordered(file, column, text, whole)
    return moments, form


def _read_as(text: pl.Series, form: str) -> pl.Series:
    import polars as pl

    text, form = with_days(text, form)
    zone = "UTC" if "%#z" in form else None
    moments = text.str.to_datetime(form, time_unit="us", time_zone=zone, strict=False)
    return moments.cast(pl.Int64)


def _unreadable(
    file: File, column: str, text: pl.Series, readings: list[tuple[str, pl.Series]]
) -> SpecError:
    if not readings:
        message = f"{cell(file, 0, column)}: {quoted(str(text[0]))} is no known date or time"
        help = "write 2016-07-01 or 2016-07-01 13:00:00, or leave `time` out: rows are then counted"
        return SpecError("bad-time", message, "time", help)
    # The reading that gets furthest is the one that was meant.
    row = max(moments.is_null().arg_max() or 0 for _, moments in readings)
    message = f"{cell(file, row, column)}: {quoted(str(text[row]))} is no time"
    if row:
        message += f" like {quoted(str(text[0]))} in the first row"
    return SpecError("bad-time", message, "time")


def _only_ordered(
    file: File, column: str, text: pl.Series, whole: list[tuple[str, pl.Series]]
) -> tuple[str, pl.Series]:
    """Of several readings the only one in which time goes one way; else no one can tell."""
    ordered = [
        (form, moments)
        for form, moments in whole
        if len(moments) > 2 and (_grows(moments) or _grows(moments.reverse()))
    ]
    if len(ordered) == 1:
        return ordered[0]
    first = quoted(str(text[0]))
    message = f"{cell(file, 0, column)}: {first} may be month/day or day/month in every row"
    help = 'write `date_format: "%d/%m/%Y"` or `"%m/%d/%Y"`'
    raise SpecError("bad-time", message, "time", help)


def _grows(moments: pl.Series) -> bool:
    return bool((moments.diff().drop_nulls() > 0).all())


def _check_order(
    file: File,
    clock: Clock,
    values: NDArray[np.int64],
    within: NDArray[np.bool_],
    file_row: Callable[[int], int],
) -> None:
    """Refuses stamps that do not grow from row to row of a series."""
    import numpy as np

    steps = np.diff(values)
    wrong = np.flatnonzero((steps <= 0) & within)
    if not len(wrong):
        return
    row = int(wrong[0]) + 1
    now, before = clock.text(int(values[row])), file.row(file_row(row - 1))
    place = cell(file, file_row(row), clock.column)
    if steps[row - 1] == 0:
        message = f"{place}: {now} stands in {before} already"
        count = int(((steps == 0) & within).sum())
        message += f"; {count:,} stamps are repeated" if count > 1 else ""
        help = "each moment may have one row; `duplicates: first`, `last` or `mean` makes it so"
        raise SpecError("time-order", message, "time", help)
    earlier = clock.text(int(values[row - 1]))
    message = f"{place}: {now} comes after {earlier} in {before}"
    if (steps[within] < 0).all():
        message += "; the rows run newest first"
    raise SpecError("time-order", message, "time", "`sort: true` takes the rows in order of time")


def microseconds(moment: datetime) -> int:
    """Since 1970; a moment with a zone is taken to UTC."""
    plain = moment.replace(tzinfo=None) - _EPOCH  # UTC may be in a year that Python has not
    return (plain - (moment.utcoffset() or timedelta())) // timedelta(microseconds=1)


def _irregular(
    file: File,
    clock: Clock,
    values: NDArray[np.int64],
    within: NDArray[np.bool_],
    file_row: Callable[[int], int],
) -> list[str]:
    """What to say of steps that differ from the usual one."""
    import numpy as np

    if clock.step is None or not within.any():
        return []
    places, count = counted(clock.step, values), clock.step.count
    assert places is not None
    steps = np.diff(places)
    odd = np.flatnonzero((steps != count) & within)
    if not len(odd):
        return []
    row = int(odd[0]) + 1
    missing = int(np.maximum(np.round(steps[within] / count) - 1, 0).sum())
    usual = f"{len(odd):,} of {int(within.sum()):,} steps in `{clock.column}` are not {clock.step}"
    first = f"the first from {clock.text(int(values[row - 1]))} to {clock.text(int(values[row]))}"
    moments = "1 moment is" if missing == 1 else f"{missing:,} moments are"
    gaps = f"; {moments} absent" if missing else ""
    place = file.row(file_row(row))
    return [f"{usual} ({first}, {place}){gaps}; rows are taken as equally far apart"]


def _uneven(clock: Clock, values: NDArray[np.int64], within: NDArray[np.bool_]) -> str:
    """What to say of steps most of which differ from the usual one."""
    import numpy as np

    steps = np.diff(values)[within]
    unit: Literal["microsecond", "number"] = "microsecond" if clock.format else "number"
    low, high = (str(Step(int(each), unit)) for each in (steps.min(), steps.max()))
    message = f"the steps in `{clock.column}` are {low} to {high} long, {clock.step} in the middle"
    return f"{message}; rows are taken as equally far apart"
