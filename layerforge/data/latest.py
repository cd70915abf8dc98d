"""Which samples of new rows are predicted from where none is to come: rows, sequences, labelled windows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from layerforge.data.holes import dropped, holes_in, policy_of
from layerforge.data.raw import Raw
from layerforge.data.sequences import first_rows
from layerforge.data.splits import Split
from layerforge.data.windows import Frame, place_windows
from layerforge.diagnostics import SpecError
from layerforge.spec.data import DataSettings
from layerforge.tables.cells import Column, cell

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def all_rows(raw: Raw) -> Split:
    """Every row as the part `test`."""
    import numpy as np

    none = np.arange(0, dtype=np.int64)
    rows = {"train": none, "validation": none, "test": np.arange(raw.count, dtype=np.int64)}
    return Split(rows, True, "every row of the file", 0, raw.codes)


def every_sample(settings: DataSettings, raw: Raw, frame: Frame | None) -> NDArray[np.int64]:
    """The rows of a table, the first rows of its sequences, or those of the labelled windows.

    Raises SpecError where there are too few rows, or where a value is missing.
    """
    import numpy as np

    rows = np.arange(raw.count, dtype=np.int64)
    if frame is None:
        return first_rows(rows, raw.codes) if settings.is_sequences else rows
    holes = holes_in(raw.columns, dropped(settings, raw.roles.looked_at))
    check_missing(settings, raw, rows, list(raw.roles.looked_at))
    positions = place_windows(all_rows(raw), frame, holes).positions["test"]
    if not len(positions):
        raise too_short(raw, raw.count, frame.span)
    return positions


def too_short(raw: Raw, rows: int, span: int, series: str = "") -> SpecError:
    """The fault of a file, or of a series in it, that has no whole window."""
    message = f"`{raw.file.shown}` has {rows:,} rows{series}; the model looks at {span:,}"
    return SpecError("too-few-rows", message)


def check_missing(
    settings: DataSettings,
    raw: Raw,
    rows: NDArray[np.int64],
    names: Sequence[str],
    ahead: bool = False,
) -> None:
    """Raises SpecError at the first hole in these rows that no fill may stand in.

    In rows to come, `ahead`, only a number that the spec states may: what is known ahead is given.
    """
    for name in names:
        column: Column = raw.columns[name]
        policy = policy_of(settings, name)
        filled = isinstance(policy, Mapping) and not isinstance(policy["fill"], str)
        if not column.missing or filled or not (ahead or policy in ("error", "drop")):
            continue
        absent = column.absent()[rows]
        if settings.horizon is None and policy == "drop":
            continue
        if absent.any():
            row = raw.file_row(int(rows[absent.argmax()]))
            message = f"{cell(raw.file, row, name)}: a value is missing in what the model looks at"
            raise SpecError("missing-value", message)
