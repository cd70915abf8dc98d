"""The windows of a pool as positions: which steps, rows or columns each window spans, ends included."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


class Pool(keras.layers.Layer):
    """What every sliding pool has: windows along the spatial axes, as Keras's own pools slide them."""

    rank = 1

    def __init__(
        self,
        pool_size: int | tuple[int, ...] = 2,
        strides: int | tuple[int, ...] | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        **base: Any,
    ) -> None:
        super().__init__(**base)
        if padding not in ("valid", "same"):
            raise ValueError(f'`padding` must be "valid" or "same", not {padding!r}')
        self.pool_size = _sizes("pool_size", pool_size, self.rank)
        self.strides = self.pool_size if strides is None else _sizes("strides", strides, self.rank)
        self.padding = padding
        self.data_format = data_format or keras.config.image_data_format()
        self.input_spec = keras.layers.InputSpec(ndim=self.rank + 2)

    @property
    def axes(self) -> tuple[int, ...]:
        """The axes along which the windows slide."""
        first = 1 if self.data_format == "channels_last" else 2
        return tuple(range(first, first + self.rank))

    def build(self, inputs_shape: Any) -> None:
        lengths = [inputs_shape[axis] for axis in self.axes]
        spans = zip(lengths, self.pool_size, strict=True)
        if self.padding == "valid" and any(n is not None and n < taps for n, taps in spans):
            raise ValueError(f"a pool of {self.pool_size} does not fit into {tuple(inputs_shape)}")

    def positions(self, inputs: Any, at: int) -> tuple[Any, Any]:
        """The positions (windows, taps) of the windows along axis `at`, and which of them lie inside.

        Keras pads evenly, the odd one at the end: windows begin floor(padding / 2) before the input.
        """
        length = ops.shape(inputs)[self.axes[at]]
        taps, stride = self.pool_size[at], self.strides[at]
        if self.padding == "valid":
            windows, before = (length - taps) // stride + 1, 0
        else:
            windows = (length + stride - 1) // stride
            missing = (windows - 1) * stride + taps - length
            before = ops.maximum(missing, 0) // 2
        starts = ops.arange(windows, dtype="int32") * stride - before
        places = starts[:, None] + ops.arange(taps, dtype="int32")[None, :]
        return places, ops.logical_and(places >= 0, places < length)

    def along(self, values: Any, at: int) -> Any:
        """A vector (windows) along axis `at`, shaped to be multiplied with the pool's output."""
        shape = [1] * (self.rank + 2)
        shape[self.axes[at]] = -1
        return ops.reshape(values, shape)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "pool_size": self.pool_size,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
        }


def _sizes(name: str, given: Any, rank: int) -> tuple[int, ...]:
    sizes = (given,) * rank if isinstance(given, int) else tuple(given)
    if len(sizes) != rank or any(not isinstance(size, int) or size < 1 for size in sizes):
        raise ValueError(f"`{name}` must be one or {rank} whole numbers above 0, not {given!r}")
    return sizes
