"""A disk or a network that fails in the N-th call: one line and 1, or the right answer; no file is lost."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import BadZipFile

import pytest

from layerforge.diagnostics import Faults
from layerforge.run.listing import list_runs
from layerforge.run.record import clock_fault, explain
from tests.faults.conftest import ROOT, write_folder
from tests.faults.injecting import ERRORS

CHANGES = "runs remove wave/1 --yes"
COMMANDS = (
    "check forecast.yaml",
    "data forecast.yaml",
    "new wave.csv --out drafted.yaml",
    "eject forecast.yaml --out script.py",
    "runs",
    "runs show wave",
    "tune --show hunt",
    "report wave --static --out page.html",
)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is loaded before the C library."""
    compiler = shutil.which("gcc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("no gcc, or no Linux")
    path = tmp_path_factory.mktemp("library") / "inject.so"
    source = str(Path(__file__).with_name("inject.c"))
    words = [compiler, "-shared", "-fPIC", "-O1", "-o", str(path), source, "-ldl"]
    subprocess.run(words, check=True, capture_output=True)
    return path


def injected(library: Path, folder: Path, *words: str) -> str:
    """What the tool says of command lines in whose calls it has errors happen."""
    there = {**os.environ, "PYTHONPATH": str(ROOT), "LD_PRELOAD": str(library)}
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.injecting", str(folder), *words],
        cwd=ROOT,
        env=there,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-3_000:]
    return done.stdout


def test_every_call_of_check_may_fail(library: Path, tmp_path: Path) -> None:
    write_folder(tmp_path)
    said = injected(library, tmp_path, "check forecast.yaml", "--errors", "EIO", "short")
    assert "check forecast.yaml, EIO: status 1" in said
    assert "check forecast.yaml, short: status 0" in said
    assert "short: status 1" not in said


def test_some_calls_of_others_may_fail(library: Path, tmp_path: Path) -> None:
    write_folder(tmp_path)
    lines = ("data forecast.yaml", "eject forecast.yaml --out script.py")
    said = injected(library, tmp_path, *lines, "--errors", "ESTALE", "--every", "5")
    assert "data forecast.yaml, ESTALE: status 1" in said


@pytest.mark.slow
@pytest.mark.parametrize("error", ERRORS)
def test_every_call_may_fail(error: str, library: Path, used: Path) -> None:
    injected(library, used, *COMMANDS, CHANGES, "--errors", error)


def test_a_run_that_the_disk_does_not_give_is_told_and_one_that_is_broken_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "wave" / "1"
    run.mkdir(parents=True)
    (run / "run.json").write_text("{", encoding="utf-8")
    assert [each.state for each in list_runs(tmp_path)] == ["unreadable"]

    def fails(path: Path, *_: object, **__: object) -> str:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))

    monkeypatch.setattr(Path, "read_text", fails)
    with pytest.raises(Faults, match=r"run\.json` cannot be read: input/output error"):
        list_runs(tmp_path)


def test_a_model_that_the_disk_does_not_give_ends_a_run_in_one_line() -> None:
    told = explain(BadZipFile("File is not a zip file"))
    assert told is not None
    assert (told.code, "that the run has written cannot be read" in told.message) == (
        "run-failed",
        True,
    )


def test_a_clock_before_1980_is_told_by_whoever_writes_a_model() -> None:
    told = clock_fault(
        ValueError("ZIP does not support timestamps before 1980"), "not-exported", "x"
    )
    assert told is not None
    assert "stands before 1980" in told.message
    assert clock_fault(ValueError("else"), "not-exported", "x") is None
