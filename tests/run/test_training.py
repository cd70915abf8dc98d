"""A run from spec to scores: what it leaves on disk, what it tells, how it fails."""

from __future__ import annotations

import csv
import json
import signal
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from layerforge.diagnostics import Diagnostic, Faults
from layerforge.events import (
    DataRead,
    EpochDone,
    Event,
    Note,
    StepDone,
    TrainingEnded,
    TrainingStarted,
)
from layerforge.run import train
from tests.run.conftest import BLOBS, FLAT, SINE, Compile, Example, Told

FILES = ["best.keras", "checkpoint", "data.json", "history.csv", "history.jsonl", "last.keras"]
FILES += ["preprocessing.json", "run.json", "scores.json", "spec.yaml"]
NO_VALIDATION = "data.split={train: 100, test: 60}"


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _faults(compiled: Compile, folder: Path, text: str, *overrides: str) -> list[Diagnostic]:
    with pytest.raises(Faults) as stop:
        train(compiled(text, *overrides), folder / "runs", Told())
    return stop.value.diagnostics


def test_a_run_directory_is_complete_and_nothing_else_is_in_it(sine: Example) -> None:
    assert sine.trained.path == sine.folder / "runs" / "sine" / "1"
    assert sorted(each.name for each in sine.trained.path.iterdir()) == FILES
    assert (sine.trained.path / "spec.yaml").read_text() == dedent(SINE)


def test_the_record_says_what_was_run_and_how_it_ended(sine: Example) -> None:
    record = _json(sine.trained.path / "run.json")
    assert (record["state"], record["reason"]) == ("finished", "all 4 epochs done")
    assert (record["command"], record["seed"], record["epochs_done"]) == (["layerforge"], 0, 4)
    assert record["data"]["rows"] == 400
    assert record["data"]["size"] == (sine.folder / "sine.csv").stat().st_size
    assert set(record["versions"]) >= {"python", "tensorflow", "keras", "layerforge"}
    assert record["best_epoch"] == sine.trained.best_epoch


