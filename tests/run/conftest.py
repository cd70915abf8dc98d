"""Small data with a known answer, specs on them, and one run that many tests read."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from textwrap import dedent

import pytest

from layerforge.events import Event
from layerforge.pipeline import Compiled, compile_spec
from layerforge.run import Trained, train

SINE = """
    name: sine
    vars: {width: {hp.Int: [8, 16]}}
    data:
      source: sine.csv
      task: forecast
      time: date
      features: [a, b]
      targets: [a]
      window: 24
      horizon: 6
    model:
      layers:
        - LSTM: $(width)
        - Dropout: 0.1
        - Dense: 6
    train:
      optimizer: {Adam: {learning_rate: 0.02}}
      metrics: [mae]
      epochs: 4
    """
BLOBS = """
    name: blobs
    data: {source: blobs.csv, task: classification, features: [x, y], targets: [colour]}
    model:
      input: [2]
      layers:
        - Dense: {units: 8, activation: relu}
        - Dense: {units: 2, activation: softmax}
    train: {epochs: 8, optimizer: {Adam: {learning_rate: 0.05}}}
    """
FLAT = "model.layers=[Flatten, {Dense: 6}]"  # for the sine: quicker than an LSTM
Compile = Callable[..., Compiled]


@dataclass
class Told:
    """A listener that remembers."""

    events: list[Event] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        self.events.append(event)

    def of(self, *kinds: type) -> list[Event]:
        return [event for event in self.events if isinstance(event, kinds)]


def write_data(folder: Path, rows: int = 400) -> None:
    """A noisy sine of 24 hours in two columns, and two clouds of points."""
    chance = random.Random(0)
    lines = ["date,a,b"]
    for i in range(rows):
        moment = datetime(2020, 1, 1) + timedelta(hours=i)
        value = math.sin(2 * math.pi * i / 24)
        a, b = 10 + 3 * value + chance.gauss(0, 0.2), -value + chance.gauss(0, 0.1)
        lines.append(f"{moment:%Y-%m-%d %H:%M:%S},{a:.4f},{b:.4f}")
    (folder / "sine.csv").write_text("\n".join(lines) + "\n")
    lines = ["x,y,colour"]
    for i in range(160):
        x, y = chance.gauss(2 * (i % 2), 0.3), chance.gauss(-2 * (i % 2), 0.3)
        lines.append(f"{x:.4f},{y:.4f},{'red' if i % 2 else 'blue'}")
    (folder / "blobs.csv").write_text("\n".join(lines) + "\n")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the data."""
    write_data(tmp_path)
    return tmp_path


@pytest.fixture
def compiled(folder: Path) -> Compile:
    """Compiles a spec text in the folder of the data, with `--set` texts."""

    def compile_text(text: str, *overrides: str) -> Compiled:
        path = folder / "spec.yaml"
        path.write_text(dedent(text), encoding="utf-8")
        return compile_spec(path, overrides)

    return compile_text


@dataclass(frozen=True)
class Example:
    """A spec that was trained, the folder it lies in, and what was told meanwhile."""

    folder: Path
    trained: Trained
    told: Told


def _example(folder: Path, text: str) -> Example:
    write_data(folder)
    (folder / "spec.yaml").write_text(dedent(text), encoding="utf-8")
    told = Told()
    trained = train(compile_spec(folder / "spec.yaml"), folder / "runs", told, ["layerforge"])
    return Example(folder, trained, told)


@pytest.fixture(scope="session")
def sine(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """The forecast of the sine, trained once; its files are not to be changed."""
    return _example(tmp_path_factory.mktemp("sine"), SINE)


@pytest.fixture(scope="session")
def blobs(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """The two clouds, trained once; its files are not to be changed."""
    return _example(tmp_path_factory.mktemp("blobs"), BLOBS)
