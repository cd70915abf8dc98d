"""A model of quantiles from its spec to named answers, and what does not go with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from layerforge.diagnostics import Faults
from layerforge.run import evaluate, predict, train
from layerforge.run.preparation import prepare_job
from tests.run.conftest import Compile, Told

NOISE = """
    data: {source: noise.csv, task: forecast, features: [y], targets: [y], window: 8, horizon: 4}
    model:
      layers:
        - Flatten
        - QuantileHead: {units: 4, quantiles: [0.1, 0.5, 0.9]}
    train: {epochs: 12, optimizer: {Adam: {learning_rate: 0.02}}}
    """


def noise(folder: Path) -> None:
    """Exponential noise: its median is far from its mean, its lower tail short."""
    values = np.random.default_rng(0).exponential(10, 1500)
    (folder / "noise.csv").write_text("y\n" + "".join(f"{value:.4f}\n" for value in values))


def test_quantiles_are_trained_scored_and_named(compiled: Compile, folder: Path) -> None:
    noise(folder)
    trained = train(compiled(NOISE), folder / "runs", Told())
    assert trained.scores is not None
    model = trained.scores["model"]
    assert model["coverage_meant"] == pytest.approx(0.8)
    assert model["coverage"] == pytest.approx(0.8, abs=0.1)
    assert model["scaled"]["pinball"] < 0.3
    # By pinball and mae the median is better than by mse, which it was not trained for.
    assert model["scaled"]["mae"] < trained.scores["baselines"]["window_mean"]["scaled"]["mae"]
    # A single value stands for all quantiles: of symmetric levels its pinball loss is half its mae.
    naive = trained.scores["baselines"]["window_mean"]
    assert naive["scaled"]["pinball"] == pytest.approx(0.5 * naive["scaled"]["mae"])
    assert model["scaled"]["pinball"] < naive["scaled"]["pinball"]
    assert "coverage" not in naive
    assert evaluate(trained.path, None, Told()) == trained.scores

    found = predict(trained.path, folder / "noise.csv", Told())
    assert found.columns == ("step", "y_q10", "y_q50", "y_q90")
    for _, low, middle, high in found.rows:
        assert low < middle < high
        assert low == pytest.approx(1.05, abs=1.2)
        assert middle == pytest.approx(6.9, abs=2)
        assert high == pytest.approx(23, abs=7)
    longer = predict(trained.path, folder / "noise.csv", Told(), steps=10)
    assert len(list(longer.rows)) == 10
    assert list(longer.rows)[:4] == list(found.rows)


def test_a_loss_of_quantiles_says_what_any_last_layer_forecasts(
    compiled: Compile, folder: Path
) -> None:
    noise(folder)
    text = NOISE.replace(
        "- QuantileHead: {units: 4, quantiles: [0.1, 0.5, 0.9]}",
        "- Dense: 8\n        - Reshape: [4, 2]",
    ).replace("train: {", "train: {loss: {Pinball: {quantiles: [0.25, 0.75]}}, ")
    job = prepare_job(compiled(text))
    assert job.objective.quantiles == (0.25, 0.75)
    assert job.table.target_shape == (4,)


@pytest.mark.parametrize(
    ("changed", "code", "message"),
    [
        (
            "train.loss=mse",
            "wrong-loss",
            "the model forecasts the quantiles 0.1, 0.5, 0.9, which `mse` does not train",
        ),
        (
            "train.loss={Pinball: {quantiles: [0.2, 0.8]}}",
            "wrong-loss",
            "the model forecasts the quantiles 0.1, 0.5, 0.9, which `Pinball` does not train",
        ),
        (
            "train.metrics=[mae]",
            "wrong-loss",
            "`mae` compares single values, but the model forecasts quantiles",
        ),
    ],
)
def test_what_does_not_go_with_quantiles_is_refused(
    compiled: Compile, folder: Path, changed: str, code: str, message: str
) -> None:
    noise(folder)
    with pytest.raises(Faults) as stop:
        prepare_job(compiled(NOISE, changed))
    assert [(fault.code, fault.message) for fault in stop.value.diagnostics] == [(code, message)]


def test_a_head_of_another_size_than_the_targets_is_told(compiled: Compile, folder: Path) -> None:
    noise(folder)
    found = compiled(NOISE, "model.layers.1.QuantileHead.units=5").found
    assert [fault.code for fault in found] == ["wrong-head"]
    assert found[0].message == (
        "the model gives (5, 3), but the targets are (4, 3): 4 steps of 1 column, each with 3 quantiles"
    )
