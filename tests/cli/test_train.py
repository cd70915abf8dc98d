"""`layerforge train`, and what is done with a run afterwards: `evaluate`, `predict`; and `baseline`."""

from __future__ import annotations

import errno
import json
import signal
from pathlib import Path

import pytest

from tests.cli.conftest import Run

SCALES = {"scaled", "original"}
OF_FORECAST = ("mape", "smape", "r2", "mase")


def test_baselines_are_scored_before_any_training(run: Run) -> None:
    done = run("baseline", "forecast.yaml", "--set", "data.season=7", "--json")
    assert done.status == 0
    scores = json.loads(done.out)
    assert set(scores) == {"split", "samples", "baselines", "notes"}
    assert set(scores["baselines"]) == {
        *("repeat", "seasonal_naive", "drift", "window_mean", "least_squares")
    }
    assert set(scores["baselines"]["repeat"]) >= SCALES
    assert "hyperparameters at their defaults: width = 4" in done.err


def test_baselines_as_text_say_what_was_read(run: Run) -> None:
    done = run("baseline", "forecast.yaml", "--set", "data.season=7")
    assert done.status == 0
    assert done.out.startswith("test: ")
    assert "seasonal_naive" in done.out
    assert "data: wave.csv, 300 rows, 1 feature and 1 target" in done.err


def test_a_run_is_trained_evaluated_and_used(run: Run, folder: Path) -> None:
    trained = run("train", "forecast.yaml", "--json", "--seed", "3")
    assert trained.status == 0
    scores = json.loads(trained.out)
    path = scores.pop("run")
    assert set(scores) == {"split", "samples", "model", "baselines", "comparison", "notes"}
    assert set(scores["model"]) == {*SCALES, *OF_FORECAST, "zero_targets", "by"}
    assert "epoch 2/2  loss " in trained.err
    assert "note: width = 4" in trained.err

    evaluated = run("evaluate", "wave", "--json")
    assert (evaluated.status, json.loads(evaluated.out)) == (0, {**scores, "run": path})

    other = run("evaluate", path, "--data", "wave.csv")
    assert other.status == 0
    assert other.out.startswith("data: ")
    assert f"\nrun: {path}\n" in other.out

    predicted = run("predict", "wave", "--data", "wave.csv")
    assert predicted.status == 0
    head, *rows = predicted.out.splitlines()
    assert head == "day,level"
    assert [row.split(",")[0] for row in rows] == ["300", "301", "302"]

    as_json = run("predict", "wave", "--data", "wave.csv", "--json")
    record = json.loads(as_json.out)
    assert record["columns"] == ["day", "level"]
    assert [row["day"] for row in record["rows"]] == ["300", "301", "302"]

    written = run("predict", "wave", "--data", "wave.csv", "--out", "next.csv")
    assert (written.status, written.out) == (0, "")
    assert (folder / "next.csv").read_text(encoding="utf-8") == predicted.out


def test_a_quiet_run_says_its_scores_alone(run: Run) -> None:
    done = run("train", "forecast.yaml", "--quiet", "--epochs", "1", "--runs", "elsewhere")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("test: ")
    assert "The model " in done.out
    assert done.out.endswith("\nrun: elsewhere/wave/1\n")


def test_faults_of_the_data_point_into_the_spec(run: Run) -> None:
    done = run("train", "forecast.yaml", "--set", "data.targets=[levle]")
    assert (done.status, done.out) == (1, "")
    assert "[unknown-column]" in done.err
    assert "1 | [levle]\n" in done.err
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["evaluate", "wave"], "unknown-run"),
        (["predict", "wave", "--data", "wave.csv"], "unknown-run"),
        (["train", "good.yaml"], "missing-argument"),
        (["baseline", "good.yaml"], "missing-argument"),
        (["baseline", "bad.yaml"], "unknown-argument"),
    ],
)
def test_what_cannot_be_done_is_a_diagnostic(run: Run, arguments: list[str], code: str) -> None:
    done = run(*arguments)
    assert (done.status, done.out) == (1, "")
    assert f"[{code}]" in done.err


