"""Whole searches with real processes: what they leave, what killing them changes (nothing)."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from random import Random

import pytest

from benchmarks.kill_search import (
    begin,
    disturbed,
    finish,
    folder_of,
    search_in,
    story_in,
    wait_for,
)
from layerforge.cli.main import main
from layerforge.pipeline import compile_spec
from layerforge.run.completion import completed
from layerforge.tuning.journal import read_story

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A search that nobody disturbed, and its best spec trained."""
    folder = folder_of(tmp_path_factory.mktemp("searched"), 6, "{max_trials: 5, seed: 3}")
    finish(folder, "spec.yaml", "--json")
    return folder


def test_a_search_leaves_its_best_spec_trained_to_the_score_of_the_trial(searched: Path) -> None:
    told = json.loads((searched / "out.txt").read_text())
    assert told["state"] == "finished"
    assert told["counts"] == {"completed": 5}
    assert [trial["score"] for trial in told["trials"]] == sorted(
        trial["score"] for trial in told["trials"]
    )
    best = completed(compile_spec(searched / told["best_spec"]))
    assert best.clean, best.found
    assert not best.hyperparameters
    run = json.loads((searched / told["run"] / "run.json").read_text())
    assert run["state"] == "finished"
    lines = (searched / told["run"] / "history.jsonl").read_text().splitlines()
    losses = [json.loads(line)["val_loss"] for line in lines]
    assert min(losses) == told["trials"][0]["score"]
    assert told["scores"]["samples"] == 32


def test_the_trials_leave_no_process_and_no_shared_data(searched: Path) -> None:
    folder = search_in(searched)
    assert not (folder / "data").exists()
    assert sorted(each.name for each in (folder / "trials").iterdir()) == [
        f"{number:04d}" for number in range(5)
    ]
    for trial in (folder / "trials").iterdir():
        assert (trial / "best.keras").exists()
        assert not (trial / "scores.json").exists()  # the test rows were not touched


def test_show_tells_the_same_afterwards(
    searched: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(searched)
    assert main(["tune", "--show", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    told = json.loads((searched / "out.txt").read_text())
    assert shown["trials"] == told["trials"]
    assert main(["tune", "--show", "tiny/1"]) == 0
    assert "5 completed" in capsys.readouterr().out


def _same(whole: Path, killed: Path) -> None:
    tables = [(search_in(each) / "trials.csv").read_text() for each in (whole, killed)]
    assert tables[0] == tables[1]
    assert sorted(story_in(killed).outcomes) == sorted(story_in(whole).outcomes)


def test_a_search_that_was_killed_ends_as_it_would_have(searched: Path, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, 6, "{max_trials: 5, seed: 3}")
    disturbed(folder, 2, Random(1))
    _same(searched, folder)


@pytest.mark.slow
def test_a_search_that_was_killed_many_times_ends_as_it_would_have(tmp_path: Path) -> None:
    tune = "{max_trials: 8, seed: 5}"
    (tmp_path / "whole").mkdir()
    (tmp_path / "killed").mkdir()
    whole = folder_of(tmp_path / "whole", 20, tune)
    finish(whole, "spec.yaml", "--no-retrain")
    killed = folder_of(tmp_path / "killed", 20, tune)
    disturbed(killed, 6, Random(2))
    _same(whole, killed)


@pytest.mark.slow
def test_ctrl_c_saves_the_trials_under_way_and_the_search_goes_on(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, 150, "{max_trials: 3}")
    process = begin(folder, "spec.yaml")
    wait_for(folder, 1)
    time.sleep(2)
    os.kill(process.pid, signal.SIGINT)
    assert process.wait(timeout=60) == 130
    search = search_in(folder)
    assert json.loads((search / "search.json").read_text())["state"] == "interrupted"
    assert all(count == 0 for count in read_story(search).lost.values())
    text = (folder / "spec.yaml").read_text()
    (folder / "spec.yaml").write_text(text.replace("batch_size: 8", "batch_size: 16"))
    again = begin(folder, "--resume")
    assert again.wait(timeout=60) == 1
    assert "`train.batch_size` was 8" in (folder / "err.txt").read_text()
    (folder / "spec.yaml").write_text(text)
    finish(folder, "--resume", "--max-trials", "4")
    assert len(read_story(search).outcomes) == 4


@pytest.mark.slow
def test_hyperband_trains_on_from_the_state_of_the_trials_it_promotes(tmp_path: Path) -> None:
    """The best of nine epochs is what nine epochs in one go give: optimizer and all go on."""
    folder = folder_of(tmp_path, 3, "{tuner: {Hyperband: {max_epochs: 4, factor: 2}}}")
    told = json.loads(finish(folder, "spec.yaml", "--json"))
    promoted = [trial for trial in told["trials"] if trial["parent"] is not None]
    assert promoted
    by_number = {trial["number"]: trial for trial in told["trials"]}
    for trial in promoted:
        before = by_number[trial["parent"]]
        assert trial["curve"][: len(before["curve"])] == before["curve"]
        assert len(trial["curve"]) > len(before["curve"])
    lines = (folder / told["run"] / "history.jsonl").read_text().splitlines()
    assert [json.loads(line)["val_loss"] for line in lines] == told["trials"][0]["curve"]


@pytest.mark.slow
def test_the_best_gives_its_score_again_with_dropout_over_time_too(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, 3, "{max_trials: 2}")
    path = folder / "spec.yaml"
    recurrent = (
        "    - Reshape: [2, 1]\n    - LSTM: {units: {hp.Choice: [3, 5]}, recurrent_dropout: 0.4}\n"
    )
    head, _, tail = path.read_text().partition("    - Dropout:")
    path.write_text(head.partition("    - Dense:")[0] + recurrent + tail.partition("\n")[2])
    told = json.loads(finish(folder, "spec.yaml", "--json"))
    lines = (folder / told["run"] / "history.jsonl").read_text().splitlines()
    assert [json.loads(line)["val_loss"] for line in lines] == told["trials"][0]["curve"]
