"""Pools that Keras lacks: the length of each window's values, and the value where they are densest."""

from __future__ import annotations

from typing import Any

from keras import ops

from layerforge.keras_layers.saving import saved
from layerforge.keras_layers.windows import Pool


class _L2Pooling(Pool):
    """y = sqrt(sum of x^2 over the window); what lies beside the input counts as zero."""

    def call(self, inputs: Any) -> Any:
        settings = (self.pool_size, self.strides, self.padding, self.data_format)
        squares = ops.average_pool(ops.square(inputs), *settings) * self._counts(inputs)
        # The root's slope at zero is infinite; zero in place of it lets silent windows learn on.
        above = squares > 0
        root = ops.sqrt(ops.where(above, squares, ops.ones_like(squares)))
        return ops.where(above, root, ops.zeros_like(squares))

    def _counts(self, inputs: Any) -> Any:
        """How many values each mean is of, which at the ends is fewer than the pool_size."""
        counts: Any = 1
        for at in range(self.rank):
            _, inside = self.positions(inputs, at)
            counts = counts * self.along(ops.sum(ops.cast(inside, inputs.dtype), axis=1), at)
        return counts


@saved
class L2Pooling1D(_L2Pooling):
    """The length (L2 norm) of each window of steps: y = sqrt(sum of x^2).

    (batch, steps, channels) -> (batch, windows, channels). Source: Lp pooling with p = 2, Sermanet,
    Chintala & LeCun 2012, "Convolutional Neural Networks Applied to House Numbers Digit Classification".
    """

    rank = 1


@saved
class L2Pooling2D(_L2Pooling):
    """The length (L2 norm) of each window of rows and columns, as L2Pooling1D of steps.

    (batch, height, width, channels) -> (batch, windows down, windows across, channels).
    """

    rank = 2


class _MeanShiftPooling(Pool):
    """m <- sum of g(x_i - m) x_i / sum of g(x_i - m), from the window's mean, `iterations` times."""

    def __init__(
        self,
        pool_size: int | tuple[int, ...] = 2,
        strides: int | tuple[int, ...] | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        bandwidth: float = 1.0,
        iterations: int = 5,
        **base: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, **base)
        if bandwidth <= 0 or iterations < 1:
            raise ValueError("`bandwidth` must be above 0, and `iterations` at least 1")
        self.bandwidth = bandwidth
        self.iterations = iterations

    def call(self, inputs: Any) -> Any:
        values, inside = self._windows(inputs)
        taps = tuple(axis + 1 + at for at, axis in enumerate(self.axes))
        centre = _weighted_mean(values, inside, taps)
        for _ in range(self.iterations):
            nearness = ops.exp(-0.5 * ops.square((values - centre) / self.bandwidth)) * inside
            centre = _weighted_mean(values, nearness, taps, centre)
        return ops.squeeze(centre, taps)

    def _windows(self, inputs: Any) -> tuple[Any, Any]:
        """Every window's values, its taps on an axis behind the windows', and 1 where they lie inside."""
        values, inside = inputs, ops.ones((), inputs.dtype)
        for at, axis in enumerate(self.axes):
            places, within = self.positions(inputs, at)
            length = ops.shape(inputs)[axis]
            values = ops.take(values, ops.clip(places, 0, length - 1), axis=axis + at)
            shape = [1] * (2 * self.rank + 2)
            shape[axis + at], shape[axis + at + 1] = -1, self.pool_size[at]
            inside = inside * ops.reshape(ops.cast(within, inputs.dtype), shape)
        return values, inside

    def get_config(self) -> dict[str, Any]:
        more = {"bandwidth": self.bandwidth, "iterations": self.iterations}
        return {**super().get_config(), **more}


def _weighted_mean(values: Any, weights: Any, axes: tuple[int, ...], otherwise: Any = 0) -> Any:
    """The mean of values by weight; `otherwise` where the weights vanish, so far off is every value."""
    total = ops.sum(weights * ops.ones_like(values), axis=axes, keepdims=True)
    there = total > 0
    mean = ops.sum(values * weights, axis=axes, keepdims=True)
    mean = mean / ops.where(there, total, ops.ones_like(total))
    return ops.where(there, mean, otherwise * ops.ones_like(total))


@saved
class MeanShiftPooling1D(_MeanShiftPooling):
    """Where mean shift comes to rest in each window of steps: a mode, which outliers hardly move.

    (batch, steps, channels) -> (batch, windows, channels). g is the normal density of width
    `bandwidth`, in the unit of the values. Source: Comaniciu & Meer 2002, "Mean Shift", equation 17.
    """

    rank = 1


@saved
class MeanShiftPooling2D(_MeanShiftPooling):
    """Where mean shift comes to rest in each window of rows and columns, as MeanShiftPooling1D of steps.

    (batch, height, width, channels) -> (batch, windows down, windows across, channels).
    """

    rank = 2
