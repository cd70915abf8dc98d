"""Rows put in order: series by series, moment by moment; what repeats or is absent by a stated policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from layerforge.data.raw import Raw
from layerforge.diagnostics import SpecError
from layerforge.records import replace
from layerforge.spec.data import DataSettings
from layerforge.spec.policies import SPLITS
from layerforge.tables.cells import Column, cell
from layerforge.tables.frames import read_frame
from layerforge.tables.series import Series
from layerforge.tables.stamps import Stamps, settled
from layerforge.tables.steps import Step, counted, later

_FREELY: Final = 100_000  # absent moments that are put in, however few rows there are
_FOR_EACH: Final = 100  # more than these for each row that is there are no gaps

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def arranged(settings: DataSettings, raw: Raw) -> Raw:
    """The rows as samples are cut from them, with the stamps settled.

    Rows of several series are put together, each in its order. Raises SpecError where the time of
    a series does not grow and no policy says what to do about it.
    """
    if settings.order is not None:
        return _by_order(settings, raw)
    if raw.stamps is None:
        return _grouped(raw) if settings.window is not None else raw
    if settings.window is None and (raw.codes is not None or raw.parts is not None):
        return raw
    raw = _sorted(settings, raw) if settings.sort else _grouped(raw)
    raw = _single(settings, raw)
    assert raw.stamps is not None
    stamps = settled(raw.file, raw.stamps.clock, raw.stamps.values, raw.codes, raw.file_row)
    return _whole(settings, replace(raw, stamps=stamps))


def _grouped(raw: Raw) -> Raw:
    """The rows of each series together, in the order of the file."""
    import numpy as np

    if raw.codes is None or (np.diff(raw.codes) >= 0).all():
        return raw
    return raw.take(np.argsort(raw.codes, kind="stable"))


def _sorted(settings: DataSettings, raw: Raw) -> Raw:
    """The rows of each series together, the earliest first."""
    import numpy as np

    assert raw.stamps is not None
    values, codes = raw.stamps.values, raw.codes
    keys = (values,) if codes is None else (values, codes)
    order = np.lexsort(keys)
    if (np.diff(order) == 1).all():
        return raw
    # In the order of the file, each series by itself.
    own = np.arange(len(values)) if codes is None else np.argsort(codes, kind="stable")
    within = np.ones(len(values) - 1, bool) if codes is None else np.diff(codes[own]) == 0
    moved = int(((np.diff(values[own]) < 0) & within).sum())
    raw = raw.take(order)
    note = f"the rows were sorted by time: {moved:,} stood before an earlier one"
    return replace(raw, notes=(*raw.notes, note)) if moved else raw


def _single(settings: DataSettings, raw: Raw) -> Raw:
    """One row for each moment of a series, where `duplicates` says which."""
    import numpy as np

    assert raw.stamps is not None
    repeated = np.diff(raw.stamps.values) == 0
    if raw.codes is not None:
        repeated &= np.diff(raw.codes) == 0
    if settings.duplicates == "error" or not repeated.any():
        return raw
    keep = np.concatenate([[True], ~repeated])
    if settings.duplicates == "last":
        keep = np.concatenate([~repeated, [True]])
    rows = np.flatnonzero(keep)
    single = raw.take(rows)
    if settings.duplicates == "mean":
        moments = np.cumsum(keep) - 1
        columns = {name: _mean(each, rows, moments) for name, each in raw.columns.items()}
        single = replace(single, columns=columns)
    what = {"first": "the first was kept", "last": "the last was kept", "mean": "their mean is one"}
    count = int(repeated.sum())
    repeat = "1 row repeats" if count == 1 else f"{count:,} rows repeat"
    note = f"{repeat} a moment: {what[settings.duplicates]}"
    return replace(single, notes=(*raw.notes, note))


def _mean(column: Column, rows: NDArray[np.int64], moments: NDArray[np.int64]) -> Column:
    """The mean of the values of each moment that are there; of categories the first."""
    import numpy as np

    single = column.take(rows)
    if column.kind == "category":
        return single
    values = column.numbers()
    known = ~np.isnan(values)
    sums = np.bincount(moments[known], values[known], len(rows))
    counts = np.bincount(moments[known], minlength=len(rows))
    means = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return replace(single, values=means, missing=int((counts == 0).sum()))


def _whole(settings: DataSettings, raw: Raw) -> Raw:
    """Absent moments refused, or put in as rows without values, where `gaps` says so."""
    import numpy as np

    assert raw.stamps is not None
    clock, values = raw.stamps.clock, raw.stamps.values
    within = np.ones(raw.count - 1, bool) if raw.codes is None else np.diff(raw.codes) == 0
    if settings.gaps == "keep" or clock.step is None or not within.any():
        return raw
    places = counted(clock.step, values)
    assert places is not None
    steps = np.diff(places)
    count = clock.step.count
    odd = np.flatnonzero((steps != count) & within)
    if not len(odd):
        return raw
    off = np.flatnonzero((steps % count != 0) & within)
    if settings.gaps == "error" or len(off):
        row = int((off if settings.gaps == "fill" else odd)[0])
        raise _gap(raw, row, len(off) > 0)
    absent = np.append(np.where(within, steps // count, 1) - 1, 0)
    _check_many(raw, absent)
    raw = put_in(raw, absent)
    count = raw.count - len(values)
    moments = "1 absent moment was" if count == 1 else f"{count:,} absent moments were"
    note = f"{moments} put in as rows without values"
    return replace(raw, notes=(*raw.notes, note))


def _check_many(raw: Raw, absent: NDArray[np.int64]) -> None:
    """Raises SpecError, about `gaps`, where most of the rows would be made up, by a wrong year say."""
    many = int(absent.sum())
    if many <= max(_FREELY, _FOR_EACH * raw.count):
        return
    row = int(absent.argmax())
    place = cell(raw.file, raw.file_row(row + 1), raw.stamps.clock.column if raw.stamps else "")
    message = f"{place}: {int(absent[row]):,} moments are absent before this row"
    message += f", of {many:,} in all; there are {raw.count:,} rows"
    help = f"`gaps: fill` puts in at most {_FOR_EACH} rows for each; is a time wrong?"
    raise SpecError("time-gap", message, "gaps", help)


def _gap(raw: Raw, row: int, uneven: bool) -> SpecError:
    """The fault of the row after a gap; one that no whole number of steps fills is called so."""
    assert raw.stamps is not None
    stamps = raw.stamps
    place = cell(raw.file, raw.file_row(row + 1), stamps.clock.column)
    message = f"{place}: {stamps.text(row + 1)} comes after {stamps.text(row)}"
    message += f", where the step is {stamps.clock.step}"
    if uneven:
        return SpecError("time-gap", f"{message}; no whole number of steps lies between", "gaps")
    help = "`gaps: fill` puts rows without values there, for `missing` to treat; `keep` ignores it"
    return SpecError("time-gap", message, "gaps", help)


def put_in(raw: Raw, after: NDArray[np.int64]) -> Raw:
    """The rows with so many without values `after` each, which go on from it in time and series."""
    import numpy as np

    places = np.cumsum(np.append(0, after + 1))
    source = np.full(int(places[-1]), -1, np.int64)
    source[places[:-1]] = np.arange(raw.count)
    before = np.maximum.accumulate(source)
    counts = np.arange(len(source)) - places[before]
    return replace(
        raw,
        columns={name: column.spread(source) for name, column in raw.columns.items()},
        stamps=raw.stamps and _moments(raw.stamps, before, counts),
        kept=before if raw.kept is None else raw.kept[before],
        series=raw.series and replace(raw.series, codes=raw.series.codes[before]),
        parts=None if raw.parts is None else raw.parts[before],
    )


def _moments(stamps: Stamps, before: NDArray[np.int64], counts: NDArray[np.int64]) -> Stamps:
    """The stamp of each row: so many steps after that of the row `before` it."""
    values, step = stamps.values[before], stamps.clock.step
    assert step is not None
    _check_last(stamps, step, values, counts)
    return replace(stamps, values=later(step, values, counts), warnings=())


def _check_last(
    stamps: Stamps, step: Step, values: NDArray[np.int64], counts: NDArray[np.int64]
) -> None:
    """Raises SpecError, about `time`, where rows to come would lie after all that can be written."""
    last = int(values.argmax())
    if not stamps.clock.holds(int(values[last]) + int(counts.max()) * step.longest):
        most = "the year 9999" if stamps.clock.format is not None else "what a number holds"
        message = f"rows to come after {stamps.clock.text(int(values[last]))} lie beyond {most}"
        raise SpecError("bad-time", message, "time")


def _by_order(settings: DataSettings, raw: Raw) -> Raw:
    """The rows of each sequence together, in the order that a column of numbers says."""
    import numpy as np

    raw, place = replace(raw, series=_sequences(raw)), str(settings.order)
    codes, keys = raw.codes, _numbers(raw, place)
    assert codes is not None
    order = np.lexsort((keys, codes))
    keys, codes = keys[order], codes[order]
    twice = np.flatnonzero((np.diff(keys) == 0) & (np.diff(codes) == 0))
    if len(twice):
        first, second = sorted(int(order[row]) for row in (twice[0], twice[0] + 1))
        message = f"{cell(raw.file, second, place)}: {keys[twice[0]]:g} stands in "
        message += f"{raw.file.row(first)} already, in the same sequence"
        raise SpecError("time-order", message, "order")
    return raw if (np.diff(order) == 1).all() else raw.take(order)


def _numbers(raw: Raw, column: str) -> Any:
    import numpy as np
    import polars as pl

    values = read_frame(raw.file, [column], pl.Float64)[column]
    strange = ~values.is_finite().fill_null(value=False)
    if strange.any():
        row = strange.arg_max() or 0
        message = f"{cell(raw.file, row, column)}: the order of the rows must be a number"
        raise SpecError("not-a-number", message, "order")
    return np.asarray(values.to_numpy())


def _sequences(raw: Raw) -> Series:
    """The sequence of each row: files for other splits may number theirs from the start again."""
    import numpy as np

    series = raw.series
    assert series is not None
    if raw.parts is None:
        return series
    codes = np.asarray(raw.parts * len(series.names) + series.codes, np.int64)
    return Series(codes, series.names * len(SPLITS))
