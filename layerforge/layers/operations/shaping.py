"""Operations that arrange values anew: other shapes, orders and lengths of axes."""

from layerforge.diagnostics import SpecError
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import Axis, Integer, TargetShape
from layerforge.layers.operations.fitting import (
    ANY,
    broadcast,
    flat,
    needs_rank,
    place,
    places,
    with_dim,
)
from layerforge.layers.operations.kinds import (
    Axes,
    AxisList,
    Dims,
    OptionalAxis,
    OptionalNumber,
    PadMode,
    PadWidth,
    Repeats,
    RequiredAxes,
    Shifts,
    TwoAxes,
)
from layerforge.layers.operations.registration import operation
from layerforge.shapes import UNKNOWN, Dim, Shape, describe, size, text


@operation()
def fliplr(x: Shape) -> Effect:
    """Turns the order along axis 1 around: the steps of a sequence, the rows of images."""
    return Effect(needs_rank(x, 2, ANY))


@operation()
def flipud(x: Shape) -> Effect:
    """Turns the order of the samples around."""
    return Effect(needs_rank(x, 1, ANY))


@operation()
def flip(x: Shape, *, axis: Axes = None) -> Effect:
    """Turns the order along the axes around, along all of them by default, the batch's too."""
    if axis is not None:
        places(x, axis)
    return Effect(x)


@operation()
def roll(x: Shape, *, shift: Shifts, axis: Axes = None) -> Effect:
    """Moves values along the axes; what falls off at the end comes in at the start."""
    shifts = 1 if isinstance(shift, int) else len(shift)
    axes = 1 if axis is None else len(places(x, axis))
    if shifts != axes:
        message = f"needs a number for each axis in `shift`: {axes}, not {shifts}"
        raise SpecError("wrong-length", message, "shift")
    return Effect(x)


@operation()
def rot90(array: Shape, *, k: Integer = 1, axes: TwoAxes = (0, 1)) -> Effect:
    """Turns the plane of two axes by k quarters, from the first axis towards the second."""
    needs_rank(array, 2, ANY)
    one, other = places(array, axes, "axes")
    if k % 2 == 0 and array[one] != array[other]:
        message = f"cannot turn by {k} quarters: Keras would plan the shape of one quarter"
        help = f"turn both axes around: `ops.flip: {{axis: [{one}, {other}]}}`"
        raise SpecError("keras-refuses", message, "k", help)
    return Effect(with_dim(with_dim(array, one, array[other]), other, array[one]))


