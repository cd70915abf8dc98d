"""Going on where a run stopped: bit for bit, within an epoch, and not with other settings or data."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from shutil import copytree
from textwrap import dedent
from typing import Any

import pytest

from benchmarks.kill import differences
from layerforge.diagnostics import Diagnostic, Faults
from layerforge.events import Event, Note, StepDone, TrainingStarted
from layerforge.pipeline import Compiled, compile_spec
from layerforge.run import branch, resume, train
from layerforge.run.checkpoint import read_checkpoint
from layerforge.run.directory import read_history
from layerforge.run.state import held, state_of
from tests.run.conftest import BLOBS, SINE, Compile, Told, write_data

MANY = """
    name: blobs
    data: {source: blobs.csv, task: classification, features: [x, y], targets: [colour]}
    model:
      layers:
        - Dense: {units: 8, activation: relu}
        - BatchNormalization
        - Dropout: 0.3
        - Dense: {units: 2, activation: softmax}
    train:
      epochs: 6
      batch_size: 30
      deterministic: true
      optimizer: {Adam: {learning_rate: 0.05}}
      callbacks:
        - ReduceLROnPlateau: {patience: 0, factor: 0.5, min_delta: 0.1}
        - EarlyStopping: {patience: 3, min_delta: 0.01, restore_best_weights: true}
        - ModelCheckpoint: {filepath: own.keras, save_best_only: true}
        - CSVLogger: log.csv
    """


class Stopping(Told):
    """Sends a signal after a number of steps."""

    def __init__(self, after: int, number: signal.Signals = signal.SIGINT) -> None:
        super().__init__()
        self.left, self.number = after, number

    def __call__(self, event: Event) -> None:
        super().__call__(event)
        if isinstance(event, StepDone):
            self.left -= 1
            if self.left == 0:
                signal.raise_signal(self.number)


@pytest.fixture(autouse=True)
def _every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step is told, however short."""
    monkeypatch.setattr("layerforge.run.watch._PAUSE", 0.0)


@pytest.fixture(scope="session")
def _stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of BLOBS stopped in its third epoch, the folder of which is copied, not changed."""
    folder = tmp_path_factory.mktemp("stopped")
    write_data(folder)
    (folder / "spec.yaml").write_text(dedent(BLOBS), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("layerforge.run.watch._PAUSE", 0.0)
        told = Stopping(9, signal.SIGTERM)
        one_by_one = ["train.execution={steps_per_execution: 1}"]
        spec = compile_spec(folder / "spec.yaml", one_by_one)
        trained = train(spec, folder / "runs", told)
    assert (trained.state, trained.by, trained.scores) == ("interrupted", "SIGTERM", None)
    return trained.path


@pytest.fixture
def stopped(_stopped: Path, folder: Path) -> Path:
    """A copy of that run in the test's own folder."""
    return Path(copytree(_stopped, folder / "runs" / "blobs" / "1"))


