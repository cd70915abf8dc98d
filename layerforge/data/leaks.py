"""What gives answers away: samples that stand in two splits, columns that say what the target says."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

from layerforge.data.prepared import Prepared
from layerforge.data.raw import Raw
from layerforge.data.splits import Split
from layerforge.spec.policies import SPLITS
from layerforge.tables.cells import Column

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST: Final = 50_000_000  # numbers that are compared; more would take minutes
_GLANCE: Final = 10_000  # rows in which as many values are
_DIFFERENT: Final = 20  # where an order says something
_EXACT: Final = 1e-9  # how far a correlation may be from 1, in floating point


def leaks_of(prepared: Prepared, raw: Raw, split: Split) -> dict[str, Any]:
    """As JSON: `duplicates` counts, for each two parts, samples of the later whose inputs stand in the
    earlier; None of windows, which share rows by design, and where there are too many numbers.
    `suspicious` lists what could be the answer itself, in words; `told` says both in lines.
    """
    found = {"duplicates": _duplicates(prepared), "suspicious": _suspicious(prepared, raw, split)}
    return {**found, "told": _told(found)}


def _duplicates(prepared: Prepared) -> dict[str, int] | None:
    numbers = prepared.flat_width * sum(map(len, prepared.positions.values()))
    if prepared.frame is not None or numbers > _MOST:
        return None
    import numpy as np

    rows = {part: _as_one(prepared.flat(prepared.positions[part])) for part in SPLITS}
    return {
        f"{later} in {earlier}": int(np.isin(rows[later], rows[earlier]).sum())
        for earlier, later in combinations(SPLITS, 2)
        if len(rows[earlier]) and len(rows[later])
    }


def _as_one(rows: NDArray[np.float32]) -> NDArray[Any]:
    """Each row as a single value of its bytes, which compares as a whole."""
    import numpy as np

    whole = np.ascontiguousarray(rows + np.float32(0))  # -0.0 becomes 0.0
    return whole.view(np.dtype((np.void, whole.dtype.itemsize * whole.shape[1]))).ravel()


def _suspicious(prepared: Prepared, raw: Raw, split: Split) -> list[str]:
    """The columns that are given with the answer and say the same, in the training rows.

    A forecast's features are the past; only what is known ahead stands beside the answer.
    """
    names = raw.roles.known if prepared.horizon is not None else raw.roles.looked_at
    rows, found = split.rows["train"], []
    if len(rows) * len(names) * len(raw.roles.targets) > _MOST:
        return []
    for target in raw.roles.targets:
        answer = raw.columns[target].take(rows)
        for name in names:
            column = raw.columns[name].take(rows)
            how = given_away(column, answer, prepared.classes is not None)
            if name != target and how:
                found.append(f"`{name}` {how} `{target}` in every training row")
    return found


def given_away(column: Column, answer: Column, classes: bool) -> str:
    """How a column says the answer, as the verb of a sentence; nothing where it does not."""
    if classes:
        told = _one_to_one(column, answer) or _decides(column, answer)
        return "tells the class" if told else ""
    if _on_a_line(column, answer):
        return "is a line of"
    return "rises or falls with" if _in_one_order(column, answer) else ""


def _in_one_order(column: Column, answer: Column) -> bool:
    """Whether the order of one is the order of the other, from the first row to the last, or reversed."""
    import numpy as np

    if "category" in (column.kind, answer.kind):
        return False
    x, y = column.numbers(), answer.numbers()
    known = ~(np.isnan(x) | np.isnan(y))
    x, y = x[known], y[known]
    if min(len(np.unique(x[:_GLANCE])), len(np.unique(y[:_GLANCE]))) < _DIFFERENT:
        return False
    rising, falling = y[np.lexsort((y, x))], y[np.lexsort((y, -x))]
    return bool((np.diff(rising) >= 0).all() or (np.diff(falling) >= 0).all())


def _on_a_line(column: Column, answer: Column) -> bool:
    """Whether one is the other times a number plus a number."""
    import numpy as np

    if "category" in (column.kind, answer.kind):
        return False
    x, y = column.numbers(), answer.numbers()
    known = ~(np.isnan(x) | np.isnan(y))
    x, y = x[known], y[known]
    if len(x) < 3 or x.min() == x.max() or y.min() == y.max():
        return False
    x, y = (each / np.abs(each).max() for each in (x, y))  # squares of 1e300 are no numbers
    x, y = x - x.mean(), y - y.mean()
    return bool(abs(x @ y) > (1 - _EXACT) * np.sqrt((x @ x) * (y @ y)))


def _one_to_one(column: Column, answer: Column) -> bool:
    """Whether every value goes with one class, and every class with one value."""
    import polars as pl

    values = column.texts() if column.kind == "category" else pl.Series(column.numbers())
    both = pl.DataFrame({"value": values, "class": answer.texts()}).drop_nulls()
    pairs = both.unique().height
    classes = both["class"].n_unique()
    return bool(len(both) > classes > 1 and pairs == classes == both["value"].n_unique())


def _decides(column: Column, answer: Column) -> bool:
    """Whether each value goes with one class, of values that return, or a class with each stretch of them."""
    import polars as pl

    values = column.texts() if column.kind == "category" else pl.Series(column.numbers())
    both = pl.DataFrame({"value": values, "class": answer.texts()}).drop_nulls("class")
    classes = both["class"].n_unique()
    if len(both) < _DIFFERENT or classes < 2:
        return False
    kinds = both["value"].n_unique()
    if kinds * 3 <= len(both) and both.unique().height == kinds:
        return True
    if column.kind == "category" or column.missing or kinds < _DIFFERENT:
        return False
    ordered = both.sort("value", "class")
    changes = ordered["class"] != ordered["class"].shift(1)
    same = ordered["value"] == ordered["value"].shift(1)
    return int(changes.sum()) == classes - 1 and not (changes & same).any()


def _told(leaks: Mapping[str, Any]) -> list[str]:
    """The same in lines for a reader; none where nothing was found."""
    duplicates = leaks["duplicates"] or {}
    lines = [
        f"1 sample of {pair.replace(' in ', ' stands also in ')}, with the same inputs"
        if count == 1
        else f"{count:,} samples of {pair.replace(' in ', ' stand also in ')}, with the same inputs"
        for pair, count in duplicates.items()
        if count
    ]
    return [*lines, *leaks["suspicious"]]
