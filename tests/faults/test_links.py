"""Links in and to the folders of runs: nothing beyond them is removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from layerforge.cli.main import main
from tests.faults.test_clock import EARLY, LATE, make_run


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder that has nothing to do with runs, with a file in it."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "precious").write_text("kept")
    return folder


def test_what_a_link_in_a_run_points_at_stays(
    tmp_path: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = make_run(Path("runs"), 1, EARLY, LATE, "finished")
    (run / "far").symlink_to(outside)
    (run / "file").symlink_to(outside / "precious")
    assert main(["runs", "remove", "wave/1", "--yes"]) == 0
    assert not run.exists()
    assert (outside / "precious").read_text() == "kept"


def test_of_a_run_that_is_a_link_the_link_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    real = make_run(Path("elsewhere"), 1, EARLY, LATE, "finished")
    link = Path("runs/wave/1")
    link.parent.mkdir(parents=True)
    link.symlink_to(real.absolute())
    assert main(["runs", "remove", "wave/1", "--yes"]) == 0
    assert not link.is_symlink()
    assert (real / "run.json").is_file()
    assert list(link.parent.iterdir()) == []


def test_a_run_is_removed_where_the_folder_of_runs_is_a_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = make_run(Path("large-disk"), 1, EARLY, LATE, "finished")
    Path("runs").symlink_to("large-disk")
    assert main(["runs", "remove", "wave", "--yes"]) == 0
    assert not run.exists()
    assert Path("runs").is_symlink()
