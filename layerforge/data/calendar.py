"""Columns derived from the time: the hour of the day, the day of the week, as points on a circle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from layerforge.data.encoding import Encoder
from layerforge.diagnostics import SpecError
from layerforge.tables.cells import Column
from layerforge.tables.stamps import Stamps
from layerforge.tables.steps import MICROSECONDS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_DAY: Final = MICROSECONDS["day"]


def calendar_columns(stamps: Stamps, fields: Sequence[str]) -> dict[str, Column]:
    """For each field a sine and a cosine of its part of the cycle; `year` is a number as it is.

    Raises SpecError, about `calendar`, where the time is counted, not dated.
    """
    import numpy as np

    if stamps.clock.format is None:
        message = f"`{stamps.clock.column}` counts the rows; only dates have a calendar"
        raise SpecError("bad-time", message, "calendar")
    columns: dict[str, Column] = {}
    for field in fields:
        if field == "year":
            years = _years(stamps.values).astype(np.float64)
            columns[field] = Column(field, "number", years, 0)
            continue
        angle = 2 * np.pi * _phase(stamps.values, field)
        for name, values in ((f"{field} sin", np.sin(angle)), (f"{field} cos", np.cos(angle))):
            columns[name] = Column(name, "number", values, 0)
    return columns


def names_of(fields: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns that these fields become."""
    own = [[f] if f == "year" else [f"{f} sin", f"{f} cos"] for f in fields]
    return tuple(name for names in own for name in names)


def calendar_encoders(
    columns: Mapping[str, Column], rows: NDArray[np.int64]
) -> tuple[Encoder, ...]:
    """Sines and cosines stay as they are; a year counts from the mean of the training rows."""
    encoders = []
    for name, column in columns.items():
        values = column.numbers()[rows]
        mean = float(values.mean())
        if name == "year":
            width = float(values.std()) or 1.0
            encoders.append(Encoder(name, "number", mean, width, mean, (), len(rows)))
        else:
            encoders.append(Encoder(name, "number", 0.0, 1.0, mean, (), len(rows)))
    return tuple(encoders)


def _years(values: NDArray[np.int64]) -> NDArray[np.int64]:
    import numpy as np

    years: NDArray[np.int64] = values.astype("datetime64[us]").astype("datetime64[Y]").astype(int)
    return np.asarray(years + 1970, np.int64)


def _phase(values: NDArray[np.int64], field: str) -> NDArray[np.float64]:
    """How much of its cycle has passed at each moment, from 0 up to 1."""
    import numpy as np

    moments = values.astype("datetime64[us]")
    months = moments.astype("datetime64[M]")
    into_day = values % _DAY
    if field == "minute":
        return np.asarray(values % MICROSECONDS["hour"] / MICROSECONDS["hour"])
    if field == "hour":
        return np.asarray(into_day / _DAY)
    days = values // _DAY
    if field == "dayofweek":
        return np.asarray((days + 3) % 7 / 7)  # 1970-01-01 was a Thursday; Monday is 0
    if field == "month":
        return np.asarray(months.astype(int) % 12 / 12)
    if field == "quarter":
        return np.asarray(months.astype(int) % 12 // 3 / 4)
    into_month = (moments.astype("datetime64[D]") - months).astype(int)
    if field == "day":
        return np.asarray(into_month / 31)
    years = moments.astype("datetime64[Y]")
    into_year = (moments.astype("datetime64[D]") - years).astype(int)
    return np.asarray(into_year / 366 if field == "dayofyear" else into_year // 7 / 53)
