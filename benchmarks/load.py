"""What grows with what: `python -m benchmarks.load` of runs, trials, layers, rows; and many at once.

Each command is timed at a size and at twice the size, in seconds of the processor of its process and all
that it starts, with the most memory that it held. A growth of 2 is in proportion. `together` starts ten
commands at once on one folder of runs and looks at what each left.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

ROOT = Path(__file__).parents[1]
SPEC = """
layerforge: 1
name: small
data: {{source: data.csv, task: regression, targets: [y]}}
model: {{layers: [{{Dense: {width}}}, {{Dense: 1}}]}}
train: {{epochs: 1}}
"""
TUNE = """
vars:
  a: {{hp.Int: [2, 64]}}
  b: {{hp.Float: [0.0001, 0.1], sampling: log}}
  c: {{hp.Choice: [relu, tanh]}}
tune: {{tuner: {tuner}, objective: val_loss, max_trials: 3}}
"""
Figures = dict[str, tuple[float, float]]  # by command: seconds of the processor, MiB at most


def _timed(folder: Path, *words: str) -> tuple[float, float]:
    """Seconds of the processor and MiB of memory of a command. Ends all where it fails."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "layerforge", *words],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            sys.exit(f"layerforge {' '.join(words)}: {said.read().decode()[-2_000:]}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def _small(folder: Path, width: str = "4") -> None:
    chance = np.random.default_rng(0)
    values = chance.normal(size=(60, 3))
    lines = ["x,z,y", *(f"{a:.4f},{b:.4f},{a + b:.4f}" for a, b, _ in values)]
    (folder / "data.csv").write_text("\n".join(lines) + "\n")
    (folder / "small.yaml").write_text(SPEC.format(width=width))


def runs(folder: Path, size: int) -> Figures:
    """So many runs of one spec in one folder."""
    _small(folder)
    _timed(folder, "train", "small.yaml", "--quiet")
    first = folder / "runs" / "small" / "1"
    for number in range(2, size + 1):
        shutil.copytree(first, first.with_name(str(number)))
    last = f"small/{size}"
    return {
        "runs": _timed(folder, "runs"),
        "runs --json": _timed(folder, "runs", "--json"),
        "runs show": _timed(folder, "runs", "show", last),
        "runs compare": _timed(folder, "runs", "compare", "small/1", last),
        "plot": _timed(folder, "plot", "small", "--out", "pictures"),
        "train (one more)": _timed(folder, "train", "small.yaml", "--quiet"),
    }


def trials(folder: Path, size: int) -> Figures:
    """So many trials in one journal, of a tuner that does not learn from them and of one that does."""
    found: Figures = {}
    for tuner in ("RandomSearch", "BayesianOptimization"):
        here = folder / tuner
        here.mkdir()
        _small(here, "$(a)")
        with (here / "small.yaml").open("a") as spec:
            spec.write(TUNE.format(tuner=tuner))
        _timed(here, "tune", "small.yaml", "--quiet", "--no-retrain", "--workers", "1")
        _lengthen(here / "searches" / "small" / "1" / "journal.jsonl", size)
        more = ("--resume", "--max-trials", str(size + 2), "--no-retrain", "--workers", "1")
        found[f"tune --show, {tuner}"] = _timed(here, "tune", "--show")
        found[f"report, {tuner}"] = _timed(here, "report", "searches/small/1")
        found[f"two trials more, {tuner}"] = _timed(here, "tune", *more, "--quiet")
    return found


def _lengthen(journal: Path, size: int) -> None:
    """Ended trials of other values behind those that are there, until there are so many."""
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    asked = next(line for line in lines if line["event"] == "trial")
    ended = next(line for line in lines if line["event"] == "end")
    numbers = [line["number"] for line in lines if line["event"] == "trial"]
    chance = np.random.default_rng(1)
    with journal.open("a") as file:
        for number in range(max(numbers) + 1, min(numbers) + size):
            values = {
                "a": int(chance.integers(2, 65)),
                "b": float(10 ** chance.uniform(-4, -1)),
                "c": str(chance.choice(["relu", "tanh"])),
            }
            values = {name: values[name] for name in asked["values"]}
            score = float(chance.normal() ** 2 + values["a"] / 64)
            end = {**ended, "number": number, "score": score, "scores": [score], "curve": [score]}
            file.write(json.dumps({**asked, "number": number, "values": values}) + "\n")
            file.write(json.dumps(end) + "\n")


