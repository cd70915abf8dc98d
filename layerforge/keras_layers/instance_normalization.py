"""Reversible instance normalization: each window to mean 0 and deviation 1, and a forecast of it back."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from layerforge.keras_layers.saving import saved


@saved
class ReversibleInstanceNormalization(keras.layers.Layer):
    """Three tensors: y = (x - mean) / deviation * gamma + beta, and what undoes it, `scale` and `location`.

    (batch, steps, channels) -> the same, (batch, 1, channels), (batch, 1, channels); mean and
    deviation are each sample's own, over its steps. The inverse is y * scale + location with
    scale = deviation / gamma and location = mean - beta * scale, which `InstanceDenormalization` does.
    So the statistics travel with the call they belong to, and gamma and beta are learned from both
    ends. `subtract_last` takes the last step in place of the mean.
    Source: Kim et al. 2022, "Reversible Instance Normalization", equations 1 to 3, and their code:
    gradients do not pass through the statistics, and gamma is kept from zero by epsilon^2.
    """

    def __init__(
        self,
        epsilon: float = 1e-5,
        center: bool = True,
        scale: bool = True,
        subtract_last: bool = False,
        **base: Any,
    ) -> None:
        super().__init__(**base)
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.subtract_last = subtract_last
        self.gamma = self.beta = None
        self.input_spec = keras.layers.InputSpec(ndim=3)

    def build(self, input_shape: Any) -> None:
        channels = (input_shape[-1],)
        if self.scale:
            self.gamma = self.add_weight(shape=channels, initializer="ones", name="gamma")
        if self.center:
            self.beta = self.add_weight(shape=channels, initializer="zeros", name="beta")

    def call(self, inputs: Any) -> Any:
        x = ops.cast(inputs, "float32")  # sums of many steps overflow half precision
        mean, variance = ops.moments(x, axes=1, keepdims=True)
        middle = ops.stop_gradient(x[:, -1][:, None] if self.subtract_last else mean)
        deviation = ops.stop_gradient(ops.sqrt(variance + self.epsilon))
        gamma = 1.0 if self.gamma is None else ops.cast(self.gamma, "float32")
        beta = 0.0 if self.beta is None else ops.cast(self.beta, "float32")
        scale = deviation / (gamma + self.epsilon**2)
        results = ((x - middle) / deviation * gamma + beta, scale, middle - beta * scale)
        return tuple(ops.cast(each, self.compute_dtype) for each in results)

    def get_config(self) -> dict[str, Any]:
        names = ("epsilon", "center", "scale", "subtract_last")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


@saved
class InstanceDenormalization(keras.layers.Layer):
    """Undoes a ReversibleInstanceNormalization: y = x * scale + location, both from that layer's call.

    (batch, ..., channels), (batch, 1, channels), (batch, 1, channels) -> (batch, ..., channels).
    Source: Kim et al. 2022, "Reversible Instance Normalization", equation 3.
    """

    def __init__(self, **base: Any) -> None:
        super().__init__(**base)

    def build(self, inputs_shape: Any, scale_shape: Any, location_shape: Any) -> None:
        for given in (scale_shape, location_shape):
            lengths = zip(given, inputs_shape, strict=False)
            if len(given) != len(inputs_shape) or any(
                length not in (1, None, taken) and taken is not None for length, taken in lengths
            ):
                raise ValueError(f"{tuple(given)} does not go with inputs of {tuple(inputs_shape)}")

    def call(self, inputs: Any, scale: Any, location: Any) -> Any:
        return inputs * scale + location

    def compute_output_shape(self, inputs_shape: Any, scale_shape: Any, location_shape: Any) -> Any:
        return inputs_shape
