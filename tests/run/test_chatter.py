"""What must not be seen: TensorFlow's own lines, another backend, TensorFlow where none is needed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
QUIET = """
from layerforge.build.backend import load_keras
keras = load_keras()
model = keras.Sequential([keras.Input((4, 2)), keras.layers.LSTM(2)])
model.compile("adam", "mse")
import numpy as np
stop = keras.callbacks.EarlyStopping("loss", patience=1, verbose=1, min_delta=9, restore_best_weights=True)
model.fit(np.zeros((8, 4, 2)), np.zeros((8, 2)), epochs=5, verbose=0, callbacks=[stop])
assert stop.stopped_epoch
assert keras.backend.backend() == "tensorflow", keras.backend.backend()
"""
LIGHT = """
import sys
import layerforge.run
heavy = {"tensorflow", "keras", "numpy", "polars", "rich", "typer"} & set(sys.modules)
assert not heavy, heavy
"""


def _run(code: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TF_", "KERAS"))}
    environment = {**kept, "KERAS_BACKEND": "jax"}
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize("code", [QUIET, LIGHT], ids=["training", "importing"])
def test_nothing_is_said_and_nothing_needless_is_loaded(code: str) -> None:
    done = _run(code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
