"""Clocks that are set back: what is latest, how long it took, and whether it ends."""

from __future__ import annotations

import itertools
import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from layerforge.diagnostics import Faults
from layerforge.run import resume, train
from layerforge.run.finding import find_resumable
from layerforge.run.listing import look_at
from layerforge.tuning.record import find_search
from tests.conftest import CompileText
from tests.run.conftest import BLOBS, Told, write_data

LATE, EARLY = "2026-03-29T03:00:00+00:00", "2026-03-29T01:00:00+00:00"


def make_run(
    runs: Path, number: int, started: str, ended: str | None = None, state: str = "killed"
) -> Path:
    path = runs / "wave" / str(number)
    path.mkdir(parents=True)
    said = {"state": state, "started": started, "ended": ended, "spec": "wave.yaml", "folder": "."}
    (path / "run.json").write_text(json.dumps(said), encoding="utf-8")
    return path


def test_a_run_that_ended_before_it_began_took_nobody_knows_how_long(tmp_path: Path) -> None:
    assert look_at(make_run(tmp_path, 1, LATE, EARLY, "finished")).seconds is None
    assert look_at(make_run(tmp_path, 2, EARLY, LATE, "finished")).seconds == 7200


def test_the_latest_run_of_a_name_has_the_highest_number_whatever_its_clock_said(
    tmp_path: Path,
) -> None:
    make_run(tmp_path, 9, LATE)
    last = make_run(tmp_path, 10, EARLY)
    assert find_resumable("wave", tmp_path) == last


def test_the_latest_search_of_a_name_has_the_highest_number(tmp_path: Path) -> None:
    for number, age in ((9, 0), (10, 1000)):
        path = tmp_path / "hunt" / str(number) / "search.json"
        path.parent.mkdir(parents=True)
        path.write_text("{}")
        os.utime(path, (10_000 - age, 10_000 - age))
    assert find_search("hunt", tmp_path) == tmp_path / "hunt" / "10"


def test_a_training_ends_under_a_clock_that_goes_back(
    compile_text: CompileText, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_data(tmp_path)
    hours, began = itertools.count(), time.time()

    def earlier(*_: object) -> str:
        return (datetime(2026, 1, 1, tzinfo=UTC) - timedelta(hours=next(hours))).isoformat()

    monkeypatch.setattr("layerforge.run.record.now", earlier)
    monkeypatch.setattr("time.time", lambda: began - 3600 * next(hours))
    trained = train(compile_text(BLOBS, "train.epochs=2"), tmp_path / "runs", Told())
    monkeypatch.undo()
    assert trained.state == "finished"
    assert look_at(trained.path).seconds is None


def test_a_clock_that_was_never_set_is_told_and_the_run_goes_on_once_it_is(
    compile_text: CompileText, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_data(tmp_path)
    spec = compile_text(BLOBS, "train.epochs=2")
    monkeypatch.setattr("time.time", lambda: 60.0)
    with pytest.raises(Faults) as stop:
        train(spec, tmp_path / "runs", Told())
    monkeypatch.undo()
    assert "the clock of this machine stands before 1980" in str(stop.value)
    assert resume(tmp_path / "runs" / "blobs" / "1", spec, Told()).state == "finished"
