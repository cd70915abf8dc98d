"""Layers that rearrange, repeat, cut or pad values without computing anything."""

from layerforge.diagnostics import SpecError
from layerforge.layers.catalog import layer
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import (
    DataFormat,
    Interpolation,
    Margins,
    Margins1,
    Margins2,
    Margins3,
    Permutation,
    Positive,
    Sizes2,
    Sizes3,
    TargetShape,
    each,
    margins,
)
from layerforge.layers.windows import grid_of
from layerforge.shapes import UNKNOWN, Dim, Shape, at_least, describe, of_rank, size


@layer()
def Flatten(x: Shape, *, data_format: DataFormat = None) -> Effect:
    """Lays all values of a sample in one row: (28, 28, 3) becomes (2352).

    Source: Keras `Flatten`.
    """
    return Effect((at_least(x, 1)[0], size(x[1:])))


@layer()
def Reshape(x: Shape, *, target_shape: TargetShape) -> Effect:
    """Gives the values of a sample another shape, in the same order; one -1 stands for what is left.

    Source: Keras `Reshape`.
    """
    return Effect((x[0], *_reshaped(x, target_shape)))


def _reshaped(x: Shape, target: tuple[int, ...]) -> Shape:
    """The target with its -1 computed, from Keras's `compute_reshape_output_shape`."""
    if target.count(-1) > 1:
        raise SpecError("bad-reshape", "can compute only one -1 of `target_shape`", "target_shape")
    values, wanted = size(x[1:]), size(dim for dim in target if dim != -1)
    if not isinstance(values, int) or not isinstance(wanted, int):
        return tuple(UNKNOWN if dim == -1 else dim for dim in target)
    fits = values == wanted if -1 not in target else wanted and values % wanted == 0
    if not fits:
        shown = "(" + ", ".join(map(str, target)) + ")"
        needed = f"a multiple of {wanted:,}" if -1 in target else f"{wanted:,}"
        message = f"cannot make {shown}, {needed} values, of {describe(x)}, {values:,} values"
        raise SpecError("bad-reshape", message, "target_shape")
    return tuple(values // wanted if dim == -1 else dim for dim in target)


@layer()
def Permute(x: Shape, *, dims: Permutation) -> Effect:
    """Puts the axes of a sample into another order: with [2, 1], (96, 7) becomes (7, 96).

    Source: Keras `Permute`; axes count from 1, since the batch axis, 0, always stays first.
    """
    if 0 in dims:
        message = "cannot move axis 0, the batch; the axes of a sample count from 1"
        raise SpecError("bad-permutation", message, "dims")
    rank = len(dims)
    if sorted(dims) != list(range(1, rank + 1)):
        numbers = "1" if rank == 1 else f"each number from 1 to {rank} once"
        message = f"needs {numbers} in `dims`, not {list(dims)}"
        raise SpecError("bad-permutation", message, "dims")
    if len(x) != rank + 1:
        axes = "one axis" if rank == 1 else f"{rank} axes"
        message = f"needs a tensor of {axes}, as many as `dims` names, not {describe(x)}"
        raise SpecError("wrong-rank", message, "dims")
    return Effect((x[0], *(x[dim] for dim in dims)))


@layer()
def RepeatVector(x: Shape, *, n: Positive) -> Effect:
    """Repeats a vector n times, as the steps of a sequence: (features) becomes (n, features).

    Source: Keras `RepeatVector`.
    """
    batch, features = of_rank(x, 2, "a vector (features)")
    return Effect((batch, n, features))


@layer()
def Cropping1D(x: Shape, *, cropping: Margins1 = (1, 1)) -> Effect:
    """Cuts steps away at the start and the end of a sequence.

    Source: Keras `Cropping1D`.
    """
    return Effect(_cropped(x, (cropping,), 1, None))


@layer()
def Cropping2D(
    x: Shape, *, cropping: Margins2 = ((0, 0), (0, 0)), data_format: DataFormat = None
) -> Effect:
    """Cuts rows and columns away at the edges of an image: top and bottom, left and right.

    Source: Keras `Cropping2D`.
    """
    return Effect(_cropped(x, cropping, 2, data_format))


@layer()
def Cropping3D(
    x: Shape, *, cropping: Margins3 = ((1, 1), (1, 1), (1, 1)), data_format: DataFormat = None
) -> Effect:
    """Cuts slices, rows and columns away at the faces of a volume.

    Source: Keras `Cropping3D`.
    """
    return Effect(_cropped(x, cropping, 3, data_format))


def _cropped(x: Shape, cropping: Margins, rank: int, data_format: str | None) -> Shape:
    grid = grid_of(x, rank, data_format)
    places: list[Dim] = []
    for axis, (before, after) in enumerate(margins(cropping, rank)):
        length = grid.places[axis]
        if length <= before + after:
            cut = f"cannot cut {before + after} of {length}"
            message = f"{cut} away on axis {axis + 1 + grid.channels_first} of {describe(x)}"
            raise SpecError("wrong-size", message, "cropping")
        places.append(length - before - after)
    return grid.with_places(places, grid.channels)


@layer()
def ZeroPadding1D(x: Shape, *, padding: Margins1 = 1, data_format: DataFormat = None) -> Effect:
    """Adds steps of zeros at the start and the end of a sequence.

    Source: Keras `ZeroPadding1D`.
    """
    return Effect(_padded(x, (padding,), 1, data_format))


@layer()
def ZeroPadding2D(
    x: Shape, *, padding: Margins2 = (1, 1), data_format: DataFormat = None
) -> Effect:
    """Adds rows and columns of zeros at the edges of an image: top and bottom, left and right.

    Source: Keras `ZeroPadding2D`.
    """
    return Effect(_padded(x, padding, 2, data_format))


@layer()
def ZeroPadding3D(
    x: Shape, *, padding: Margins3 = ((1, 1), (1, 1), (1, 1)), data_format: DataFormat = None
) -> Effect:
    """Adds slices, rows and columns of zeros at the faces of a volume.

    Source: Keras `ZeroPadding3D`.
    """
    return Effect(_padded(x, padding, 3, data_format))


def _padded(x: Shape, padding: Margins, rank: int, data_format: str | None) -> Shape:
    grid = grid_of(x, rank, data_format)
    ends = zip(grid.places, margins(padding, rank), strict=True)
    return grid.with_places((n + before + after for n, (before, after) in ends), grid.channels)


@layer()
def UpSampling1D(x: Shape, *, size: Positive = 2) -> Effect:
    """Repeats every step of a sequence `size` times.

    Source: Keras `UpSampling1D`.
    """
    return Effect(_enlarged(x, (size,), None))


@layer()
def UpSampling2D(
    x: Shape,
    *,
    size: Sizes2 = (2, 2),
    data_format: DataFormat = None,
    interpolation: Interpolation = "nearest",
) -> Effect:
    """Enlarges an image: its rows and columns are repeated, or points between them are interpolated.

    Source: Keras `UpSampling2D`.
    """
    return Effect(_enlarged(x, each(size, 2), data_format))


@layer()
def UpSampling3D(x: Shape, *, size: Sizes3 = (2, 2, 2), data_format: DataFormat = None) -> Effect:
    """Repeats the slices, rows and columns of a volume.

    Source: Keras `UpSampling3D`.
    """
    return Effect(_enlarged(x, each(size, 3), data_format))


def _enlarged(x: Shape, factors: tuple[int, ...], data_format: str | None) -> Shape:
    grid = grid_of(x, len(factors), data_format)
    pairs = zip(grid.places, factors, strict=True)
    return grid.with_places((n * factor for n, factor in pairs), grid.channels)
