"""Reading, windowing and feeding one long series: layerforge against pandas and Keras's own windows.

`python -m benchmarks.data_vs_pandas [--rows 1000000 10000000] [--rounds 3] [--batches 500]`
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Final

ROOT = Path(__file__).parents[1]
MIB: Final = 2**20
SPEC = """
data:
  source: series.csv
  task: forecast
  features: [a, b, c, d]
  targets: [a]
  window: 96
  horizon: 1
  split: {train: 0.7, validation: 0.15, test: 0.15}
  scale: standard
model: {layers: [Flatten, Dense: 1]}
train: {epochs: 1, batch_size: 256}
"""
# Each side ends with `batches`, shuffled training batches of (x, y); the lines below draw from them.
OURS = """
from pathlib import Path
from layerforge.pipeline import compile_spec
from layerforge.run.feeding import training_batches
from layerforge.run.preparation import prepare_job

job = prepare_job(compile_spec(Path("spec.yaml")))
batches = training_batches(job.table, job.prepared.positions["train"], 256, 0)
"""
# As a user of pandas and Keras writes it: statistics of the training rows, 32-bit numbers.
THEIRS = """
import keras, pandas

rows = pandas.read_csv("series.csv")
train = rows.iloc[: int(0.7 * len(rows))]
values = ((rows - train.mean()) / train.std(ddof=0)).to_numpy("float32")[: len(train)]
batches = keras.utils.timeseries_dataset_from_array(
    values[:-96], values[96:, :1], 96, batch_size=256, shuffle=True, seed=0
)
"""
DRAW = """
import time
prepared = time.monotonic()
drawn = 0
while drawn < BATCHES:
    for x, y in batches:
        assert tuple(x.shape[1:]) == (96, 4) and y.shape[1] == 1, (x.shape, y.shape)
        drawn += 1
        if drawn == BATCHES:
            break
ended = time.monotonic()
import resource
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(prepared - began, ended - prepared, peak - before)
"""
# TensorFlow's own import is neither side's doing: its time and memory are left out.
BEGIN = """
import resource, time
import keras
import tensorflow as tf
tf.zeros(1)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
began = time.monotonic()
"""
Figures = tuple[float, float, float]


def main() -> int:
    """Both sides in turn, each in a process of its own; 0 if layerforge takes less time in all."""
    parser = argparse.ArgumentParser(prog="benchmarks.data_vs_pandas", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batches", type=int, default=500)
    options = parser.parse_args()
    if importlib.util.find_spec("pandas") is None:
        print(
            "skipped: it needs pandas, which layerforge does not: pip install 'layerforge[bench]'"
        )
        return 0
    kept = [_compared(rows, options) for rows in options.rows]
    return 0 if all(kept) else 1


def _compared(rows: int, options: argparse.Namespace) -> bool:
    """Whether layerforge takes at most as long for a file of so many rows; memory is told."""
    print(f"{rows:,} rows of 4 columns, windows of 96, {options.batches:,} batches of 256")
    ours, theirs = list[Figures](), list[Figures]()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_walk(folder / "series.csv", rows)
        (folder / "spec.yaml").write_text(SPEC, encoding="utf-8")
        for _ in range(options.rounds):
            ours.append(_measured(folder, OURS, options.batches))
            theirs.append(_measured(folder, THEIRS, options.batches))
    told = ("read and prepare, s", "feed, s", "peak memory above TensorFlow's, MiB")
    for i, what in enumerate(told):
        _line(what, *([figures[i] for figures in side] for side in (ours, theirs)))
    whole = [[prepare + feed for prepare, feed, _ in side] for side in (ours, theirs)]
    return _line("together, s", *whole) <= 1


def _line(what: str, ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Tells both medians and the median of the ratios of each round."""
    ratio = median(a / b for a, b in zip(ours, theirs, strict=True))
    sides = f"layerforge {median(ours):,.1f}, pandas and Keras {median(theirs):,.1f}"
    print(f"  {what}: {sides}, ratio {ratio:.2f}", flush=True)
    return ratio


def write_walk(path: Path, rows: int) -> None:
    """The same walk of four columns at every call, a million rows at a time."""
    import numpy as np
    import polars as pl

    rng, last = np.random.default_rng(0), np.zeros(4)
    with path.open("wb") as stream:
        for start in range(0, rows, 1_000_000):
            steps = rng.normal(size=(min(1_000_000, rows - start), 4))
            walk = last + np.cumsum(steps, axis=0)
            last = walk[-1]
            frame = pl.DataFrame(walk, schema=["a", "b", "c", "d"])
            frame.write_csv(stream, include_header=start == 0, float_precision=4)


def _measured(folder: Path, side: str, batches: int) -> Figures:
    """Seconds to prepare, seconds to feed, MiB of memory above what TensorFlow took before."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    process = subprocess.run(
        [sys.executable, "-c", BEGIN + side + DRAW.replace("BATCHES", str(batches))],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
    prepare, feed, peak = map(float, process.stdout.split()[-3:])
    return prepare, feed, peak / MIB


if __name__ == "__main__":
    sys.exit(main())
