"""`train --folds`: a run for each fold, scored on what it holds back, and gone on with after a stop."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import mean, stdev

import pytest

from layerforge.cli.main import main
from layerforge.events import EpochDone, Event
from layerforge.run import Folds, begun_folds, train_folds
from layerforge.run.directory import read_json
from tests.run.conftest import BLOBS, FLAT, SINE, Compile


def _trained(spec: Path, *words: str) -> int:
    return main(["train", str(spec), "--runs", str(spec.parent / "runs"), "--quiet", *words])


@pytest.fixture
def spec(folder: Path) -> Path:
    from textwrap import dedent

    path = folder / "spec.yaml"
    path.write_text(dedent(BLOBS).replace("epochs: 8", "epochs: 2"), encoding="utf-8")
    return path


def test_every_row_before_the_test_rows_is_scored_once(
    spec: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _trained(spec, "--folds", "3", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    runs = [Path(run) for run in found["runs"]]
    assert [run.name for run in runs] == ["1", "2", "3"]
    parts = [read_json(run / "data.json")["split"] for run in runs]
    assert {part["test"]["rows"] for part in parts} == {parts[0]["test"]["rows"]}
    held = sum(fold["samples"] for fold in found["folds"])
    assert held == parts[0]["train"]["rows"] + parts[0]["validation"]["rows"]
    scores = [fold["model"]["accuracy"] for fold in found["folds"]]
    assert found["summary"]["model"]["accuracy"] == {
        "mean": mean(scores),
        "spread": stdev(scores),
    }
    assert set(found["summary"]["baselines"]) >= {"majority", "logistic"}
    # A run of a fold is like any other: evaluated, it has the same scores.
    assert main(["evaluate", str(runs[1]), "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["split"] == "validation"
    assert again["model"] == found["folds"][1]["model"]


def test_a_series_walks_forward_and_people_read_when(
    folder: Path, compiled: Compile, capsys: pytest.CaptureFixture[str]
) -> None:
    path = compiled(SINE, FLAT).path
    assert _trained(path, "--folds", "2", "--set", FLAT, "--epochs", "1") == 0
    out = capsys.readouterr().out
    assert out.startswith("folds, each scored on the rows that it holds back: 2 folds")
    rows = [line.split() for line in out.splitlines() if line[:1] in ("1", "2")]
    assert rows[0][1:3] < rows[0][3:5] < rows[1][1:3] < rows[1][3:5]
    assert "the test rows are untouched" in out


class _StoppedError(Exception):
    """Stands for whatever ends a command between two steps."""


def test_a_stopped_command_goes_on_with_its_folds(spec: Path) -> None:
    runs, folds = spec.parent / "runs", Folds(spec, ("train.deterministic=true",), 3)
    whole = train_folds(folds, spec.parent / "whole", lambda event: None, ["x"], lambda _: "")
    epochs = 0

    def stop(event: Event) -> None:
        nonlocal epochs
        epochs += isinstance(event, EpochDone)
        if epochs == 3:  # the first of the second fold
            raise _StoppedError

    with pytest.raises(_StoppedError):
        train_folds(folds, runs, stop, ["x"], lambda _: "")
    begun = begun_folds("blobs", 3, runs)
    assert sorted(begun) == [1, 2]
    folded = train_folds(folds, runs, lambda event: None, ["x"], lambda _: "", begun)
    assert [run.name for run in folded.runs] == ["1", "2", "3"]
    assert folded.found is not None
    assert whole.found is not None
    for one, two in zip(folded.found["folds"], whole.found["folds"], strict=True):
        assert one["model"] == two["model"]


def test_what_means_a_single_run_does_not_go_with_folds(
    spec: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _trained(spec, "--folds", "3", "--overfit-batch") == 2
    assert "--overfit-batch does not go with --folds" in capsys.readouterr().err
    assert _trained(spec, "--folds", "3", "--resume") == 1
    assert "no run of `blobs`" in capsys.readouterr().err
    assert _trained(spec, "--folds", "900") == 1
    assert "900 folds need" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["3/2", "1/1", "0/4", "2", "x/y", "[1, 2]"])
def test_a_fold_is_one_of_several(
    spec: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    assert main(["check", str(spec), "--set", f"data.fold={text}"]) == 1
    assert "must be a fold I/K of 2 folds or more" in capsys.readouterr().out
