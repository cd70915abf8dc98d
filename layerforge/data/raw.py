"""The values of a file in use, before anything is fitted to them, and what is done about holes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layerforge.data.cells import Column, cell, read_cells
from layerforge.data.encoding import Fill
from layerforge.data.files import File
from layerforge.data.roles import Roles
from layerforge.data.stamps import Stamps, read_stamps
from layerforge.diagnostics import SpecError
from layerforge.records import replace
from layerforge.spec.data import DataSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Raw:
    """Columns by name and the time of each row; `kept` are the rows of the file, None for all."""

    file: File
    roles: Roles
    columns: Mapping[str, Column]
    stamps: Stamps | None
    kept: NDArray[np.int64] | None = None

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self.file.rows if self.kept is None else len(self.kept)

    def file_row(self, row: int) -> int:
        """The row of the file that a row is."""
        return row if self.kept is None else int(self.kept[row])


def read_raw(
    settings: DataSettings,
    file: File,
    roles: Roles,
    found: list[SpecError],
    categories: Collection[str] | None = None,
) -> Raw:
    """Every value in use; the faults in them go to `found`.

    `categories` are the features known from training to be such; None where that is to be seen.
    """
    stamps = None
    if roles.time is not None:
        try:
            stamps = read_stamps(file, roles.time)
        except SpecError as error:
            found.append(error)
    labels = set(roles.targets) if settings.task == "classification" else set()
    unsure: set[str] = set()
    if categories is not None:
        labels |= set(categories)
    elif settings.task != "forecast":
        unsure = set(roles.features)
    columns = read_cells(file, roles, unsure, labels, found)
    if settings.missing in (None, "error"):
        holed = [column for column in columns.values() if 0 < column.missing < file.rows]
        found.extend(_missing_value(settings, file, roles, column) for column in holed)
    return Raw(file, roles, columns, stamps)


def _missing_value(settings: DataSettings, file: File, roles: Roles, column: Column) -> SpecError:
    row = int(column.absent().argmax())
    message = f"{cell(file, row, column.name)}: the value is missing"
    if column.missing > 1:
        message += f"; {column.missing:,} of {file.rows:,} are missing in this column"
    left_out = "rows" if settings.window is None else "windows"
    help = f"`missing: drop` leaves out {left_out} with missing values"
    return SpecError("missing-value", message, roles.written[column.name], help)


def without_holes(settings: DataSettings, raw: Raw) -> Raw:
    """The rows of a table that can be samples; those of a series stay, for its windows need order.

    `missing: drop` takes away every row with a hole, a fill those whose answer is missing: an
    answer that was made up would be scored as if it were true.
    """
    import numpy as np

    if settings.window is not None:
        return raw
    names = raw.roles.used if settings.missing == "drop" else raw.roles.targets
    holes = holes_in(raw, names)
    if holes is None:
        return raw
    kept = np.flatnonzero(~holes)
    if not len(kept):
        message = f"`{raw.file.shown}`: no row is without a missing value"
        raise SpecError("missing-value", message, "missing")
    columns = {name: column.take(kept) for name, column in raw.columns.items()}
    stamps = raw.stamps and replace(raw.stamps, values=raw.stamps.values[kept])
    return replace(raw, columns=columns, stamps=stamps, kept=kept)


def holes_in(raw: Raw, names: Sequence[str]) -> NDArray[np.bool_] | None:
    """Where any of these columns has no value; None where they are whole."""
    import numpy as np

    holed = [raw.columns[name].absent() for name in names if raw.columns[name].missing]
    return np.logical_or.reduce(holed) if holed else None


def fill_of(settings: DataSettings) -> Fill:
    """What stands in a hole. With `missing: drop` no sample sees it, but the arrays have no NaN."""
    if not isinstance(settings.missing, dict):
        return "previous"
    fill: Fill = settings.missing["fill"]
    if fill == "previous" and settings.window is None:
        message = "the rows of a table have no order, so a hole cannot take the previous value"
        raise SpecError("unused-key", message, "missing.fill", "write `mean` or a number")
    return fill
