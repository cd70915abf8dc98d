"""What a file holds, column by column, as far as a look at its first rows tells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from layerforge.data.cells import MISSING, read_frame
from layerforge.data.files import File, recognise
from layerforge.data.formats import formats_of
from layerforge.data.season import Season, find_season
from layerforge.data.stamps import Stamps, read_stamps
from layerforge.diagnostics import Diagnostic, Faults, SpecError
from layerforge.records import replace

if TYPE_CHECKING:
    import polars as pl

ROWS: Final = 50_000  # looked at; more would tell no more of what a column is
SENTINELS: Final = ("?", "-", "--", "*", "missing", "unknown", "none", "None", "#N/A", "NULL")
_COUNTED: Final = re.compile(r"time|date|day|month|year|week|hour|t|step|index|period", re.I)


@dataclass(frozen=True, slots=True)
class Seen:
    """A column: what its values are, how many are different, how many are missing.

    `low` and `high` are of a column of numbers. `sentinels` are words such as `?` among numbers or
    categories that stand for a missing value.
    """

    name: str
    kind: Literal["whole", "number", "text", "empty"]
    distinct: int
    missing: int
    low: float = 0.0
    high: float = 0.0
    sentinels: tuple[str, ...] = ()
    longest_run: int = 1

    @property
    def numeric(self) -> bool:
        return self.kind in ("whole", "number")


@dataclass(frozen=True, slots=True)
class Survey:
    """A file and its columns. `time` is the column whose stamps go one way, with its stamps."""

    file: File
    columns: tuple[Seen, ...]
    looked: int
    time: str | None = None
    stamps: Stamps | None = None

    def column(self, name: str) -> Seen:
        return next(each for each in self.columns if each.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.columns)


def survey(path: Path, shown: str, time: str | None = None) -> Survey:
    """Looks at a data file; `time` names its time column where that is known.

    Raises Faults where the file is no table that can be read, or has no such column.
    """
    try:
        file = recognise(path, shown, None, True)
        if file.lacks_header:
            file = recognise(path, shown, None, False)
        return _look(file, time)
    except SpecError as error:
        raise Faults(error.at(None)) from None


def _look(file: File, time: str | None) -> Survey:
    import polars as pl

    if time is not None and time not in file.columns:
        raise Faults(Diagnostic("unknown-column", f"`{file.shown}` has no column `{time}`"))
    head = replace(file, rows=min(file.rows, ROWS))
    names = list(dict.fromkeys(file.columns))
    frame = read_frame(head, names, pl.String)
    columns = tuple(_seen(name, frame[name]) for name in names)
    wanted = [time] if time is not None else _may_be_time(columns, frame)
    for name in wanted:
        try:
            return Survey(file, columns, head.rows, name, read_stamps(file, name))
        except SpecError:
            if time is not None:
                raise
    return Survey(file, columns, head.rows)


def _may_be_time(columns: Sequence[Seen], frame: pl.DataFrame) -> Iterator[str]:
    """The columns that look like stamps: written dates first, then numbers that are called so."""
    dated = [each for each in columns if each.kind == "text" and not each.missing]
    yield from (each.name for each in dated if formats_of(str(frame[each.name][0]).strip()))
    whole = [each for each in columns if each.kind == "whole" and not each.missing]
    yield from (each.name for each in whole if _COUNTED.fullmatch(each.name))


def _seen(name: str, texts: pl.Series) -> Seen:
    import polars as pl

    words = texts.str.strip_chars()
    words = words.set(words.is_in(list(MISSING)).fill_null(value=False), None)
    marks = words.is_in(list(SENTINELS))
    sentinels = tuple(words.filter(marks.fill_null(value=False)).unique().sort().to_list())
    words = words.set(marks.fill_null(value=False), None)
    known = words.drop_nulls()
    missing = len(words) - len(known)
    if not len(known):
        return Seen(name, "empty", 0, missing)
    numbers = known.cast(pl.Float64, strict=False)
    run = int(known.rle().struct.field("len").max())  # type: ignore[arg-type]
    if numbers.null_count():
        return Seen(name, "text", known.n_unique(), missing, 0, 0, sentinels, run)
    low, high = float(numbers.min()), float(numbers.max())  # type: ignore[arg-type]
    whole = bool((numbers == numbers.round()).all())
    kind: Literal["whole", "number"] = "whole" if whole else "number"
    return Seen(name, kind, known.n_unique(), missing, low, high, sentinels, run)


def season_of(survey: Survey, targets: Sequence[str]) -> Season:
    """The season of these columns in the first 0.7 of the rows, which will be training rows."""
    import polars as pl

    frame = read_frame(survey.file, list(targets), pl.Float64)
    values = frame.fill_nan(None).fill_null(strategy="forward").fill_null(0.0).to_numpy()
    step = survey.stamps.clock.step if survey.stamps is not None else None
    return find_season(step, values[: int(0.7 * len(values))])
