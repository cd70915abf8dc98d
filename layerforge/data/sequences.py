"""Sequences of varying length: the rows of one group, in order, are one sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layerforge.data.feeds import Lengths
from layerforge.data.raw import Raw
from layerforge.diagnostics import SpecError
from layerforge.spec.data import DataSettings
from layerforge.tables.cells import Column, cell

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def first_rows(rows: NDArray[np.int64], codes: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """The first of these ascending rows of every series."""
    import numpy as np

    if codes is None or not len(rows):
        return rows
    found: NDArray[np.int64] = rows[np.concatenate([[True], np.diff(codes[rows]) != 0])]
    return found


def lengths_of(settings: DataSettings, raw: Raw) -> Lengths:
    """How long every sequence is. Raises SpecError where the answer changes within one."""
    import numpy as np

    codes = raw.codes
    assert codes is not None
    for name in raw.roles.targets:
        _check_same(raw, raw.columns[name], f"the answer `{name}`", raw.roles.written[name])
    first = first_rows(np.arange(len(codes)), codes)
    sizes = np.diff(np.concatenate([first, [len(codes)]]))
    lengths = np.zeros(len(codes), np.int64)
    lengths[first] = sizes
    return Lengths(lengths, settings.padding, int(sizes.max()))


def check_static(raw: Raw) -> None:
    """Raises SpecError, at its name, for a static column that changes within a series."""
    for name in raw.roles.static:
        _check_same(raw, raw.columns[name], f"the static column `{name}`", raw.roles.written[name])


def _check_same(raw: Raw, column: Column, what: str, place: str) -> None:
    import numpy as np

    if raw.codes is None:
        return
    if column.kind == "category":
        texts = column.texts()
        other = (texts[1:] != texts[:-1]).fill_null(value=False).to_numpy()
    else:
        other = np.diff(column.numbers()) != 0
    changed = np.flatnonzero(other & (np.diff(raw.codes) == 0))
    if len(changed):
        row = raw.file_row(int(changed[0]) + 1)
        message = f"{cell(raw.file, row, column.name)}: {what} changes within one series"
        raise SpecError("changing-value", message, place)
