"""The values of a file in use, before anything is fitted to them, and the rows that can be samples."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layerforge.data.holes import check_holes, dropped, holes_in
from layerforge.diagnostics import SpecError
from layerforge.records import replace
from layerforge.spec.data import DataSettings
from layerforge.spec.policies import SPLITS
from layerforge.tables.cells import Column, cell, read_cells
from layerforge.tables.files import File
from layerforge.tables.roles import Roles
from layerforge.tables.series import Series, series_of
from layerforge.tables.stamps import Stamps, read_moments

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Raw:
    """Columns by name and the time of each row; `kept` are the rows of the file, None for all.

    `series` says whose each row is, `parts` for which split its file was given (its place among
    them), None where there is one series, or one file. `notes` say what was done to the rows.
    """

    file: File
    roles: Roles
    columns: Mapping[str, Column]
    stamps: Stamps | None
    kept: NDArray[np.int64] | None = None
    series: Series | None = None
    parts: NDArray[np.int64] | None = None
    notes: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self.file.rows if self.kept is None else len(self.kept)

    @property
    def codes(self) -> NDArray[np.int64] | None:
        """For each row the number of its series."""
        return self.series.codes if self.series is not None else None

    def file_row(self, row: int) -> int:
        """The row of the file that a row is; one that was put in between counts as the one before."""
        return row if self.kept is None else int(self.kept[row])

    def cell(self, row: int, column: str) -> str:
        """A place in the file, as messages name it."""
        return cell(self.file, self.file_row(row), column)

    def take(self, rows: NDArray[np.int64]) -> Raw:
        """The same with these rows alone, in this order."""
        import numpy as np

        return replace(
            self,
            columns={name: column.take(rows) for name, column in self.columns.items()},
            stamps=self.stamps and replace(self.stamps, values=self.stamps.values[rows]),
            kept=rows if self.kept is None else self.kept[rows],
            series=self.series and replace(self.series, codes=self.series.codes[rows]),
            parts=None if self.parts is None else np.asarray(self.parts[rows]),
        )


def read_raw(
    settings: DataSettings,
    file: File,
    roles: Roles,
    found: list[SpecError],
    categories: Collection[str] | None = None,
    coming: bool = False,
) -> Raw:
    """Every value in use; the faults in them go to `found`.

    `categories` are the features known from training to be such; None where that is to be seen.
    With `coming` holes are looked at later: the last rows may be those that are forecast.
    """
    stamps = None
    if roles.time:
        try:
            clock, values = read_moments(file, roles.time, settings.date_format)
            stamps = Stamps(clock, values)
        except SpecError as error:
            found.append(error)
    labels = set(roles.targets) if settings.task == "classification" else set()
    unsure: set[str] = set()
    if categories is not None:
        labels |= set(categories)
    else:
        types = _types(settings, file, found)
        labels |= {name for name in roles.looked_at if types.get(name) == "category"}
        unsure = {name for name in roles.looked_at if name not in types} - set(roles.targets)
    known = categories is not None
    columns = read_cells(file, roles, unsure, labels, found, known)
    if not coming:  # a column without any value was told already where it may not be
        held = [each for each in columns.values() if known or each.missing < file.rows]
        found.extend(check_holes(settings, file, roles, held))
    series = series_of(file, roles.group) if roles.group else None
    return Raw(file, roles, columns, stamps, None, series, _parts(file))


def _types(settings: DataSettings, file: File, found: list[SpecError]) -> Mapping[str, str]:
    for key in ("types", "encode"):
        for name in getattr(settings, key) or {}:
            if name not in file.columns:
                message = f"there is no column `{name}` in `{file.shown}`"
                found.append(SpecError("unknown-column", message, f"{key}.{name}"))
    return settings.types or {}


def _parts(file: File) -> NDArray[np.int64] | None:
    import numpy as np

    if not any(part.part for part in file.parts):
        return None
    places = [SPLITS.index(part.part) for part in file.parts]
    return np.repeat(places, [part.rows for part in file.parts])


def without_holes(settings: DataSettings, raw: Raw) -> Raw:
    """The rows of a table that can be samples; those of a series stay, for its windows need order.

    `missing: drop` takes away every row with a hole, a fill those whose answer is missing: an
    answer that was made up would be scored as if it were true.
    """
    import numpy as np

    if settings.window is not None:
        return raw
    names = dict.fromkeys([*dropped(settings, raw.roles.used), *raw.roles.targets])
    holes = holes_in(raw.columns, [name for name in names if name in raw.columns])
    if holes is None:
        return raw
    kept = np.flatnonzero(~holes)
    if not len(kept):
        message = f"`{raw.file.shown}`: no row is without a missing value"
        raise SpecError("missing-value", message, "missing")
    return raw.take(kept)
