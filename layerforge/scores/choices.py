"""Classes chosen and their probabilities: who was taken for whom, and every score of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from layerforge.data.encoding import two_columns
from layerforge.scores.errors import number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SUMS_TO_ONE: Final = 1e-3  # float32 softmax over a thousand classes is off by less
_MOST_KEPT: Final = 20_000_000  # probabilities held for the area under the curve


class Choices:
    """Counts of each class predicted for each true class, the log losses, and the probabilities.

    Predictions are probabilities (n, classes), of the second class alone (n, 1), or class indices
    of an integer type.
    """

    def __init__(self, classes: Sequence[str]) -> None:
        import numpy as np

        self.classes = tuple(classes)
        size = len(self.classes)
        self.confusion = np.zeros((size, size), np.int64)  # true, predicted
        self.loss = 0.0
        self.probable = True
        self.curve = _Curve(size)

    def add(self, predictions: NDArray[Any], truth: NDArray[Any]) -> NDArray[np.float64]:
        """Takes n predictions with the true indices (n,), and gives 1 for each that is wrong."""
        import numpy as np

        values = np.asarray(predictions)
        if np.issubdtype(values.dtype, np.integer):
            chosen = values.reshape(len(truth))
            self.probable = False
        else:
            shares = two_columns(values.reshape(len(truth), -1))
            chosen = shares.argmax(axis=1)
            self._add_loss(shares, truth)
        np.add.at(self.confusion, (truth, chosen), 1)
        return np.asarray(chosen != truth, np.float64)

    def _add_loss(self, shares: NDArray[np.float64], truth: NDArray[Any]) -> None:
        import numpy as np

        sums = np.abs(shares.sum(axis=1) - 1) <= _SUMS_TO_ONE
        self.probable &= bool(sums.all() and (shares >= 0).all())
        if self.probable:
            # A probability of 0 is what float32 rounds a very small one to.
            least = np.finfo(np.float32).eps
            given = shares[np.arange(len(truth)), truth]
            self.loss -= float(np.log(np.clip(given, least, 1.0)).sum())
        self.curve.add(shares, truth)

    def scores(self) -> dict[str, Any]:
        """Every score over all samples, and under `by` of each class."""
        import numpy as np

        hits = np.diag(self.confusion).astype(np.float64)
        true, chosen = self.confusion.sum(axis=1), self.confusion.sum(axis=0)
        known = true > 0
        either = (true + chosen) > 0
        found: dict[str, Any] = {
            "accuracy": number(hits.sum() / true.sum()),
            "balanced_accuracy": number((hits[known] / true[known]).mean()),
            "f1_macro": number((2 * hits[either] / (true + chosen)[either]).mean()),
        }
        if self.probable:
            found |= {"auc": self.curve.area(), "log_loss": number(self.loss / true.sum())}
        return {**found, "confusion": self.confusion.tolist(), "by": {"class": self._of_classes()}}

    def _of_classes(self) -> list[dict[str, Any]]:
        """Precision, recall and F1 of each class; None where there is nothing to divide by."""
        found = []
        for each in range(len(self.classes)):
            hits = int(self.confusion[each, each])
            true, chosen = self.confusion[each].sum(), self.confusion[:, each].sum()
            shares = {"precision": (hits, chosen), "recall": (hits, true)}
            shares["f1"] = (2 * hits, true + chosen)
            values: dict[str, Any] = {
                k: number(a / b) if b else None for k, (a, b) in shares.items()
            }
            found.append({**values, "samples": int(true)})
        return found


class _Curve:
    """Probabilities for the area under the ROC curve, of evenly fewer samples where they are many."""

    def __init__(self, classes: int) -> None:
        self.classes = classes
        self.every, self.seen, self.held = 1, 0, 0
        self.shares: list[NDArray[np.float32]] = []
        self.truth: list[NDArray[Any]] = []

    def add(self, shares: NDArray[np.float64], truth: NDArray[Any]) -> None:
        first = -self.seen % self.every
        self.seen += len(truth)
        self.shares.append(shares[first :: self.every].astype("float32"))
        self.truth.append(truth[first :: self.every])
        self.held += len(self.truth[-1])
        if self.held * self.classes > _MOST_KEPT:
            self._thin()

    def _thin(self) -> None:
        import numpy as np

        self.shares = [np.concatenate(self.shares)[::2]]
        self.truth = [np.concatenate(self.truth)[::2]]
        self.every, self.held = 2 * self.every, len(self.truth[0])

    def area(self) -> float | None:
        """Of the second of two classes; of more the mean of each against the rest, if both occur."""
        import numpy as np

        shares, truth = np.concatenate(self.shares), np.concatenate(self.truth)
        asked = range(1, 2) if self.classes == 2 else range(self.classes)
        areas = [_area(shares[:, each], truth == each) for each in asked]
        known = [area for area in areas if area is not None]
        return number(np.mean(known)) if known else None


def _area(shares: NDArray[np.float32], true: NDArray[np.bool_]) -> float | None:
    """By the rank sum of Mann and Whitney, ties counting half."""
    import numpy as np

    positive, negative = int(true.sum()), int((~true).sum())
    if not positive or not negative:
        return None
    _, places, counts = np.unique(shares, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    least = positive * (positive + 1) / 2
    return float((ranks[true].sum() - least) / positive / negative)
