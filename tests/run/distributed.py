"""Trains specs on parts of the CPU, in a process of its own: `python -m tests.run.distributed N SPEC...`.

Prints, a line for each spec, how far the weights and the logs of N devices are from those of one.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from layerforge.build.backend import load_keras
from layerforge.pipeline import compile_spec
from layerforge.run import train


def main() -> None:
    keras = load_keras()
    import tensorflow as tf

    devices = int(sys.argv[1])
    parts = [tf.config.LogicalDeviceConfiguration() for _ in range(devices)]
    tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], parts)
    for name in sys.argv[2:]:
        one, several = (_trained(keras, Path(name), words) for words in ([], [devices]))
        sys.stdout.write(json.dumps({"spec": Path(name).stem, **_apart(one, several)}) + "\n")


def _trained(keras: Any, spec: Path, devices: list[int]) -> tuple[Any, Any]:
    words = ["train.deterministic=true", *(f"train.devices={each}" for each in devices)]
    trained = train(compile_spec(spec, words), spec.parent / "runs", lambda event: None)
    model = keras.models.load_model(trained.path / "last.keras", compile=False)
    return model.get_weights(), trained.history


def _apart(one: tuple[Any, Any], other: tuple[Any, Any]) -> dict[str, float]:
    weights = max(float(abs(a - b).max()) for a, b in zip(one[0], other[0], strict=True))
    logs = max(abs(a[name] - b[name]) for a, b in zip(one[1], other[1], strict=True) for name in a)
    return {"weights": weights, "logs": logs, "epochs": len(one[1])}


if __name__ == "__main__":
    main()