def test_the_history_is_in_both_files_in_full_precision(sine: Example) -> None:
    with (sine.trained.path / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["epoch", "loss", "mae", "val_loss", "val_mae"]
    history = [dict(epoch) for epoch in sine.trained.history]
    assert [{k: float(v) for k, v in row.items() if k != "epoch"} for row in rows] == history
    lines = (sine.trained.path / "history.jsonl").read_text().splitlines()
    expected = [{"epoch": i + 1, **epoch} for i, epoch in enumerate(history)]
    assert [json.loads(line) for line in lines] == expected


def test_the_best_epoch_is_that_of_the_smallest_validation_loss(sine: Example) -> None:
    losses = [epoch["val_loss"] for epoch in sine.trained.history]
    assert sine.trained.best_epoch == losses.index(min(losses)) + 1
    best = [
        event.epoch for event in sine.told.events if isinstance(event, EpochDone) and event.best
    ]
    assert best[-1] == sine.trained.best_epoch


def test_scores_are_in_the_one_form_beside_the_baselines(sine: Example) -> None:
    scores = sine.trained.scores
    assert scores is not None
    assert scores == _json(sine.trained.path / "scores.json")
    assert (scores["split"], scores["samples"]) == ("test", 75)
    assert set(scores["model"]) >= {"scaled", "original"}
    assert scores["model"]["scaled"]["mse"] < scores["baselines"]["repeat"]["scaled"]["mse"] / 2


def test_a_run_tells_what_it_does_in_order(sine: Example) -> None:
    kinds = [type(event) for event in sine.told.events if not isinstance(event, StepDone)]
    assert kinds == [DataRead, Note, Note, TrainingStarted, *[EpochDone] * 4, TrainingEnded]
    notes = [event.text for event in sine.told.events if isinstance(event, Note)]
    assert notes[0] == "width = 8 (default of hp.Int)"
    assert notes[1].startswith("season 24:")
    steps = [event for event in sine.told.events if isinstance(event, StepDone)]
    assert (steps[0].epoch, steps[0].step) == (1, 1)


def test_classes_are_learnt_and_scored(blobs: Example) -> None:
    assert blobs.trained.scores is not None
    assert blobs.trained.scores["model"]["accuracy"] > 0.9
    assert blobs.trained.scores["baselines"]["majority"]["accuracy"] == 0.5


HEADS = [
    (1, "sigmoid", "null"),
    (1, "linear", "{BinaryCrossentropy: {from_logits: true}}"),
    (2, "softmax", "crossentropy"),
    (2, "softmax", "categorical_crossentropy"),
    (2, "linear", "{SparseCategoricalCrossentropy: {from_logits: true}}"),
]


@pytest.mark.parametrize(("units", "activation", "loss"), HEADS)
def test_every_head_of_two_classes_learns_them(
    compiled: Compile, folder: Path, units: int, activation: str, loss: str
) -> None:
    head = f"model.layers.1={{Dense: {{units: {units}, activation: {activation}}}}}"
    spec = compiled(BLOBS, head, f"train.loss={loss}", "train.batch_size=16")
    assert not spec.found
    trained = train(spec, folder / "runs", Told())
    assert trained.scores is not None
    assert trained.scores["model"]["accuracy"] > 0.9
    assert trained.scores["model"]["log_loss"] < 0.5
    assert trained.history[-1]["val_accuracy"] > 0.9


def test_two_runs_with_one_seed_have_equal_histories_and_another_seed_has_not(
    compiled: Compile, folder: Path, sine: Example
) -> None:
    again = train(compiled(SINE), folder / "runs", Told())
    assert again.history == sine.trained.history
    assert again.scores == sine.trained.scores
    other = train(compiled(SINE, "train.seed=1", "train.epochs=1"), folder / "runs", Told())
    assert other.history[0] != sine.trained.history[0]


FAULTS = {
    "a head that does not fit": ("wrong-head", "model.layers.2={Dense: 5}"),
    "another input": ("input-mismatch", "data.features=null", "model.input=[24, 3]"),
    "a fixed batch": ("fixed-batch", "model.inputs={x: {shape: [24, 2], batch_size: 8}}"),
    "a missing file": ("unreadable-data", "data.source=none.csv"),
    "a series too short": ("too-few-rows", "data.window=390"),
    "a monitor nobody logs": (
        "unknown-monitor",
        "train.callbacks=[{EarlyStopping: {monitor: val_mea}}]",
    ),
}


@pytest.mark.parametrize("case", FAULTS.values(), ids=FAULTS)
def test_a_fault_before_training_leaves_nothing_on_disk(
    compiled: Compile, folder: Path, case: tuple[str, ...]
) -> None:
    code, *overrides = case
    assert [fault.code for fault in _faults(compiled, folder, SINE, *overrides)] == [code]
    assert not (folder / "runs").exists()


@pytest.mark.parametrize(
    "callback", ["EarlyStopping", "{ReduceLROnPlateau: {monitor: val_accuracy}}"]
)
def test_a_callback_that_needs_a_validation_is_refused_without_one(
    compiled: Compile, folder: Path, callback: str
) -> None:
    found = _faults(compiled, folder, BLOBS, NO_VALIDATION, f"train.callbacks=[{callback}]")
    assert [fault.code for fault in found] == ["unknown-monitor"]
    assert "there are no validation rows" in found[0].message


def test_without_validation_the_training_loss_decides(compiled: Compile, folder: Path) -> None:
    trained = train(compiled(BLOBS, NO_VALIDATION, "train.epochs=2"), folder / "runs", Told())
    assert trained.monitor == "loss"
    assert list(trained.history[0]) == ["loss", "accuracy"]
    assert trained.best_epoch == 2


def test_a_batch_larger_than_the_data_is_all_of_them_and_said(
    compiled: Compile, folder: Path
) -> None:
    told = Told()
    train(compiled(BLOBS, "train.batch_size=5000", "train.epochs=1"), folder / "runs", told)
    started = told.of(TrainingStarted)[0]
    assert isinstance(started, TrainingStarted)
    assert started.steps_per_epoch == 1
    notes = [event.text for event in told.events if isinstance(event, Note)]
    assert "batch_size 5,000 is more than the 112 training samples: all are one batch" in notes


def test_early_stopping_says_that_it_stopped(compiled: Compile, folder: Path) -> None:
    callback = "{EarlyStopping: {patience: 1, min_delta: 9, verbose: 1}}"
    spec = compiled(BLOBS, f"train.callbacks=[{callback}]")
    trained = train(spec, folder / "runs", Told())
    assert len(trained.history) == 2
    assert _json(trained.path / "run.json")["reason"] == "EarlyStopping stopped it after epoch 2"


def test_files_of_callbacks_lie_in_the_run_directory(compiled: Compile, folder: Path) -> None:
    callbacks = "[{CSVLogger: logs/own.csv}, {ModelCheckpoint: 'kept/{epoch}.keras'}]"
    spec = compiled(BLOBS, f"train.callbacks={callbacks}", "train.epochs=1")
    before = {each.name for each in folder.iterdir()}
    trained = train(spec, folder / "runs", Told())
    assert (trained.path / "logs" / "own.csv").is_file()
    assert (trained.path / "kept" / "1.keras").is_file()
    assert {each.name for each in folder.iterdir()} == before | {"runs"}


def test_a_loss_that_is_no_number_ends_the_run_as_failed(compiled: Compile, folder: Path) -> None:
    optimizer = "train.optimizer={SGD: {learning_rate: 1.0e+30}}"
    found = _faults(compiled, folder, SINE, FLAT, optimizer)
    assert [fault.code for fault in found] == ["training-diverged"]
    assert "in epoch 1, step" in found[0].message
    record = _json(folder / "runs" / "sine" / "1" / "run.json")
    assert (record["state"], record["reason"]) == ("failed", found[0].message)


def test_what_keras_refuses_during_training_is_told_and_recorded(
    compiled: Compile, folder: Path
) -> None:
    spec = BLOBS.replace("train: {", "train: {metrics: [precision], ")
    found = _faults(compiled, folder, spec)
    assert [fault.code for fault in found] == ["run-failed"]
    run = folder / "runs" / "blobs" / "1"
    assert _json(run / "run.json")["state"] == "failed"
    assert "Traceback" in (run / "failure.txt").read_text()


@pytest.fixture
def every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step is told, however short."""
    monkeypatch.setattr("layerforge.run.watch._PAUSE", 0.0)


class Impatient(Told):
    """Presses Ctrl-C at the first step of an epoch, and with `twice` once more after it."""

    def __init__(self, epoch: int, twice: bool = False) -> None:
        super().__init__()
        self.epoch, self.presses = epoch, 2 if twice else 1

    def __call__(self, event: Event) -> None:
        super().__call__(event)
        if self.presses and isinstance(event, StepDone) and event.epoch == self.epoch:
            self.presses -= 1
            signal.raise_signal(signal.SIGINT)
            if self.presses:
                self.presses -= 1
                signal.raise_signal(signal.SIGINT)


@pytest.mark.usefixtures("every_step")
def test_ctrl_c_ends_after_the_step_and_keeps_what_there_is(
    compiled: Compile, folder: Path
) -> None:
    before = signal.getsignal(signal.SIGINT)
    trained = train(compiled(BLOBS), folder / "runs", Impatient(epoch=3))
    assert signal.getsignal(signal.SIGINT) is before
    assert (trained.state, len(trained.history)) == ("interrupted", 2)
    assert trained.scores is not None
    record = _json(trained.path / "run.json")
    assert (record["state"], record["reason"]) == ("interrupted", "stopped by Ctrl-C in epoch 3")
    assert sorted(each.name for each in trained.path.iterdir()) == FILES


@pytest.mark.usefixtures("every_step")
def test_ctrl_c_in_the_first_epoch_keeps_the_last_model_and_has_no_scores(
    compiled: Compile, folder: Path
) -> None:
    trained = train(compiled(BLOBS), folder / "runs", Impatient(epoch=1))
    assert (trained.scores, trained.best_epoch) == (None, 0)
    names = {each.name for each in trained.path.iterdir()}
    assert "last.keras" in names
    assert not {"best.keras", "scores.json"} & names


@pytest.mark.usefixtures("every_step")
def test_a_second_ctrl_c_stops_at_once_and_is_recorded(compiled: Compile, folder: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        train(compiled(BLOBS), folder / "runs", Impatient(epoch=2, twice=True))
    record = _json(folder / "runs" / "blobs" / "1" / "run.json")
    assert record["state"] == "interrupted"
    assert (folder / "runs" / "blobs" / "1" / "best.keras").is_file()


def test_a_spec_without_data_cannot_be_trained(compiled: Compile, folder: Path) -> None:
    text = "model: {input: [2], layers: [Flatten]}"
    assert [fault.code for fault in _faults(compiled, folder, text)] == ["missing-argument"]
