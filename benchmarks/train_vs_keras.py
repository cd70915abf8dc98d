"""Training by layerforge and by hand-written Keras and PyTorch scripts on the same rows, in turn.

`python -m benchmarks.train_vs_keras [--rounds 3] [--epochs 10] [--only LSTM]`

Both are whole processes that read a CSV file, scale it, cut it into windows and train; each says when an
epoch is over. Told are the time from the start of the process to the end of the only epoch of a short
run, the time of a late epoch of a long one (the median of its second half) and its peak memory, as
ratios of medians to those of Keras; above 1 layerforge is the faster or the smaller one. Where PyTorch is
installed its epochs stand beside them, as ratios too.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

ROOT = Path(__file__).parents[1]
LEAST: Final = 0.95  # of Keras's speed, anywhere
SPEC = """
name: trained
data: {{source: {source}, task: {task}, features: {features}, targets: [y]{more}, split: {split}}}
model: {{layers: {layers}}}
train: {{epochs: {epochs}, batch_size: 32, metrics: [], optimizer: {{Adam: {{learning_rate: 0.001}}}}}}
"""
SERIES = {
    "source": "series.csv",
    "task": "forecast",
    "features": "[y, z]",
    "more": ", window: 48, horizon: 1",
    "split": "{train: 8000, validation: 1000, test: 1000}",
}
TABLE = {
    "source": "table.csv",
    "task": "regression",
    "features": "[a, b, c, d, e, f, g, h]",
    "more": "",
    "split": "{train: 16000, validation: 2000, test: 2000}",
}
CONV = "{Conv1D: {filters: 32, kernel_size: 5, activation: relu}}"
MODELS = {
    "CNN-LSTM": (SERIES, f"[{CONV}, {{LSTM: 32}}, {{Dense: 1}}]"),
    "LSTM": (SERIES, "[{LSTM: 32}, {Dense: 1}]"),
    "Conv": (SERIES, f"[{CONV}, {CONV}, GlobalAveragePooling1D, {{Dense: 1}}]"),
    "MLP": (
        TABLE,
        "[{Dense: {units: 64, activation: relu}}, {Dense: {units: 64, activation: relu}}, {Dense: 1}]",
    ),
}
# As one writes it with Keras: every window is a copy in memory, `fit` shuffles them.
KERAS = """
import sys
import keras, numpy as np

source, name, epochs = sys.argv[1], sys.argv[2], int(sys.argv[3])
rows = np.loadtxt(source, delimiter=",", skiprows=1, dtype="float32")
train = len(rows) * 8 // 10
rows = (rows - rows[:train].mean(0)) / rows[:train].std(0)
held = train + len(rows) // 10
if source == "series.csv":
    windows = np.lib.stride_tricks.sliding_window_view(rows, 49, axis=0)
    x, y = windows[:, :, :48].swapaxes(1, 2), windows[:, :1, 48]
    cut = lambda a, b: (np.ascontiguousarray(x[a:b - 48]), y[a:b - 48].copy())
    fitted, checked = cut(0, train), cut(train - 48, held)
else:
    fitted, checked = (rows[:train, 1:], rows[:train, :1]), (rows[train:held, 1:], rows[train:held, :1])
L = keras.layers
conv, dense = lambda: L.Conv1D(32, 5, activation="relu"), lambda: L.Dense(64, activation="relu")
layers = {
    "CNN-LSTM": lambda: [conv(), L.LSTM(32), L.Dense(1)],
    "LSTM": lambda: [L.LSTM(32), L.Dense(1)],
    "Conv": lambda: [conv(), conv(), L.GlobalAveragePooling1D(), L.Dense(1)],
    "MLP": lambda: [dense(), dense(), L.Dense(1)],
}[name]()
model = keras.Sequential([keras.Input(fitted[0].shape[1:]), *layers])
model.compile(keras.optimizers.Adam(0.001), "mse")
class Said(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs):
        print("epoch", logs["val_loss"], file=sys.stderr, flush=True)
model.fit(*fitted, validation_data=checked, epochs=epochs, batch_size=32, verbose=0, callbacks=[Said()])
"""
# As one writes it with PyTorch: the same arrays, batches by a shuffled index.
TORCH = """
import sys
import numpy as np, torch
from torch import nn

source, name, epochs = sys.argv[1], sys.argv[2], int(sys.argv[3])
rows = np.loadtxt(source, delimiter=",", skiprows=1, dtype="float32")
train = len(rows) * 8 // 10
rows = (rows - rows[:train].mean(0)) / rows[:train].std(0)
held = train + len(rows) // 10
if source == "series.csv":
    windows = np.lib.stride_tricks.sliding_window_view(rows, 49, axis=0)
    x, y = windows[:, :, :48].swapaxes(1, 2), windows[:, :1, 48]
    cut = lambda a, b: (np.ascontiguousarray(x[a:b - 48]), y[a:b - 48].copy())
    fitted, checked = cut(0, train), cut(train - 48, held)
else:
    fitted, checked = (rows[:train, 1:], rows[:train, :1]), (rows[train:held, 1:], rows[train:held, :1])
fitted, checked = (tuple(map(torch.from_numpy, each)) for each in (fitted, checked))
class Swapped(nn.Module):
    def forward(self, x):
        return x.transpose(1, 2)
