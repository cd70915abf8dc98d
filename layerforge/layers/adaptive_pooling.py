"""Adaptive pooling: an input of any size becomes one of a fixed size.

A free axis may stay free in the spec, but TensorFlow needs it known in the data that the model runs on.
"""

from layerforge.diagnostics import SpecError
from layerforge.layers.catalog import layer
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import DataFormat, Sizes, Sizes1, Sizes2, Sizes3, each
from layerforge.layers.windows import grid_of
from layerforge.shapes import Dim, Shape


@layer()
def AdaptiveAveragePooling1D(
    x: Shape, *, output_size: Sizes1, data_format: DataFormat = None
) -> Effect:
    """Keeps the mean of each of `output_size` equal stretches of a sequence of any length.

    Source: Keras `AdaptiveAveragePooling1D`.
    """
    return _adaptive(x, "AveragePooling1D", output_size, data_format, 1)


@layer()
def AdaptiveAveragePooling2D(
    x: Shape, *, output_size: Sizes2, data_format: DataFormat = None
) -> Effect:
    """Keeps the mean of each of `output_size` equal blocks of an image of any size.

    Source: Keras `AdaptiveAveragePooling2D`.
    """
    return _adaptive(x, "AveragePooling2D", output_size, data_format, 2)


@layer()
def AdaptiveAveragePooling3D(
    x: Shape, *, output_size: Sizes3, data_format: DataFormat = None
) -> Effect:
    """Keeps the mean of each of `output_size` equal blocks of a volume of any size.

    Source: Keras `AdaptiveAveragePooling3D`.
    """
    return _adaptive(x, "AveragePooling3D", output_size, data_format, 3)


@layer()
def AdaptiveMaxPooling1D(
    x: Shape, *, output_size: Sizes1, data_format: DataFormat = None
) -> Effect:
    """Keeps the largest value of each of `output_size` equal stretches of a sequence of any length.

    Source: Keras `AdaptiveMaxPooling1D`.
    """
    return _adaptive(x, "MaxPooling1D", output_size, data_format, 1)


@layer()
def AdaptiveMaxPooling2D(
    x: Shape, *, output_size: Sizes2, data_format: DataFormat = None
) -> Effect:
    """Keeps the largest value of each of `output_size` equal blocks of an image of any size.

    Source: Keras `AdaptiveMaxPooling2D`.
    """
    return _adaptive(x, "MaxPooling2D", output_size, data_format, 2)


@layer()
def AdaptiveMaxPooling3D(
    x: Shape, *, output_size: Sizes3, data_format: DataFormat = None
) -> Effect:
    """Keeps the largest value of each of `output_size` equal blocks of a volume of any size.

    Source: Keras `AdaptiveMaxPooling3D`.
    """
    return _adaptive(x, "MaxPooling3D", output_size, data_format, 3)


def _adaptive(
    x: Shape, kind: str, output_size: Sizes, data_format: str | None, rank: int
) -> Effect:
    """The effect of any adaptive pool: window i of k spans floor(i n / k) to ceil((i + 1) n / k)."""
    grid = grid_of(x, rank, data_format)
    sizes = each(output_size, rank)
    for n, k in zip(grid.places, sizes, strict=True):
        _check_size(n, k, kind)
    return Effect(grid.with_places(sizes, grid.channels))


def _check_size(n: Dim, k: int, kind: str) -> None:
    """Raises SpecError where Keras builds the layer but TensorFlow cannot run it.

    Keras pools with windows of ceil(n / k) and of one more, and the larger ones must fit into the input.
    Source: `keras.src.backend.tensorflow.nn._adaptive_average_pool1d`.
    """
    if k == 1:
        message = (
            "cannot run with an `output_size` of 1: Keras tries a window larger than the input"
        )
        help = f"Global{kind} with `keepdims: true` makes one value of a whole axis"
        raise SpecError("out-of-range", message, "output_size", help)
    if n == 1:
        message = "needs at least 2 places to pool along each axis, but the input has 1"
        raise SpecError("kernel-too-large", message, "output_size")
