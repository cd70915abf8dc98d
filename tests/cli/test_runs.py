"""`layerforge runs` as it is typed: on runs that only have the files the command reads."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from layerforge.run.process import this_process
from layerforge.run.state import held
from tests.cli.conftest import Run

SPEC = """
    layerforge: 1
    name: wave
    model: {input: [4], layers: [{Dense: UNITS}]}
    train: {epochs: EPOCHS, optimizer: adam}
    """


def _make(folder: Path, number: int, state: str = "finished", units: int = 2, **more) -> Path:
    """A run directory with a record, a spec and scores."""
    path = folder / "runs" / "wave" / str(number)
    path.mkdir(parents=True)
    record = {
        "state": state,
        "name": "wave",
        "spec": "wave.yaml",
        "folder": "../..",
        "logits": False,
        "overrides": [],
        "choices": {},
        "data": {},
        "batch_size": 32,
        "epochs": 9,
        "epochs_done": 9,
        "best_epoch": 4,
        "started": "2026-01-02T03:04:05+00:00",
        "ended": "2026-01-02T03:05:15+00:00",
        **more,
    }
    (path / "run.json").write_text(json.dumps(record), encoding="utf-8")
    spec = dedent(SPEC).replace("UNITS", str(units)).replace("EPOCHS", str(9))
    (path / "spec.yaml").write_text(spec.lstrip(), encoding="utf-8")
    comparison = {"metric": "scaled mse", "baseline": "repeat", "baseline_score": 0.5}
    scores = {
        "split": "test",
        "samples": 7,
        "model": {"scaled": {"mse": units / 10}},
        "baselines": {"repeat": {"scaled": {"mse": 0.5}}},
        "comparison": {**comparison, "model_score": units / 10},
    }
    (path / "scores.json").write_text(json.dumps(scores), encoding="utf-8")
    return path


def test_a_folder_without_runs_is_told_and_no_fault(run: Run) -> None:
    done = run("runs")
    assert (done.status, done.out) == (0, "")
    assert "no runs in `runs` yet" in done.err


def test_runs_are_listed_with_state_score_and_baseline(run: Run, folder: Path) -> None:
    _make(folder, 1)
    _make(folder, 2, units=3, epochs_done=5)
    done = run("runs")
    head, one, two = done.out.splitlines()
    assert head.split() == [
        *("run", "state", "epochs", "best", "score", "model", "baseline", "started", "took")
    ]
    assert one.startswith("wave/1  finished     9/9     4  scaled mse  0.2000    0.5000")
    assert one.endswith("1 min 10 s")
    assert "5/9" in two


def test_on_a_narrow_terminal_a_score_that_all_have_is_named_below(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _make(folder, 1)
    _make(folder, 2, units=3)
    monkeypatch.setenv("COLUMNS", "80")
    head, one, two, empty, below = run("runs").out.splitlines()
    assert "score" not in head
    assert one.startswith("wave/1  finished     9/9     4  0.2000    0.5000")
    assert two.endswith("1 min 10 s")
    assert (empty, below) == ("", "score of the model and of the best baseline: scaled mse")


def test_a_run_whose_process_is_gone_was_killed_and_one_that_lives_is_running(
    run: Run, folder: Path
) -> None:
    me = this_process()
    _make(folder, 1, "running", process={**me, "pid": 2**22 + 1})
    _make(folder, 2, "running", process={**me, "started": (me["started"] or 0) + 1})
    _make(folder, 3, "running", process={**me, "boot": "another"})
    _make(folder, 4, "running", process=me)
    _make(folder, 5, "running")
    _make(folder, 6, "running", process={**me, "host": "elsewhere"})
    _make(folder, 7, "running", process={**me, "host": "elsewhere"})
    with held(folder / "runs" / "wave" / "7"):
        states = [each["state"] for each in json.loads(run("runs", "--json").out)]
    assert states == ["killed", "killed", "killed", "running", "killed", "killed", "running"]


def test_a_broken_run_is_listed_as_such_beside_the_others(run: Run, folder: Path) -> None:
    _make(folder, 1)
    broken = _make(folder, 2)
    (broken / "run.json").write_text("{", encoding="utf-8")
    (broken / "scores.json").unlink()
    (folder / "runs" / "wave" / "3").mkdir()
    (folder / "runs" / "wave" / "notes").mkdir()
    (folder / "runs" / "loose.txt").write_text("", encoding="utf-8")
    lines = run("runs").out.splitlines()[1:]
    assert [line.split()[:2] for line in lines] == [
        ["wave/1", "finished"],
        ["wave/2", "unreadable"],
        ["wave/3", "unreadable"],
    ]


def test_show_tells_why_a_run_failed_and_what_its_files_are(run: Run, folder: Path) -> None:
    _make(folder, 1, "failed", reason="the disk is full", seed=3, command=["layerforge", "train"])
    done = run("runs", "show", "wave/1")
    assert done.out.startswith("wave/1: failed\n  because   the disk is full\n")
    assert "  seed      3\n" in done.out
    assert "scaled mse  0.2000  0.5000\n" in done.out
    assert "scores.json" in done.out


def test_compare_shows_the_settings_that_differ_and_the_scores(run: Run, folder: Path) -> None:
    _make(folder, 1)
    _make(folder, 2, units=3, overrides=["train.epochs=4"])
    done = run("runs", "compare", "wave/1", "wave/2")
    rows = {line[:12].strip(): line[12:].split() for line in done.out.splitlines()}
    assert rows["train.epochs"[:12]] == ["9", "4"]
    assert rows["parameters"] == ["10", "15"]
    assert rows["scaled mse"] == ["0.2000", "0.3000"]
    assert "train.optimizer" not in done.out

    told = json.loads(run("runs", "compare", "wave/1", "wave/2", "--json").out)
    assert told["differences"]["train.epochs"] == ["9", "4"]


def test_remove_takes_the_runs_that_are_named_and_no_other(run: Run, folder: Path) -> None:
    for number in (1, 2, 3):
        _make(folder, number)
    assert run("runs", "remove", "wave/1", "wave/3", "--yes").status == 0
    assert [each.name for each in (folder / "runs" / "wave").iterdir()] == ["2"]


def test_a_live_run_is_not_removed_nor_are_those_named_beside_it(run: Run, folder: Path) -> None:
    _make(folder, 1)
    _make(folder, 2, "running", process=this_process())
    done = run("runs", "remove", "wave/1", "wave/2", "--yes")
    assert done.status == 1
    assert "wave/2 is running; stop it first [run-is-live]" in done.err
    assert (folder / "runs" / "wave" / "1").is_dir()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["remove", "wave/1"], "say --yes"),
        (["compare", "wave/1"], "needs two runs or more"),
        (["show"], "needs a run"),
        (["list", "wav"], "did you mean `wave`?"),
        (["show", "wave/9"], "`wave` has no run 9; it has 1"),
    ],
)
def test_what_cannot_be_done_is_told(run: Run, folder: Path, words: list[str], said: str) -> None:
    _make(folder, 1)
    done = run("runs", *words)
    assert done.status in (1, 2)
    assert said in " ".join(done.err.replace("│", " ").split())
