"""Folds of the rows that are not for testing: each is trained on some and validated on others.

Of a table the folds are a partition: every row validates once. In time they walk forward: each fold is
trained on all that lies before what it validates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from layerforge.data.splits import Candidates, Split, gap_of, shuffled_order
from layerforge.diagnostics import SpecError
from layerforge.spec.data import DataSettings
from layerforge.spec.folds import Fold
from layerforge.tables.series import firsts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def folded(settings: DataSettings, given: Candidates, split: Split, fold: Fold) -> Split:
    """The split with the rows for training and validation dealt anew; those for testing stay.

    Raises SpecError, about `split`, where there are fewer rows, groups or moments than folds.
    """
    import numpy as np

    pool = np.sort(np.concatenate([split.rows["train"], split.rows["validation"]]))
    grouped = given.codes is not None and settings.window is None
    forward = split.chronological and not grouped
    if given.codes is not None and grouped:
        unit, what = given.codes[pool], "groups"
    elif forward:
        unit, what = _moments(given, pool), "moments"
    else:
        unit, what = np.arange(len(pool), dtype=np.int64), "rows"
    values, first, place = np.unique(unit, return_index=True, return_inverse=True)
    needed = fold.of + 1 if forward else fold.of
    if len(values) < needed:
        message = (
            f"{fold.of} folds need {needed:,} {what} before the test rows, not {len(values):,}"
        )
        raise SpecError("bad-split", message, "split")
    if forward:
        train, held = _forward(len(values), fold, gap_of(settings))
        how = f"{split.how}, fold {fold.number} of {fold.of} walking forward"
    else:
        train, held = _dealt(settings, given, pool[first], fold)
        how = f"{split.how}, fold {fold.number} of {fold.of}"
    parts = {"train": pool[np.isin(place, train)], "validation": pool[np.isin(place, held)]}
    rows = {**split.rows, **parts}
    unused = given.count - sum(map(len, rows.values()))
    return Split(rows, split.chronological, how, unused, split.codes)


def _moments(given: Candidates, pool: NDArray[np.int64]) -> NDArray[np.int64]:
    """When each row is: its place, of several series its time or its place in its own."""
    import numpy as np

    if given.codes is None:
        return np.arange(len(pool), dtype=np.int64)
    if given.stamps is not None:
        return np.asarray(given.stamps.values[pool])
    return pool - firsts(given.codes)[pool]


def _forward(count: int, fold: Fold, gap: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """One stretch of `of` + 1 equal ones validates, all before it but a gap train."""
    import numpy as np

    edges = np.linspace(0, count, fold.of + 2).astype(np.int64)
    start, stop = int(edges[fold.number]), int(edges[fold.number + 1])
    if stop - start <= gap:
        message = f"a gap of {gap:,} leaves nothing of the {stop - start:,} moments of a fold"
        raise SpecError("bad-split", message, "split.gap")
    return np.arange(start, dtype=np.int64), np.arange(start + gap, stop, dtype=np.int64)


def _dealt(
    settings: DataSettings, given: Candidates, rows: NDArray[np.int64], fold: Fold
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows or groups of which one in `of` validates, stratified where the split is, and the rest.

    Groups that the split takes in the order of the file stay in it.
    """
    import numpy as np

    edges = np.linspace(0, len(rows), fold.of + 1).astype(np.int64)
    classes = given.classes[rows] if given.classes is not None and settings.stratify else None
    order = np.arange(len(rows), dtype=np.int64)
    if settings.shuffle:
        sizes = np.diff(edges).tolist()
        order = shuffled_order(len(rows), classes, sizes, settings.seed, train=False)
    held = order[edges[fold.number - 1] : edges[fold.number]]
    return np.setdiff1d(order, held), np.sort(held)