def test_ctrl_c_ends_with_130_and_keeps_what_there_is(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from layerforge.events import EpochDone, Event
    from layerforge.render.progress import PlainProgress

    tell = PlainProgress.__call__

    def interrupting(self: PlainProgress, event: Event) -> None:
        tell(self, event)
        if isinstance(event, EpochDone):
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(PlainProgress, "__call__", interrupting)
    done = run("train", "forecast.yaml", "--epochs", "50")
    assert done.status == 130
    assert "the weights of epoch 1 are kept" in done.err
    assert done.out.endswith("\nrun: runs/wave/1\n")


def test_a_run_stopped_by_sigterm_ends_with_143_and_goes_on(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from layerforge.events import EpochDone, Event
    from layerforge.render.log import JsonLog

    tell = JsonLog.__call__

    def terminating(self: JsonLog, event: Event) -> None:
        tell(self, event)
        if isinstance(event, EpochDone) and event.epoch == 1:
            signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(JsonLog, "__call__", terminating)
    done = run("train", "forecast.yaml", "--epochs", "3", "--log", "json")
    assert done.status == 143
    events = [json.loads(line) for line in done.err.splitlines()]
    assert events[-1]["event"] == "training_ended"
    assert events[-1]["reason"] == "stopped by SIGTERM in epoch 1"
    resumed = run("train", "--resume")
    assert resumed.status == 0
    assert "from epoch 2 on" in resumed.err
    again = run("train", "forecast.yaml", "--resume")
    assert (again.status, "is unfinished" in again.err) == (1, True)
    finished = run("train", "--resume", "wave/1")
    assert finished.status == 0
    assert "nothing is left to train" in finished.err
    refused = run("train", "forecast.yaml", "--resume", "wave/1", "--set", "train.batch_size=9")
    assert refused.status == 1
    assert "`train.batch_size` was 32 in `runs/wave/1`, and is 9 now [run-differs]" in refused.err


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="the system knows no SIGHUP")
def test_a_run_whose_terminal_is_closed_ends_with_129_and_goes_on(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from layerforge.events import EpochDone, Event
    from layerforge.render.log import JsonLog

    tell = JsonLog.__call__

    def hung_up(self: JsonLog, event: Event) -> None:
        tell(self, event)
        if isinstance(event, EpochDone) and event.epoch == 1:
            signal.raise_signal(signal.SIGHUP)
            raise OSError(errno.EIO, "the terminal is gone")

    before = signal.signal(
        signal.SIGHUP, signal.SIG_DFL
    )  # it is ignored where tests run under nohup
    try:
        with monkeypatch.context() as patch:
            patch.setattr(JsonLog, "__call__", hung_up)
            assert run("train", "forecast.yaml", "--epochs", "3", "--log", "json").status == 129
    finally:
        signal.signal(signal.SIGHUP, before)
    record = json.loads(Path("runs/wave/1/run.json").read_text(encoding="utf-8"))
    assert record["reason"] == "stopped by SIGHUP in epoch 1"
    assert record["state"] == "interrupted"
    assert "from epoch 2 on" in run("train", "--resume").err


def test_a_run_goes_on_when_nobody_reads_its_progress_any_more(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from layerforge.events import Event
    from layerforge.render.log import JsonLog

    heard = []

    def unread(self: JsonLog, event: Event) -> None:
        heard.append(event)
        raise BrokenPipeError

    monkeypatch.setattr(JsonLog, "__call__", unread)
    assert run("train", "forecast.yaml", "--log", "json").status == 0
    assert len(heard) == 1
    record = json.loads(Path("runs/wave/1/run.json").read_text(encoding="utf-8"))
    assert (record["state"], record["epochs_done"]) == ("finished", 2)


def test_resume_and_branch_need_each_other_and_a_spec_is_needed_otherwise(run: Run) -> None:
    assert run("train").status == 2
    assert run("train", "forecast.yaml", "--branch").status == 2
    assert run("train", "forecast.yaml", "wave/1").status == 2
    assert "[unknown-run]" in run("train", "--resume").err


def test_check_reads_the_data_when_asked_to(run: Run) -> None:
    done = run("check", "forecast.yaml", "--data", "--set", "data.targets=[levle]")
    assert done.status == 1
    assert "[unknown-column]" in done.out
    sound = run("check", "forecast.yaml", "--data")
    assert sound.status == 0
    assert sound.out.startswith("forecast.yaml: the search space\n")