def layers(folder: Path, size: int) -> Figures:
    """A spec of so many layers, each written out."""
    lines = ["model:", "  input: [16]", "  layers:"]
    lines += [f"    - {{Dense: 16, name: d{i}}}" for i in range(size)]
    (folder / "long.yaml").write_text("\n".join(lines) + "\n")
    lines[-size:] = [f"    - {{Dense: 16, nam: d{i}}}" for i in range(size)]
    (folder / "wrong.yaml").write_text("\n".join(lines) + "\n")
    return {
        "check": _timed(folder, "check", "long.yaml"),
        "build --static": _timed(folder, "build", "long.yaml", "--static"),
        "graph": _timed(folder, "graph", "long.yaml", "--out", "long.svg"),
        "eject": _timed(folder, "eject", "long.yaml", "--out", "long.py"),
        "diff": _timed(folder, "diff", "long.yaml", "long.yaml"),
    }


def rows(folder: Path, size: int) -> Figures:
    """Fifty columns of so many rows."""
    chance = np.random.default_rng(0)
    names = [f"c{i}" for i in range(50)]
    columns = {name: chance.normal(size=size) for name in names}
    pl.DataFrame(columns).write_csv(folder / "wide.csv", float_precision=5)
    (folder / "wide.yaml").write_text(
        "name: wide\ndata: {source: wide.csv, task: regression, targets: [c49]}\n"
        "model: {layers: [{Dense: 1}]}\ntrain: {epochs: 1, batch_size: 4096}\n"
    )
    return {
        "new": _timed(folder, "new", "wide.csv", "--target", "c49", "--out", "new.yaml"),
        "data": _timed(folder, "data", "wide.yaml"),
        "baseline": _timed(folder, "baseline", "wide.yaml"),
        "train": _timed(folder, "train", "wide.yaml", "--quiet"),
        "predict": _timed(folder, "predict", "wide", "--data", "wide.csv", "--out", "out.csv"),
    }


def together(folder: Path) -> list[str]:
    """Ten commands at once on one folder: six trainings, lists and pages meanwhile."""
    _small(folder)
    _timed(folder, "train", "small.yaml", "--quiet")
    words: list[Sequence[str]] = [("train", "small.yaml", "--quiet")] * 6
    words += [("runs",), ("runs", "show", "small/1"), ("report", "small/1", "--out", "page.html")]
    words += [("evaluate", "small/1")]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "layerforge", *each],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for each in words
    ]
    said = [process.communicate()[1] for process in processes]
    wrong = [
        f"{' '.join(each)}: {text.strip()}"
        for each, text, process in zip(words, said, processes, strict=True)
        if process.returncode
    ]
    found = json.loads(
        subprocess.run(
            [sys.executable, "-m", "layerforge", "runs", "--json"],
            cwd=folder,
            check=True,
            capture_output=True,
        ).stdout
    )
    states = [each["state"] for each in found]
    wrong += [f"seven runs are wanted, found {states}"] * (states != ["finished"] * 7)
    return wrong


PARTS: dict[str, tuple[Callable[[Path, int], Figures], int, str]] = {
    "runs": (runs, 1_000, "runs in one folder"),
    "trials": (trials, 10_000, "trials in one journal"),
    "layers": (layers, 10_000, "layers in one spec"),
    "rows": (rows, 1_000_000, "rows of 50 columns"),
}


def main() -> int:
    options = _options()
    status = 0
    for part in options.parts:
        if part == "together":
            with tempfile.TemporaryDirectory() as name:
                wrong = together(Path(name))
            print("ten commands at once:", "; ".join(wrong) or "all ended as alone, no run is lost")
            status = max(status, bool(wrong))
            continue
        measure, size, what = PARTS[part]
        size = int(size * options.scale)
        half, whole = (_figures(measure, count) for count in (size // 2, size))
        print(f"\n{size:,} {what}")
        for line in _lines(half, whole):
            print(line)
    return status


def _figures(measure: Callable[[Path, int], Figures], size: int) -> Figures:
    with tempfile.TemporaryDirectory() as name:
        return measure(Path(name), size)


def _lines(half: Figures, whole: Figures) -> Iterator[str]:
    yield f"  {'':32} {'seconds':>8} {'growth':>7} {'MiB':>7} {'growth':>7}"
    for command, (seconds, memory) in whole.items():
        before, held = half[command]
        growth = f"{seconds / before:7.2f} {memory:7.0f} {memory / held:7.2f}"
        yield f"  {command:32} {seconds:8.2f} {growth}"


def _options() -> Any:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    every = [*PARTS, "together"]
    parser.add_argument("parts", nargs="*", default=every, help=f"of {', '.join(every)}")
    parser.add_argument("--scale", type=float, default=1.0, help="of the sizes (1)")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(every):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    return options


if __name__ == "__main__":
    sys.exit(main())
