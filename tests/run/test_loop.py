"""The loop of epochs against Keras's own fit: the same bits, and the same words to callbacks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from layerforge.build.backend import load_keras
from layerforge.run.loop import Course, Position, run_course

keras = load_keras()
STEPS, EPOCHS = 5, 4


def _model(optimizer: Any) -> Any:
    keras.utils.clear_session()
    keras.utils.set_random_seed(3)
    layers = [keras.layers.Dense(4, activation="relu"), keras.layers.Dropout(0.3)]
    model = keras.Sequential([keras.Input((3,)), *layers, keras.layers.Dense(1)])
    model.compile(optimizer, "mse", metrics=["mae"], jit_compile=False)
    return model


def _batches(count: int) -> Any:
    import tensorflow as tf

    chance = np.random.default_rng(0)
    x = chance.normal(size=(count * 8, 3)).astype(np.float32)
    return tf.data.Dataset.from_tensor_slices((x, x[:, :1] * 2)).batch(8)


class Calls(keras.callbacks.Callback):  # type: ignore[misc]
    """Remembers every call of itself but those about predictions, with its numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Any] = []
        for moment in ("train", "test", "epoch", "train_batch", "test_batch"):
            for side in ("begin", "end"):
                setattr(self, f"on_{moment}_{side}", self._taker(f"{moment} {side}"))

    def _taker(self, name: str) -> Any:
        if name.startswith(("train ", "test ")):
            return lambda logs=None: self.calls.append((name, dict(logs or {})))
        if name.startswith("epoch"):
            return lambda epoch, logs=None: self.calls.append((name, epoch, dict(logs or {})))
        return lambda batch, logs=None: self.calls.append((name, batch, dict(logs or {})))


def _callbacks() -> list[Any]:
    stop = keras.callbacks.EarlyStopping(patience=1, min_delta=0.5, restore_best_weights=True)
    return [keras.callbacks.ReduceLROnPlateau(patience=0, min_delta=9), stop, Calls()]


@pytest.mark.parametrize(
    "options",
    [{}, {"use_ema": True, "ema_momentum": 0.5}, {"gradient_accumulation_steps": 3}],
    ids=str,
)
def test_it_does_what_fit_does_bit_by_bit(options: dict[str, Any]) -> None:
    ours, theirs = _callbacks(), _callbacks()
    one, other = (
        _model(keras.optimizers.Adam(0.02, **options)),
        _model(keras.optimizers.Adam(0.02, **options)),
    )
    course = Course(_batches(STEPS).repeat(), _batches(2), STEPS, EPOCHS, Position())
    places: list[Position] = []
    run_course(one, course, ours, places.append)
    other.fit(
        _batches(STEPS).repeat(),
        validation_data=_batches(2),
        steps_per_epoch=STEPS,
        epochs=EPOCHS,
        callbacks=theirs,
        shuffle=False,
        verbose=0,
    )
    assert ours[-1].calls == theirs[-1].calls
    for a, b in zip(one.variables, other.variables, strict=True):
        assert a.numpy().tobytes() == b.numpy().tobytes(), a.path
    done = 1 + max(place.epoch for place in places if place.step)
    assert [p for p in places if p.epoch == 0] == [Position(0, step + 1) for step in range(STEPS)]
    assert places[-1] == Position(done)
