"""Scores of classes against slow computations, and where a class does not occur."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from layerforge.scores import choices
from layerforge.scores.choices import Choices


def auc(scores: np.ndarray, true: np.ndarray) -> float:
    """The chance that a positive scores above a negative, every pair looked at; ties count half."""
    pairs = list(product(scores[true], scores[~true]))
    return float(np.mean([1.0 if a > b else 0.5 if a == b else 0.0 for a, b in pairs]))


def counted(classes: str, shares: np.ndarray, truth: np.ndarray, pieces: int = 1) -> Choices:
    found = Choices(tuple(classes))
    for part, true in zip(
        np.array_split(shares, pieces), np.array_split(truth, pieces), strict=True
    ):
        found.add(part, true)
    return found


def test_the_area_of_two_classes_is_the_chance_of_the_right_order() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 120)
    shares = np.round(rng.random(120) * 0.6 + truth * 0.3, 1)[:, None]  # rounded: ties
    found = counted("ab", shares, truth, pieces=7).scores()
    assert found["auc"] == pytest.approx(auc(shares[:, 0], truth == 1))


def test_the_area_of_many_classes_is_a_mean_of_each_against_the_rest() -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 3, 90)
    shares = rng.dirichlet([1, 1, 1], 90)
    expected = np.mean([auc(shares[:, c].astype(np.float32), truth == c) for c in range(3)])
    assert counted("abc", shares, truth).scores()["auc"] == pytest.approx(expected)


def test_a_class_that_does_not_occur_is_left_out_of_the_means() -> None:
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 2, 60)
    shares = rng.dirichlet([1, 1, 1], 60)
    found = counted("abc", shares, truth).scores()
    kept = [auc(shares[:, c].astype(np.float32), truth == c) for c in range(2)]
    assert found["auc"] == pytest.approx(np.mean(kept))
    chosen = shares.argmax(axis=1)
    recalls = [(chosen[truth == c] == c).mean() for c in range(2)]
    assert found["balanced_accuracy"] == pytest.approx(np.mean(recalls))
    assert found["by"]["class"][2]["recall"] is None
    assert found["by"]["class"][2]["samples"] == 0


def test_one_class_alone_has_no_area() -> None:
    found = counted("ab", np.full((5, 1), 0.9), np.ones(5, int)).scores()
    assert found["auc"] is None
    assert found["accuracy"] == 1.0


def test_the_confusion_counts_who_was_taken_for_whom() -> None:
    found = counted("ab", np.array([0, 1, 1, 1]), np.array([0, 0, 1, 1])).scores()
    assert found["confusion"] == [[1, 1], [0, 2]]
    first, second = found["by"]["class"]
    assert first == {"precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3), "samples": 2}
    assert second["precision"] == pytest.approx(2 / 3)


def test_of_very_many_samples_evenly_fewer_make_the_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choices, "_MOST_KEPT", 1_000)
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, 20_000)
    shares = np.clip(rng.normal(0.4 + 0.2 * truth, 0.2), 0, 1)[:, None]
    found = counted("ab", shares, truth, pieces=31)
    assert found.curve.held <= 500
    whole = counted("ab", shares[::10], truth[::10])
    monkeypatch.undo()
    assert found.scores()["auc"] == pytest.approx(whole.scores()["auc"], abs=0.08)
