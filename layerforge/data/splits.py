"""Which rows train, validate and test: decided before anything is computed from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING, Final

from layerforge.diagnostics import SpecError
from layerforge.records import replace
from layerforge.spec.data import DataSettings
from layerforge.spec.policies import SPLITS
from layerforge.tables.dates import period_end
from layerforge.tables.series import firsts, stretches
from layerforge.tables.stamps import Stamps

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DEFAULT: Final[Mapping[str, float]] = {"train": 0.7, "validation": 0.1, "test": 0.2}
_ALMOST = 1e-9  # 0.29 x 100 is 28.999999999999996 in floating point, and means 29

Shares = Mapping[str, int | float | str | None]


@dataclass(frozen=True, slots=True)
class Split:
    """The rows of each part. `how` says in words by what rule; `unused` counts rows of no part.

    `rows` are ascending; in a chronological split those of each part and series are one stretch.
    `codes` say whose each row is, None where there is one series.
    """

    rows: Mapping[str, NDArray[np.int64]]
    chronological: bool
    how: str
    unused: int
    codes: NDArray[np.int64] | None = None

    def stretches(self, part: str) -> list[range]:
        """The rows of a part as runs of neighbours, each within one series."""
        return stretches(self.rows[part], self.codes)

    def first_of_series(self, row: int) -> int:
        """The first row of the series that a row belongs to."""
        import numpy as np

        if self.codes is None:
            return 0
        return int(np.searchsorted(self.codes, self.codes[row]))


@dataclass(frozen=True, slots=True)
class Candidates:
    """The rows that are split: their time, class and series, and the part their file was given for."""

    count: int
    stamps: Stamps | None
    classes: NDArray[np.int32] | None
    codes: NDArray[np.int64] | None = None
    parts: NDArray[np.int64] | None = None


def split_rows(settings: DataSettings, candidates: Candidates) -> Split:
    """The split that the settings ask for.

    Rows of files that were given for a part are of that part; the others are split by the shares.
    Raises SpecError, about `split` or its part, for shares that cannot be had.
    """
    import numpy as np

    given, parts = candidates, candidates.parts
    shares = _shares(settings, parts)
    if parts is None:
        rows, how = _split(settings, given, np.arange(given.count, dtype=np.int64), shares)
    else:
        free = np.flatnonzero(parts == 0)
        rows, how = _split(settings, given, free, shares)
        for place in np.unique(parts[parts > 0]):
            rows[SPLITS[place]] = np.flatnonzero(parts == place)
        how = f"by file; the training file {how}" if len(rows["train"]) < len(free) else "by file"
    unused = given.count - sum(map(len, rows.values()))
    return Split(rows, "shuffled" not in how, how, unused, given.codes)


def _shares(settings: DataSettings, parts: NDArray[np.int64] | None) -> Shares:
    """The shares of the rows that no file was given for; a file for a part leaves no share of it."""
    written = settings.split
    shares = {part: share for part, share in (written or {}).items() if part in SPLITS}
    if parts is None:
        return shares if any(share is not None for share in shares.values()) else DEFAULT
    own = {SPLITS[place] for place in parts if place}
    for part in own:
        if shares.get(part) is not None:
            message = f"the rows of `{part}` are those of its file; `split` cannot give it others"
            raise SpecError("bad-split", message, f"split.{part}")
    shares = {part: None if part in own else share for part, share in shares.items()}
    if any(share is not None for share in shares.values()):
        return shares
    return {"train": 1.0} if "validation" in own else {"train": 0.9, "validation": 0.1}


def _split(
    settings: DataSettings, given: Candidates, rows: NDArray[np.int64], shares: Shares
) -> tuple[dict[str, NDArray[np.int64]], str]:
    """The rows of each part, by the rule that the task and the columns ask for, and that rule."""
    if given.codes is not None and settings.window is None:
        return _by_group(settings, given, rows, shares)
    if given.codes is not None:
        return _by_moment(settings, given, rows, shares)
    dated = any(isinstance(share, str) for share in shares.values())
    stamps = given.stamps and replace(given.stamps, values=given.stamps.values[rows])
    count = len(rows)
    counts = _counts_by_date(shares, stamps, count) if dated else count_rows(shares, count)
    _check_filled(counts, shares, count)
    if not dated and _is_shuffled(settings):
        classes = given.classes[rows] if given.classes is not None and settings.stratify else None
        how = f"shuffled with seed {settings.seed}"
        how += ", stratified by class" * (classes is not None)
        found = _shuffled(counts, count, settings.seed, classes)
    else:
        gap = gap_of(settings)
        how, found = _why_chronological(settings, dated), _stretches(counts, gap)
        how += f", {gap:,} rows left out before each part" if gap else ""
    return {part: rows[places] for part, places in found.items()}, how


def _by_group(
    settings: DataSettings, given: Candidates, rows: NDArray[np.int64], shares: Shares
) -> tuple[dict[str, NDArray[np.int64]], str]:
    """Whole groups: none has rows in two parts. Shares are of groups, classes those of first rows."""
    import numpy as np

    assert given.codes is not None
    own = given.codes[rows]
    groups, first = np.unique(own, return_index=True)
    groups = groups[np.argsort(first)]
    if any(isinstance(share, str) for share in shares.values()):
        message = "whole groups are split by their number or a fraction of it, not by dates"
        raise SpecError("bad-split", message, "split")
    counts = count_rows(shares, len(groups))
    _check_filled(counts, shares, len(groups), "groups")
    how = "whole groups in the order of the file"
    found = _stretches(counts)
    if settings.shuffle:
        classes = given.classes if settings.stratify else None
        labels = None if classes is None else classes[rows[np.sort(first)]]
        found = _shuffled(counts, len(groups), settings.seed, labels)
        how = f"whole groups shuffled with seed {settings.seed}"
        how += ", stratified by class" * (labels is not None)
    return {part: rows[np.isin(own, groups[at])] for part, at in found.items()}, how


def _by_moment(
    settings: DataSettings, given: Candidates, rows: NDArray[np.int64], shares: Shares
) -> tuple[dict[str, NDArray[np.int64]], str]:
    """Several series cut at the same moments; without a time each by the place of its rows.

    What happens in one series at a moment may be known from another, so that a later cut in one
    would tell of the test rows of the others.
    """
    import numpy as np

    assert given.codes is not None
    if given.stamps is not None:
        when, how = given.stamps.values[rows], "all series at the same moments"
    else:
        own = given.codes[rows]
        when, how = np.arange(len(rows)) - firsts(own), "all series at the same row of each"
    moments = np.unique(when)
    dated = any(isinstance(share, str) for share in shares.values())
    stamps = given.stamps and replace(given.stamps, values=moments)
    count = len(moments)
    counts = _counts_by_date(shares, stamps, count) if dated else count_rows(shares, count)
    _check_filled(counts, shares, count, "moments")
    found = _stretches(counts, gap_of(settings))
    place = np.searchsorted(moments, when)
    parts = {part: rows[np.isin(place, at)] for part, at in found.items()}
    return parts, f"in order of time, {how}{', by dates' * dated}"


def _is_shuffled(settings: DataSettings) -> bool:
    """Rows of a table are shuffled unless they are moments; whoever writes `shuffle: true` may."""
    if settings.task == "forecast" or settings.window is not None:
        return False
    return settings.shuffle and (settings.time is None or "shuffle" in settings.spans)


def _why_chronological(settings: DataSettings, dated: bool) -> str:
    if dated:
        return "in order of time, by dates"
    return "in order of time" if settings.time is not None else "in the order of the file"


def count_rows(shares: Shares, count: int) -> dict[str, int]:
    """How many rows each part has, from numbers of rows or fractions."""
    given = {part: share for part in SPLITS if (share := shares.get(part)) is not None}
    fractions = [share for share in given.values() if isinstance(share, float)]
    if fractions and any(isinstance(share, int) and share > 0 for share in given.values()):
        message = "`split` mixes fractions and numbers of rows; write all parts in one of them"
        raise SpecError("bad-split", message, "split")
    counts = _fractions(given, count) if fractions else _numbers(given, count)
    left_out = [part for part in ("train", "test", "validation") if part not in given]
    rest = count - sum(counts.values())
    return {part: counts.get(part, rest if [part] == left_out[:1] else 0) for part in SPLITS}


def _fractions(given: Mapping[str, int | float | str], count: int) -> dict[str, int]:
    """Train and test are rounded down; validation takes what is left where the parts make a whole.

    So do the loaders of the long-horizon benchmark: LTSF-Linear, data_loader.py, Dataset_Custom.
    """
    shares = {part: float(share) for part, share in given.items()}
    total = sum(shares.values())
    if total > 1 + _ALMOST:
        message = f"the parts of `split` add up to {total:g}, which is more than the whole"
        raise SpecError("bad-split", message, "split")
    counts = {part: floor(share * count + _ALMOST) for part, share in shares.items()}
    if abs(total - 1) <= _ALMOST:
        taker = "validation" if shares.get("validation") else max(counts, key=lambda p: counts[p])
        counts[taker] += count - sum(counts.values())
    return counts


def _numbers(given: Mapping[str, int | float | str], count: int) -> dict[str, int]:
    counts = {part: int(share) for part, share in given.items()}
    total = sum(counts.values())
    if total > count:
        parts = " + ".join(f"{number:,}" for number in counts.values())
        message = f"`split` asks for {parts} = {total:,} rows, but the data have {count:,}"
        raise SpecError("bad-split", message, "split")
    return counts


def _counts_by_date(shares: Shares, stamps: Stamps | None, count: int) -> dict[str, int]:
    """The parts up to and with each date; a part left out at the end takes the rest."""
    import numpy as np

    if stamps is None:
        part = next(part for part, share in shares.items() if isinstance(share, str))
        message = f"`{shares[part]}` is no number of rows and no fraction"
        help = "to split by dates, name the column that holds them: `time: ...`"
        raise SpecError("bad-split", message, f"split.{part}", help)
    if any(share and not isinstance(share, str) for share in shares.values()):
        message = "`split` mixes dates with numbers; write all parts in one of them"
        raise SpecError("bad-split", message, "split")
    counts: dict[str, int] = {}
    start = 0
    for part in SPLITS:
        share = shares.get(part)
        if not isinstance(share, str):
            stop = count if part == "test" and share is None else start
        else:
            end = period_end(share, stamps.clock.format, f"split.{part}")
            stop = int(np.searchsorted(stamps.values, end, "left"))
            _check_date(part, share, start, stop, stamps)
        counts[part] = stop - start
        start = stop
    return counts


def _check_date(part: str, share: str, start: int, stop: int, stamps: Stamps) -> None:
    if stop > start:
        return
    first = stamps.text(start) if start < len(stamps.values) else None
    ends = f"; the rows left begin at {first}" if first else "; no rows are left"
    message = f"no row lies in the part `{part}`, which ends with {share}{ends}"
    raise SpecError("bad-split", message, f"split.{part}")


def _check_filled(
    counts: Mapping[str, int], shares: Shares, count: int, what: str = "rows"
) -> None:
    """A part that was asked for must have rows, and there is no model without any to train on."""
    for part in SPLITS:
        wanted = part == "train" or shares.get(part) not in (None, 0, 0.0)
        if wanted and not counts[part]:
            parts = ", ".join(f"{name} {counts[name]:,}" for name in SPLITS)
            message = f"the part `{part}` has no {what}: {count:,} {what} give {parts}"
            raise SpecError("bad-split", message, f"split.{part}")


def gap_of(settings: DataSettings) -> int:
    """How many rows, or moments, are left out where a part begins after another."""
    return int((settings.split or {}).get("gap") or 0)


def _stretches(counts: Mapping[str, int], gap: int = 0) -> dict[str, NDArray[np.int64]]:
    """The parts one after the other, validation and test less the `gap` they begin with."""
    import numpy as np

    start, rows = 0, {}
    for part in SPLITS:
        first = start + (gap if start and counts[part] else 0)
        if counts[part] and first >= start + counts[part]:
            message = f"a gap of {gap:,} leaves nothing of the {counts[part]:,} rows of `{part}`"
            raise SpecError("bad-split", message, "split.gap")
        rows[part] = np.arange(first, start + counts[part], dtype=np.int64)
        start += counts[part]
    return rows


def _shuffled(
    counts: Mapping[str, int], count: int, seed: int, classes: NDArray[np.int32] | None
) -> dict[str, NDArray[np.int64]]:
    import numpy as np

    order = shuffled_order(count, classes, [counts[part] for part in SPLITS], seed)
    return {part: np.sort(order[rows]) for part, rows in _stretches(counts).items()}


def shuffled_order(
    count: int,
    classes: NDArray[np.int32] | None,
    sizes: Sequence[int],
    seed: int,
    train: bool = True,
) -> NDArray[np.int64]:
    """A shuffled order whose stretches of `sizes` rows each hold every class in its share.

    That is to within a row of the share of what the stretches before have left. The first stretch, if it
    is there to `train`, holds a row of each class, however rare. Without `classes` chance alone decides.
    """
    import numpy as np

    generator = np.random.default_rng(seed)
    order = generator.permutation(count)
    if classes is None:
        return order
    by_class = order[np.argsort(classes[order], kind="stable")]
    left = np.bincount(classes)
    spread, even = _spread(order, by_class, left), True
    starts = np.cumsum(left) - left
    found, done = [], 0
    for size in (*sizes, count - sum(sizes)):
        rare = (left > 0) & (left * size < count) & (train and not done)
        rare &= rare.sum() <= size
        taken = np.bincount(classes[spread[done : done + size]], minlength=len(left))
        even &= bool((np.abs(taken * left.sum() - left * size) < max(left.sum(), 1)).all())
        even &= bool((taken >= rare).all())
        if not even:
            taken = rare + _apportioned(left - rare, size - int(rare.sum()), generator)
        ends = starts + taken
        found += [by_class[start:end] for start, end in zip(starts, ends, strict=True)]
        left, starts, done = left - taken, ends, done + size
    return np.concatenate(found)


def _spread(
    order: NDArray[np.int64], by_class: NDArray[np.int64], sizes: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The order with each class spread evenly: the k-th of its n rows stands at (k + 1/2) / n.

    Its stretches are fair where no class is rare; of many rare ones all rows stand in the middle.
    """
    import numpy as np

    ranks = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    places = np.empty(len(order))
    places[by_class] = (ranks + 0.5) / np.repeat(sizes, sizes)
    return order[np.argsort(places[order], kind="stable")]


def _apportioned(
    sizes: NDArray[np.int64], wanted: int, generator: np.random.Generator
) -> NDArray[np.int64]:
    """How many of each class make up `wanted` rows: its share rounded, by the largest remainders."""
    import numpy as np

    shares, remainders = np.divmod(sizes * wanted, max(int(sizes.sum()), 1))
    chance = generator.permutation(len(sizes))
    more = np.lexsort((chance, -remainders))[: wanted - int(shares.sum())]
    shares[more] += 1
    return np.asarray(shares, np.int64)
