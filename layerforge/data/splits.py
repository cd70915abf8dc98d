"""Which rows train, validate and test: decided before anything is computed from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING, Final

from layerforge.data.dates import period_end
from layerforge.data.stamps import Stamps
from layerforge.diagnostics import SpecError
from layerforge.spec.data import SPLITS, DataSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DEFAULT: Final[Mapping[str, float]] = {"train": 0.7, "validation": 0.1, "test": 0.2}
_ALMOST = 1e-9  # 0.29 x 100 is 28.999999999999996 in floating point, and means 29

Shares = Mapping[str, int | float | str | None]


@dataclass(frozen=True, slots=True)
class Split:
    """The rows of each part. `how` says in words by what rule; `unused` counts rows of no part.

    `rows` are ascending; in a chronological split each part is one stretch of them.
    """

    rows: Mapping[str, NDArray[np.int64]]
    chronological: bool
    how: str
    unused: int

    def stretch(self, part: str) -> range:
        """The rows of a part of a chronological split, as a range."""
        rows = self.rows[part]
        return range(int(rows[0]), int(rows[-1]) + 1) if len(rows) else range(0)


def split_rows(
    settings: DataSettings,
    count: int,
    stamps: Stamps | None,
    classes: NDArray[np.int32] | None,
) -> Split:
    """The split that the settings ask for of `count` rows; `classes` are each row's class.

    Raises SpecError, about `split` or its part, for shares that cannot be had.
    """
    shares: Shares = settings.split or DEFAULT
    dated = any(isinstance(share, str) for share in shares.values())
    counts = _counts_by_date(shares, stamps, count) if dated else count_rows(shares, count)
    _check_filled(counts, shares, count)
    unused = count - sum(counts.values())
    if not dated and _is_shuffled(settings):
        stratified = classes is not None and settings.stratify
        order = _stratified(classes, count, settings.seed) if stratified else None
        how = f"shuffled with seed {settings.seed}{', stratified by class' * stratified}"
        return Split(_shuffled(counts, count, settings.seed, order), False, how, unused)
    return Split(_stretches(counts), True, _why_chronological(settings, dated), unused)


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


def _check_filled(counts: Mapping[str, int], shares: Shares, count: int) -> None:
    """A part that was asked for must have rows, and there is no model without any to train on."""
    for part in SPLITS:
        wanted = part == "train" or shares.get(part) not in (None, 0, 0.0)
        if wanted and not counts[part]:
            parts = ", ".join(f"{name} {counts[name]:,}" for name in SPLITS)
            message = f"the part `{part}` has no rows: {count:,} rows give {parts}"
            raise SpecError("bad-split", message, f"split.{part}")


def _stretches(counts: Mapping[str, int]) -> dict[str, NDArray[np.int64]]:
    import numpy as np

    start, rows = 0, {}
    for part in SPLITS:
        rows[part] = np.arange(start, start + counts[part], dtype=np.int64)
        start += counts[part]
    return rows


def _shuffled(
    counts: Mapping[str, int], count: int, seed: int, order: NDArray[np.int64] | None
) -> dict[str, NDArray[np.int64]]:
    import numpy as np

    if order is None:
        order = np.random.default_rng(seed).permutation(count)
    return {part: np.sort(order[rows]) for part, rows in _stretches(counts).items()}


def _stratified(classes: NDArray[np.int32] | None, count: int, seed: int) -> NDArray[np.int64]:
    """A shuffled order in which every class is spread evenly.

    The k-th of a class's n rows stands at (k + 1/2) / n of the order, so any stretch of it holds
    each class in its proportion, to within a row.
    """
    import numpy as np

    order = np.random.default_rng(seed).permutation(count)
    if classes is None:
        return order
    by_class = order[np.argsort(classes[order], kind="stable")]
    sizes = np.bincount(classes)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    ranks = np.arange(count) - np.repeat(starts, sizes)
    places = np.empty(count)
    places[by_class] = (ranks + 0.5) / np.repeat(sizes, sizes)
    return order[np.argsort(places[order], kind="stable")]
