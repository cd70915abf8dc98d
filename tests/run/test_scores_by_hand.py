"""Every score of a run, computed once more from the file and the saved model, without layerforge's data."""

from __future__ import annotations

import csv
import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from layerforge.run import evaluate, train
from tests.run.conftest import Compile, Told

Array = NDArray[np.float64]
ROWS = 200
TRAIN, TEST = 140, 160  # of the default split: up to which row is trained, and from which is tested


def write(folder: Path, series: int = 1) -> list[dict[str, str]]:
    """Rows of one series or of several, with numbers, zeros among them, and classes of every kind."""
    chance, rows = random.Random(3), []
    for who in range(series):
        for i in range(ROWS):
            a = 5 * math.sin(i / 3) + 20 * who + chance.gauss(0, 0.5)
            b = round(chance.uniform(0, 3))
            kind = (a > 20 * who) + (b > 1)
            rows.append(
                {
                    "who": "xyz"[who],
                    "a": f"{a:.3f}",
                    "b": str(b),
                    "c": f"{1000 + i + chance.gauss(0, 9):.2f}",
                    "word": ["low", "mid", "top"][kind],
                    "number": str([10, 9, 2][kind]),
                    "flag": "true" if a > 20 * who else "false",
                    "many": str(1 + b),
                }
            )
    with (folder / "rows.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return rows


def numbers(rows: list[dict[str, str]], names: str) -> Array:
    return np.array([[float(row[name]) for name in names] for row in rows])


def scored(
    compiled: Compile, folder: Path, data: str, layers: str, train_: str = "", by: str | None = None
) -> tuple[dict[str, Any], Any]:
    """The scores of a run of few steps, and its model."""
    from keras.saving import load_model

    text = f"""
    name: hand
    data: {{source: rows.csv, {data}}}
    model: {{layers: {layers}}}
    train: {{epochs: 2, batch_size: 16, seed: 3{train_}}}
"""
    run = train(compiled(text), folder / "runs", Told()).path
    return evaluate(run, None, Told(), by), load_model(run / "best.keras", compile=False)


@dataclass(frozen=True)
class Windows:
    """The form of a forecast, and what its windows are by hand."""

    features: str
    targets: str
    window: int
    steps: tuple[int, ...]
    gap: int = 0
    stride: int = 1
    sampling: int = 1
    series: int = 1

    @property
    def section(self) -> str:
        group = ", group: who" if self.series > 1 else ""
        return (
            f"task: forecast, features: [{', '.join(self.features)}], targets: [{', '.join(self.targets)}]"
            f", window: {self.window}, horizon: {list(self.steps)}, gap: {self.gap}"
            f", stride: {self.stride}, sampling: {self.sampling}, season: 5{group}"
        )

    def origins(self) -> Iterator[tuple[int, int]]:
        """Series and first row of the answer of every test window."""
        for who in range(self.series):
            for first in range(TEST, ROWS - self.steps[-1] + 1, self.stride):
                yield who * ROWS, first

    def past(self, matrix: Array) -> Array:
        span = (self.window - 1) * self.sampling + 1
        looks = [
            [start + first - self.gap - span + i * self.sampling for i in range(self.window)]
            for start, first in self.origins()
        ]
        return np.stack([matrix[rows] for rows in looks])

    def future(self, matrix: Array) -> Array:
        return np.stack([matrix[[s + f + k - 1 for k in self.steps]] for s, f in self.origins()])


FORMS = {
    "plain": Windows("a", "a", 6, (1, 2, 3)),
    "steps that are chosen, gap, stride, targets that are no features": Windows(
        "ab", "cab", 5, (1, 3, 6), gap=2, stride=3
    ),
    "every second row": Windows("ac", "a", 4, (1, 2), sampling=2),
    "several series": Windows("ac", "ac", 6, (1, 2, 3, 4), stride=2, series=3),
    "one step of one": Windows("b", "b", 3, (1,)),
}


def fitted(rows: list[dict[str, str]], names: str, series: int) -> tuple[Array, Array, Array]:
    """The scaled columns with mean and deviation, of the training rows of every series."""
    values = numbers(rows, names)
    own = np.concatenate([values[s * ROWS : s * ROWS + TRAIN] for s in range(series)])
    return (values - own.mean(0)) / own.std(0), own.mean(0), own.std(0)


def some(names: Iterable[str], slow: set[str]) -> list[Any]:
    """Cases, some of which wait for the slow tests."""
    return [pytest.param(name, marks=pytest.mark.slow if name in slow else ()) for name in names]


@pytest.mark.parametrize("name", some(FORMS, {"plain", "every second row"}))
def test_a_forecasts_scores_are_those_computed_by_hand(
    compiled: Compile, folder: Path, name: str
) -> None:
    form = FORMS[name]
    rows = write(folder, form.series)
    shape = [len(form.steps), len(form.targets)]
    layers = f"[Flatten, {{Dense: {shape[0] * shape[1]}}}, {{Reshape: {shape}}}]"
    found, model = scored(compiled, folder, form.section, layers)
    inputs, _, _ = fitted(rows, form.features, form.series)
    scaled, mean, deviation = fitted(rows, form.targets, form.series)
    guess = model.predict(form.past(inputs), verbose=0).reshape(-1, *shape).astype(float)
    truth = form.future(scaled)
    assert found["samples"] == len(truth)
    naive = _naive(scaled, form.series)
    _same_errors(found["model"], guess, truth, mean, deviation, naive)
    for at, target in enumerate(form.targets):
        part = [each[..., at : at + 1] for each in (guess, truth)]
        own = (mean[at : at + 1], deviation[at : at + 1], naive[at : at + 1])
        _same_errors(found["model"]["by"]["target"][target], *part, *own)
    for at, step in enumerate(form.steps):
        part = [each[:, at : at + 1] for each in (guess, truth)]
        _same_errors(found["model"]["by"]["step"][str(step)], *part, mean, deviation, naive)
    _same_baselines(found["baselines"], form, scaled, truth)


def _naive(scaled: Array, series: int) -> Array:
    """What repeating the season of 5 rows errs on the training rows."""
    parts = [scaled[s * ROWS : s * ROWS + TRAIN] for s in range(series)]
    return np.concatenate([np.abs(each[5:] - each[:-5]) for each in parts]).mean(0)


def _same_errors(
    found: dict[str, Any], guess: Array, truth: Array, mean: Array, scale: Array, naive: Array
) -> None:
    error, there = guess - truth, truth * scale + mean
    own = error * scale
    for key, values in (("scaled", error), ("original", own)):
        mse = float((values**2).mean())
        expected = {"mse": mse, "mae": np.abs(values).mean(), "rmse": math.sqrt(mse)}
        assert found[key] == pytest.approx(expected, rel=1e-4)
    known = np.abs(there) > 1e-6
    assert found["zero_targets"] == int((~known).sum())
    assert found["mape"] == pytest.approx(
        (np.abs(own)[known] / np.abs(there)[known]).mean(), rel=1e-4
    )
    total = np.abs(there) + np.abs(there + own)
    assert found["smape"] == pytest.approx((2 * np.abs(own) / total).mean(), rel=1e-4)
    flat, right = error.reshape(-1, error.shape[-1]), truth.reshape(-1, truth.shape[-1])
    r2 = 1 - (flat**2).sum(0) / ((right - right.mean(0)) ** 2).sum(0)
    assert found["r2"] == pytest.approx(r2.mean(), rel=1e-3, abs=1e-4)
    assert found["mase"] == pytest.approx((np.abs(flat).mean(0) / naive).mean(), rel=1e-4)


def _same_baselines(found: dict[str, Any], form: Windows, scaled: Array, truth: Array) -> None:
    past = form.past(scaled)
    last, ahead = past[:, -1:], form.gap + np.array(form.steps)[None, :, None]
    span = (form.window - 1) * form.sampling
    guesses = {
        "repeat": last + 0 * truth,
        "drift": last + ahead * (last - past[:, :1]) / span,
        "window_mean": past.mean(1, keepdims=True) + 0 * truth,
    }
    seasons = [
        [scaled[s + f + k - 1 - 5 * -(-(k + form.gap) // 5)] for k in form.steps]
        for s, f in form.origins()
    ]
    guesses["seasonal_naive"] = np.array(seasons)
    for name, guess in guesses.items():
        assert found[name]["scaled"]["mse"] == pytest.approx(
            ((guess - truth) ** 2).mean(), rel=1e-4
        )
    assert "least_squares" in found


def test_quantiles_are_scored_by_hand_in_both_units(compiled: Compile, folder: Path) -> None:
    form = Windows("a", "a", 6, (1, 2, 3))
    rows = write(folder)
    layers = "[Flatten, {QuantileHead: {units: 3, quantiles: [0.05, 0.4, 0.9]}}]"
    found, model = scored(compiled, folder, form.section, layers)
    scaled, _, deviation = fitted(rows, "a", 1)
    guess = model.predict(form.past(scaled), verbose=0).astype(float)
    truth = form.future(scaled)
    under = truth - guess
    levels = np.array([0.05, 0.4, 0.9])
    pinball = np.maximum(levels * under, (levels - 1) * under).mean()
    assert found["model"]["scaled"]["pinball"] == pytest.approx(pinball, rel=1e-4)
    assert found["model"]["original"]["pinball"] == pytest.approx(pinball * deviation[0], rel=1e-4)
    inside = (guess[..., 0] <= truth[..., 0]) & (truth[..., 0] <= guess[..., 2])
    assert found["model"]["coverage"] == pytest.approx(inside.mean())
    assert found["model"]["coverage_meant"] == pytest.approx(0.85)
    assert found["model"]["scaled"]["mae"] == pytest.approx(np.abs(under[..., 1]).mean(), rel=1e-4)


@dataclass(frozen=True)
class Classes:
    """A column of classes in the order they are to have, the last layer, and the loss with more."""

    column: str
    names: tuple[str, ...]
    head: str
    train: str
    logits: bool = False


CLASSES = {
    "words by softmax": Classes(
        "word",
        ("low", "mid", "top"),
        "{units: 3, activation: softmax}",
        "loss: sparse_categorical_crossentropy",
    ),
    "numbers in their order, one-hot": Classes(
        "number",
        ("2", "9", "10"),
        "{units: 3, activation: softmax}",
        "loss: categorical_crossentropy",
    ),
    "flags by one sigmoid": Classes(
        "flag", ("false", "true"), "{units: 1, activation: sigmoid}", "loss: binary_crossentropy"
    ),
    "flags by two of softmax": Classes(
        "flag",
        ("false", "true"),
        "{units: 2, activation: softmax}",
        "loss: sparse_categorical_crossentropy",
    ),
    "one logit": Classes(
        "flag", ("false", "true"), "1", "loss: {BinaryCrossentropy: {from_logits: true}}", True
    ),
    "three logits": Classes(
        "word",
        ("low", "mid", "top"),
        "3",
        "loss: {SparseCategoricalCrossentropy: {from_logits: true}}",
        True,
    ),
}


@pytest.mark.parametrize(
    "name", some(CLASSES, {"words by softmax", "flags by two of softmax", "three logits"})
)
def test_classes_are_scored_as_by_hand(compiled: Compile, folder: Path, name: str) -> None:
    kind = CLASSES[name]
    rows = write(folder)
    data = f"task: classification, features: [a, c], targets: [{kind.column}], shuffle: false"
    found, model = scored(
        compiled, folder, data, f"[{{Dense: {kind.head}}}]", f", {kind.train}", "b"
    )
    assert found["classes"] == list(kind.names)
    inputs, _, _ = fitted(rows, "ac", 1)
    out = model.predict(inputs[TEST:], verbose=0).astype(float)
    shares = _shares(out, kind.logits)
    truth = np.array([kind.names.index(row[kind.column]) for row in rows[TEST:]])
    _same_choices(found["model"], shares, truth)
    parts = found["model"]["by"]["b"]
    groups = np.array([row["b"] for row in rows[TEST:]])
    assert {label: part["samples"] for label, part in parts.items()} == {
        label: int((groups == label).sum()) for label in sorted(set(groups))
    }
    for label, part in parts.items():
        own = groups == label
        assert part["accuracy"] == pytest.approx((shares[own].argmax(1) == truth[own]).mean())
    counts = np.bincount(
        [kind.names.index(row[kind.column]) for row in rows[:TRAIN]], minlength=len(kind.names)
    )
    majority = found["baselines"]["majority"]
    assert majority["accuracy"] == pytest.approx((truth == counts.argmax()).mean())
    assert majority["log_loss"] == pytest.approx(
        -np.log(counts / counts.sum())[truth].mean(), rel=1e-6
    )


def _shares(out: Array, logits: bool) -> Array:
    if logits and out.shape[1] == 1:
        out = 1 / (1 + np.exp(-out))
    elif logits:
        out = np.exp(out) / np.exp(out).sum(1, keepdims=True)
    return np.hstack([1 - out, out]) if out.shape[1] == 1 else out


def _same_choices(found: dict[str, Any], shares: Array, truth: NDArray[np.int64]) -> None:
    classes, chosen = shares.shape[1], shares.argmax(1)
    confusion = [
        [int(((truth == t) & (chosen == c)).sum()) for c in range(classes)] for t in range(classes)
    ]
    assert found["confusion"] == confusion
    assert found["accuracy"] == pytest.approx((chosen == truth).mean())
    occurring = [c for c in range(classes) if (truth == c).any()]
    recall = [(chosen[truth == c] == c).mean() for c in occurring]
    assert found["balanced_accuracy"] == pytest.approx(np.mean(recall))
    either = [c for c in range(classes) if (truth == c).any() or (chosen == c).any()]
    f1 = [2 * confusion[c][c] / ((truth == c).sum() + (chosen == c).sum()) for c in either]
    assert found["f1_macro"] == pytest.approx(np.mean(f1))
    given = shares[np.arange(len(truth)), truth]
    assert found["log_loss"] == pytest.approx(-np.log(given).mean(), rel=1e-4)
    asked = [1] if classes == 2 else occurring
    assert found["auc"] == pytest.approx(
        np.mean([_area(shares[:, c], truth == c) for c in asked]), rel=1e-5
    )


def _area(shares: Array, true: NDArray[np.bool_]) -> float:
    """The chance that one of the class is ranked before one of the others, pair by pair."""
    pairs = [(p > q) + 0.5 * (p == q) for p in shares[true] for q in shares[~true]]
    return float(np.mean(pairs))


def test_a_regression_of_two_numbers_is_scored_as_by_hand(compiled: Compile, folder: Path) -> None:
    rows = write(folder)
    data = "task: regression, features: [b, number], targets: [c, a], shuffle: false"
    found, model = scored(compiled, folder, data, "[{Dense: 2}]", ", loss: mae")
    values = np.array([[float(row["b"]), float(row["number"])] for row in rows])
    inputs = (values - values[:TRAIN].mean(0)) / values[:TRAIN].std(0)
    scaled, mean, deviation = fitted(rows, "ca", 1)
    guess = model.predict(inputs[TEST:], verbose=0).astype(float)
    error = guess - scaled[TEST:]
    assert found["samples"] == ROWS - TEST
    assert found["model"]["scaled"]["mse"] == pytest.approx((error**2).mean(), rel=1e-4)
    assert found["model"]["original"]["mae"] == pytest.approx(
        np.abs(error * deviation).mean(), rel=1e-4
    )
    there = scaled[TEST:] * deviation + mean
    mape = (np.abs(error * deviation) / np.abs(there)).mean()
    assert found["model"]["mape"] == pytest.approx(mape, rel=1e-4)
    assert "mase" not in found["model"]
    by = found["model"]["by"]["target"]
    assert by["a"]["original"]["mse"] == pytest.approx(
        ((error * deviation)[:, 1] ** 2).mean(), rel=1e-4
    )
    assert found["baselines"]["mean"]["scaled"]["mse"] == pytest.approx(
        (scaled[TEST:] ** 2).mean(), rel=1e-4
    )


def test_each_series_has_the_scores_of_its_own_windows(compiled: Compile, folder: Path) -> None:
    form = FORMS["several series"]
    rows = write(folder, form.series)
    layers = "[Flatten, {Dense: 8}, {Reshape: [4, 2]}]"
    found, model = scored(compiled, folder, form.section, layers, by="group")
    scaled, _, _ = fitted(rows, "ac", form.series)
    guess = model.predict(form.past(scaled), verbose=0).astype(float)
    squared = ((guess - form.future(scaled)) ** 2).mean((1, 2))
    whose = np.array([start // ROWS for start, _ in form.origins()])
    parts = found["model"]["by"]["group"]
    assert list(parts) == ["x", "y", "z"]
    for who, part in enumerate(parts.values()):
        assert part["samples"] == int((whose == who).sum())
        assert part["scaled"]["mse"] == pytest.approx(squared[whose == who].mean(), rel=1e-4)
