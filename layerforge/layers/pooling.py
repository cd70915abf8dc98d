"""Pooling: a window slides over steps, images or volumes and keeps one value of each position."""

from layerforge.layers.catalog import layer
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import (
    DataFormat,
    OptionalSizes1,
    OptionalSizes2,
    OptionalSizes3,
    Padding,
    Sizes,
    Sizes1,
    Sizes2,
    Sizes3,
    each,
)
from layerforge.layers.windows import Window, grid_of
from layerforge.shapes import Shape


@layer(alias="MaxPool1D")
def MaxPooling1D(
    x: Shape,
    *,
    pool_size: Sizes1 = 2,
    strides: OptionalSizes1 = None,
    padding: Padding = "valid",
    data_format: DataFormat = None,
) -> Effect:
    """Keeps the largest value of each window of steps.

    Output steps: valid floor((n - pool_size) / strides) + 1, same ceil(n / strides); `strides` is the
    pool_size where left out, and a smaller one makes windows overlap. Source: Keras `MaxPooling1D`.
    """
    return pooled(x, 1, pool_size, strides, padding, data_format)


@layer(alias="MaxPool2D")
def MaxPooling2D(
    x: Shape,
    *,
    pool_size: Sizes2 = (2, 2),
    strides: OptionalSizes2 = None,
    padding: Padding = "valid",
    data_format: DataFormat = None,
) -> Effect:
    """Keeps the largest value of each window of rows and columns of an image.

    Output size along each axis as for MaxPooling1D. Source: Keras `MaxPooling2D`.
    """
    return pooled(x, 2, pool_size, strides, padding, data_format)


@layer(alias="MaxPool3D")
def MaxPooling3D(
    x: Shape,
    *,
    pool_size: Sizes3 = (2, 2, 2),
    strides: OptionalSizes3 = None,
    padding: Padding = "valid",
    data_format: DataFormat = None,
) -> Effect:
    """Keeps the largest value of each window of slices, rows and columns of a volume.

    Output size along each axis as for MaxPooling1D. Source: Keras `MaxPooling3D`.
    """
    return pooled(x, 3, pool_size, strides, padding, data_format)


@layer(alias="AvgPool1D")
def AveragePooling1D(
    x: Shape,
    *,
    pool_size: Sizes1,
    strides: OptionalSizes1 = None,
    padding: Padding = "valid",
    data_format: DataFormat = None,
) -> Effect:
    """Keeps the mean of each window of steps.

    Output steps: valid floor((n - pool_size) / strides) + 1, same ceil(n / strides); `strides` is the
    pool_size where left out, and a smaller one makes windows overlap. With same, a window at the edge is
    the mean of the values it has. Source: Keras `AveragePooling1D`.
    """
    return pooled(x, 1, pool_size, strides, padding, data_format)


@layer(alias="AvgPool2D")
def AveragePooling2D(
    x: Shape,
    *,
    pool_size: Sizes2,
    strides: OptionalSizes2 = None,
    padding: Padding = "valid",
    data_format: DataFormat = None,
) -> Effect:
    """Keeps the mean of each window of rows and columns of an image.

    Output size along each axis as for AveragePooling1D. Source: Keras `AveragePooling2D`.
    """
    return pooled(x, 2, pool_size, strides, padding, data_format)


@layer(alias="AvgPool3D")
def AveragePooling3D(
    x: Shape,
    *,
    pool_size: Sizes3,
    strides: OptionalSizes3 = None,
    padding: Padding = "valid",
    data_format: DataFormat = None,
) -> Effect:
    """Keeps the mean of each window of slices, rows and columns of a volume.

    Output size along each axis as for AveragePooling1D. Source: Keras `AveragePooling3D`.
    """
    return pooled(x, 3, pool_size, strides, padding, data_format)


def pooled(
    x: Shape,
    rank: int,
    pool_size: Sizes,
    strides: Sizes | None,
    padding: str,
    data_format: str | None,
) -> Effect:
    """The effect of any pool that slides; without `strides` the windows lie side by side."""
    taps = each(pool_size, rank)
    window = Window(
        taps, taps if strides is None else each(strides, rank), (1,) * rank, "pool_size"
    )
    grid = grid_of(x, rank, data_format)
    return Effect(grid.with_places(window.slid(grid.places, padding), grid.channels))
