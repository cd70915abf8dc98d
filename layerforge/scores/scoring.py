"""Scores of a model and of the baselines on the same samples, in one form for every command."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from layerforge.data.prepared import Prepared
from layerforge.diagnostics import Diagnostic, Faults
from layerforge.scores.bootstrap import Losses
from layerforge.scores.choices import Choices
from layerforge.scores.comparison import compare
from layerforge.scores.errors import Errors, units_of
from layerforge.scores.naive import baselines_of
from layerforge.scores.slices import Slices, parts_of, slices_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from layerforge.scores.naive import Predictor

    Predictions: TypeAlias = NDArray[Any] | Iterable[NDArray[Any]]

_VALUES_AT_ONCE: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class Measured:
    """The scores of predictions, and the loss of every sample for comparing them with others."""

    scores: dict[str, Any]
    losses: Losses


def report(
    prepared: Prepared,
    split: str,
    model_predictions: Predictions | None = None,
    quantiles: Sequence[float] | None = None,
    by: str | None = None,
) -> dict[str, Any]:
    """The scores of a split: `{"split", "samples", "model"?, "baselines", "comparison"?, ...}`.

    `model_predictions` and `quantiles` are as `measure` takes them. `by` is a column that tells
    samples apart, or one of the parts that every score has. `notes` say which baseline did not see
    every training sample. Raises Faults where the split has no samples, or `by` means nothing.
    """
    if not prepared.samples(split):
        message = f"the part `{split}` has no samples to score"
        raise Faults(Diagnostic("bad-split", message, prepared.settings.span("split")))
    found: dict[str, Any] = {"split": split, "samples": prepared.samples(split)}
    slices = None if by is None or by in parts_of(prepared) else slices_of(prepared, split, by)
    model = None
    if model_predictions is not None:
        model = measure(prepared, split, model_predictions, quantiles, slices)
        found["model"] = model.scores
    baselines = baselines_of(prepared, split)
    rivals = {
        name: measure(
            prepared, split, _said(prepared, split, predict, quantiles), quantiles, slices
        )
        for name, predict in baselines.predictors.items()
    }
    found["baselines"] = {name: _without_coverage(rival.scores) for name, rival in rivals.items()}
    if model is not None:
        losses = {name: rival.losses for name, rival in rivals.items()}
        found["comparison"] = compare(prepared, model.losses, losses)
    if prepared.classes is not None:
        found["classes"] = list(prepared.classes)
    return {**found, "notes": list(baselines.notes)}


def _said(
    prepared: Prepared, split: str, predict: Predictor, quantiles: Sequence[float] | None
) -> Iterator[NDArray[Any]]:
    """What a baseline says of a split: one value, which beside quantiles stands for each of them."""
    import numpy as np

    for positions in _chunks(prepared, split):
        values = predict(positions)
        yield values if quantiles is None else np.repeat(values[..., None], len(quantiles), -1)


def _without_coverage(scores: dict[str, Any]) -> dict[str, Any]:
    """The scores of single values, between which nothing can lie."""
    return {name: value for name, value in scores.items() if not name.startswith("coverage")}


def baselines(prepared: Prepared, split: str = "test") -> dict[str, dict[str, Any]]:
    """The scores of each baseline of the task, by name."""
    found: dict[str, dict[str, Any]] = report(prepared, split)["baselines"]
    return found


def score(prepared: Prepared, split: str, predictions: Predictions) -> dict[str, Any]:
    """The scores of predictions, as `measure` takes and gives them."""
    return measure(prepared, split, predictions).scores


def measure(
    prepared: Prepared,
    split: str,
    predictions: Predictions,
    quantiles: Sequence[float] | None = None,
    slices: Slices | None = None,
) -> Measured:
    """The scores of predictions, scaled as the targets are, for every sample of a split in order.

    They come as one array or in pieces, each in any shape that `Prepared.accepts`, with one more
    axis where they are `quantiles`. Forecasts and regressions give `{"scaled": {"mse", "mae",
    "rmse"}, "original": {...}, "mape", "smape", "r2", "mase"}`, each over samples, steps and
    targets. For classes the predictions are probabilities (n, classes), of the second class alone
    (n, 1), or class indices of an integer type; they give `accuracy`, `balanced_accuracy`,
    `f1_macro`, `confusion` and, where they are probabilities, `auc` and `log_loss`. Under `by` stand
    the same scores of each target, step or class, and of each of the `slices`. A score that is no
    finite number is None. Raises ValueError for another number of predictions.
    """
    import numpy as np

    pieces = [predictions] if isinstance(predictions, np.ndarray) else predictions
    sums, losses = _counter(prepared, quantiles), Losses(prepared.samples(split))
    parts = [_counter(prepared, quantiles) for _ in slices.labels] if slices is not None else []
    positions, done = prepared.positions[split], 0
    for piece in pieces:
        for part in _bounded(piece, prepared, len(quantiles or (1,))):
            taken = positions[done : done + len(part)]
            if len(taken) < len(part):
                raise ValueError(f"more predictions than the {len(positions)} samples")
            truth = prepared.answers(taken)
            losses.add(sums.add(part, truth))
            if slices is not None:
                slices.add(parts, part, truth, done)
            done += len(part)
    if done != len(positions):
        raise ValueError(f"{done} predictions for {len(positions)} samples")
    return Measured(_named(prepared, sums.scores(), slices, parts), losses)


def _counter(prepared: Prepared, quantiles: Sequence[float] | None) -> Errors | Choices:
    if prepared.classes is not None:
        return Choices(prepared.classes)
    return Errors(prepared.answer_shape, units_of(prepared), quantiles)


def _named(
    prepared: Prepared,
    scores: dict[str, Any],
    slices: Slices | None,
    parts: Sequence[Errors | Choices],
) -> dict[str, Any]:
    """The scores with each target, step, class and slice under its name."""
    names = {"target": prepared.target_names, "class": prepared.classes or ()}
    names["step"] = prepared.step_names
    by: dict[str, Any] = {
        key: dict(zip(names[key], each, strict=True)) for key, each in scores["by"].items()
    }
    if slices is not None:
        by[slices.name] = slices.scores(parts)
    return {**scores, "by": by}


def _chunks(prepared: Prepared, split: str) -> Iterator[NDArray[np.int64]]:
    """The positions of a split, so many that what is predicted at once stays small."""
    positions, size = prepared.positions[split], _chunk_size(prepared)
    for start in range(0, len(positions), size):
        yield positions[start : start + size]


def _bounded(piece: NDArray[Any], prepared: Prepared, width: int) -> Iterator[NDArray[Any]]:
    size = max(_chunk_size(prepared) // width, 1)
    for start in range(0, len(piece), size):
        yield piece[start : start + size]


def _chunk_size(prepared: Prepared) -> int:
    values = len(prepared.classes) if prepared.classes else prod(prepared.answer_shape)
    values = max(values, prepared.flat_width)
    return max(_VALUES_AT_ONCE // max(values, 1), 1)
