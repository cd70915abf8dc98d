"""Run directories: their numbers, and how they are found again."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from layerforge.diagnostics import Diagnostic, Faults
from layerforge.run.directory import create, history_texts, read_record, update_record
from layerforge.run.finding import find_run


def _run(runs: Path, name: str, state: str) -> Path:
    run = create(runs, name)
    update_record(run, state=state)
    return run


def _fault(name: str, runs: Path) -> Diagnostic:
    with pytest.raises(Faults) as stop:
        find_run(name, runs)
    return stop.value.diagnostics[0]


def test_runs_are_numbered_after_those_there(tmp_path: Path) -> None:
    assert create(tmp_path / "runs", "a") == tmp_path / "runs" / "a" / "1"
    (tmp_path / "runs" / "a" / "7").mkdir()
    (tmp_path / "runs" / "a" / "notes").mkdir()
    assert create(tmp_path / "runs", "a").name == "8"


def test_two_commands_never_share_a_directory(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: create(tmp_path, "a"), range(40)))
    assert len(set(made)) == 40


def test_a_directory_that_cannot_be_made_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(Faults) as stop:
        create(tmp_path / "runs", "a")
    assert stop.value.diagnostics[0].code == "unwritable-runs"


def test_a_name_means_its_latest_finished_run(tmp_path: Path) -> None:
    for state in ("finished", "finished", "failed"):
        _run(tmp_path, "a", state)
    assert find_run("a", tmp_path) == tmp_path / "a" / "2"
    assert find_run("a/3", tmp_path) == tmp_path / "a" / "3"
    assert find_run(str(tmp_path / "a" / "1"), Path("elsewhere")) == tmp_path / "a" / "1"


def test_the_tenth_run_comes_after_the_ninth(tmp_path: Path) -> None:
    for _ in range(10):
        _run(tmp_path, "a", "finished")
    assert find_run("a", tmp_path).name == "10"


def test_an_unknown_run_is_answered_with_the_nearest_name(tmp_path: Path) -> None:
    _run(tmp_path, "etth1", "finished")
    fault = _fault("eth1", tmp_path)
    assert fault.code == "unknown-run"
    assert fault.help == "did you mean `etth1`?"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a/9", "`a` has no run 9; it has 1"),
        ("a", "no run of `a` has finished: a/1 (failed)"),
        ("zzz", "there is no run `zzz` in"),
        ("", "there is no run ``"),
    ],
)
def test_a_run_that_cannot_be_meant_is_a_fault(name: str, said: str, tmp_path: Path) -> None:
    _run(tmp_path, "a", "failed")
    assert said in _fault(name, tmp_path).message


def test_without_runs_the_fault_says_so(tmp_path: Path) -> None:
    assert "holds none yet" in _fault("a", tmp_path / "runs").message


def test_a_history_with_a_column_that_begins_later_is_still_a_table() -> None:
    table, lines = history_texts([{"loss": 1.5}, {"loss": 0.1, "learning_rate": 1e-3}])
    assert table == "epoch,loss,learning_rate\n1,1.5,\n2,0.1,0.001\n"
    assert lines.splitlines()[0] == '{"epoch": 1, "loss": 1.5}'


@pytest.mark.parametrize("name", ["state", "overrides", "choices", "data", "batch_size", "code"])
@pytest.mark.parametrize("value", [[1], {"a": 1}, 7, "word"])
def test_a_record_of_anyone_may_say_anything(tmp_path: Path, name: str, value: object) -> None:
    record = {"state": "finished", "spec": "/s.yaml", "folder": ".", "overrides": [], "choices": {}}
    record |= {"data": {}, "batch_size": 8, "logits": False, "code": None}
    (tmp_path / "run.json").write_text(json.dumps(record))
    assert "code" not in read_record(tmp_path)
    sound = isinstance(value, type(record[name] if name != "code" else {}))
    (tmp_path / "run.json").write_text(json.dumps({**record, name: value}))
    if sound:
        assert read_record(tmp_path)[name] == value
        return
    with pytest.raises(Faults) as stop:
        read_record(tmp_path)
    assert [each.code for each in stop.value.diagnostics] == ["broken-run"]
