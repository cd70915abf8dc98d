"""Runs killed at random instants and resumed: each must end bit for bit as the one that was left alone.

`python -m benchmarks.kill --kills 50 --seed 1`
"""

from __future__ import annotations

import argparse
import io
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copy
from typing import Any

import numpy as np

from layerforge.run.checkpoint import read_checkpoint

ROOT = Path(__file__).parents[1]
SPECS = sorted(each.stem for each in Path(__file__).with_name("killed").glob("*.yaml"))


def write_folder(folder: Path, names: Sequence[str]) -> None:
    """The specs of these names and their data."""
    chance = random.Random(0)
    lines = ["date,a,b"]
    for hour in range(420):
        moment = datetime(2020, 1, 1) + timedelta(hours=hour)
        value = math.sin(2 * math.pi * hour / 24)
        lines.append(
            f"{moment:%Y-%m-%d %H:%M:%S},{value + chance.gauss(0, 0.2):.4f},{chance.gauss(0, 1):.4f}"
        )
    (folder / "series.csv").write_text("\n".join(lines) + "\n")
    lines = ["x,y,colour"]
    for row in range(310):
        shift = (0.0, 1.0, 2.5)[row % 3]
        point = f"{chance.gauss(shift, 0.8):.4f},{chance.gauss(-shift, 0.8):.4f}"
        lines.append(f"{point},{('red', 'green', 'blue')[row % 3]}")
    (folder / "table.csv").write_text("\n".join(lines) + "\n")
    for name in names:
        copy(Path(__file__).with_name("killed") / f"{name}.yaml", folder)


class Training:
    """A process that trains a spec in a folder."""

    def __init__(self, folder: Path, name: str, runs: str, resumed: str | None = None) -> None:
        command = [sys.executable, "-m", "layerforge", "train", f"{name}.yaml", "--deterministic"]
        command += ["--runs", runs, *(["--resume", resumed] if resumed else [])]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._told = ""
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def begins(self) -> bool:
        """Waits until the training begins; False where it ended before."""
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._told += line
            if line.startswith("training in"):
                return True
        return False

    def ends(self, seconds: float | None = None) -> bool:
        """Waits for the end of the process, or kills it after so many seconds; whether it ended."""
        try:
            _, told = self._process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
            return False
        if self._process.returncode != 0:
            raise RuntimeError(self._told + told)
        return True


def undisturbed(folder: Path, name: str) -> float:
    """Trains a spec in `alone`; the seconds from the first step to the end."""
    training = Training(folder, name, "alone")
    training.begins()
    before = time.monotonic()
    training.ends()
    return time.monotonic() - before


def killed(
    folder: Path, name: str, kills: int, chance: random.Random, seconds: float
) -> Iterator[tuple[Path, list[str]]]:
    """Trains a spec, killed so many times on the way; each run, and where it went on after each kill.

    The instant is anywhere in the first half of what a whole training takes from its first step on,
    so that runs are killed early and late, while saving, and while they are scored. A run that ends
    before all kills are done is followed by another.
    """
    number = 0
    while kills > 0:
        number += 1
        run = folder / "killed" / name / str(number)
        places: list[str] = []
        while not _trained(folder, name, run, chance.uniform(0, seconds / 2) if kills else None):
            places.append(_place(run))
            kills -= 1
        yield run, places


def _trained(folder: Path, name: str, run: Path, seconds: float | None) -> bool:
    """Begins a run or goes on with it, killed after so many seconds; whether it came to its end."""
    resumed = str(run.relative_to(folder)) if run.exists() else None
    training = Training(folder, name, "killed", resumed)
    return training.ends(seconds if training.begins() else None)


def _place(run: Path) -> str:
    """Epochs and steps that the checkpoint of a run holds."""
    checkpoint = read_checkpoint(run)
    return "start" if checkpoint is None else "{}+{}".format(*checkpoint.state["position"])


def differences(one: Path, other: Path) -> list[str]:
    """In what two finished runs differ, bit by bit; dates, paths and durations aside."""
    return [*_checkpoint_differences(one, other), *_file_differences(one, other)]


def _checkpoint_differences(one: Path, other: Path) -> Iterator[str]:
    a, b = read_checkpoint(one), read_checkpoint(other)
    assert a is not None
    assert b is not None
    if _timeless(a.state) != _timeless(b.state):
        yield "checkpoint: state"
    for name in a.arrays.keys() | b.arrays.keys():
        if (
            name not in a.arrays
            or name not in b.arrays
            or not _same(a.arrays[name], b.arrays[name])
        ):
            yield f"checkpoint: {name}"


def _timeless(state: Any) -> str:
    watch = {name: value for name, value in state["watch"].items() if name != "seconds"}
    return json.dumps({**state, "watch": watch}, sort_keys=True)


def _same(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> bool:
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def _file_differences(one: Path, other: Path) -> Iterator[str]:
    names = {str(each.relative_to(one)) for each in one.rglob("*") if each.is_file()}
    there = {str(each.relative_to(other)) for each in other.rglob("*") if each.is_file()}
    yield from (f"{name}: in one alone" for name in names ^ there)
    for name in sorted((names & there) - {"checkpoint", "run.json"}):
        if _content(one / name) != _content(other / name):
            yield name


def _content(path: Path) -> Any:
    """The bytes of a file; of a model its weights by name, since the archive holds a date."""
    if path.suffix not in (".keras", ".h5"):
        return path.read_bytes()
    import h5py

    source: Any = path
    if path.suffix == ".keras":
        with zipfile.ZipFile(path) as archive:
            source = io.BytesIO(archive.read("model.weights.h5"))
    found: dict[str, bytes] = {}
    with h5py.File(source) as file:
        # The optimizer saved beside the best model is that of the moment of saving.
        wanted = [key for key in file if not (path.name == "best.keras" and key == "optimizer")]
        for key in wanted:
            group = file[key]
            group.visititems(lambda name, item, key=key: _keep(found, f"{key}/{name}", item))
    return found


def _keep(found: dict[str, bytes], name: str, item: Any) -> None:
    if hasattr(item, "dtype"):
        found[name] = item[()].tobytes()


def main() -> int:
    """Kills runs of every spec; 0 if each ended as the undisturbed one."""
    parser = argparse.ArgumentParser(prog="benchmarks.kill", description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--specs", nargs="*", default=SPECS, choices=SPECS)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    each = -(-options.kills // len(options.specs))
    total, found = 0, 0
    for name in options.specs:
        with tempfile.TemporaryDirectory() as path:
            folder = Path(path)
            write_folder(folder, [name])
            seconds = undisturbed(folder, name)
            for run, places in killed(folder, name, each, chance, seconds):
                unlike = differences(folder / "alone" / name / "1", run)
                told = "identical" if not unlike else "DIFFERENT: " + ", ".join(unlike)
                print(f"{name:10} {told}; killed at {' '.join(places)}", flush=True)
                total, found = total + len(places), found + len(unlike)
    print(f"{total} kills, {found} differences")
    return 0 if not found else 1


if __name__ == "__main__":
    sys.exit(main())
