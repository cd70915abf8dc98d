"""What tests of the command line share: a folder to stand in, small specs, a command line that was run."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

from layerforge.cli.main import main

GOOD = """
    name: small
    model:
      input: [96, 7]
      layers:
        - Conv1D: {filters: 8, kernel_size: 3}
        - LSTM: {units: 4, return_state: true}
          name: encoder
        - Dense: 1
          from: encoder.0
    """
FORECAST = """
    name: wave
    vars: {width: {hp.Int: [4, 8]}}
    data:
      source: wave.csv
      task: forecast
      time: day
      features: [level]
      targets: [level]
      window: 14
      horizon: 3
    model:
      layers:
        - Flatten
        - Dense: $(width)
        - Dense: 3
    train: {epochs: 2, metrics: [mae]}
    """


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    status: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with `good.yaml`, `bad.yaml`, `forecast.yaml` and `wave.csv`."""
    monkeypatch.chdir(tmp_path)
    for name in ("COLUMNS", "NO_COLOR", "LAYERFORGE_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)
    texts = {
        "good": dedent(GOOD),
        "bad": dedent(GOOD).replace("filters", "filers"),
        "forecast": dedent(FORECAST),
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.yaml").write_text(text.lstrip("\n"), encoding="utf-8")
    rows = [f"{day},{math.sin(day / 7 * 2 * math.pi) + day / 500:.5f}" for day in range(300)]
    (tmp_path / "wave.csv").write_text("\n".join(["day,level", *rows]) + "\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(folder: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line in this process, in the folder; what libraries write is caught as well."""

    def command(*arguments: str) -> Done:
        capfd.readouterr()
        status = main(arguments)
        captured = capfd.readouterr()
        return Done(status, captured.out, captured.err)

    return command
