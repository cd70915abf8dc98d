"""Several commands on one run or one folder: one of them works, the others are told, and nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from layerforge.run.state import state_of
from tests.faults.conftest import ROOT, is_plain, run_shell

pytestmark = pytest.mark.slow


def _started(folder: Path, line: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "layerforge", *line.split()],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def training(used: Path) -> Iterator[subprocess.Popen[str]]:
    """A training without end, `wave/2`, which has a best epoch already."""
    process = _started(used, "train forecast.yaml --epochs 1000000 --quiet")
    best = used / "runs" / "wave" / "2" / "best.keras"
    while not best.exists() and process.poll() is None:
        time.sleep(0.1)
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


@pytest.mark.usefixtures("training")
def test_a_run_is_trained_by_one_process_and_removed_by_none_meanwhile(used: Path) -> None:
    for line, code in (
        ("train --resume wave/2", "run-in-use"),
        ("runs remove wave/2 --yes", "run-is-live"),
    ):
        done = run_shell(used, f"layerforge {line}")
        assert (done.returncode, is_plain(done)) == (1, True)
        assert f"[{code}]" in done.stderr
    said = json.loads((used / "runs" / "wave" / "2" / "run.json").read_text(encoding="utf-8"))
    assert said["state"] == "running"


@pytest.mark.usefixtures("training")
def test_a_run_that_is_trained_is_read_meanwhile(used: Path) -> None:
    for line in (
        "evaluate wave/2",
        "predict wave/2 --data wave.csv",
        "report wave/2 --out page.html",
        "export wave/2 --to keras --out two.keras",
        "runs show wave/2",
    ):
        done = run_shell(used, f"layerforge {line}")
        assert (done.returncode, is_plain(done)) == (0, True), done.stderr


def test_a_folder_that_vanishes_in_mid_train_ends_it_in_a_line(
    used: Path, training: subprocess.Popen[str]
) -> None:
    run = used / "runs" / "wave" / "2"
    shutil.move(run, used / "aside")
    _, said = training.communicate(timeout=120)
    assert training.returncode == 1
    assert len(said.splitlines()) == 1
    assert "no such file or directory [run-failed]" in said
    assert not run.exists()
    shutil.move(used / "aside", run)  # as a mount that is back
    assert state_of(run) == "killed"  # so that `train --resume` goes on with it


def test_two_searches_of_one_spec_have_a_folder_each(used: Path) -> None:
    line = "tune search.yaml --no-retrain --quiet --workers 1"
    both = [_started(used, line) for _ in range(2)]
    for process in both:
        _, said = process.communicate(timeout=300)
        assert process.returncode == 0, said
    assert sorted(each.name for each in (used / "searches" / "hunt").iterdir()) == ["1", "2", "3"]
