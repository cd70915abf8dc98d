"""A folder with specs, data, a run and a search, and the command lines that are tried on it."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any, Final

import pytest

from tests.cli.conftest import FORECAST

ROOT = Path(__file__).parents[2]
SECONDS: Final = 120  # after which a command that hangs fails its test
# Command lines that load no TensorFlow, and need no run.
QUICK: Final = {
    "new": "new wave.csv --out -",
    "check": "check bad.yaml",
    "check --json": "check bad.yaml --json",
    "build": "build forecast.yaml --static",
    "graph": "graph forecast.yaml --out -",
    "diff": "diff forecast.yaml versioned.yaml --json",
    "eject": "eject forecast.yaml",
    "data": "data forecast.yaml --json",
    "baseline": "baseline forecast.yaml",
    "runs": "runs --json",
    "layers": "layers",
    "explain": "explain LSTM",
    "schema": "schema",
    "migrate": "migrate versioned.yaml --json",
    "completion": "completion bash",
}
# Those that need the run, the search or the model of `used`; all but the first load TensorFlow.
TRAINED: Final = {
    "runs show": "runs show wave",
    "train": "train forecast.yaml --json --quiet",
    "tune": "tune search.yaml --max-trials 1 --no-retrain --json --quiet",
    "evaluate": "evaluate wave --json",
    "predict": "predict wave --data wave.csv",
    "export": "export wave --to keras --out units.keras",
    "report": "report wave --json --out report.html",
    "plot": "plot wave curve-loss --json --out pictures",
    "import": "import units.keras --json",
    "build": "build forecast.yaml --out built.keras",
}
Shell = Callable[..., subprocess.CompletedProcess[str]]


def write_folder(folder: Path) -> None:
    """The specs and the data."""
    text = dedent(FORECAST).lstrip("\n")
    few = text.replace("epochs: 2", "epochs: 1") + "tune: {max_trials: 1}\n"
    texts = {
        "forecast": text,
        "search": few.replace("wave\n", "hunt\n", 1),
        "bad": text.replace("Flatten", "Flaten"),
        "versioned": f"layerforge: 1\n{text}",
    }
    for name, each in texts.items():
        (folder / f"{name}.yaml").write_text(each, encoding="utf-8")
    rows = [f"{day},{math.sin(day / 7 * 2 * math.pi) + day / 500:.5f}" for day in range(300)]
    (folder / "wave.csv").write_text("\n".join(["day,level", *rows]) + "\n", encoding="utf-8")


def run_shell(
    folder: Path | bytes,
    line: str,
    environment: Mapping[str, str | None] | None = None,
    **more: Any,
) -> subprocess.CompletedProcess[str]:
    """A line of a shell; `layerforge` stands for this interpreter's. A variable that is None is not set."""
    there = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHON": sys.executable, **(environment or {})}
    return subprocess.run(
        [
            "/bin/bash",
            "-o",
            "pipefail",
            "-c",
            f'layerforge() {{ "$PYTHON" -m layerforge "$@"; }}\n{line}',
        ],
        cwd=folder,
        env={name: value for name, value in there.items() if value is not None},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=SECONDS,
        **more,
    )


def is_plain(done: subprocess.CompletedProcess[str]) -> bool:
    """Whether nothing of what was said is meant for the programmers of layerforge."""
    words = ("Traceback", "internal error", "Exception ignored", "Fatal Python error")
    return not any(word in done.stdout + done.stderr for word in words)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with specs and data."""
    write_folder(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def _used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("used")
    write_folder(folder)
    for line in (
        "layerforge train forecast.yaml --quiet",
        "layerforge tune search.yaml --quiet --workers 1",
        "layerforge export wave --to keras --out units.keras",
    ):
        done = run_shell(folder, line)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def used(_used: Path, tmp_path: Path) -> Path:
    """The same with a run `wave/1`, a search `hunt/1` and a model `units.keras`."""
    folder = tmp_path / "used"
    shutil.copytree(_used, folder)
    return folder
