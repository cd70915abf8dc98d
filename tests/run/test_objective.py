"""Losses and metrics by task, and those that do not fit the classes' form."""

from __future__ import annotations

import pytest

from layerforge.diagnostics import Diagnostic
from layerforge.run.objective import Objective, choose_objective, objective_faults
from layerforge.spec import DataSettings
from tests.conftest import CompileText

SPEC = """
    model:
      input: [2]
      layers:
        - Dense: {{units: {units}, activation: {activation}}}
    train: {{loss: {loss}, metrics: {metrics}}}
    """


def _objective(
    compile_text: CompileText,
    units: int,
    loss: str = "null",
    metrics: str = "null",
    activation: str = "null",
    task: str = "classification",
    scale: str = "standard",
) -> tuple[Objective, list[Diagnostic]]:
    text = SPEC.format(units=units, loss=loss, metrics=metrics, activation=activation)
    compiled = compile_text(text)
    assert not compiled.found
    assert compiled.plan is not None
    assert compiled.train is not None
    objective = choose_objective(compiled.plan, task, compiled.train)
    data = DataSettings("d.csv", task, targets=("y",), scale=scale)
    return objective, objective_faults(objective, compiled.plan, data, compiled.train)


@pytest.mark.parametrize(
    ("task", "units", "activation", "loss", "metric", "labels"),
    [
        ("forecast", 3, "null", "mse", "mae", "values"),
        ("regression", 1, "null", "mse", "mae", "values"),
        ("classification", 1, "sigmoid", "binary_crossentropy", "accuracy", "values"),
        ("classification", 3, "softmax", "sparse_categorical_crossentropy", "accuracy", "indices"),
    ],
)
def test_the_task_chooses_loss_and_metric(
    compile_text: CompileText,
    task: str,
    units: int,
    activation: str,
    loss: str,
    metric: str,
    labels: str,
) -> None:
    objective, found = _objective(compile_text, units, activation=activation, task=task)
    assert not found
    assert (objective.loss.name, objective.labels) == (loss, labels)
    assert [each.name for each in objective.metrics] == [metric]


def test_an_empty_list_of_metrics_is_none_at_all(compile_text: CompileText) -> None:
    objective, found = _objective(compile_text, 1, metrics="[]", task="regression")
    assert not found
    assert objective.metrics == ()


@pytest.mark.parametrize(
    ("loss", "labels"),
    [
        ("SparseCategoricalCrossentropy", "indices"),
        ("crossentropy", "indices"),
        ("categorical_crossentropy", "one_hot"),
        ("{CategoricalCrossentropy: {label_smoothing: 0.1}}", "one_hot"),
        ("kl_divergence", "one_hot"),
    ],
)
def test_labels_are_fed_as_the_loss_takes_them(
    compile_text: CompileText, loss: str, labels: str
) -> None:
    objective, found = _objective(compile_text, 3, loss, activation="softmax")
    assert not found
    assert objective.labels == labels


@pytest.mark.parametrize(
    ("units", "loss", "metrics", "said", "help"),
    [
        (1, "sparse_categorical_crossentropy", "[]", "gives one number", "binary_crossentropy"),
        (1, "binary_crossentropy", "[categorical_accuracy]", "gives one number", "`accuracy`"),
        (
            3,
            "sparse_categorical_crossentropy",
            "[categorical_accuracy]",
            "takes one-hot labels",
            "SparseCategoricalAccuracy",
        ),
        (
            3,
            "categorical_crossentropy",
            "[SparseTopKCategoricalAccuracy]",
            "takes class indices",
            "TopKCategoricalAccuracy",
        ),
    ],
)
def test_losses_and_metrics_for_other_labels_are_faults(
    compile_text: CompileText, units: int, loss: str, metrics: str, said: str, help: str
) -> None:
    _, found = _objective(compile_text, units, loss, metrics, "softmax")
    assert [fault.code for fault in found] == ["wrong-loss"]
    assert said in found[0].message
    assert found[0].help is not None
    assert help in found[0].help
    assert found[0].span is not None
    assert found[0].span.line == 6


@pytest.mark.parametrize(
    ("units", "loss", "activation"),
    [(1, "null", "sigmoid"), (3, "null", "softmax"), (3, "categorical_crossentropy", "softmax")],
)
def test_a_crossentropy_behind_a_layer_without_activation_is_a_fault(
    compile_text: CompileText, units: int, loss: str, activation: str
) -> None:
    _, found = _objective(compile_text, units, loss)
    assert [fault.code for fault in found] == ["logits-not-probabilities"]
    assert found[0].help is not None
    assert f"activation: {activation}" in found[0].help
    _, found = _objective(compile_text, units, loss, activation=activation)
    assert not found


def test_logits_are_allowed_where_the_loss_says_so(compile_text: CompileText) -> None:
    loss = "{BinaryCrossentropy: {from_logits: true}}"
    objective, found = _objective(compile_text, 1, loss, "[accuracy]")
    assert not found
    assert objective.logits
    # An output above 0, not above 1/2, is the second class.
    assert objective.metrics[0].values == {"name": "accuracy", "threshold": 0.0}


@pytest.mark.parametrize(
    ("metric", "fits"), [("F1Score", False), ("{F1Score: {average: macro}}", True)]
)
def test_a_metric_of_several_numbers_is_refused(
    compile_text: CompileText, metric: str, fits: bool
) -> None:
    _, found = _objective(compile_text, 3, metrics=f"[{metric}]", activation="softmax")
    assert [each.code for each in found] == ([] if fits else ["wrong-loss"])
    assert not _objective(compile_text, 1, metrics=f"[{metric}]", activation="sigmoid")[1]


@pytest.mark.parametrize("loss", ["binary_crossentropy", "BinaryFocalCrossentropy"])
def test_shares_are_not_compared_with_targets_below_0(compile_text: CompileText, loss: str) -> None:
    _, [fault] = _objective(compile_text, 3, loss, task="regression")
    assert (fault.code, fault.help) == (
        "wrong-loss",
        "write `scale: minmax` under `data`, and `activation: sigmoid` in the last layer",
    )
    for scale in ("minmax", "none"):
        assert _objective(compile_text, 3, loss, task="regression", scale=scale)[1] == []
    assert _objective(compile_text, 3, "mse", task="regression")[1] == []
