"""Which samples of new rows are predicted from: the last window of each series, or every one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from layerforge.data.cells import Column, cell
from layerforge.data.feeds import Feed
from layerforge.data.holes import dropped, holes_in, policy_of
from layerforge.data.raw import Raw
from layerforge.data.sequences import first_rows
from layerforge.data.series import stretches
from layerforge.data.splits import Split
from layerforge.data.windows import Frame, place_windows
from layerforge.diagnostics import SpecError
from layerforge.spec.data import DataSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def all_rows(raw: Raw) -> Split:
    """Every row as the part `test`."""
    import numpy as np

    none = np.arange(0, dtype=np.int64)
    rows = {"train": none, "validation": none, "test": np.arange(raw.count, dtype=np.int64)}
    return Split(rows, True, "every row of the file", 0, raw.codes)


def new_positions(
    settings: DataSettings, raw: Raw, frame: Frame | None, feeds: Sequence[Feed]
) -> NDArray[np.int64]:
    """The rows of a table, its sequences, the labelled windows, or the last window of each series.

    Where an input is known ahead, the rows that are forecast stand at the end of each series, with
    no values but the known ones. Raises SpecError where there are too few, or where one is missing.
    """
    import numpy as np

    if frame is None:
        rows = np.arange(raw.count, dtype=np.int64)
        return first_rows(rows, raw.codes) if settings.is_sequences else rows
    if settings.horizon is None:
        holes = holes_in(raw.columns, dropped(settings, raw.roles.looked_at))
        _check_missing(settings, raw, np.arange(raw.count), list(raw.roles.looked_at))
        positions = place_windows(all_rows(raw), frame, holes).positions["test"]
        if not len(positions):
            raise _too_short(raw, raw.count, frame.span)
        return positions
    ahead = any(feed.offsets == frame.future for feed in feeds)
    everything = np.arange(raw.count, dtype=np.int64)
    found = [_last(settings, raw, run, frame, ahead) for run in stretches(everything, raw.codes)]
    return np.asarray(found, np.int64)


def _last(settings: DataSettings, raw: Raw, run: range, frame: Frame, ahead: bool) -> int:
    """The first row of a series' last window."""
    import numpy as np

    reach = frame.answer + frame.steps - frame.span
    stop = run.stop - (_coming(raw, run, reach) if ahead else 0)
    if stop - run.start < frame.span:
        raise _too_short(raw, stop - run.start, frame.span)
    first = stop - frame.span
    looked_at = [name for name in raw.roles.looked_at if name in raw.columns]
    _check_missing(settings, raw, first + np.asarray(frame.past), looked_at)
    if ahead:
        if run.stop - stop < reach:
            message = f"`{raw.file.shown}`: {reach:,} rows with the columns known ahead must follow"
            message += f" the last row with values; there are {run.stop - stop:,}"
            raise SpecError("too-few-rows", message)
        _check_missing(settings, raw, first + np.asarray(frame.future), list(raw.roles.known))
    return first


def _coming(raw: Raw, run: range, reach: int) -> int:
    """How many rows at the end of a series have no value of what is not known ahead."""
    import numpy as np

    past = [raw.columns[n] for n in raw.roles.features if n not in raw.roles.known]
    if not past:
        return reach
    rows = np.asarray(run)
    whole = np.flatnonzero(~np.logical_and.reduce([column.absent()[rows] for column in past]))
    return len(run) - (int(whole[-1]) + 1 if len(whole) else 0)


def _too_short(raw: Raw, rows: int, span: int) -> SpecError:
    message = f"`{raw.file.shown}` has {rows:,} rows; the model looks at {span:,}"
    return SpecError("too-few-rows", message)


def _check_missing(
    settings: DataSettings, raw: Raw, rows: NDArray[np.int64], names: Sequence[str]
) -> None:
    """Raises SpecError at the first hole in these rows that no fill may stand in."""
    for name in names:
        column: Column = raw.columns[name]
        if not column.missing or policy_of(settings, name) not in ("error", "drop"):
            continue
        absent = column.absent()[rows]
        if settings.horizon is None and policy_of(settings, name) == "drop":
            continue
        if absent.any():
            row = raw.file_row(int(rows[absent.argmax()]))
            message = f"{cell(raw.file, row, name)}: a value is missing in what the model looks at"
            raise SpecError("missing-value", message)
