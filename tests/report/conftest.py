"""Runs that a page can tell of: three that were trained, and hostile names."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from layerforge.pipeline import compile_spec
from layerforge.run import train
from tests.run.conftest import BLOBS, SINE, Told, write_data

HOSTILE = "<script>alert(1)</script>&\"'"
PLANE = """
    name: plane
    data: {source: plane.csv, task: regression, features: [x, y], targets: [height]}
    model: {input: [2], layers: [{Dense: 1}]}
    train: {epochs: 3, optimizer: {Adam: {learning_rate: 0.05}}}
    """


def _trained(folder: Path, text: str, *overrides: str) -> Path:
    write_data(folder)
    rows = [f"{i % 7},{i % 11},{2 * (i % 7) - (i % 11) + (i % 3) / 10}" for i in range(200)]
    (folder / "plane.csv").write_text("\n".join(["x,y,height", *rows]) + "\n")
    path = folder / "spec.yaml"
    path.write_text(dedent(text), encoding="utf-8")
    command = ["layerforge", "train", "spec.yaml"]
    return train(compile_spec(path, overrides), folder / "runs", Told(), command).path


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A run of each task, by its name; their files are not to be changed."""
    folder = tmp_path_factory.mktemp("trained")
    texts = {"sine": SINE, "blobs": BLOBS, "plane": PLANE}
    shorter = {"sine": ["train.epochs=2"], "blobs": ["train.epochs=3"]}
    return {name: _trained(folder, text, *shorter.get(name, ())) for name, text in texts.items()}


@pytest.fixture
def copied(trained: dict[str, Path], tmp_path: Path) -> Callable[[str], Path]:
    """A copy of a trained run, with its spec and data, that a test may change."""

    def copy(name: str) -> Path:
        target = tmp_path / "copy"
        shutil.copytree(trained[name].parents[2], target)
        return target / trained[name].relative_to(trained[name].parents[2])

    return copy


def changed(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Changes a JSON file in place."""
    value = json.loads(path.read_text(encoding="utf-8"))
    change(value)
    path.write_text(json.dumps(value), encoding="utf-8")
