"""Files with layers of a user's own, and a catalog that forgets them after each test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import keras
import pytest

from layerforge.custom import code, plugins
from layerforge.layers import CATALOG

SCALE = '''
    """A layer with weights, one with options of its call, and one of several tensors."""

    from typing import Literal

    import keras


    class Scale(keras.layers.Layer):
        """Multiplies every channel by a number of its own, raised to a power."""

        def __init__(self, power: float = 1.0, start: str = "ones", **kwargs):
            super().__init__(**kwargs)
            self.power = power
            self.start = start

        def build(self, shape):
            self.factor = self.add_weight(shape=(shape[-1],), initializer=self.start, name="factor")
            self.seen = self.add_weight(shape=(), initializer="zeros", trainable=False, name="seen")

        def call(self, inputs):
            return inputs * self.factor**self.power

        def get_config(self):
            return {**super().get_config(), "power": self.power, "start": self.start}


    class Mix(keras.layers.Layer):
        """Weighs a list of tensors."""

        def __init__(self, weights: list[float], mode: Literal["sum", "mean"] = "sum", **kwargs):
            super().__init__(**kwargs)
            self.weights_given = list(weights)
            self.mode = mode

        def call(self, inputs):
            total = sum(w * x for w, x in zip(self.weights_given, inputs))
            return total / len(self.weights_given) if self.mode == "mean" else total

        def get_config(self):
            return {**super().get_config(), "weights": self.weights_given, "mode": self.mode}


    class Gate(keras.layers.Layer):
        """Two tensors in, two out; open or shut."""

        def __init__(self, inner: keras.layers.Layer, activation="sigmoid", **kwargs):
            super().__init__(**kwargs)
            self.inner = inner
            self.activation = keras.activations.get(activation)

        def build(self, inputs_shape, context_shape=None):
            if not self.inner.built:  # one that was loaded is
                self.inner.build(context_shape or inputs_shape)

        def call(self, inputs, context=None, invert: bool = False, training=None):
            gate = self.activation(self.inner(inputs if context is None else context))
            gate = 1 - gate if invert else gate
            return inputs * gate, gate

        def get_config(self):
            return {
                **super().get_config(),
                "inner": keras.saving.serialize_keras_object(self.inner),
                "activation": keras.activations.serialize(self.activation),
            }

        @classmethod
        def from_config(cls, config):
            config["inner"] = keras.saving.deserialize_keras_object(config["inner"])
            return cls(**config)


    class _Hidden(keras.layers.Layer):
        pass
    '''


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    return path


@pytest.fixture
def scale(folder: Path) -> Path:
    """`scale.py` in the working directory, with the layers Scale, Mix and Gate."""
    return write(folder, "scale.py", SCALE)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """What a test brought into the catalog, Keras's registry and Python's modules is taken out again."""
    entries, modules = dict(CATALOG), set(sys.modules)
    objects = dict(keras.saving.get_custom_objects())
    _ask_again()
    yield
    for table, kept in ((CATALOG, entries), (keras.saving.get_custom_objects(), objects)):
        table.clear()
        table.update(kept)
    forget_code()
    for name in {m for m in set(sys.modules) - modules if m.startswith("lf_")}:
        sys.modules.pop(name, None)
    _ask_again()


def forget_code() -> None:
    """As in another process, which has run no file."""
    for file in code.loaded_code():
        sys.modules.pop(file.module, None)
        for name in file.layers:
            CATALOG.pop(name, None)
    code._LOADED.clear()


def _ask_again() -> None:
    plugins._points.cache_clear()
    plugins._loaded.cache_clear()
