"""The benchmark on public data: its tasks, its files, and, where the data are, what must be reached."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from benchmarks.real.__main__ import HERE, TASKS, Task, _join, _score, _source, _tell

SHARED = Path(__file__).parents[3] / "shared" / "data"


def test_every_task_has_a_spec_and_every_spec_a_task() -> None:
    assert {task.spec for task in TASKS} == {path.stem for path in HERE.glob("*.yaml")}


def test_a_training_and_a_test_file_become_one_table_without_blanks_and_full_stops(
    tmp_path: Path,
) -> None:
    (tmp_path / "train.csv").write_text("age,income\n39, <=50K\n")
    (tmp_path / "test.csv").write_text("age,income\n25, >50K.\n")
    _join([tmp_path / "train.csv", tmp_path / "test.csv"], tmp_path / "both.csv")
    with (tmp_path / "both.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [["age", "income"], ["39", "<=50K"], ["25", ">50K"]]


def test_a_file_of_the_archive_is_given_names(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("1\t0.5\t-2\n")
    (tmp_path / "b.tsv").write_text("2\t0.25\t3\n")
    _join([tmp_path / "a.tsv", tmp_path / "b.tsv"], tmp_path / "both.csv")
    assert (tmp_path / "both.csv").read_text().split() == ["label,t0,t1", "1,0.5,-2", "2,0.25,3"]


def test_files_that_stay_apart_are_named_by_their_part(tmp_path: Path) -> None:
    task = Task("x", ("a.csv", "b.csv"), "accuracy", None, "", joined=False)
    (override,) = _source(task, tmp_path, tmp_path)
    assert override == f'data.source={{train: "{tmp_path}/a.csv", test: "{tmp_path}/b.csv"}}'


def test_a_score_is_found_by_its_name_in_the_report() -> None:
    assert _score({"scaled": {"mse": 0.25}, "accuracy": 0.5}, "scaled mse") == 0.25
    assert _score({"scaled": {"mse": 0.25}, "accuracy": 0.5}, "accuracy") == 0.5


def test_a_data_set_that_is_not_there_is_skipped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _tell(TASKS[0], tmp_path)
    assert "skipped: forecast/ETTh1.csv not in" in capsys.readouterr().out


@pytest.mark.slow
def test_the_shipped_digits_are_told_apart_as_well_as_they_must_be(tmp_path: Path) -> None:
    assert _tell(next(task for task in TASKS if task.spec == "digits"), tmp_path)


@pytest.mark.exhaustive
@pytest.mark.parametrize("task", TASKS, ids=lambda task: " ".join((task.spec, *task.overrides)))
def test_public_data_are_learnt_as_well_as_they_must_be(task: Task) -> None:
    if not SHARED.is_dir():
        pytest.skip("the public data sets are not here")
    assert _tell(task, SHARED)