class Last(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.lstm = nn.LSTM(width, 32, batch_first=True)
    def forward(self, x):
        return self.lstm(x)[0][:, -1]
class Mean(nn.Module):
    def forward(self, x):
        return x.mean(-1)
conv = lambda width: [nn.Conv1d(width, 32, 5), nn.ReLU()]
layers = {
    "CNN-LSTM": lambda: [Swapped(), *conv(2), Swapped(), Last(32), nn.Linear(32, 1)],
    "LSTM": lambda: [Last(2), nn.Linear(32, 1)],
    "Conv": lambda: [Swapped(), *conv(2), *conv(32), Mean(), nn.Linear(32, 1)],
    "MLP": lambda: [nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1)],
}[name]()
model, loss = nn.Sequential(*layers), nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), 0.001)
for epoch in range(epochs):
    model.train()
    for own in torch.randperm(len(fitted[0])).split(32):
        optimizer.zero_grad()
        loss(model(fitted[0][own]), fitted[1][own]).backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        pieces = zip(checked[0].split(32), checked[1].split(32))
        total = sum(float(loss(model(a), b)) * len(a) for a, b in pieces)
    print("epoch", total / len(checked[0]), file=sys.stderr, flush=True)
"""


class Told(NamedTuple):
    """Seconds to the end of the first epoch, seconds of a late one, bytes at most, the last loss."""

    first: float
    later: float
    memory: int
    loss: float


def main() -> int:
    """A table of ratios; 0 if layerforge is nowhere slower than 0.95 of Keras."""
    parser = argparse.ArgumentParser(prog="benchmarks.train_vs_keras", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--only", choices=MODELS)
    options = parser.parse_args()
    worst = math.inf
    beside = importlib.util.find_spec("torch") is not None
    last = "   PyTorch: short, late" if beside else ""
    print(f"model      a short run    late epochs     memory   val_loss ours / theirs{last}")
    for name in [options.only] if options.only else MODELS:
        ours, theirs, others = _in_turn(name, options.rounds, options.epochs, beside)
        first, later, memory = (
            median(t[i] for t in theirs) / median(o[i] for o in ours) for i in range(3)
        )
        worst = min(worst, first, later)
        begins, goes = median(o.first for o in ours), median(o.later for o in ours)
        times = f"{first:5.2f} ({begins:4.1f} s)  {later:5.2f} ({goes:5.2f} s)"
        losses = f"{median(o.loss for o in ours):.4f} / {median(t.loss for t in theirs):.4f}"
        torch = [
            median(t[i] for t in others) / median(o[i] for o in ours) for i in range(2) if others
        ]
        more = "   " + "  ".join(f"{ratio:5.2f}" for ratio in torch)
        print(f"{name:9}  {times}   {memory:5.2f}   {losses}{more}".rstrip(), flush=True)
    print(f"the slowest ratio is {worst:.2f} (at least {LEAST} is promised)")
    return 0 if worst >= LEAST else 1


def _in_turn(name: str, rounds: int, epochs: int, beside: bool) -> tuple[list[Told], ...]:
    """Every round of layerforge, of Keras and, where it is to stand beside them, of PyTorch."""
    ours, theirs, others = list[Told](), list[Told](), list[Told]()
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            settings, layers = MODELS[name]
            _write_data(folder)
            text = SPEC.format(**settings, layers=layers, epochs=epochs)
            (folder / "spec.yaml").write_text(text, encoding="utf-8")
            (folder / "keras_fit.py").write_text(KERAS, encoding="utf-8")
            script = ["keras_fit.py", settings["source"], name]
            command = ["-m", "layerforge", "train", "spec.yaml", "--log", "json", "--epochs"]
            (folder / "torch_fit.py").write_text(TORCH, encoding="utf-8")
            sides = [(script, theirs), (command, ours)]
            if beside:
                sides.append((["torch_fit.py", *script[1:]], others))
            for words, told in sides:
                short = _timed(folder, *words, "1")
                told.append(_timed(folder, *words, str(epochs))._replace(first=short.first))
    return ours, theirs, others


def _write_data(folder: Path) -> None:
    chance = random.Random(0)
    lines = ["y,z"]
    for t in range(10_000):
        value = math.sin(t / 9) + 0.3 * math.sin(t / 2.3) + chance.gauss(0, 0.1)
        lines.append(f"{value:.6f},{math.cos(t / 7):.6f}")
    (folder / "series.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    lines = ["y,a,b,c,d,e,f,g,h"]
    for _ in range(20_000):
        values = [chance.gauss(0, 1) for _ in range(8)]
        y = values[0] * values[1] + math.sin(values[2]) + chance.gauss(0, 0.1)
        lines.append(",".join(f"{value:.6f}" for value in (y, *values)))
    (folder / "table.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _timed(folder: Path, *words: str) -> Told:
    """Runs a command of Python that tells of its epochs on standard error."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, *words],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
    )
    assert process.stderr is not None
    ends = [(time.monotonic() - begun, loss) for loss in _losses(process.stderr)]
    process.stderr.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"{' '.join(words)} ended with {process.returncode}"
    moments = [moment for moment, _ in ends]
    lengths = [after - before for before, after in pairwise(moments)]
    later = median(lengths[len(lengths) // 2 :]) if lengths else math.nan
    return Told(moments[0], later, usage.ru_maxrss * 1024, ends[-1][1])


def _losses(lines: Iterator[str]) -> Iterator[float]:
    """The validation loss of each epoch, as soon as it is told."""
    for line in lines:
        if line.startswith("epoch "):
            yield float(line.split()[1])
        elif line.startswith('{"event": "epoch_done"'):
            yield float(json.loads(line)["logs"]["val_loss"])


if __name__ == "__main__":
    sys.exit(main())
