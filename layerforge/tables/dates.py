"""Dates as a person writes them in a spec: a day, a month or a year stands for the whole of it."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta

from layerforge.diagnostics import SpecError
from layerforge.tables.formats import formats_of
from layerforge.tables.stamps import microseconds


def period_end(text: str, format: str | None, arg: str) -> int:
    """The first moment after what the text names: after the day for a day, the month for a month.

    `format` is how the file writes its stamps (None for whole numbers); the text may be written
    so, or as year-month-day. Raises SpecError about `arg` for a text that is no date.
    """
    if format is None:
        raise SpecError("bad-split", f"`{text}` is a date, but the times are whole numbers", arg)
    known = formats_of(text)
    # `04/05/2021` is read as the file writes its own dates.
    for form in sorted(known, key=lambda form: not format.startswith(form.split(" ")[0])):
        try:
            moment = datetime.strptime(text, _python(form))
        except ValueError:
            continue
        return microseconds(moment) + _length(form, moment) // timedelta(microseconds=1)
    message = f"`{text}` is no number of rows, no fraction and no date"
    raise SpecError("bad-split", message, arg, "a date is written like 2017-06-30")


def _python(form: str) -> str:
    """Python's strptime knows `%z` and `%f` where polars has `%#z` and `%.f`."""
    return form.replace("%#z", "%z").replace("%.f", ".%f")


def _length(form: str, moment: datetime) -> timedelta:
    if "%S%.f" in form:
        return timedelta(microseconds=1)
    if "%S" in form:
        return timedelta(seconds=1)
    if "%M" in form:
        return timedelta(minutes=1)
    if "%d" in form:
        return timedelta(days=1)
    return timedelta(days=monthrange(moment.year, moment.month)[1])
