"""What a snapshot holds is all that the next steps depend on, whatever the optimizer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from layerforge.run import snapshot
from layerforge.run.loop import Position
from layerforge.run.watch import Watch

NAMES = [
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "Muon",
    "Nadam",
    "RMSprop",
    "SGD",
]


def _optimizer(name: str, how: str) -> Any:
    import keras

    made = getattr(keras.optimizers, name)
    if how == "averaged":
        return made(0.01, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=2)
    if how == "accumulated":
        return made(0.01, gradient_accumulation_steps=2)
    return keras.optimizers.LossScaleOptimizer(made(0.01), dynamic_growth_steps=2)


def _model(optimizer: Any) -> Any:
    import keras

    keras.utils.clear_session()
    keras.utils.set_random_seed(3)
    layers = [keras.Input((4,)), keras.layers.Dense(5), keras.layers.Dropout(0.5)]
    model = keras.Sequential([*layers, keras.layers.Dense(2)])
    model.compile(optimizer, "mse", metrics=["mae"], run_eagerly=True)
    model.optimizer.build(model.trainable_variables)
    return model


def _watch(model: Any) -> Watch:
    return Watch(Path(), model, "loss", lambda event: None)


def _train(model: Any, steps: int) -> None:
    import numpy as np

    x = np.linspace(-1, 1, 24, dtype="float32").reshape(6, 4)
    for _ in range(steps):
        model.train_on_batch(x, x[:, :2] * 3)


@pytest.mark.parametrize(
    "how",
    ["scaled", *(pytest.param(how, marks=pytest.mark.slow) for how in ("averaged", "accumulated"))],
)
@pytest.mark.parametrize("name", NAMES)
def test_a_model_put_back_goes_on_bit_by_bit(name: str, how: str) -> None:
    alone = _model(_optimizer(name, how))
    _train(alone, 3)
    taken = snapshot.take(alone, [], _watch(alone), Position(0, 3))
    _train(alone, 3)
    other = _model(_optimizer(name, how))
    snapshot.put_back(taken, other, [], _watch(other))
    _train(other, 3)
    for one, two in zip(alone.get_weights(), other.get_weights(), strict=True):
        assert one.tobytes() == two.tobytes()