def _record(run: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((run / "run.json").read_text(encoding="utf-8"))
    return record


def test_a_run_stopped_within_epochs_ends_as_one_that_was_not(
    compiled: Compile, folder: Path
) -> None:
    spec = compiled(MANY)
    alone = train(spec, folder / "alone", Told())
    stopped = train(spec, folder / "stopped", Stopping(2))
    assert stopped.state == "interrupted"
    checkpoint = read_checkpoint(stopped.path)
    assert checkpoint is not None
    assert checkpoint.state["position"] == [0, 2]
    resume(stopped.path, spec, Stopping(7))
    resume(stopped.path, spec, Told())
    assert differences(alone.path, stopped.path) == []


def test_a_run_stopped_before_its_first_checkpoint_ends_as_one_that_was_not(
    compiled: Compile, folder: Path
) -> None:
    """The masks of a layer over time are drawn outside of training too: the seeds move with each call."""
    over_time = "model.layers=[{GRU: {units: 4, dropout: 0.2}}, {Dense: 6}]"
    spec = compiled(SINE, over_time, "train.epochs=2", "train.deterministic=true")
    alone = train(spec, folder / "alone", Told())

    def dies(event: Event) -> None:
        if isinstance(event, TrainingStarted):
            raise RuntimeError("before the first step")

    with pytest.raises(Faults):
        train(spec, folder / "stopped", dies)
    run = folder / "stopped" / "sine" / "1"
    assert read_checkpoint(run) is None
    resume(run, spec, Told())
    (run / "failure.txt").unlink()
    assert differences(alone.path, run) == []


def test_two_deterministic_runs_are_equal_to_the_bit_and_two_seeds_are_not(
    compiled: Compile, folder: Path
) -> None:
    runs = [
        train(compiled(MANY, f"train.seed={seed}", "train.epochs=2"), folder / str(i), Told()).path
        for i, seed in enumerate((0, 0, 1))
    ]
    assert differences(runs[0], runs[1]) == []
    assert "best.keras" in differences(runs[0], runs[2])


def test_a_finished_run_trains_nothing_and_says_so(compiled: Compile, folder: Path) -> None:
    spec = compiled(BLOBS, "train.epochs=2")
    done = train(spec, folder / "runs", Told())
    told = Told()
    again = resume(done.path, spec, told)
    assert (again.history, again.scores) == (done.history, done.scores)
    assert not told.of(TrainingStarted)
    notes = [event.text for event in told.events if isinstance(event, Note)]
    assert notes == [f"{done.path} is finished: all 2 epochs done; nothing is left to train"]


def test_more_epochs_are_as_if_they_had_been_asked_for_at_once(
    compiled: Compile, folder: Path
) -> None:
    same = "train.deterministic=true"
    short = train(compiled(BLOBS, same, "train.epochs=2"), folder / "short", Told())
    resume(short.path, compiled(BLOBS, same, "train.epochs=4"), Told())
    whole = train(compiled(BLOBS, same, "train.epochs=4"), folder / "whole", Told())
    assert differences(short.path, whole.path) == []
    assert _record(short.path)["epochs_done"] == 4


def test_sigterm_saves_without_scoring_and_says_why(stopped: Path) -> None:
    assert _record(stopped)["reason"] == "stopped by SIGTERM in epoch 3"
    assert not (stopped / "scores.json").exists()
    checkpoint = read_checkpoint(stopped)
    assert checkpoint is not None
    assert checkpoint.state["position"] == [2, 1]


def _refused(run: Path, spec: Compiled) -> list[Diagnostic]:
    with pytest.raises(Faults) as stop:
        resume(run, spec, Told())
    assert {each.code for each in stop.value.diagnostics} == {"run-differs"}
    return stop.value.diagnostics


def test_changed_settings_and_data_are_shown_and_refused(
    compiled: Compile, folder: Path, stopped: Path
) -> None:
    changed = compiled(BLOBS, "train.batch_size=64", "model.layers.0.Dense.units=9")
    assert [each.message.replace(str(stopped), "RUN") for each in _refused(stopped, changed)] == [
        "`train.batch_size` was 32 in `RUN`, and is 64 now",
        "`model.dense.units` was 8 in `RUN`, and is 9 now",
    ]
    assert "`train.epochs` was 8" in _refused(stopped, compiled(BLOBS, "train.epochs=7"))[0].message
    with (folder / "blobs.csv").open("a") as file:
        file.write("1,1,red\n")
    (fault,) = _refused(stopped, compiled(BLOBS))
    assert "it had 160 rows, and has 161" in fault.message
    assert "--branch" in str(fault.help)
    assert _record(stopped)["state"] == "interrupted"


def test_a_branch_begins_with_the_weights_of_the_other_run(
    compiled: Compile, folder: Path, stopped: Path
) -> None:
    told = Told()
    spec = compiled(BLOBS, "train.batch_size=16", "train.epochs=4", "train.optimizer=sgd")
    branched = branch(stopped, spec, folder / "runs", told)
    assert branched.path != stopped
    assert branched.history[:2] == tuple(read_history(stopped))
    assert len(branched.history) == 4
    assert branched.best_epoch > 2
    assert _record(branched.path)["branched_from"] == str(stopped)
    assert any("optimizer is another" in e.text for e in told.events if isinstance(e, Note))


def test_a_branch_of_another_model_is_refused_and_leaves_nothing(
    compiled: Compile, folder: Path, stopped: Path
) -> None:
    with pytest.raises(Faults) as stop:
        branch(stopped, compiled(BLOBS, "model.layers.0.Dense.units=9"), folder / "new", Told())
    assert "do not fit" in stop.value.diagnostics[0].message
    assert not (folder / "new").exists()


def test_two_processes_never_train_one_run(compiled: Compile, folder: Path, stopped: Path) -> None:
    with held(stopped), pytest.raises(Faults) as stop:
        resume(stopped, compiled(BLOBS), Told())
    assert stop.value.diagnostics[0].code == "run-in-use"
    assert state_of(stopped) == "interrupted"


def test_a_run_killed_before_its_first_checkpoint_begins_again(
    compiled: Compile, folder: Path
) -> None:
    spec = compiled(BLOBS, "train.epochs=2", "train.deterministic=true")
    alone = train(spec, folder / "alone", Told())
    killed = train(spec, folder / "killed", Stopping(1)).path
    for name in ("checkpoint", "best.keras", "last.keras"):
        (killed / name).unlink(missing_ok=True)
    (killed / ".0badcafe.checkpoint").write_bytes(b"half")
    resume(killed, spec, Told())
    assert differences(alone.path, killed) == []
