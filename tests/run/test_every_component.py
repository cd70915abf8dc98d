"""Every optimizer, schedule, loss, metric and callback of Keras, trained with: as a hand-written `fit`."""

from __future__ import annotations

import json
import random
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest

from layerforge.build.backend import load_keras
from layerforge.build.model import make_model
from layerforge.components.table import classes
from layerforge.pipeline import Compiled, compile_spec
from layerforge.run import feeding, train
from layerforge.run.preparation import Job, prepare_job

keras = load_keras()
EPOCHS = 3
HEADS = {
    "positive": "{Dense: {units: 1, activation: softplus}}",
    "two": "{Dense: {units: 1, activation: sigmoid}}",
    "three": "{Dense: {units: 3, activation: softmax}}",
}
TASKS = {"positive": "regression", "two": "classification", "three": "classification"}

OPTIMIZERS = {
    "Adadelta": {"learning_rate": 0.5, "rho": 0.9, "epsilon": 1e-5},
    "Adafactor": {"learning_rate": 0.02, "relative_step": False, "clip_threshold": 2.0},
    "Adagrad": {"learning_rate": 0.1, "initial_accumulator_value": 0.2},
    "Adam": {"learning_rate": 0.02, "beta_1": 0.8, "amsgrad": True},
    "AdamW": {"learning_rate": 0.02, "weight_decay": 0.1},
    "Adamax": {"learning_rate": 0.02, "beta_2": 0.99},
    "Ftrl": {"learning_rate": 0.1, "l1_regularization_strength": 0.01, "beta": 0.1},
    "Lamb": {"learning_rate": 0.02},
    "Lion": {"learning_rate": 0.005, "beta_2": 0.95},
    "LossScaleOptimizer": {"inner_optimizer": {"SGD": {"momentum": 0.9}}, "initial_scale": 64.0},
    "MultiOptimizer": {
        "optimizer_map": {
            "OptimizerMap": {
                "default_optimizer": {"Adam": {"learning_rate": 0.02}},
                "optimizer_map": {".*bias": {"SGD": {"learning_rate": 0.1}}},
            }
        }
    },
    "Muon": {"learning_rate": 0.02, "nesterov": False},
    "Nadam": {"learning_rate": 0.02, "epsilon": 1e-5},
    "RMSprop": {"learning_rate": 0.01, "momentum": 0.5, "centered": True},
    "SGD": {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True},
    "ScheduleFreeAdamW": {"learning_rate": 0.02, "warmup_steps": 3},
}
# What every optimizer has, each with another of them.
SHARED = {
    "SGD": {"clipnorm": 0.05},
    "RMSprop": {"clipvalue": 0.01},
    "Adam": {"global_clipnorm": 0.05, "gradient_accumulation_steps": 3},
    "AdamW": {"use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 4},
    "Nadam": {"loss_scale_factor": 8.0, "weight_decay": 0.05},
}
SCHEDULES = {
    "CosineDecay": {"initial_learning_rate": 0.05, "decay_steps": 8, "alpha": 0.1},
    "CosineDecayRestarts": {"initial_learning_rate": 0.05, "first_decay_steps": 4, "m_mul": 0.5},
    "ExponentialDecay": {"initial_learning_rate": 0.05, "decay_steps": 4, "decay_rate": 0.3},
    "InverseTimeDecay": {
        "initial_learning_rate": 0.05,
        "decay_steps": 4,
        "decay_rate": 2.0,
        "staircase": True,
    },
    "PiecewiseConstantDecay": {"boundaries": [4, 9], "values": [0.05, 0.01, 0.001]},
    "PolynomialDecay": {"initial_learning_rate": 0.05, "decay_steps": 8, "power": 2.0},
}
LOSSES: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "positive": [
        ("CosineSimilarity", {}),
        ("Huber", {"delta": 0.3}),
        ("LogCosh", {}),
        ("MeanAbsoluteError", {}),
        ("MeanAbsolutePercentageError", {}),
        ("MeanSquaredError", {"reduction": "sum"}),
        ("MeanSquaredLogarithmicError", {}),
        ("Poisson", {}),
    ],
    "two": [
        ("BinaryCrossentropy", {"label_smoothing": 0.1}),
        ("BinaryFocalCrossentropy", {"apply_class_balancing": True, "gamma": 1.5}),
        ("Dice", {}),
        ("Hinge", {}),
        ("SquaredHinge", {}),
        ("Tversky", {"alpha": 0.3, "beta": 0.7}),
    ],
    "three": [
        ("CategoricalCrossentropy", {"label_smoothing": 0.1}),
        ("CategoricalFocalCrossentropy", {"alpha": [0.2, 0.3, 0.5]}),
        ("CategoricalGeneralizedCrossEntropy", {"q": 0.3}),
        ("CategoricalHinge", {}),
        ("Circle", {"gamma": 8.0, "margin": 0.3}),
        ("KLDivergence", {}),
        ("SparseCategoricalCrossentropy", {"ignore_class": 2}),
    ],
}
METRICS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "positive": [
        *((name, {}) for name in ("LogCoshError", "MeanAbsoluteError", "Poisson")),
        *((name, {}) for name in ("MeanAbsolutePercentageError", "RootMeanSquaredError")),
        *((name, {}) for name in ("MeanSquaredError", "MeanSquaredLogarithmicError")),
        ("ConcordanceCorrelation", {"axis": 0}),
        ("CosineSimilarity", {"axis": 0}),
        ("PearsonCorrelation", {"axis": 0}),
        ("R2Score", {"class_aggregation": "variance_weighted_average"}),
    ],
    "two": [
        ("AUC", {"num_thresholds": 30, "curve": "PR", "summation_method": "minoring"}),
        ("BinaryAccuracy", {"threshold": 0.4}),
        ("BinaryCrossentropy", {"label_smoothing": 0.1}),
        ("BinaryIoU", {"target_class_ids": [1], "threshold": 0.4}),
        ("F1Score", {"threshold": 0.4}),
        ("FBetaScore", {"beta": 2.0, "threshold": 0.4}),
        ("Hinge", {}),
        ("SquaredHinge", {}),
        ("PrecisionAtRecall", {"recall": 0.7}),
        ("RecallAtPrecision", {"precision": 0.7}),
        ("SensitivityAtSpecificity", {"specificity": 0.7}),
        ("SpecificityAtSensitivity", {"sensitivity": 0.7, "num_thresholds": 50}),
        ("Precision", {"thresholds": 0.4}),
        ("Recall", {}),
        *((f"{sign}{which}", {}) for sign in ("True", "False") for which in ("Positives",)),
        *((f"{sign}Negatives", {"thresholds": 0.6}) for sign in ("True", "False")),
    ],
    "three": [
        ("CategoricalAccuracy", {}),
        ("CategoricalCrossentropy", {"label_smoothing": 0.1}),
        ("CategoricalHinge", {}),
        ("KLDivergence", {}),
        ("TopKCategoricalAccuracy", {"k": 2}),
        ("F1Score", {"average": "macro"}),
        ("Precision", {"top_k": 1, "class_id": 1}),
        ("OneHotIoU", {"num_classes": 3, "target_class_ids": [0, 2]}),
        ("OneHotMeanIoU", {"num_classes": 3}),
    ],
    "three by index": [
        ("SparseCategoricalAccuracy", {}),
        ("SparseCategoricalCrossentropy", {"ignore_class": 1}),
        ("SparseTopKCategoricalAccuracy", {"k": 2}),
        ("IoU", {"num_classes": 3, "target_class_ids": [0, 2], "sparse_y_pred": False}),
        ("MeanIoU", {"num_classes": 3, "sparse_y_pred": False}),
    ],
}
CALLBACKS = {
    "CSVLogger": {"filename": "told.csv", "separator": ";"},
    "EarlyStopping": {"patience": 0, "min_delta": 9.0, "restore_best_weights": True},
    "ModelCheckpoint": {"filepath": "kept.weights.h5", "save_weights_only": True},
    "ReduceLROnPlateau": {"patience": 0, "min_delta": 9.0, "factor": 0.5, "min_lr": 0.001},
    "SwapEMAWeights": {"swap_on_epoch": True},
    "TensorBoard": {"log_dir": "board", "histogram_freq": 1, "update_freq": 2},
    "TerminateOnNaN": {"raise_error": True},
}
NOT_TRAINED = {
    "losses": {"CTC"},  # compares sequences of labels, which no source of data gives
    "metrics": {"Accuracy"},  # the word by which Keras chooses one of the accuracies
    "callbacks": {"OrbaxCheckpoint"},  # of a package that is not among the dependencies
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with 130 rows: two numbers, and of them a positive number and two and three classes."""
    chance, lines = random.Random(1), ["a,b,positive,two,three"]
    for _ in range(130):
        a, b = chance.gauss(0, 1), chance.gauss(0, 1)
        third = "red" if a > 0.4 else "green" if b > 0 else "blue"
        lines.append(f"{a:.4f},{b:.4f},{1 + a * a + 0.5 * b * b:.4f},{a + b > 0:d},{third}")
    made = tmp_path_factory.mktemp("components")
    (made / "rows.csv").write_text("\n".join(lines) + "\n")
    return made


def _compiled(folder: Path, target: str, **section: Any) -> Compiled:
    """The spec of a small network for a target; the section `train` is written as JSON, which is YAML."""
    train_section = {"epochs": EPOCHS, "batch_size": 16, **section}
    scaled = ", scale: none" if target == "positive" else ""
    text = f"""
        name: components
        data:
          {{source: rows.csv, task: {TASKS[target]}, features: [a, b], targets: [{target}]{scaled}}}
        model: {{input: [2], layers: [{{Dense: {{units: 8, activation: tanh}}}}, {HEADS[target]}]}}
        train: {json.dumps(train_section)}
        """
    (folder / "spec.yaml").write_text(dedent(text))
    return compile_spec(folder / "spec.yaml", ())


def _by_hand(category: str, written: Any, folder: Path) -> Any:
    """The Keras object of `{Name: arguments}`, made without layerforge."""
    modules = {"schedules": keras.optimizers.schedules, "optimizers": keras.optimizers}
    ((name, arguments),) = written.items()
    made = dict(arguments)
    for key, value in arguments.items():
        if key == "learning_rate" and isinstance(value, dict):
            made[key] = _by_hand("schedules", value, folder)
        if key in ("inner_optimizer", "default_optimizer"):
            made[key] = _by_hand("optimizers", value, folder)
        if key == "optimizer_map":
            made[key] = (
                _by_hand("optimizers", value, folder)
                if name == "MultiOptimizer"
                else {path: _by_hand("optimizers", each, folder) for path, each in value.items()}
            )
        if key in ("filename", "filepath", "log_dir"):
            made[key] = str(folder / value)
    if name in ("OptimizerMap", "MultiOptimizer"):
        return getattr(keras.optimizers, name)(**made)
    return getattr(modules.get(category, getattr(keras, category, None)), name)(**made)


def _fit(job: Job, section: dict[str, Any], folder: Path) -> dict[str, list[float]]:
    """The history of Keras's own `fit` on the batches of a job."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(job.train.seed)
    model = make_model(job.plan)
    model.compile(
        optimizer=_by_hand("optimizers", section["optimizer"], folder),
        loss=_by_hand("losses", section["loss"], folder),
        metrics=[_by_hand("metrics", each, folder) for each in section["metrics"]],
    )
    # Built while a step is traced, ScheduleFreeAdamW would never copy the weights that it begins with.
    model.optimizer.build(model.trainable_variables)
    positions = job.prepared.positions
    history = model.fit(
        feeding.training_batches(job.table, positions["train"], job.batch_size, job.train.seed),
        validation_data=feeding.ordered_batches(job.table, positions["validation"], job.batch_size),
        steps_per_epoch=job.steps,
        epochs=job.train.epochs,
        callbacks=[_by_hand("callbacks", each, folder) for each in section["callbacks"]],
        shuffle=False,  # the batches are shuffled as they are
        verbose=0,
    )
    return {
        name: [float(np.ravel(value)[0]) for value in values]
        for name, values in history.history.items()
    }


def _agrees(folder: Path, tmp_path: Path, target: str, **section: Any) -> Path:
    """Trains both ways and compares every number of every epoch; the folder of the run."""
    section = {
        "optimizer": {"Adam": {"learning_rate": 0.02}},
        "loss": {"MeanSquaredError": {}},
        "metrics": [],
        "callbacks": [],
        **section,
    }
    compiled = _compiled(folder, target, **section)
    trained = train(compiled, tmp_path / "runs", lambda event: None, ["layerforge"])
    theirs = _fit(prepare_job(compiled), section, tmp_path)
    ours = {name: [epoch[name] for epoch in trained.history] for name in trained.history[0]}
    shared = set(ours) & set(theirs)
    assert shared >= {name for name in theirs if name != "learning_rate"}, set(theirs) - shared
    for name in shared:
        assert ours[name] == pytest.approx(theirs[name], rel=1e-4, abs=1e-6, nan_ok=True), name
    return trained.path


@pytest.mark.parametrize("category", ["optimizers", "schedules", "losses", "metrics", "callbacks"])
def test_no_class_of_keras_is_left_out(category: str) -> None:
    lists = {"losses": LOSSES, "metrics": METRICS}
    tried = {
        "optimizers": set(OPTIMIZERS),
        "schedules": set(SCHEDULES),
        "callbacks": set(CALLBACKS),
        **{key: {name for of in value.values() for name, _ in of} for key, value in lists.items()},
    }[category]
    assert tried == set(classes(category)) - NOT_TRAINED.get(category, set())


@pytest.mark.slow
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer(folder: Path, tmp_path: Path, name: str) -> None:
    _agrees(folder, tmp_path, "positive", optimizer={name: OPTIMIZERS[name]})


@pytest.mark.slow
@pytest.mark.parametrize("name", SHARED)
def test_clipping_averages_accumulation_and_decay(folder: Path, tmp_path: Path, name: str) -> None:
    written = {name: {"learning_rate": 0.02, **SHARED[name]}}
    _agrees(folder, tmp_path, "positive", optimizer=written)


@pytest.mark.slow
@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule(folder: Path, tmp_path: Path, name: str) -> None:
    written = {"Adam": {"learning_rate": {name: SCHEDULES[name]}}}
    _agrees(folder, tmp_path, "positive", optimizer=written)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("target", "name", "arguments"),
    [(target, *each) for target, of in LOSSES.items() for each in of],
    ids=[name for of in LOSSES.values() for name, _ in of],
)
def test_every_loss(
    folder: Path, tmp_path: Path, target: str, name: str, arguments: dict[str, Any]
) -> None:
    _agrees(folder, tmp_path, target, loss={name: arguments})


LOSS_OF = {
    "positive": "MeanSquaredError",
    "two": "BinaryCrossentropy",
    "three": "CategoricalCrossentropy",
    "three by index": "SparseCategoricalCrossentropy",
}


@pytest.mark.parametrize("kind", METRICS)
def test_every_metric(folder: Path, tmp_path: Path, kind: str) -> None:
    metrics = [{name: arguments} for name, arguments in METRICS[kind]]
    _agrees(folder, tmp_path, kind.split()[0], loss={LOSS_OF[kind]: {}}, metrics=metrics)


@pytest.mark.slow
@pytest.mark.parametrize("name", CALLBACKS)
def test_every_callback(folder: Path, tmp_path: Path, name: str) -> None:
    if name == "TensorBoard":
        pytest.importorskip("tensorboard")
    ema = {"use_ema": True, "ema_momentum": 0.5} if name == "SwapEMAWeights" else {}
    run = _agrees(
        folder,
        tmp_path,
        "positive",
        optimizer={"Adam": {"learning_rate": 0.02, **ema}},
        callbacks=[{name: CALLBACKS[name]}],
    )
    for argument in ("filename", "filepath", "log_dir"):
        written = CALLBACKS[name].get(argument)
        assert written is None or (run / str(written)).exists()
