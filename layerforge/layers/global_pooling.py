"""Global pooling: one value of each channel for the whole sequence, image or volume."""

from layerforge.diagnostics import SpecError
from layerforge.layers.catalog import OptionalShape, layer
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import DataFormat, Flag
from layerforge.layers.windows import Grid, grid_of
from layerforge.shapes import Shape, describe, differ


@layer(alias="GlobalAvgPool1D")
def GlobalAveragePooling1D(
    x: Shape, mask: OptionalShape = None, *, data_format: DataFormat = None, keepdims: Flag = False
) -> Effect:
    """Keeps the mean of each channel over all steps.

    (steps, channels) becomes (channels); with `keepdims` the axes stay, with one place each. With a
    mask, steps that do not count are left out of the mean.
    Source: Keras `GlobalAveragePooling1D`.
    """
    _check_mask(mask, grid_of(x, 1, data_format))
    return _whole(x, 1, data_format, keepdims)


@layer(alias="GlobalAvgPool2D")
def GlobalAveragePooling2D(
    x: Shape, *, data_format: DataFormat = None, keepdims: Flag = False
) -> Effect:
    """Keeps the mean of each channel over all rows and columns.

    (height, width, channels) becomes (channels); with `keepdims` the axes stay, with one place each.
    Source: Keras `GlobalAveragePooling2D`.
    """
    return _whole(x, 2, data_format, keepdims)


@layer(alias="GlobalAvgPool3D")
def GlobalAveragePooling3D(
    x: Shape, *, data_format: DataFormat = None, keepdims: Flag = False
) -> Effect:
    """Keeps the mean of each channel over all slices, rows and columns.

    (depth, height, width, channels) becomes (channels); with `keepdims` the axes stay, with one place each.
    Source: Keras `GlobalAveragePooling3D`.
    """
    return _whole(x, 3, data_format, keepdims)


@layer(alias="GlobalMaxPool1D")
def GlobalMaxPooling1D(
    x: Shape, *, data_format: DataFormat = None, keepdims: Flag = False
) -> Effect:
    """Keeps the largest value of each channel over all steps.

    (steps, channels) becomes (channels); with `keepdims` the axes stay, with one place each.
    Source: Keras `GlobalMaxPooling1D`.
    """
    return _whole(x, 1, data_format, keepdims)


@layer(alias="GlobalMaxPool2D")
def GlobalMaxPooling2D(
    x: Shape, *, data_format: DataFormat = None, keepdims: Flag = False
) -> Effect:
    """Keeps the largest value of each channel over all rows and columns.

    (height, width, channels) becomes (channels); with `keepdims` the axes stay, with one place each.
    Source: Keras `GlobalMaxPooling2D`.
    """
    return _whole(x, 2, data_format, keepdims)


@layer(alias="GlobalMaxPool3D")
def GlobalMaxPooling3D(
    x: Shape, *, data_format: DataFormat = None, keepdims: Flag = False
) -> Effect:
    """Keeps the largest value of each channel over all slices, rows and columns.

    (depth, height, width, channels) becomes (channels); with `keepdims` the axes stay, with one place each.
    Source: Keras `GlobalMaxPooling3D`.
    """
    return _whole(x, 3, data_format, keepdims)


def _whole(x: Shape, rank: int, data_format: str | None, keepdims: bool) -> Effect:
    """The effect of a pool as large as its input."""
    grid = grid_of(x, rank, data_format)
    places = (1,) * rank if keepdims else ()
    return Effect(grid.with_places(places, grid.channels))


def _check_mask(mask: OptionalShape, grid: Grid) -> None:
    """Raises SpecError unless the mask, if any, says of each step whether it counts."""
    (steps,) = grid.places
    if mask and (len(mask) != 2 or differ(mask[1], steps) or differ(mask[0], grid.batch)):
        message = f"needs a `mask` (steps) of ({steps}), not {describe(mask)}"
        raise SpecError("shape-mismatch", message)
