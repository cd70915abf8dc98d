"""Bilinear pooling: how often every two features occur together, over all places of an image or sequence."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from layerforge.keras_layers.saving import saved


@saved
class BilinearPooling(keras.layers.Layer):
    """z = sum over places of a b^T as a vector, then sign(z) sqrt(|z|), then z / |z|.

    (batch, ..., channels) and, where it is called on two tensors, (batch, ..., other channels) at the
    same places -> (batch, channels x other channels); one tensor is paired with itself.
    Source: Lin, RoyChowdhury & Maji 2015, "Bilinear CNN Models for Fine-grained Visual Recognition",
    section 3.1.
    """

    def __init__(
        self,
        signed_sqrt: bool = True,
        normalize: bool = True,
        epsilon: float = 1e-7,
        **base: Any,
    ) -> None:
        super().__init__(**base)
        self.signed_sqrt = signed_sqrt
        self.normalize = normalize
        self.epsilon = epsilon
        self.input_spec = keras.layers.InputSpec(min_ndim=3)

    def build(self, inputs_shape: Any, other_shape: Any = None) -> None:
        places = inputs_shape[:-1], (other_shape or inputs_shape)[:-1]
        if len(places[0]) != len(places[1]) or any(
            a != b and None not in (a, b) for a, b in zip(*places, strict=True)
        ):
            raise ValueError(f"features at different places: {places[0]} and {places[1]}")

    def call(self, inputs: Any, other: Any = None) -> Any:
        features = _places(inputs)
        pairs = ops.transpose(features, (0, 2, 1)) @ (features if other is None else _places(other))
        z = ops.reshape(pairs, (-1, pairs.shape[1] * pairs.shape[2]))
        if self.signed_sqrt:
            z = ops.sign(z) * ops.sqrt(ops.absolute(z) + self.epsilon)
        return ops.normalize(z, axis=-1, order=2) if self.normalize else z

    def compute_output_shape(self, inputs_shape: Any, other_shape: Any = None) -> tuple[Any, ...]:
        return (inputs_shape[0], inputs_shape[-1] * (other_shape or inputs_shape)[-1])

    def get_config(self) -> dict[str, Any]:
        own = {name: getattr(self, name) for name in ("signed_sqrt", "normalize", "epsilon")}
        return {**super().get_config(), **own}


def _places(inputs: Any) -> Any:
    """The tensor as (batch, places, channels)."""
    if len(inputs.shape) == 3:
        return inputs
    # Of several free axes Keras could not say the product; -1 can.
    return ops.reshape(inputs, (ops.shape(inputs)[0], -1, inputs.shape[-1]))
