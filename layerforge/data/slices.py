"""The samples of a split told apart by a column: the scores of each group, city or weekday."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from layerforge.data.choices import Choices
from layerforge.data.errors import Errors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


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
