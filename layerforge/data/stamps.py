"""The time of each row: its format found out, its order checked, its step, the stamps to come."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from layerforge.data.cells import cell, quoted, read_text
from layerforge.data.files import File
from layerforge.data.formats import formats_of, written
from layerforge.data.frames import read_frame
from layerforge.data.moments import joined
from layerforge.data.parquet import parquet_types
from layerforge.diagnostics import SpecError
from layerforge.records import replace

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

MICROSECONDS: Final = {
    "week": 604_800_000_000,
    "day": 86_400_000_000,
    "hour": 3_600_000_000,
    "minute": 60_000_000,
    "second": 1_000_000,
    "millisecond": 1_000,
    "microsecond": 1,
}
_EPOCH = datetime(1970, 1, 1)  # stamps without a zone stay without one
# What a calendar can write, in microseconds; whole numbers that can be told apart by subtraction.
_DATES: Final = (-62_135_596_800_000_000, 253_402_300_799_999_999)
_NUMBERS: Final = (-(2**62), 2**62)


@dataclass(frozen=True, slots=True)
class Step:
    """The distance of one row to the next; its unit is `number` where the time is counted."""

    count: int
    unit: Literal["microsecond", "month", "number"]

    def __str__(self) -> str:
        count, unit = self.count, str(self.unit)
        if unit == "number":
            return str(count)
        if unit == "microsecond":
            unit = next(name for name, size in MICROSECONDS.items() if count % size == 0)
            count //= MICROSECONDS[unit]
        return f"1 {unit}" if count == 1 else f"{count:,} {unit}s"


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
        if self.step is None:
            return []
        if self.step.unit == "month":
            return [_months_later(last, self.step.count * (i + 1)) for i in range(count)]
        return [last + self.step.count * (i + 1) for i in range(count)]

    def saved(self) -> dict[str, Any]:
        """The same as JSON."""
        step = None if self.step is None else {"count": self.step.count, "unit": self.step.unit}
        return {"column": self.column, "format": self.format, "step": step}

    @staticmethod
    def restored(saved: Mapping[str, Any]) -> Clock:
        """A clock from `saved()`."""
        step = Step(**saved["step"]) if saved["step"] else None
        return Clock(saved["column"], saved["format"], step)


@dataclass(frozen=True, slots=True)
class Stamps:
    """The time of each row: whole numbers, or microseconds since 1970, in UTC where zones are."""

    clock: Clock
    values: NDArray[np.int64]
    warnings: tuple[str, ...] = ()

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

    Raises SpecError, about `time`, where they do not. `file_row` is as in `Raw`.
    """
    import numpy as np

    within = np.ones(max(len(values) - 1, 0), bool) if series is None else np.diff(series) == 0
    _check_order(file, clock, values, within, file_row)
    clock = replace(clock, step=_step(values, clock.format is not None, within))
    return Stamps(clock, values, tuple(_irregular(file, clock, values, within, file_row)))


def counted(clock: Clock, values: NDArray[np.int64]) -> NDArray[np.int64]:
    """The stamps in the unit of their step: months are counted, all else is as it is."""
    if clock.step is None or clock.step.unit != "month":
        return values
    months = _months(values)
    return values if months is None else months


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


def _step(values: NDArray[np.int64], dated: bool, within: NDArray[np.bool_]) -> Step | None:
    """The usual distance between rows; months are of unequal length and counted as months."""
    import numpy as np

    if not within.any():
        return None
    median = _median(np.diff(values)[within])
    if not dated:
        return Step(median, "number")
    if median >= 28 * MICROSECONDS["day"]:
        months = _months(values)
        if months is not None:
            return Step(max(_median(np.diff(months)[within]), 1), "month")
    return Step(median, "microsecond")


def _median(steps: NDArray[np.int64]) -> int:
    """The middle step; of two the lower, for their mean may be the distance of no two rows."""
    import numpy as np

    return int(np.percentile(steps, 50, method="lower"))


def _months(values: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """The months since 1970 of stamps that all stand at one day of the month, or at its end."""
    import numpy as np

    moments = values.astype("datetime64[us]")
    months = moments.astype("datetime64[M]")
    into = moments - months
    to_end = (months + np.timedelta64(1, "M")).astype("datetime64[us]") - moments
    if (into == into[0]).all() or (to_end == to_end[0]).all():
        return months.astype(np.int64)
    return None


def _months_later(value: int, count: int) -> int:
    """The same day of the month so many months later; the last day of a month stays the last."""
    moment = _EPOCH + timedelta(microseconds=value)
    total = moment.year * 12 + moment.month - 1 + count
    year, month = divmod(total, 12)
    is_last = (moment + timedelta(days=1)).month != moment.month
    day = _days(year, month + 1) if is_last else min(moment.day, _days(year, month + 1))
    return microseconds(moment.replace(year=year, month=month + 1, day=day))


def _days(year: int, month: int) -> int:
    from calendar import monthrange

    return monthrange(year, month)[1]


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

    if clock.step is None:
        return []
    steps = np.diff(counted(clock, values))
    odd = np.flatnonzero((steps != clock.step.count) & within)
    if not len(odd):
        return []
    row = int(odd[0]) + 1
    missing = int(np.maximum(np.round(steps[within] / clock.step.count) - 1, 0).sum())
    usual = f"{len(odd):,} of {int(within.sum()):,} steps in `{clock.column}` are not {clock.step}"
    first = f"the first from {clock.text(int(values[row - 1]))} to {clock.text(int(values[row]))}"
    moments = "1 moment is" if missing == 1 else f"{missing:,} moments are"
    gaps = f"; {moments} absent" if missing else ""
    place = file.row(file_row(row))
    return [f"{usual} ({first}, {place}){gaps}; rows are taken as equally far apart"]
