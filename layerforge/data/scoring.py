"""Scores of a model and of the baselines on the same samples, in one form for every command."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isfinite, prod, sqrt
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from layerforge.data.naive import predictors
from layerforge.data.prepared import Prepared
from layerforge.diagnostics import Diagnostic, Faults

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Predictions: TypeAlias = NDArray[Any] | Iterable[NDArray[Any]]

_VALUES_AT_ONCE: Final = 4_000_000
_SUMS_TO_ONE: Final = 1e-3  # float32 softmax over a thousand classes is off by less


def report(
    prepared: Prepared, split: str, model_predictions: Predictions | None = None
) -> dict[str, Any]:
    """The scores of a split: `{"split", "samples", "model"?, "baselines": {name: ...}}`.

    `model_predictions` are as `score` takes them. Raises Faults where the split has no samples.
    """
    if not prepared.samples(split):
        message = f"the part `{split}` has no samples to score"
        raise Faults(Diagnostic("bad-split", message, prepared.settings.span("split")))
    found: dict[str, Any] = {"split": split, "samples": prepared.samples(split)}
    if model_predictions is not None:
        found["model"] = score(prepared, split, model_predictions)
    return {**found, "baselines": baselines(prepared, split)}


def baselines(prepared: Prepared, split: str = "test") -> dict[str, dict[str, Any]]:
    """The scores of each baseline of the task, by name."""
    found = {}
    for name, predict in predictors(prepared, split).items():
        chunks = (predict(positions) for positions in _chunks(prepared, split))
        found[name] = score(prepared, split, chunks)
    return found


def score(prepared: Prepared, split: str, predictions: Predictions) -> dict[str, Any]:
    """The scores of predictions, scaled as the targets are, for every sample of a split in order.

    They come as one array or in pieces, each in any shape that `Prepared.accepts`. Forecasts and
    regressions give `{"scaled": {"mse", "mae", "rmse"}, "original": {...}}`, each one mean over
    samples, steps and targets. For classes the predictions are probabilities (n, classes), of the
    second class alone (n, 1), or class indices of an integer type; they give `accuracy`,
    `balanced_accuracy`, `f1_macro` and, where they are probabilities, `log_loss`. A score that is
    no finite number is None. Raises ValueError for another number of predictions.
    """
    import numpy as np

    pieces = [predictions] if isinstance(predictions, np.ndarray) else predictions
    errors = _Choices(prepared) if prepared.classes is not None else _Distances(prepared)
    positions, done = prepared.positions[split], 0
    for piece in pieces:
        for part in _bounded(piece, prepared):
            taken = positions[done : done + len(part)]
            if len(taken) < len(part):
                raise ValueError(f"more predictions than the {len(positions)} samples")
            errors.add(part, prepared.answers(taken))
            done += len(part)
    if done != len(positions):
        raise ValueError(f"{done} predictions for {len(positions)} samples")
    return errors.scores()


def _chunks(prepared: Prepared, split: str) -> Iterator[NDArray[np.int64]]:
    """The positions of a split, so many that what is predicted at once stays small."""
    positions, size = prepared.positions[split], _chunk_size(prepared)
    for start in range(0, len(positions), size):
        yield positions[start : start + size]


def _bounded(piece: NDArray[Any], prepared: Prepared) -> Iterator[NDArray[Any]]:
    size = _chunk_size(prepared)
    for start in range(0, len(piece), size):
        yield piece[start : start + size]


def _chunk_size(prepared: Prepared) -> int:
    values = len(prepared.classes) if prepared.classes else prod(prepared.answer_shape)
    return max(_VALUES_AT_ONCE // max(values, 1), 1)


class _Distances:
    """Sums of errors, one for each step and target, in float64."""

    def __init__(self, prepared: Prepared) -> None:
        import numpy as np

        self.shape = prepared.answer_shape
        self.scales = np.asarray([encoder.scale for encoder in prepared.target_encoders])
        self.squared = np.zeros(self.shape)
        self.absolute = np.zeros(self.shape)
        self.samples = 0

    def add(self, predictions: NDArray[Any], truth: NDArray[Any]) -> None:
        import numpy as np

        values = np.asarray(predictions, np.float64).reshape(len(truth), *self.shape)
        errors = values - truth
        self.absolute += np.abs(errors).sum(axis=0)
        np.square(errors, out=errors)
        self.squared += errors.sum(axis=0)
        self.samples += len(truth)

    def scores(self) -> dict[str, Any]:
        # Scaling is linear, so the errors in original units are those times the scale.
        original = self._means(self.squared * self.scales**2, self.absolute * self.scales)
        return {"scaled": self._means(self.squared, self.absolute), "original": original}

    def _means(
        self, squared: NDArray[np.float64], absolute: NDArray[np.float64]
    ) -> dict[str, float | None]:
        count = self.samples * squared.size
        mse, mae = float(squared.sum()) / count, float(absolute.sum()) / count
        return {"mse": _number(mse), "mae": _number(mae), "rmse": _number(sqrt(mse))}


class _Choices:
    """Counts of each class predicted for each true class, and the sum of the log losses."""

    def __init__(self, prepared: Prepared) -> None:
        import numpy as np

        self.classes = len(prepared.classes or ())
        self.confusion = np.zeros((self.classes, self.classes), np.int64)  # true, predicted
        self.loss = 0.0
        self.probable = True

    def add(self, predictions: NDArray[Any], truth: NDArray[Any]) -> None:
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

    def _add_loss(self, shares: NDArray[np.float64], truth: NDArray[Any]) -> None:
        import numpy as np

        sums = np.abs(shares.sum(axis=1) - 1) <= _SUMS_TO_ONE
        self.probable &= bool(sums.all() and (shares >= 0).all())
        if self.probable:
            # A probability of 0 is what float32 rounds a very small one to.
            least = np.finfo(np.float32).eps
            given = shares[np.arange(len(truth)), truth]
            self.loss -= float(np.log(np.clip(given, least, 1.0)).sum())

    def scores(self) -> dict[str, Any]:
        import numpy as np

        hits = np.diag(self.confusion).astype(np.float64)
        true, chosen = self.confusion.sum(axis=1), self.confusion.sum(axis=0)
        known = true > 0
        either = (true + chosen) > 0
        found = {
            "accuracy": _number(hits.sum() / true.sum()),
            "balanced_accuracy": _number((hits[known] / true[known]).mean()),
            "f1_macro": _number((2 * hits[either] / (true + chosen)[either]).mean()),
        }
        return {**found, "log_loss": _number(self.loss / true.sum())} if self.probable else found


def two_columns(shares: NDArray[Any]) -> NDArray[np.float64]:
    """Probabilities (n, classes); one column alone is the second class's."""
    import numpy as np

    values = np.asarray(shares, np.float64)
    return np.hstack([1 - values, values]) if values.shape[1] == 1 else values


def _number(value: Any) -> float | None:
    number = float(value)
    return number if isfinite(number) else None
