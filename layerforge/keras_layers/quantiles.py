"""A head that forecasts quantiles which cannot cross, and the loss that makes them quantiles."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import keras
from keras import ops

from layerforge.keras_layers.saving import saved


def _levels(quantiles: float | Sequence[float]) -> tuple[float, ...]:
    """The quantiles as a tuple. Raises ValueError unless they rise between 0 and 1."""
    found = (quantiles,) if isinstance(quantiles, int | float) else tuple(quantiles)
    ends = (0.0, *found, 1.0)
    if not found or any(low >= high for low, high in pairwise(ends)):
        raise ValueError(f"`quantiles` must rise between 0 and 1, but they are {found}")
    return found


@saved
class QuantileHead(keras.layers.Layer):
    """A dense layer that gives each of `units` a value for each quantile, every one above the last.

    The lowest is linear, each other adds a softplus: (..., features) becomes (..., units, quantiles).
    """

    def __init__(
        self,
        units: int,
        quantiles: Sequence[float] = (0.1, 0.5, 0.9),
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if units < 1:
            raise ValueError(f"`units` must be 1 or more, not {units}")
        self.units = units
        self.quantiles = _levels(quantiles)
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        columns = self.units * len(self.quantiles)
        self.kernel = self.add_weight(
            name="kernel",
            shape=(input_shape[-1], columns),
            initializer=self.kernel_initializer,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias", shape=(columns,), initializer=self.bias_initializer
            )

    def call(self, inputs: Any) -> Any:
        found = ops.matmul(inputs, self.kernel)
        if self.bias is not None:
            found = ops.add(found, self.bias)
        shape = (*ops.shape(inputs)[:-1], self.units, len(self.quantiles))
        found = ops.reshape(found, shape)
        rises = ops.softplus(found[..., 1:])
        return ops.cumsum(ops.concatenate([found[..., :1], rises], axis=-1), axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*input_shape[:-1], self.units, len(self.quantiles))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "units": self.units,
            "quantiles": list(self.quantiles),
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
        }


@saved
class Pinball(keras.losses.Loss):
    """The loss whose least mean is the quantile (Koenker & Bassett 1978), a mean over quantiles.

    Predictions have one axis more than the targets, the last, with a value for each quantile.
    """

    def __init__(
        self,
        quantiles: Sequence[float] = (0.1, 0.5, 0.9),
        reduction: str = "sum_over_batch_size",
        name: str = "pinball",
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, reduction=reduction, **kwargs)
        self.quantiles = _levels(quantiles)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        levels = ops.convert_to_tensor(self.quantiles, dtype=y_pred.dtype)
        under = ops.expand_dims(ops.cast(y_true, y_pred.dtype), -1) - y_pred
        return ops.mean(ops.maximum(levels * under, (levels - 1) * under), axis=-1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "quantiles": list(self.quantiles)}
