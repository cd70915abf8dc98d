"""What epochs log, told without Keras, against what Keras logs; and what watches another name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from layerforge.components import Component
from layerforge.components.table import classes, find
from layerforge.diagnostics import Diagnostic
from layerforge.pipeline import compile_spec
from layerforge.run.monitors import metric_names, monitor_faults
from tests.run.conftest import SINE, Compile

REQUIRED = {
    "num_classes": 2,
    "target_class_ids": (0,),
    "recall": 0.5,
    "precision": 0.5,
    "sensitivity": 0.5,
    "specificity": 0.5,
}
SHORT = ("mae", "MSE", "acc", "accuracy", "Accuracy", "AUC", "Precision")


def _metrics() -> list[Component]:
    """Every metric with what it needs and twice, since Keras numbers some; some again with a name."""
    made = [Component("metrics", name) for name in SHORT]
    for name in classes("metrics"):
        entry = find("metrics", name)
        assert entry is not None
        needed = {p.name for p in entry.signature.parameters} & REQUIRED.keys()
        values = {each: REQUIRED[each] for each in needed}
        made += [Component("metrics", name, values)] * 2
        made.append(Component("metrics", name, {**values, "name": f"my_{name}"}))
    return made


def test_metrics_have_the_names_under_which_keras_logs_them() -> None:
    import keras

    from layerforge.build.components import make_component

    keras.utils.clear_session()
    metrics = _metrics()
    made = [make_component(metric) for metric in metrics]
    assert metric_names(metrics) == [getattr(metric, "name", metric) for metric in made]


def test_what_fit_logs_of_short_names() -> None:
    import keras
    import numpy as np

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae", keras.metrics.RootMeanSquaredError()])
    log = model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0).history
    names = metric_names(
        [Component("metrics", "mae"), Component("metrics", "RootMeanSquaredError")]
    )
    assert set(log) == {"loss", *names}


def _found(folder: Path, *lines: str, text: str = "", **options: Any) -> list[Diagnostic]:
    base = "data: {source: x.csv, task: regression, features: [a], targets: [b]}\n"
    model = "model: {input: [1], layers: [{Dense: {units: {hp.Int: [1, 1]}}}]}\n"
    path = folder / "spec.yaml"
    path.write_text(base + model + "\n".join(lines))
    compiled = compile_spec(path)
    assert compiled.clean, compiled.found
    return monitor_faults(compiled, **options)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["tune: {objective: {name: val_mse, direction: min}}"], "the search watches `val_mse`"),
        (["train: {callbacks: [{EarlyStopping: {monitor: val_los}}]}"], "EarlyStopping watches"),
        (["train: {callbacks: [{ModelCheckpoint: {filepath: a.keras, monitor: mse}}]}"], "`mse`"),
    ],
)
def test_a_name_that_no_epoch_logs_is_told(tmp_path: Path, lines: list[str], said: str) -> None:
    found = _found(tmp_path, *lines)
    assert [fault.code for fault in found] == ["unknown-monitor"]
    assert said in found[0].message
    assert found[0].span is not None
    assert found[0].span.line == 3


@pytest.mark.parametrize(
    "lines",
    [
        [
            "train: {metrics: [{Precision: }], callbacks: [{EarlyStopping: {monitor: val_precision}}]}"
        ],
        ["train: {metrics: [{MeanAbsoluteError: }]}", "tune: {objective: val_mean_absolute_error}"],
        ["train: {metrics: [{AUC: {name: area}}]}", "tune: {objective: val_area}"],
        ["train: {callbacks: [ReduceLROnPlateau, {EarlyStopping: {monitor: learning_rate}}]}"],
    ],
)
def test_a_name_that_is_logged_is_no_fault(tmp_path: Path, lines: list[str]) -> None:
    assert _found(tmp_path, *lines) == []


def test_without_validation_rows_the_same_of_the_training_is_offered(tmp_path: Path) -> None:
    (fault,) = _found(tmp_path, "tune: {objective: val_mae}", validated=False)
    assert "no validation rows" in fault.message
    assert fault.help is not None
    assert "watch `mae`" in fault.help


def test_what_is_forecast_is_judged_by_its_own_metrics(compiled: Compile) -> None:
    spec = compiled(SINE, "tune.objective=val_mae")
    assert monitor_faults(spec) == []
