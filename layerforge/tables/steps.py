"""How far apart moments are: a length of time, months, or the open days of a week; and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    import numpy as np
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
ALL_WEEK: Final = "1111111"
BUSINESS: Final = "1111100"
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY: Final = MICROSECONDS["day"]
_LAST: Final = 31  # as the day of a month: its last one
_BY_CHANCE: Final = 0.001  # days of the week that are absent as seldom as this by chance are shut
_MOSTLY: Final = 0.75  # of the months, where some begin or end with a holiday


@dataclass(frozen=True, slots=True)
class Step:
    """The distance of one row to the next; its unit is `number` where the time is counted.

    `week` says with a 1 for each day from Monday on which days there are, as NumPy's `weekmask` does.
    Months are counted from `day` to `day`, or the last where a month is shorter; of a `week` with
    days that are shut, from the first (`day` 1) or the last open day (31).
    """

    count: int
    unit: Literal["microsecond", "weekday", "month", "number"]
    week: str = ALL_WEEK
    day: int = 1

    def __str__(self) -> str:
        count, unit, more = self.count, str(self.unit), ""
        if unit == "number":
            return str(count)
        if unit == "microsecond":
            unit = next(name for name, size in MICROSECONDS.items() if count % size == 0)
            count //= MICROSECONDS[unit]
        elif unit == "weekday":
            unit = "business day" if self.week == BUSINESS else "day"
            more = "" if self.week == BUSINESS else f" of {_spoken(self.week)}"
        elif self.week != ALL_WEEK:
            more = f" ({'last' if self.day == _LAST else 'first'} business day)"
        return (f"1 {unit}" if count == 1 else f"{count:,} {unit}s") + more

    @property
    def longest(self) -> int:
        """Microseconds, or what else the moments are counted in, that a step takes at most."""
        length = {"month": _LAST * _DAY, "weekday": 7 * _DAY}
        return self.count * length.get(self.unit, 1)


def later(step: Step, values: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The moments so many steps after others, 0 or more."""
    import numpy as np

    if step.unit in ("number", "microsecond"):
        return np.asarray(values + counts * step.count, np.int64)
    days = _days(values)
    if step.unit == "weekday":
        moved = np.busday_offset(days, counts * step.count, roll="backward", weekmask=step.week)
    else:
        moved = _day_of(days.astype("datetime64[M]") + counts * step.count, step.day, step.week)
    at = moved.astype("datetime64[us]").astype(np.int64) + values % _DAY
    return np.where(counts > 0, at, values)


def counted(step: Step, values: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """The moments in the unit of the step; None where one lies beside it: on a day that is shut."""
    import numpy as np

    if step.unit in ("number", "microsecond"):
        return values
    days = _days(values)
    if step.unit == "month":
        return np.asarray(days.astype("datetime64[M]").astype(np.int64))
    if not np.is_busday(days, weekmask=step.week).all():
        return None
    return np.asarray(np.busday_count(np.datetime64(0, "D"), days, weekmask=step.week))


def find_step(
    values: NDArray[np.int64], dated: bool, within: NDArray[np.bool_], known: Step | None = None
) -> Step | None:
    """The usual distance between rows; `within` says which neighbours belong to one series.

    It is the `known` one where at least half of the rows are so far apart.
    """
    import numpy as np

    if not within.any():
        return known
    if known is not None and dated == (known.unit != "number"):
        places = counted(known, values)
        if places is not None and np.mean(np.diff(places)[within] == known.count) >= 0.5:
            return known
    median = _median(np.diff(values)[within])
    if not dated:
        return Step(median, "number")
    found = None
    if median >= 28 * _DAY:
        found = _months(values)
    elif _DAY <= median < 7 * _DAY:
        found = _open_days(values)
    if found is None:
        return Step(median, "microsecond")
    places = counted(found, values)
    assert places is not None
    count = _median(np.diff(places)[within])
    return Step(max(count, 1), found.unit, found.week, found.day)


def _months(values: NDArray[np.int64]) -> Step | None:
    """The day of the month at which all of these moments stand, of whatever length their months are."""
    import numpy as np

    if not _at_one_time(values):
        return None
    days = _days(values)
    months = days.astype("datetime64[M]")
    into = (days - months.astype("datetime64[D]")).astype(np.int64) + 1
    for day in (_LAST, int(into.max())):
        if (days == _day_of(months, day, ALL_WEEK)).all():
            return Step(1, "month", day=day)
    if np.is_busday(days, weekmask=BUSINESS).all():
        for day in (_LAST, 1):
            if (days == _day_of(months, day, BUSINESS)).mean() >= _MOSTLY:
                return Step(1, "month", BUSINESS, day)
    return None


def _open_days(values: NDArray[np.int64]) -> Step | None:
    """The days of the week at which there are moments, where the others are not absent by chance."""
    import numpy as np

    if not _at_one_time(values):
        return None
    days = np.unique(values // _DAY)
    there = np.bincount((days + 3) % 7, minlength=7)  # 1970-01-01 was a Thursday; Monday is 0
    possible = np.bincount((np.arange(days[0], days[-1] + 1) + 3) % 7, minlength=7)
    is_open = there > 0
    if not 2 <= is_open.sum() <= 6:
        return None
    absent = 1 - there.sum() / possible[is_open].sum()
    weeks = int(possible[~is_open].min())
    if weeks < 2 or absent**weeks > _BY_CHANCE:
        return None
    return Step(1, "weekday", "".join("01"[int(each)] for each in is_open))


def _day_of(months: NDArray[Any], day: int, week: str) -> NDArray[Any]:
    """A day of each month: its last where it is shorter, its first or last open one of a `week`."""
    import numpy as np

    first = months.astype("datetime64[D]")
    last = (months + 1).astype("datetime64[D]") - 1
    days = np.minimum(first + (day - 1), last)
    if week == ALL_WEEK:
        return np.asarray(days)
    roll: Literal["forward", "backward"] = "forward" if day == 1 else "backward"
    return np.asarray(np.busday_offset(days, 0, roll=roll, weekmask=week))


def _at_one_time(values: NDArray[np.int64]) -> bool:
    """Whether all moments are at one time of the day, up to the hour that summer time makes in UTC."""
    into = values % _DAY
    return bool(into.max() - into.min() <= MICROSECONDS["hour"])


def _days(values: NDArray[np.int64]) -> NDArray[Any]:
    return values.astype("datetime64[us]").astype("datetime64[D]")


def _median(steps: NDArray[np.int64]) -> int:
    """The middle step; of two the lower, for their mean may be the distance of no two rows."""
    import numpy as np

    return int(np.percentile(steps, 50, method="lower"))


def _spoken(week: str) -> str:
    """The days of a week: `Tue to Sun`, or one by one where they do not follow each other."""
    run = "1" * week.count("1")
    start = (week + week).find(run)
    if start >= 0:
        return f"{_DAYS[start]} to {_DAYS[(start + len(run) - 1) % 7]}"
    return ", ".join(name for name, there in zip(_DAYS, week, strict=True) if there == "1")
