"""The same trials searched by layerforge and by KerasTuner in Python, in turn: time, scores, memory.

`python -m benchmarks.search_vs_kerastuner [--trials 16] [--rounds 3] [--memory-trials 50]`
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
SPEC = """
name: searched
data:
  source: series.csv
  task: forecast
  features: [x]
  targets: [x]
  window: 32
  horizon: 1
  split: {train: 1500, validation: 300, test: 200}
model:
  layers:
    - LSTM: {hp.Int: [9, 58]}
    - Dense: 1
train: {epochs: EPOCHS, batch_size: 32, metrics: []}
tune: {tuner: GridSearch, max_trials: TRIALS}
"""
# As KerasTuner's users write it; tensorboard, which its loop wants, is told away.
KERASTUNER = """
import sys
import keras, keras_tuner, numpy as np

trials, epochs = int(sys.argv[1]), int(sys.argv[2])
x = np.loadtxt("series.csv", skiprows=1, dtype="float32")
x = (x - x[:1500].mean()) / x[:1500].std()
windows = np.lib.stride_tricks.sliding_window_view(x, 33)
train, held = windows[:1468], windows[1468:1768]

def build(hp):
    units = hp.Int("units", 9, 58)
    layers = [keras.layers.Input((32, 1)), keras.layers.LSTM(units), keras.layers.Dense(1)]
    model = keras.Sequential(layers)
    model.compile("adam", "mse")
    return model

class Tuner(keras_tuner.GridSearch):
    def _configure_tensorboard_dir(self, callbacks, trial, execution=0):
        pass

tuner = Tuner(build, "val_loss", max_trials=trials, directory="kt", overwrite=True)
tuner.search(train[:, :-1, None], train[:, -1:], validation_data=(held[:, :-1, None], held[:, -1:]),
             epochs=epochs, batch_size=32, verbose=0)
print(len(tuner.oracle.trials), tuner.oracle.get_best_trials(1)[0].score)
"""


def main() -> int:
    """Both sides in turn; 0 if layerforge takes at most half the time and its memory stays flat."""
    parser = argparse.ArgumentParser(prog="benchmarks.search_vs_kerastuner", description=__doc__)
    parser.add_argument("--trials", type=int, default=16)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory-trials", type=int, default=50)
    options = parser.parse_args()
    ratios = []
    for number in range(options.rounds):
        with tempfile.TemporaryDirectory() as place:
            folder = _folder(Path(place), options.trials, options.epochs)
            script = folder / "search.py"
            script.write_text(KERASTUNER, encoding="utf-8")
            words = [str(script), str(options.trials), str(options.epochs)]
            theirs, _ = _timed(folder, words)
            ours, _ = _timed(
                folder, ["-m", "layerforge", "tune", "spec.yaml", "--no-retrain", "--json"]
            )
            ratios.append(ours / theirs)
            times = f"layerforge {ours:.1f} s, KerasTuner {theirs:.1f} s"
            print(f"round {number + 1}: {times}, ratio {ratios[-1]:.2f}", flush=True)
    searched = f"{options.trials} trials of {options.epochs} epochs"
    print(f"{searched}: median ratio {median(ratios):.2f} (at most 0.50 is promised)")
    growth = _memory(options.memory_trials)
    return 0 if median(ratios) <= 0.5 and growth < 1.1 else 1


def _memory(trials: int) -> float:
    """The greatest memory of all processes while the last trials ran, over that of the second on."""
    if not trials:
        return 1.0
    with tempfile.TemporaryDirectory() as place:
        folder = _folder(Path(place), trials, 1)
        _, seen = _timed(
            folder, ["-m", "layerforge", "tune", "spec.yaml", "--no-retrain", "--quiet"], True
        )
    tenth = max(1, len(seen) // 10)
    early, late = max(seen[tenth : 3 * tenth]), max(seen[-2 * tenth :])
    sizes = f"{early / 2**20:,.0f} MiB early, {late / 2**20:,.0f} MiB late"
    print(f"memory over {trials} trials, all processes: {sizes}, ratio {late / early:.2f}")
    return late / early


def _folder(folder: Path, trials: int, epochs: int) -> Path:
    lines = "\n".join(f"{math.sin(t / 9) + 0.3 * math.sin(t / 2.3):.6f}" for t in range(2_000))
    (folder / "series.csv").write_text(f"x\n{lines}\n", encoding="utf-8")
    text = SPEC.replace("TRIALS", str(trials)).replace("EPOCHS", str(epochs))
    (folder / "spec.yaml").write_text(text, encoding="utf-8")
    return folder


def _timed(folder: Path, words: list[str], watched: bool = False) -> tuple[float, list[int]]:
    """The seconds that a command takes, and what memory it and its processes took now and then."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    began, seen = time.monotonic(), list[int]()
    with (folder / "err.txt").open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, *words],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=err,
            env=environment,
        )
        if watched:
            thread = threading.Thread(target=_watch, args=(process, seen))
            thread.start()
            thread.join()
        status = process.wait()
    assert status == 0, (folder / "err.txt").read_text(errors="replace")
    return time.monotonic() - began, seen


def _watch(process: subprocess.Popen[bytes], seen: list[int]) -> None:
    from benchmarks.kill_search import children

    while process.poll() is None:
        seen.append(sum(_memory_of(pid) for pid in (process.pid, *children(process.pid))))
        time.sleep(0.5)


def _memory_of(pid: int) -> int:
    """The proportional set size of a process: memory that is shared counts once for all who share it."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    line = next((line for line in text.splitlines() if line.startswith("Pss:")), "Pss: 0 kB")
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    sys.exit(main())
