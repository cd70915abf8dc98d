"""Every score of numbers against its formula, written out plainly, and where it has no value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from layerforge.data import Prepared
from layerforge.scores import report, score
from layerforge.scores.scoring import measure
from tests.data.conftest import Prepare

SECTION = "source: d.csv\ntask: forecast\nwindow: 5\nhorizon: 3\nseason: 4\nfeatures: [a, b]\n"
TABLE = "source: d.csv\ntask: regression\ntargets: [y]\n"


def rows(values: Any) -> str:
    return "a,b\n" + "".join(f"{a},{b}\n" for a, b in values)


@pytest.fixture
def forecast(prepared: Prepare) -> Prepared:
    values = np.random.default_rng(0).normal(size=(200, 2)) * [1, 50] + [5, 1000]
    return prepared(SECTION, d_csv=rows(values))


def originals(prepared: Prepared, scaled: np.ndarray) -> np.ndarray:
    encoders = prepared.target_encoders
    return scaled * [e.scale for e in encoders] + [e.offset for e in encoders]


def pair(prepared: Prepared, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    truth = prepared.answers(prepared.positions["test"]).astype(np.float64)
    return truth, truth + np.random.default_rng(seed).normal(size=truth.shape)


def test_shares_of_the_true_value_are_of_original_units(forecast: Prepared) -> None:
    truth, guess = pair(forecast)
    found = score(forecast, "test", guess)
    y, p = originals(forecast, truth), originals(forecast, guess)
    assert found["mape"] == pytest.approx((abs(p - y) / abs(y)).mean(), rel=1e-5)
    assert found["smape"] == pytest.approx((2 * abs(p - y) / (abs(p) + abs(y))).mean(), rel=1e-5)


def test_mase_is_scaled_by_the_seasonal_naive_on_training_rows(forecast: Prepared) -> None:
    truth, guess = pair(forecast)
    y = originals(forecast, forecast.targets[:140].astype(np.float64))
    naive = abs(y[4:] - y[:-4]).mean(axis=0)
    errors = abs(originals(forecast, guess) - originals(forecast, truth)).mean(axis=(0, 1))
    found = score(forecast, "test", guess)
    assert found["mase"] == pytest.approx((errors / naive).mean(), rel=1e-5)
    assert found["by"]["target"]["b"]["mase"] == pytest.approx(errors[1] / naive[1], rel=1e-5)


def test_r2_is_a_mean_over_targets(forecast: Prepared) -> None:
    truth, guess = pair(forecast)
    expected = []
    for target in (0, 1):
        y, p = truth[..., target], guess[..., target]
        expected.append(1 - ((p - y) ** 2).sum() / ((y - y.mean()) ** 2).sum())
    assert score(forecast, "test", guess)["r2"] == pytest.approx(np.mean(expected), rel=1e-6)


def test_each_target_and_each_step_has_every_score(forecast: Prepared) -> None:
    truth, guess = pair(forecast)
    by = score(forecast, "test", guess)["by"]
    squared = (guess - truth) ** 2
    assert [each["scaled"]["mse"] for each in by["target"].values()] == pytest.approx(
        squared.mean(axis=(0, 1))
    )
    assert list(by["target"]) == ["a", "b"]
    assert [each["scaled"]["mse"] for each in by["step"].values()] == pytest.approx(
        squared.mean(axis=(0, 2))
    )
    assert list(by["step"]) == ["1", "2", "3"]
    scales = np.array([encoder.scale for encoder in forecast.target_encoders])
    step = by["step"]["2"]["original"]["mae"]
    assert step == pytest.approx((abs(guess - truth) * scales)[:, 1].mean())


def test_true_values_of_zero_are_left_out_of_mape_and_counted(prepared: Prepare) -> None:
    lines = "x,y\n" + "".join(f"{i},{i % 4}\n" for i in range(80))
    data = prepared(TABLE + "shuffle: false\nscale: none\n", d_csv=lines)
    truth = data.answers(data.positions["test"])
    found = score(data, "test", truth + 1.0)
    y = truth[truth != 0]
    assert found["mape"] == pytest.approx((1 / y).mean())
    assert found["zero_targets"] == int((truth == 0).sum()) == 4


def test_zero_is_known_after_scaling_and_back(prepared: Prepare) -> None:
    lines = "x,y\n" + "".join(f"{i},{(i % 7) * 1234.5}\n" for i in range(140))
    data = prepared(TABLE, d_csv=lines)
    truth = originals(data, data.answers(data.positions["test"]).astype(np.float64))
    zeros = int((abs(truth) < 1).sum())
    guess = data.answers(data.positions["test"])
    assert score(data, "test", guess)["zero_targets"] == zeros > 0


def test_a_target_of_zeros_alone_has_no_mape_r2_or_mase(prepared: Prepare) -> None:
    values = [(i % 5, 0) for i in range(100)]
    section = SECTION.replace("features: [a, b]", "features: [a]\ntargets: [b]")
    data = prepared(section, d_csv=rows(values))
    found = report(data, "test", data.answers(data.positions["test"]))["model"]
    assert (found["mape"], found["r2"], found["mase"]) == (None, None, None)
    assert (found["smape"], found["scaled"]["mse"]) == (0.0, 0.0)


def test_a_constant_target_has_no_r2_wherever_it_lies(prepared: Prepare) -> None:
    lines = "x,y\n" + "".join(f"{i},123456.7\n" for i in range(60))
    data = prepared(TABLE, d_csv=lines)
    assert score(data, "test", data.answers(data.positions["test"]) + 0.5)["r2"] is None


def test_a_single_window_is_scored_without_an_interval(prepared: Prepare) -> None:
    values = [(i % 5, i % 3) for i in range(100)]
    section = SECTION + "split: {train: 80, validation: 17, test: 3}\n"
    data = prepared(section, d_csv=rows(values))
    found = report(data, "test", data.answers(data.positions["test"]) + 0.1)
    assert found["samples"] == 1
    assert found["comparison"]["interval"] is None
    assert found["model"]["scaled"]["mse"] == pytest.approx(0.01, rel=1e-4)


def test_pinball_and_coverage_follow_their_definitions(forecast: Prepared) -> None:
    truth, _ = pair(forecast)
    levels = (0.1, 0.5, 0.9)
    guess = np.sort(np.random.default_rng(5).normal(size=(*truth.shape, 3)), axis=-1)
    found = measure(forecast, "test", guess, levels).scores
    losses = [
        np.where(
            truth >= guess[..., i], q * (truth - guess[..., i]), (1 - q) * (guess[..., i] - truth)
        )
        for i, q in enumerate(levels)
    ]
    assert found["scaled"]["pinball"] == pytest.approx(np.mean(losses))
    inside = (guess[..., 0] <= truth) & (truth <= guess[..., 2])
    assert found["coverage"] == pytest.approx(inside.mean())
    assert found["coverage_meant"] == pytest.approx(0.8)
    assert found["scaled"]["mse"] == pytest.approx(((guess[..., 1] - truth) ** 2).mean())
    scales = np.array([encoder.scale for encoder in forecast.target_encoders])
    assert found["original"]["pinball"] == pytest.approx(np.mean(np.stack(losses) * scales))
