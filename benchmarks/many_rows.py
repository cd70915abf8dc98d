"""Training on a long file in little memory: the peak of `layerforge train` beside TensorFlow's own.

`python -m benchmarks.many_rows [--rows 20000000] [--format csv] [--most 2048]` (Linux: it reads `/proc`)
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.data_vs_pandas import write_walk

ROOT: Final = Path(__file__).parents[1]
SPEC: Final = """
data:
  source: series.{format}
  task: forecast
  features: [a, b, c, d]
  targets: [a]
  window: 24
  horizon: 1
  split: {{train: 0.8, validation: 0.1, test: 0.1}}
  scale: standard
model: {{layers: [Flatten, Dense: 16, Dense: 1]}}
train: {{epochs: 1, batch_size: 8192}}
"""
TENSORFLOW: Final = "import keras, tensorflow as tf, time; tf.zeros(1); time.sleep(1)"
TRAIN: Final = ("-m", "layerforge", "train", "spec.yaml", "--log", "json")


class Peak(NamedTuple):
    """The most memory of a process at any moment it was looked at, in MiB, and how long it ran.

    `own` is what the system cannot take back; `mapped` are pages of files, which it drops as it likes.
    """

    own: float
    mapped: float
    together: float
    seconds: float


def main() -> int:
    """0 if training takes at most so many MiB of memory, mapped files among it, over TensorFlow's."""
    parser = argparse.ArgumentParser(prog="benchmarks.many_rows", description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--format", choices=["csv", "parquet"], default="csv")
    parser.add_argument("--most", type=int, default=2048, metavar="MIB")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_walk(folder / "series.csv", options.rows)
        if options.format == "parquet":
            _as_parquet(folder / "series.csv")
        (folder / "spec.yaml").write_text(SPEC.format(format=options.format), encoding="utf-8")
        size = (folder / f"series.{options.format}").stat().st_size / 2**20
        print(f"{options.rows:,} rows of 4 columns, {size:,.0f} MiB of {options.format}")
        alone = _told("import tensorflow", _watched(["-c", TENSORFLOW], folder))
        ours = _told("layerforge train", _watched(TRAIN, folder))
    over = ours.together - alone.together
    print(f"  over TensorFlow's: {over:,.0f} MiB (at most {options.most:,})")
    return 0 if over <= options.most else 1


def _told(what: str, peak: Peak) -> Peak:
    parts = f"{peak.own:,.0f} MiB of its own, {peak.mapped:,.0f} MiB of mapped files"
    told = f"  {what}: {parts}, {peak.together:,.0f} MiB together at most, {peak.seconds:,.0f} s"
    print(told, flush=True)
    return peak


def _as_parquet(path: Path) -> None:
    """The same rows as Parquet beside it; the text goes."""
    import polars as pl

    pl.scan_csv(path).sink_parquet(path.with_suffix(".parquet"))
    path.unlink()


def _watched(arguments: Sequence[str], folder: Path) -> Peak:
    """Runs Python and looks at its memory a hundred times a second."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    began = time.monotonic()
    environment = {**os.environ, "PYTHONPATH": path, "TF_CPP_MIN_LOG_LEVEL": "3"}
    own = mapped = together = 0.0
    with (folder / "told.txt").open("w+") as told:
        command = [sys.executable, *arguments]
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=told
        )
        while process.poll() is None:
            anonymous, file = _memory(process.pid)
            own, mapped = max(own, anonymous), max(mapped, file)
            together = max(together, anonymous + file)
            time.sleep(0.01)
        told.seek(0)
        assert process.returncode == 0, told.read()
    return Peak(own, mapped, together, time.monotonic() - began)


def _memory(process: int) -> tuple[float, float]:
    """MiB of anonymous and of file pages that a process has in memory; 0 once it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0, 0.0
    kib = {
        name: int(rest.split()[0])
        for name, _, rest in (e.partition(":") for e in lines)
        if name in ("RssAnon", "RssFile", "RssShmem")
    }
    return (kib.get("RssAnon", 0) + kib.get("RssShmem", 0)) / 1024, kib.get("RssFile", 0) / 1024


if __name__ == "__main__":
    sys.exit(main())
