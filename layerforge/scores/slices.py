"""The samples of a split told apart by a column: the scores of each group, city or weekday."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from layerforge.data.prepared import Prepared
from layerforge.diagnostics import Diagnostic, Faults, did_you_mean
from layerforge.scores.choices import Choices
from layerforge.scores.errors import Errors
from layerforge.tables.cells import read_text

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

MOST: Final = 50  # of the labels of a column; of more the rarest share a slice
_MISSING: Final = "(missing)"
_OTHERS: Final = "(others)"


@dataclass(frozen=True, slots=True, eq=False)
class Slices:
    """For each sample of a split, in order, its place among the labels of `name`."""

    name: str
    labels: tuple[str, ...]
    places: NDArray[np.int64]

    def add(
        self,
        parts: Sequence[Errors | Choices],
        predictions: NDArray[Any],
        truth: NDArray[Any],
        first: int,
    ) -> None:
        """Hands each sample, the first being number `first`, to the part of its label."""
        import numpy as np

        places = self.places[first : first + len(truth)]
        for place in np.unique(places):
            chosen = places == place
            parts[place].add(predictions[chosen], truth[chosen])

    def scores(self, parts: Sequence[Errors | Choices]) -> dict[str, Any]:
        """The scores by label, each with the number of its samples."""
        counts = {}
        for label, place, part in zip(self.labels, range(len(parts)), parts, strict=True):
            samples = int((self.places == place).sum())
            if samples:
                scores = {key: value for key, value in part.scores().items() if key != "by"}
                counts[label] = {**scores, "samples": samples}
        return counts


def parts_of(prepared: Prepared) -> tuple[str, ...]:
    """What every score is told apart by, without being asked."""
    if prepared.classes is not None:
        return ("class",)
    return ("target", "step") if prepared.horizon else ("target",)


def slices_of(prepared: Prepared, split: str, name: str) -> Slices:
    """The samples of a split by a column of the file, a window by the first row of its answer.

    `group` is the series, where there are several. Numbers of many values are told apart by their
    quarters. Raises Faults for an unknown column.
    """
    file = prepared.file
    if name == "group" and prepared.series is not None:
        import polars as pl

        return _labelled(name, pl.Series(name, prepared.group_of(prepared.positions[split])))
    if name not in file.columns:
        message = f"there is no column `{name}` in `{file.shown}` to tell samples apart"
        known = [*parts_of(prepared), *(["group"] if prepared.series else []), *file.columns]
        parts = ", ".join(f"`{each}`" for each in parts_of(prepared))
        help = did_you_mean(name, known) or f"write {parts} or a column's name"
        raise Faults(Diagnostic("unknown-column", message, help=help))
    rows = prepared.positions[split] + (prepared.frame.answer if prepared.frame else 0)
    if prepared.kept is not None:
        rows = prepared.kept[rows]
    return _labelled(name, read_text(file, name)[rows])


def _labelled(name: str, texts: pl.Series) -> Slices:
    import numpy as np
    import polars as pl

    numbers = texts.cast(pl.Float64, strict=False)
    if texts.n_unique() > MOST and numbers.null_count() == texts.null_count():
        texts = _quarters(numbers)
    common = texts.drop_nulls().value_counts(sort=True)[texts.name].to_list()[:MOST]
    labels = sorted(common, key=_in_order)
    rest = _OTHERS if texts.drop_nulls().n_unique() > MOST else None
    labels += [_MISSING] if texts.null_count() else []
    labels += [rest] if rest else []
    filled = texts.fill_null(_MISSING)
    places = {label: place for place, label in enumerate(labels)}
    found = filled.replace_strict(places, default=len(labels) - 1, return_dtype=pl.Int64)
    return Slices(name, tuple(labels), np.asarray(found.to_numpy(), np.int64))


def _in_order(label: str) -> tuple[float, str]:
    """Numbers by their size, and before words."""
    try:
        return float(label.split(" ")[0]), label
    except ValueError:
        return float("inf"), label


def _quarters(numbers: pl.Series) -> pl.Series:
    """Each number as the quarter it lies in, written `low to high`."""
    import numpy as np
    import polars as pl

    values = numbers.to_numpy()
    edges = np.unique(np.nanquantile(values, [0, 0.25, 0.5, 0.75, 1]))
    names = [f"{low:.6g} to {high:.6g}" for low, high in pairwise(edges)]
    places = np.clip(np.searchsorted(edges, values, side="left") - 1, 0, len(names) - 1)
    words = [None if np.isnan(v) else names[p] for v, p in zip(values, places, strict=True)]
    return pl.Series(numbers.name, words, dtype=pl.String)
