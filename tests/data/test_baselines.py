"""The baselines that learn: held against solutions by other means, and bounded in cost."""

from __future__ import annotations

import numpy as np
import pytest

from layerforge.data import Prepared
from layerforge.scores import baselines, least_squares, report
from layerforge.scores.least_squares import Ridge, WindowLeastSquares
from layerforge.scores.logistic import Logistic, lbfgs
from layerforge.scores.naive import baselines_of
from tests.data.conftest import Prepare

SERIES = "source: d.csv\ntask: forecast\nwindow: 6\nhorizon: 3\nseason: 4\n"
TABLE = "source: d.csv\ntask: regression\ntargets: [y, z]\n"
CLASSES = "source: d.csv\ntask: classification\ntargets: [y]\n"


@pytest.fixture
def series(prepared: Prepare) -> Prepared:
    walk = np.random.default_rng(0).normal(size=(300, 2)).cumsum(axis=0) * [1, 20] + [3, 100]
    return prepared(SERIES, d_csv="a,b\n" + "".join(f"{a},{b}\n" for a, b in walk))


@pytest.fixture
def table(prepared: Prepare) -> Prepared:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(200, 3)) * [1, 10, 100] + [0, 5, 1e4]
    y = x @ [1, 0.2, 0.01] + rng.normal(size=200) * 0.1
    lines = (f"{a},{b},{c},7,{d},{-d + a}\n" for (a, b, c), d in zip(x, y, strict=True))
    return prepared(TABLE, d_csv="a,b,c,same,y,z\n" + "".join(lines))


@pytest.fixture
def classes(prepared: Prepare) -> Prepared:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(400, 2))
    label = np.where(x[:, 0] + 0.5 * x[:, 1] + rng.normal(size=400) > 0.5, 2, 0)
    label = np.where(x[:, 1] > 1, 1, label)
    lines = (f"{a},{b},k{c}\n" for (a, b), c in zip(x, label, strict=True))
    return prepared(CLASSES, d_csv="a,b,y\n" + "".join(lines))


def test_the_line_on_the_window_is_the_least_squares_solution(series: Prepared) -> None:
    train, test = series.positions["train"], series.positions["test"]
    inputs, answers = [], []
    for start in train:
        for target in range(2):
            past = series.targets[start : start + 6, target].astype(np.float64)
            future = series.targets[start + 6 : start + 9, target].astype(np.float64)
            inputs.append([*(past - past[-1])[:-1], 1.0])
            answers.append(future - past[-1])
    weights = np.linalg.lstsq(np.array(inputs), np.array(answers), rcond=None)[0]
    expected = []
    for start in test:
        past = series.targets[start : start + 6].astype(np.float64)
        moved = np.vstack([(past - past[-1])[:-1], np.ones(2)])
        expected.append(weights.T @ moved + past[-1])
    found = WindowLeastSquares(series)(test)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_pieces_change_nothing(series: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = WindowLeastSquares(series).weights
    monkeypatch.setattr(least_squares, "_VALUES_AT_ONCE", 100)
    np.testing.assert_allclose(WindowLeastSquares(series).weights, whole, atol=1e-9)


def test_too_many_windows_are_thinned_evenly_and_it_is_said(
    series: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(least_squares, "MOST_WORK", 50 * 2 * 6 * 9)
    found = baselines_of(series, "test")
    count = series.samples("train")
    some = f"50 of {count} training samples, evenly spread"
    assert found.notes == (f"least_squares is fitted on {some}",)


def test_what_is_too_wide_is_left_out_and_it_is_said(
    series: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layerforge.scores.naive.WIDEST", 5)
    found = report(series, "test")
    assert "least_squares" not in found["baselines"]
    assert found["notes"] == [
        "least_squares is left out: 6 unknowns are more than the 5 it is fitted for"
    ]


def test_ridge_is_the_solution_on_standardised_columns(table: Prepared) -> None:
    train, test = table.positions["train"], table.positions["test"]
    x = table.features[train].astype(np.float64)[:, :3]  # the constant column has no say
    mean, deviation = x.mean(axis=0), x.std(axis=0)
    y = table.targets[train].astype(np.float64)
    inner = (x - mean) / deviation
    gram = inner.T @ inner + np.eye(3)
    weights = np.linalg.solve(gram, inner.T @ (y - y.mean(axis=0)))
    outer = (table.features[test].astype(np.float64)[:, :3] - mean) / deviation
    found = Ridge(table)(test)
    np.testing.assert_allclose(found, outer @ weights + y.mean(axis=0), atol=1e-5)


def test_logistic_regression_stands_where_its_gradient_vanishes(classes: Prepared) -> None:
    model = Logistic(classes)
    train = classes.positions["train"]
    x = (classes.flat(train) - model.mean) / model.scale
    shares = model(train)
    truth = np.eye(3)[classes.answers(train)]
    gradient = x.T @ (shares - truth) + model.weights[:-1]
    assert abs(gradient).max() < 0.05
    assert abs((shares - truth).sum(axis=0)).max() < 0.05
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, atol=1e-6)


def test_logistic_regression_learns_what_a_line_can_tell(classes: Prepared) -> None:
    found = baselines(classes)
    assert found["logistic"]["accuracy"] > found["majority"]["accuracy"] + 0.15
    assert found["logistic"]["log_loss"] < found["majority"]["log_loss"] - 0.2


def test_separable_classes_do_not_run_away(prepared: Prepare) -> None:
    lines = "".join(f"{i},{'ab'[i > 99]}\n" for i in range(200))
    data = prepared(CLASSES, d_csv="x,y\n" + lines)
    model = Logistic(data)
    assert np.isfinite(model.weights).all()
    assert baselines(data)["logistic"]["accuracy"] >= 0.97


def test_the_descent_finds_the_least_of_a_narrow_valley() -> None:
    stretch = np.array([1.0, 10.0, 1_000.0])

    def slope(point: np.ndarray) -> tuple[float, np.ndarray]:
        off = point - [1, 2, 3]
        return float((stretch * off**2).sum() / 2), stretch * off

    np.testing.assert_allclose(lbfgs(slope, np.zeros(3)), [1, 2, 3], atol=0.04)


def test_drift_and_mean_are_what_their_names_say(series: Prepared) -> None:
    predict = baselines_of(series, "test").predictors
    positions = series.positions["test"][:4]
    for start, line, level in zip(
        positions, predict["drift"](positions), predict["window_mean"](positions), strict=True
    ):
        past = series.targets[start : start + 6]
        rise = (past[-1] - past[0]) / 5
        np.testing.assert_allclose(line, [past[-1] + k * rise for k in (1, 2, 3)], rtol=1e-4)
        np.testing.assert_allclose(level, [past.mean(axis=0)] * 3, rtol=1e-5)
