"""A disk or a network that fails in the N-th call: one line and 1, or the right answer; no file is lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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
