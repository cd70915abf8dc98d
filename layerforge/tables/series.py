"""Several series in one file: whose each row is, told by one column or several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layerforge.diagnostics import SpecError
from layerforge.tables.cells import cell, read_text
from layerforge.tables.files import File

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Series:
    """For each row the place of its series among the names, which stand as they first occur."""

    codes: NDArray[np.int64]
    names: tuple[str, ...]


def series_of(file: File, columns: Sequence[str]) -> Series:
    """The series of each row of a file; several columns are told apart by all of them together.

    Raises SpecError, about `group`, at a row that says none.
    """
    import polars as pl

    texts = []
    for name in columns:
        text = read_text(file, name)
        if text.null_count():
            row = text.is_null().arg_max() or 0
            message = f"{cell(file, row, name)}: whose row this is, is missing"
            raise SpecError("missing-value", message, "group")
        texts.append(text)
    both = pl.select(pl.concat_str(texts, separator=", ")).to_series().alias("group")
    names = both.unique(maintain_order=True)
    places = {name: place for place, name in enumerate(names.to_list())}
    codes = both.replace_strict(places, return_dtype=pl.Int64).to_numpy()
    return Series(codes, tuple(places))


def stretches(rows: NDArray[np.int64], codes: NDArray[np.int64] | None) -> list[range]:
    """Ascending rows as ranges of neighbours, each within one series."""
    import numpy as np

    if not len(rows):
        return []
    cut = np.diff(rows) != 1
    if codes is not None:
        cut |= np.diff(codes[rows]) != 0
    runs = np.split(rows, np.flatnonzero(cut) + 1)
    return [range(int(run[0]), int(run[-1]) + 1) for run in runs]


def firsts(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each row the first row of its series, whose rows stand together."""
    import numpy as np

    new = np.concatenate([[False], np.diff(codes) != 0])
    starts = np.concatenate([[0], np.flatnonzero(new)])
    return np.asarray(starts[np.cumsum(new)], np.int64)
