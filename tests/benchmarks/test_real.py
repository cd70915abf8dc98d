"""The benchmark on public data: its tasks, its page, and, where the data are, what must be reached."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.real import page
from benchmarks.real.__main__ import HERE, _measured, _source, exact, trained
from benchmarks.real.tasks import ROWS, TASKS, Rows, Task

SHARED = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the public data sets are not here")
    return SHARED


def test_every_task_has_a_spec_and_every_spec_a_task() -> None:
    assert {task.spec for task in TASKS} == {path.stem for path in HERE.glob("*.yaml")}


def test_no_two_rows_have_one_name() -> None:
    names = [row.name for row in (*ROWS, *TASKS)]
    assert len(set(names)) == len(names)


def test_a_training_and_a_test_file_are_named_by_their_part(tmp_path: Path) -> None:
    task = Task("x", ("a.csv", "b.csv"), "accuracy", None, "")
    (override,) = _source(task, tmp_path)
    assert override == f'data.source={{"train": "{tmp_path}/a.csv", "test": "{tmp_path}/b.csv"}}'


def test_a_score_is_found_by_its_name_in_the_report_and_kept_on_the_right_side() -> None:
    scores = {"scaled": {"mse": 0.25}, "accuracy": 0.5}
    error, share = (Task("x", (), name, 0.3, "") for name in ("scaled mse", "accuracy"))
    assert (error.reached(scores), share.reached(scores)) == (0.25, 0.5)
    assert error.keeps(0.25)
    assert not error.keeps(0.31)
    assert share.keeps(0.31)
    assert not share.keeps(0.25)


def test_a_data_set_that_is_not_there_is_skipped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _measured(TASKS[0], tmp_path) == (None, True)
    assert "skipped: forecast/ETTh1.csv not in" in capsys.readouterr().out


def test_the_page_keeps_what_is_not_measured_anew(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    page.write(path, {"adult": ("adult", "accuracy", "0.845", "0.9", "kept", "0.8 x", "y")})
    page.write(path, {"digits": ("digits", "accuracy", "0.98", "0.99", "kept", "0.9 x", "z")})
    lines = [
        line for line in path.read_text().splitlines() if line.startswith(("| adult", "| dig"))
    ]
    assert lines == [
        "| adult | accuracy | 0.845 | 0.9 | kept | 0.8 x | y |",
        "| digits | accuracy | 0.98 | 0.99 | kept | 0.9 x | z |",
    ]


@pytest.mark.parametrize(
    "row",
    [pytest.param(row, marks=() if row is ROWS[1] else pytest.mark.exhaustive) for row in ROWS],
    ids=lambda row: row.name,
)
def test_rows_without_training_are_the_published_ones(row: Rows, shared: Path) -> None:
    line, good = exact(row, shared)
    assert good, line


@pytest.mark.slow
def test_the_shipped_digits_are_told_apart_as_well_as_they_must_be(tmp_path: Path) -> None:
    line, good = trained(next(task for task in TASKS if task.spec == "digits"), tmp_path)
    assert good, line


@pytest.mark.exhaustive
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_public_data_are_learnt_as_well_as_they_must_be(task: Task, shared: Path) -> None:
    line, good = trained(task, shared)
    assert good, line
