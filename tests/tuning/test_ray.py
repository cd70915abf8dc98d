"""A search on Ray, started on loopback: what dies there changes nothing; the result is that of processes."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.kill_search import begin, children, finish, folder_of, kill, search_in, wait_for
from layerforge.cli.main import main

INSTALLED = importlib.util.find_spec("ray") is not None
TUNE = "{max_trials: 5, seed: 3}"


def _trials_of(process: subprocess.Popen[bytes]) -> list[int]:
    """The processes in which Ray trains trials now."""
    found = []
    for pid in children(process.pid):
        try:
            title = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if title.startswith(b"ray::") and b"trial" in title:
            found.append(pid)
    return found


@pytest.mark.slow
@pytest.mark.skipif(not INSTALLED or sys.platform != "linux", reason="needs Ray, and /proc")
def test_a_worker_and_the_driver_may_be_killed_and_the_result_is_that_of_processes(
    tmp_path: Path,
) -> None:
    (tmp_path / "processes").mkdir()
    (tmp_path / "ray").mkdir()
    processes = folder_of(tmp_path / "processes", 40, TUNE)
    finish(processes, "spec.yaml", "--no-retrain")

    on_ray = folder_of(tmp_path / "ray", 40, TUNE)
    words = ("--no-retrain", "--ray", "local")
    process = begin(on_ray, "spec.yaml", *words)
    wait_for(on_ray, 1)
    until = time.monotonic() + 60
    while not (trials := _trials_of(process)):
        assert time.monotonic() < until
        time.sleep(0.1)
    kill(trials[0])
    time.sleep(5)
    below = children(process.pid)
    kill(process.pid)
    process.wait()
    kill(*below)  # at once, which Ray would do within seconds
    finish(on_ray, "--resume", *words)
    tables = [(search_in(each) / "trials.csv").read_text() for each in (processes, on_ray)]
    assert tables[0] == tables[1]


@pytest.mark.skipif(INSTALLED, reason="Ray is installed")
def test_without_ray_the_search_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder_of(tmp_path, 1, "{max_trials: 1}"))
    assert main(["tune", "spec.yaml", "--ray", "local"]) == 1
    assert "Ray is not installed [missing-package]" in capsys.readouterr().err
