"""Scores against a slow and plain computation, in one form, whatever the shape and size of pieces."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from layerforge.data import Prepared
from layerforge.diagnostics import Faults
from layerforge.scores import report, score, scoring
from tests.data.conftest import Prepare


@pytest.fixture
def forecast(prepared: Prepare) -> Prepared:
    rng = np.random.default_rng(0)
    rows = "".join(f"{a},{b}\n" for a, b in rng.normal(size=(200, 2)) * [1, 50] + [0, 1000])
    section = "source: d.csv\ntask: forecast\nwindow: 5\nhorizon: 3\nseason: 4\n"
    return prepared(section, d_csv="a,b\n" + rows)


@pytest.fixture
def classes(prepared: Prepare) -> Prepared:
    rows = "".join(f"{i},{'abc'[i % 3]}\n" for i in range(300))
    section = "source: d.csv\ntask: classification\ntargets: [y]\n"
    return prepared(section, d_csv="x,y\n" + rows)


def test_errors_are_one_mean_over_windows_steps_and_targets(forecast: Prepared) -> None:
    truth = forecast.answers(forecast.positions["test"]).astype(np.float64)
    guess = truth + np.random.default_rng(1).normal(size=truth.shape)
    found = score(forecast, "test", guess)
    error = guess - truth
    assert found["scaled"]["mse"] == pytest.approx((error**2).mean())
    assert found["scaled"]["mae"] == pytest.approx(np.abs(error).mean())
    assert found["scaled"]["rmse"] == pytest.approx(math.sqrt((error**2).mean()))
    original = error * [encoder.scale for encoder in forecast.target_encoders]
    assert found["original"]["mse"] == pytest.approx((original**2).mean())
    assert found["original"]["mae"] == pytest.approx(np.abs(original).mean())


def test_original_units_are_those_of_the_file(forecast: Prepared) -> None:
    """An error of one in every value of the file, scaled as the targets are."""
    scales = [encoder.scale for encoder in forecast.target_encoders]
    guess = forecast.answers(forecast.positions["test"]) + 1 / np.array(scales)
    assert score(forecast, "test", guess)["original"]["mse"] == pytest.approx(1.0, rel=1e-5)


def test_pieces_and_shapes_change_nothing(
    forecast: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = forecast.samples("test")
    guess = np.random.default_rng(2).normal(size=(samples, 3, 2))
    whole = score(forecast, "test", guess)
    monkeypatch.setattr(scoring, "_VALUES_AT_ONCE", 13)
    assert _nearly(score(forecast, "test", guess.reshape(samples, 6)), whole)
    assert _nearly(score(forecast, "test", iter([guess[:7], guess[7:8], guess[8:]])), whole)


def _nearly(one: Any, other: Any) -> bool:
    if isinstance(other, dict):
        return one.keys() == other.keys() and all(_nearly(one[key], other[key]) for key in other)
    return bool(one == pytest.approx(other))


def test_baselines_are_what_their_names_say(forecast: Prepared) -> None:
    positions = forecast.positions["test"]
    y, origin = forecast.targets, positions + 5
    repeat = np.stack([[y[o - 1]] * 3 for o in origin])
    seasonal = np.stack([[y[o - 4], y[o - 3], y[o - 2]] for o in origin])
    found = report(forecast, "test", repeat)
    assert found["model"] == found["baselines"]["repeat"]
    assert report(forecast, "test", seasonal)["model"] == found["baselines"]["seasonal_naive"]


def test_a_report_has_the_one_form(forecast: Prepared, classes: Prepared) -> None:
    numbers = {"mse", "mae", "rmse"}
    either = {"scaled", "original", "mape", "smape", "r2", "mase", "zero_targets", "by"}
    found = report(forecast, "validation")
    assert list(found) == ["split", "samples", "baselines", "notes"]
    assert (found["split"], found["samples"]) == ("validation", 18)
    assert set(found["baselines"]["repeat"]) == either
    assert set(found["baselines"]["repeat"]["scaled"]) == numbers
    guess = classes.answers(classes.positions["test"])
    found = report(classes, "test", guess)
    keys = ["split", "samples", "model", "baselines", "comparison", "classes", "notes"]
    assert list(found) == keys
    model = {key: value for key, value in found["model"].items() if isinstance(value, float)}
    assert model == {"accuracy": 1.0, "balanced_accuracy": 1.0, "f1_macro": 1.0}
    assert "log_loss" in found["baselines"]["majority"]


def test_class_scores_agree_with_a_slow_computation(prepared: Prepare) -> None:
    rows = "".join(f"{i},{'abc'[(i * 7 + i // 5) % 3]}\n" for i in range(300))
    section = "source: d.csv\ntask: classification\ntargets: [y]\n"
    data = prepared(section, d_csv="x,y\n" + rows)
    truth = data.answers(data.positions["test"])
    shares = np.random.default_rng(3).dirichlet([1, 1, 1], size=len(truth)).astype(np.float32)
    chosen = shares.argmax(axis=1)
    found = score(data, "test", shares)
    assert found["accuracy"] == pytest.approx((chosen == truth).mean())
    recalls = [(chosen[truth == c] == c).mean() for c in range(3)]
    assert found["balanced_accuracy"] == pytest.approx(np.mean(recalls))
    precisions = [(truth[chosen == c] == c).mean() for c in range(3)]
    f1 = [2 * p * r / (p + r) for p, r in zip(precisions, recalls, strict=True)]
    assert found["f1_macro"] == pytest.approx(np.mean(f1))
    given = shares[np.arange(len(truth)), truth]
    assert found["log_loss"] == pytest.approx(-np.log(given).mean(), rel=1e-5)


def test_one_column_is_the_probability_of_the_second_class(prepared: Prepare) -> None:
    rows = "".join(f"{i},{'ab'[i % 2]}\n" for i in range(100))
    section = "source: d.csv\ntask: classification\ntargets: [y]\n"
    data = prepared(section, d_csv="x,y\n" + rows)
    truth = data.answers(data.positions["test"])
    found = score(data, "test", np.where(truth == 1, 0.8, 0.1)[:, None])
    assert found["accuracy"] == 1.0
    expected = -(np.log(0.8) * truth.mean() + np.log(0.9) * (1 - truth.mean()))
    assert found["log_loss"] == pytest.approx(expected)
    assert data.accepts((1,))


def test_what_is_no_probability_has_no_log_loss(classes: Prepared) -> None:
    logits = np.random.default_rng(0).normal(size=(classes.samples("test"), 3)) * 9
    assert "log_loss" not in score(classes, "test", logits)


def test_a_diverged_model_scores_nothing_rather_than_nonsense(forecast: Prepared) -> None:
    guess = np.full((forecast.samples("test"), 3, 2), np.nan)
    assert score(forecast, "test", guess)["scaled"] == {"mse": None, "mae": None, "rmse": None}


def test_another_number_of_predictions_is_refused(forecast: Prepared) -> None:
    samples = forecast.samples("test")
    for count in (samples - 1, samples + 1):
        with pytest.raises(ValueError, match="predictions"):
            score(forecast, "test", np.zeros((count, 3, 2)))


def test_a_split_without_samples_cannot_be_scored(prepared: Prepare) -> None:
    rows = "".join(f"{i},{i}\n" for i in range(20))
    section = "source: d.csv\ntask: regression\ntargets: [y]\nsplit: {train: 1.0}\n"
    with pytest.raises(Faults, match="the part `test` has no samples to score"):
        report(prepared(section, d_csv="x,y\n" + rows), "test")