@operation()
def reshape(x: Shape, *, newshape: TargetShape) -> Effect:
    """Gives the values another shape, in the same order; the batch is named too, as -1.

    The layer Reshape leaves the batch in place by itself.
    """
    if newshape.count(-1) > 1:
        raise SpecError("bad-reshape", "can compute only one -1 of `newshape`", "newshape")
    values, wanted = size(x), size(dim for dim in newshape if dim != -1)
    if not isinstance(values, int) or not isinstance(wanted, int):
        return Effect(tuple(UNKNOWN if dim == -1 else dim for dim in newshape))
    fits = values == wanted if -1 not in newshape else wanted and values % wanted == 0
    if not fits:
        message = f"cannot make {text(newshape)} of {text(x)}, {values:,} values"
        raise SpecError("bad-reshape", message, "newshape")
    return Effect(tuple(values // wanted if dim == -1 else dim for dim in newshape))


@operation()
def ravel(x: Shape) -> Effect:
    """Lays all values in one row, those of the whole batch; Flatten keeps the samples apart."""
    return Effect(flat(x))


@operation()
def expand_dims(x: Shape, *, axis: RequiredAxes) -> Effect:
    """Puts in axes of length 1, counted in the new shape."""
    axes = (axis,) if isinstance(axis, int) else axis
    rank = len(x) + len(axes)
    blank: Shape = (1,) * rank
    new = places(blank, axes)
    old = iter(x)
    return Effect(tuple(1 if at in new else next(old) for at in range(rank)))


@operation()
def squeeze(x: Shape, *, axis: Axes = None) -> Effect:
    """Takes axes of length 1 out, all of them by default."""
    if axis is None:
        return Effect(tuple(dim for dim in x if dim != 1))
    gone = places(x, axis)
    for at in gone:
        if x[at] != 1:
            length = "is free" if x[at] is UNKNOWN else f"has length {x[at]}"
            message = f"cannot take axis {at} out of {describe(x)}: it {length}, not 1"
            raise SpecError("shape-mismatch", message, "axis")
    return Effect(tuple(dim for at, dim in enumerate(x) if at not in gone))


@operation()
def transpose(x: Shape, *, axes: AxisList = None) -> Effect:
    """Puts the axes into another order, all turned around by default; the batch is axis 0.

    The layer Permute leaves the batch in place by itself.
    """
    if axes is None:
        return Effect(x[::-1])
    order = places(x, axes, "axes")
    if len(order) != len(x):
        message = f"needs each axis from 0 to {len(x) - 1} once in `axes`, not {list(axes)}"
        raise SpecError("bad-permutation", message, "axes")
    return Effect(tuple(x[at] for at in order))


@operation()
def swapaxes(x: Shape, *, axis1: Axis, axis2: Axis) -> Effect:
    """Swaps two axes."""
    one, other = place(x, axis1, "axis1"), place(x, axis2, "axis2")
    return Effect(with_dim(with_dim(x, one, x[other]), other, x[one]))


@operation()
def moveaxis(x: Shape, *, source: RequiredAxes, destination: RequiredAxes) -> Effect:
    """Moves axes to other places; the others keep their order."""
    start, end = places(x, source, "source"), places(x, destination, "destination")
    if len(start) != len(end):
        message = f"needs a `destination` for each axis: {len(end)} for {len(start)}"
        raise SpecError("wrong-length", message, "destination")
    moved = dict(zip(end, start, strict=True))
    rest = iter([at for at in range(len(x)) if at not in start])
    return Effect(tuple(x[moved[at] if at in moved else next(rest)] for at in range(len(x))))


@operation()
def broadcast_to(x: Shape, *, shape: Dims) -> Effect:
    """Repeats axes of length 1 until the tensor has a fixed shape, the batch named too."""
    if len(x) > len(shape) or broadcast(x, shape, ("x", "shape")) != shape:
        message = f"cannot make {text(shape)} of {text(x)} by repeating axes of length 1"
        raise SpecError("shape-mismatch", message, "shape")
    return Effect(shape)


@operation()
def pad(
    x: Shape,
    *,
    pad_width: PadWidth,
    mode: PadMode = "constant",
    constant_values: OptionalNumber = None,
) -> Effect:
    """Puts values before and after those of each axis.

    `pad_width` is a pair [before, after] for each axis, the batch's first: [[0, 0], [2, 0], [0, 0]].
    """
    if len(pad_width) != len(x):
        message = (
            f"needs a pair for each of the {len(x)} axes, the batch's first, not {len(pad_width)}"
        )
        raise SpecError("wrong-length", message, "pad_width")
    if constant_values is not None and mode != "constant":
        message = f"takes no `constant_values` with `mode: {mode}`"
        raise SpecError("conflicting-arguments", message, "constant_values")
    if mode != "constant":
        _check_mirror(x, pad_width, mode)
    pairs = zip(x, pad_width, strict=True)
    return Effect(tuple(dim + before + after for dim, (before, after) in pairs))


def _check_mirror(x: Shape, pad_width: tuple[tuple[int, int], ...], mode: str) -> None:
    """Raises SpecError where more values would be mirrored than there are."""
    for axis, (dim, pair) in enumerate(zip(x, pad_width, strict=True)):
        if isinstance(dim, int) and max(pair) > dim - (mode == "reflect"):
            message = f"cannot mirror {max(pair)} values on axis {axis}, which has {dim}"
            raise SpecError("out-of-range", message, "pad_width")


@operation()
def tile(x: Shape, *, repeats: Repeats) -> Effect:
    """Repeats the whole tensor so many times along each axis, the last ones if they are fewer."""
    times = (repeats,) if isinstance(repeats, int) else repeats
    rank = max(len(times), len(x))
    times = (1,) * (rank - len(times)) + times
    dims: Shape = (1,) * (rank - len(x)) + x
    return Effect(tuple(dim * count for dim, count in zip(dims, times, strict=True)))


@operation()
def repeat(x: Shape, *, repeats: Repeats, axis: OptionalAxis = None) -> Effect:
    """Repeats each value along an axis, or of one long row, before the next one comes."""
    row: Shape = x if axis is not None else flat(x)
    at = 0 if axis is None else place(x, axis)
    times = (repeats,) if isinstance(repeats, int) else repeats
    length: Dim = row[at]
    if len(times) > 1 and isinstance(length, int) and len(times) != length:
        message = f"needs a number of repeats for each of {length} values, not {len(times)}"
        raise SpecError("wrong-length", message, "repeats")
    total = length * times[0] if len(times) == 1 or length is UNKNOWN else sum(times)
    return Effect(with_dim(row, at, total))
