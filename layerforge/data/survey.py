"""What a file holds, column by column, as far as a look at its first rows tells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from layerforge.data.season import Season, find_season
from layerforge.diagnostics import Diagnostic, Faults, SpecError
from layerforge.records import replace
from layerforge.tables.cells import MISSING, plain, read_text
from layerforge.tables.files import File, Wording, recognise
from layerforge.tables.formats import formats_of, is_clock
from layerforge.tables.frames import read_frame
from layerforge.tables.looks import Look, look_of, number_for_nothing, words_for_nothing
from layerforge.tables.numerals import check_units, numbers_of, worded
from layerforge.tables.parquet import parquet_types, strange_types
from layerforge.tables.roles import check_repeated
from layerforge.tables.series import series_of
from layerforge.tables.stamps import Clock, Stamps, read_moments, settled
from layerforge.tables.steps import counted

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

ROWS: Final = 50_000  # looked at; more would tell no more of what a column is
SENTINELS: Final = (
    "?",
    "-",
    "--",
    "*",
    "missing",
    "unknown",
    "none",
    "None",
    "#N/A",
    "NULL",
    "n.a.",
    "N.A.",
)
PARTS: Final = ("year", "month", "day", "hour", "minute", "second")
_REPEATED: Final = 50  # one row in so many may repeat a moment of a series
_GAPS: Final = 4  # rows that there are for each absent moment, at least, where gaps are filled
_EARLY: Final = 0.6  # of the rows
_SERIES: Final = 1_000  # in one file, at most
_TRIED: Final = 50  # columns that may number sequences, or their steps: the first ones do
_COUNTED: Final = re.compile(
    r"time|date|day|month|year|week|hour|t|ts|timestamp|unix|epoch|step|index|period", re.I
)


@dataclass(frozen=True, slots=True)
class Seen:
    """A column: what its values are, how many are different, how many are missing.

    `low` and `high` are of a column of numbers; a flag is true or false. `sentinels` are words such
    as `?` among numbers or categories that stand for a missing value; where nothing stands is `blank`.
    `look` is of texts that are nearly numbers; one that `counts` rises by 1 from row to row.
    """

    name: str
    kind: Literal["whole", "number", "flag", "text", "empty", "other"]
    distinct: int
    missing: int
    low: float = 0.0
    high: float = 0.0
    sentinels: tuple[str, ...] = ()
    longest_run: int = 1
    look: Look | None = None
    blank: int = 0
    counts: bool = False

    @property
    def numeric(self) -> bool:
        return self.kind in ("whole", "number")


@dataclass(frozen=True, slots=True)
class Times:
    """The time of the rows: its columns, whose each row is, and how far apart rows are.

    `group` tells series apart whose stamps repeat; `sort` says that the rows must be sorted. Where a
    few moments of one series repeat, as an hour does when summer time ends, `order` has the first.
    """

    columns: tuple[str, ...]
    group: str | None
    sort: bool
    stamps: Stamps
    order: NDArray[np.int64]  # the rows by series and time
    first: int  # how many of them are of the first series
    repeated: int = 0  # rows at a moment that another has


@dataclass(frozen=True, slots=True)
class Survey:
    """A file and its columns, and the time of its rows where some columns tell one."""

    file: File
    columns: tuple[Seen, ...]
    looked: int
    times: Times | None = None
    _named: dict[str, Seen] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_named", {each.name: each for each in self.columns})

    def column(self, name: str) -> Seen:
        return self._named[name]

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
        check_repeated(file)
        return _look(worded(file, ROWS), time)
    except SpecError as error:
        raise Faults(error.at(None)) from None


def _look(file: File, time: str | None) -> Survey:
    import polars as pl

    if time is not None and time not in file.columns:
        raise Faults(Diagnostic("unknown-column", f"`{file.shown}` has no column `{time}`"))
    head = replace(file, rows=min(file.rows, ROWS))
    names, strange = list(file.columns), strange_types(file)
    frame = read_frame(head, [name for name in names if name not in strange], pl.String)
    check_units(file, frame)
    known = {name: Seen(name, "other", 0, 0, sentinels=(kind,)) for name, kind in strange.items()}
    known |= _numbers(head, frame.columns)
    columns = tuple(known.get(name) or _seen(name, frame[name], file.wording) for name in names)
    wanted = [(time,)] if time is not None else _may_be_time(columns, frame)
    for each in wanted:
        try:
            times = _times(file, columns, each)
        except SpecError:
            if time is not None:
                raise
        else:
            if times is not None:
                return Survey(file, columns, head.rows, times)
            if time is not None:
                message = f"`{file.shown}`: moments in `{time}` repeat"
                message += ", and no column tells several series apart"
                raise Faults(Diagnostic("bad-time", message))
    return Survey(file, columns, head.rows)


def _may_be_time(columns: Sequence[Seen], frame: pl.DataFrame) -> Iterator[tuple[str, ...]]:
    """The columns that look like stamps: dates, dates in several columns, numbers that are called so."""
    texts = [each for each in columns if each.kind == "text" and not each.missing]
    first = {each.name: str(frame[each.name][0]).strip() for each in texts}
    dated = [name for name, text in first.items() if formats_of(text)]
    clocks = [name for name, text in first.items() if is_clock(text)]
    yield from ((date, clock) for date in dated for clock in clocks)
    yield from ((date,) for date in dated)
    whole = [each for each in columns if each.kind == "whole" and not each.missing]
    parts = {each.name.lower(): each.name for each in whole if each.name.lower() in PARTS}
    if {"year", "month"} <= parts.keys():
        yield tuple(parts[part] for part in PARTS if part in parts)
    yield from ((each.name,) for each in whole if _COUNTED.fullmatch(each.name))


def _times(file: File, columns: Sequence[Seen], names: tuple[str, ...]) -> Times | None:
    """The time that these columns tell: of one series, or of several that a column tells apart."""
    import numpy as np

    clock, moments = read_moments(file, names, None)
    grows = bool((np.diff(moments) > 0).all())
    order = np.argsort(moments, kind="stable")
    if (np.diff(moments[order]) > 0).all():
        return Times(
            names, None, not grows, settled(file, clock, moments[order]), order, len(order)
        )
    for each in columns:
        few = 1 < each.distinct <= _SERIES and not each.missing and each.kind != "number"
        if few and each.name not in names:
            codes = series_of(file, (each.name,)).codes
            order = np.lexsort((moments, codes))
            later, same = np.diff(moments[order]) > 0, np.diff(codes[order]) == 0
            if (later | ~same).all():
                stamps = settled(file, clock, moments[order], codes[order])
                sort = bool((np.diff(moments)[np.diff(codes) == 0] <= 0).any())
                first = int((codes[order] == codes[order][0]).sum())
                return Times(names, each.name, sort, stamps, order, first)
    return _once_each(file, clock, names, moments, order)


def _once_each(
    file: File,
    clock: Clock,
    names: tuple[str, ...],
    moments: NDArray[np.int64],
    order: NDArray[np.int64],
) -> Times | None:
    """The time of one series of which a few moments repeat; None where more do, or no step is seen."""
    import numpy as np

    kept = order[np.append(True, np.diff(moments[order]) > 0)]
    repeated = len(order) - len(kept)
    steps, counts = np.unique(np.diff(moments[kept]), return_counts=True)
    if repeated * _REPEATED > len(order) or not len(steps) or counts.max() * 10 < 9 * len(kept):
        return None
    sort = bool((np.diff(moments) < 0).any())
    return Times(names, None, sort, settled(file, clock, moments[kept]), kept, len(kept), repeated)


@dataclass(frozen=True, slots=True)
class Steps:
    """Sequences in long form: the column that tells them apart, and the one that counts their steps."""

    group: str
    order: str


def find_sequences(seen: Survey, target: str) -> Steps | None:
    """The sequences whose rows stand below each other, one value of the target for each; or None."""
    import polars as pl

    head = replace(seen.file, rows=seen.looked)
    others = [c for c in seen.columns if c.name != target and not c.missing]
    groups = [c.name for c in others if c.kind != "number" and 1 < c.distinct * 3 <= seen.looked]
    orders = [c.name for c in others if c.kind == "whole" and c.distinct > 2]
    groups, orders = groups[:_TRIED], orders[:_TRIED]
    if not groups or not orders:
        return None
    texts = read_frame(head, list(dict.fromkeys([*groups, target])), pl.String)
    steps = numbers_of(head, orders)
    for group in groups:
        alike = texts.group_by(group).agg(pl.col(target).n_unique())
        if (alike[target] > 1).any():
            continue
        rises = (
            steps.with_columns(texts[group].alias("  group"))
            .group_by("  group", maintain_order=True)
            .agg(pl.exclude("  group").diff().drop_nulls().eq(1).all())
        )
        found = next((name for name in orders if name != group and rises[name].all()), None)
        if found is not None:
            return Steps(group, found)
    return None


def texts_of(seen: Survey, names: Sequence[str]) -> dict[str, int]:
    """How many texts each column has; 0 where the earlier rows, three fifths of them, lack some.

    Training rows have all of them then, whatever the order of the file is.
    """
    import numpy as np

    times = seen.times
    if times is None:
        early = np.arange(int(_EARLY * seen.file.rows))
    else:
        cut = np.quantile(times.stamps.values, _EARLY)
        early = times.order[times.stamps.values <= cut]
    found = {}
    for name in names:
        texts = read_text(seen.file, name)
        every, known = texts.drop_nulls().n_unique(), texts[early].drop_nulls().n_unique()
        found[name] = every if known == every else 0
    return found


def labels_of(seen: Survey, column: str) -> frozenset[str]:
    """The different texts of a column in the rows looked at."""
    import polars as pl

    head = replace(seen.file, rows=seen.looked)
    texts = read_frame(head, [column], pl.String)[column].str.strip_chars().drop_nulls()
    return frozenset(texts.unique().to_list())


def _numbers(head: File, names: Sequence[str]) -> dict[str, Seen]:
    """The columns that hold a number in every row: told at once, for there may be very many."""
    import numpy as np
    import polars as pl

    if head.wording.thousands:
        return {}  # which the quick reader might take for a decimal mark
    types = parquet_types(head)
    names = [name for name in names if name not in types or types[name].is_numeric()]
    found = {}
    for column in read_frame(head, names, pl.Float64):
        values = column.to_numpy()
        if not np.isnan(values).any():
            found[column.name] = _counted(column.name, values)
    return found


def _counted(name: str, every: NDArray[np.float64], missing: int = 0) -> Seen:
    """What a column of numbers is; a number that says that there is none is no value of it."""
    import numpy as np

    mark = number_for_nothing(every)
    values = every if mark is None else every[every != mark]
    missing += len(every) - len(values)
    ends = np.flatnonzero(np.append(values[1:] != values[:-1], True))
    run, whole = int(np.diff(ends, prepend=-1).max()), bool((values == np.round(values)).all())
    low, high, distinct = float(values.min()), float(values.max()), len(np.unique(values))
    kind: Literal["whole", "number"] = "whole" if whole else "number"
    counts = whole and distinct > 2 and bool((values[1:] == values[:-1] + 1).all())
    marks = () if mark is None else (f"{mark:g}",)
    return Seen(name, kind, distinct, missing, low, high, marks, run, counts=counts)


def _seen(name: str, texts: pl.Series, wording: Wording) -> Seen:
    words = texts.str.strip_chars()
    words = words.set(words.is_in(list(MISSING)).fill_null(value=False), None)
    blank, marks = words.null_count(), words.is_in(list(SENTINELS))
    sentinels = tuple(words.filter(marks.fill_null(value=False)).unique().sort().to_list())
    words = words.set(marks.fill_null(value=False), None)
    known = words.drop_nulls()
    missing = len(words) - len(known)
    if not len(known):
        return Seen(name, "empty", 0, missing, blank=blank)
    numbers = _as_numbers(known, wording)
    strange = known.filter(numbers.is_null())
    if len(strange) and (nothing := words_for_nothing(known, strange)):
        sentinels = tuple(sorted({*sentinels, *nothing}))
        missing += len(strange)
        known, numbers = known.filter(numbers.is_not_null()), numbers.drop_nulls()
        strange = strange.clear()
    run = int(known.rle().struct.field("len").max())  # type: ignore[arg-type]
    if known.str.to_lowercase().is_in(["true", "false"]).all():
        return Seen(name, "flag", known.n_unique(), missing, 0, 1, sentinels, run)
    if len(strange):
        look = look_of(known, strange)
        # Among categories a word for nothing is one more of them.
        distinct = known.n_unique() + len(sentinels)
        return Seen(name, "text", distinct, missing, 0, 0, sentinels, run, look, blank)
    seen = _counted(name, numbers.to_numpy(), missing)
    return replace(seen, sentinels=(*sentinels, *seen.sentinels))


def _as_numbers(texts: pl.Series, wording: Wording) -> pl.Series:
    import polars as pl

    bare = texts.str.strip_chars(wording.strip) if wording.strip else texts
    return plain(bare, wording).cast(pl.Float64, strict=False)


def season_of(seen: Survey, targets: Sequence[str]) -> Season:
    """The season of these columns, of the first series, in the first 0.7 of its rows."""
    import numpy as np
    import polars as pl

    frame = numbers_of(seen.file, targets)
    times = seen.times
    rows = np.arange(seen.file.rows) if times is None else times.order[: times.first]
    marks = [float(m) for n in targets for m in seen.column(n).sentinels if _is_number(m)]
    there = pl.all().is_finite() & ~pl.all().is_in(marks)
    finite = frame[rows].select(pl.when(there).then(pl.all()))
    values = finite.fill_null(strategy="forward").fill_null(0.0).to_numpy()
    if times is None:
        return find_season(None, values[: int(0.7 * len(values))])
    grid = grid_of(times)
    if grid is not None:  # an absent moment has the values of the one before
        values = values[np.searchsorted(grid, np.arange(grid[-1] + 1), side="right") - 1]
    return find_season(times.stamps.clock.step, values[: int(0.7 * len(values))])


def grid_of(times: Times) -> NDArray[np.int64] | None:
    """The place of each row of one series among all moments from its first to its last.

    None where none is absent, or where to put rows there would be wrong: holidays are no gaps, nor
    are most of the moments.
    """
    import numpy as np

    step = times.stamps.clock.step
    if times.group is not None or not times.stamps.even or step is None or step.unit == "weekday":
        return None
    counts = counted(step, times.stamps.values)
    assert counts is not None  # as of every step found in these values
    places, rest = np.divmod(counts - counts[0], step.count)
    absent = int(places[-1]) + 1 - len(places)
    return None if rest.any() or not 0 < absent * _GAPS <= len(places) else places


def _is_number(word: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", word) is not None
