"""Operations that pick values by their positions, put values at positions, or turn classes into positions."""

from collections.abc import Iterator
from typing import Any

from layerforge.diagnostics import SpecError
from layerforge.layers.catalog import Shapes
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import Axis, Flag, Number, Positive
from layerforge.layers.operations.fitting import (
    ANY,
    all_known,
    broadcast,
    flat,
    needs_rank,
    place,
    several,
    with_dim,
)
from layerforge.layers.operations.joining import check_alike
from layerforge.layers.operations.kinds import (
    Dims,
    Extents,
    OptionalAxis,
    OptionalDtype,
    Reduction,
    SizeList,
)
from layerforge.layers.operations.operand import Array, Indices, Operand, Value, shape_of
from layerforge.layers.operations.registration import operation
from layerforge.shapes import UNKNOWN, Dim, Shape, describe, differ


@operation()
def take(x: Shape, indices: Indices, *, axis: OptionalAxis = None) -> Effect:
    """Picks values by their positions along an axis, or in one long row."""
    at = 0 if axis is None else place(x, axis)
    row = flat(x) if axis is None else x
    _check_positions(indices, row[at], "indices")
    return Effect((*row[:at], *shape_of(indices), *row[at + 1 :]))


@operation()
def take_along_axis(x: Shape, indices: Indices, *, axis: OptionalAxis = None) -> Effect:
    """Picks along an axis, at each place the value that `indices` names there."""
    row = flat(x) if axis is None else x
    at = 0 if axis is None else place(x, axis)
    wanted = needs_rank(indices, len(row), name="indices")
    _check_positions(indices, row[at], "indices")
    return Effect(broadcast(with_dim(row, at, wanted[at]), wanted, ("x", "indices")))


def _check_positions(indices: Value, length: Dim, arg: str) -> None:
    """Raises SpecError for a constant position that lies outside an axis."""
    for position in _numbers(indices.values if isinstance(indices, Array) else indices):
        if isinstance(length, int) and not -length <= position < length:
            message = f"takes position {position}, but there are {length}, counted from 0"
            raise SpecError("out-of-range", message, arg)


def _numbers(values: Any) -> Iterator[int]:
    """The constant numbers of an operand; none for a tensor."""
    if isinstance(values, int):
        yield values
    elif isinstance(values, tuple):
        for value in values:
            if not isinstance(value, int | tuple):
                return  # the shape of a tensor with unknown dimensions
            yield from _numbers(value)


@operation()
def slice_(inputs: Shape, start_indices: Indices, *, shape: Extents) -> Effect:
    """Cuts out a box of this shape; -1 takes all that is left of an axis.

    An item `slice: "[:, -1:]"` says most of it in NumPy's notation.
    """
    if len(shape) != len(inputs):
        message = f"needs a length for each of the {len(inputs)} axes in `shape`, the batch's first"
        raise SpecError("wrong-length", f"{message}, not {len(shape)}", "shape")
    starts = _starts(start_indices, len(inputs))
    return Effect(tuple(map(_extent, inputs, starts, shape)))


def _starts(value: Value, rank: int) -> tuple[int | None, ...]:
    """The constant starts, or None for each axis where a tensor gives them."""
    if isinstance(value, Array):
        if value.shape == (rank,):
            return value.values
    elif shape_of(value) in ((rank,), (UNKNOWN,)):
        return (None,) * rank
    message = f"needs a start for each of the {rank} axes in `start_indices`, the batch's first"
    raise SpecError("wrong-length", message, "start_indices")


def _extent(dim: Dim, start: int | None, length: int) -> Dim:
    """How much of an axis is cut out."""
    if start is None or not isinstance(dim, int):
        return UNKNOWN if length == -1 else length
    wanted = dim - start if length == -1 else length
    if start < 0 or wanted < 0 or start + wanted > dim:
        message = f"takes positions {start} to {start + wanted} of an axis that has {dim}"
        raise SpecError("out-of-range", message, "start_indices")
    return wanted


@operation()
def slice_update(inputs: Operand, start_indices: Indices, updates: Operand) -> Effect:
    """Puts the values of `updates` into a tensor, in a box that begins at `start_indices`."""
    shape, box = shape_of(inputs), shape_of(updates)
    starts = _starts(start_indices, len(shape))
    if len(box) != len(shape):
        message = f"needs `updates` of {len(shape)} axes, the batch counted, not {len(box)}"
        raise SpecError("wrong-rank", message, "updates")
    for dim, start, length in zip(shape, starts, box, strict=True):
        if isinstance(length, int):
            _extent(dim, start, length)
    return Effect(shape)


@operation()
def scatter(indices: Indices, values: Operand, *, shape: Dims) -> Effect:
    """Puts values at positions of a tensor of zeros; values for the same position are added."""
    _check_targets(shape_of(indices), shape_of(values), shape, "values")
    return Effect(shape)


@operation()
def scatter_update(
    inputs: Operand, indices: Indices, updates: Operand, *, reduction: Reduction = None
) -> Effect:
    """Puts values at positions of a tensor, or combines them with what stands there.

    The last axis of `indices` names positions on the first axes of `inputs`, the batch's first.
    """
    _check_targets(shape_of(indices), shape_of(updates), shape_of(inputs), "updates")
    return Effect(shape_of(inputs))


def _check_targets(indices: Shape, values: Shape, target: Shape, name: str) -> None:
    """Raises SpecError unless there is one value, or slice of values, for each position."""
    depth = indices[-1] if indices else 0
    if not isinstance(depth, int) or not 0 < depth <= len(target):
        message = f"needs positions of 1 to {len(target)} numbers on the last axis of `indices`"
        raise SpecError("shape-mismatch", message, "indices")
    wanted = (*indices[:-1], *target[depth:])
    if len(values) != len(wanted) or any(map(differ, values, wanted)):
        message = f"needs `{name}` of the shape {wanted}, one for each position, not {values}"
        raise SpecError("shape-mismatch", message, name)


@operation()
def select(condlist: Shapes, choicelist: Shapes, *, default: Number = 0) -> Effect:
    """Takes each value from the first choice whose condition holds, else the default.

    It is called on two lists: `from: {condlist: [a, b], choicelist: [c, d]}`.
    """
    conditions, choices = _listed(condlist), _listed(choicelist)
    if len(conditions) != len(choices):
        message = f"needs a choice for each condition: {len(choices)} for {len(conditions)}"
        raise SpecError("shape-mismatch", message)
    check_alike((*choices, *conditions), None)
    return Effect(choices[0])


def _listed(shapes: Shapes) -> tuple[Shape, ...]:
    """A list of tensors, which may have been given as one tensor alone."""
    given = tuple(shape for shape in shapes or () if isinstance(shape, tuple))
    return given or (tuple(dim for dim in shapes or () if not isinstance(dim, tuple)),)


def _with_classes(x: Shape, axis: int, num_classes: int) -> Shape:
    """The shape with a new axis for the classes: at the end for -1, else at an axis there is."""
    if not -1 <= axis < len(x):
        among = f"-1 or an axis from 0 to {len(x) - 1}" if x else "-1"
        raise SpecError("wrong-axis", f"needs {among} for its new axis, not {axis}", "axis")
    at = len(x) if axis == -1 else axis
    return (*x[:at], num_classes, *x[at:])


@operation()
def one_hot(
    x: Shape,
    *,
    num_classes: Positive,
    axis: Axis = -1,
    dtype: OptionalDtype = None,
    sparse: Flag = False,
) -> Effect:
    """Turns each class into a row of zeros with a 1 at the place of the class, on a new axis."""
    return Effect(_with_classes(x, axis, num_classes))


@operation()
def multi_hot(
    inputs: Shape,
    *,
    num_classes: Positive,
    axis: Axis = -1,
    dtype: OptionalDtype = None,
    sparse: Flag = False,
) -> Effect:
    """Turns several classes of a sample into one row of zeros with a 1 at the place of each."""
    spread = _with_classes(needs_rank(inputs, 1, ANY), axis, num_classes)
    return Effect(spread[1:] if len(spread) == 2 else (spread[0], *spread[2:]))


@operation()
def unravel_index(indices: Shape, *, shape: SizeList) -> Effect:
    """Turns positions in one long row into positions in a tensor of this shape: an output for each axis."""
    return several([all_known(indices)] * len(shape))


@operation()
def diff(a: Shape, *, n: Positive = 1, axis: Axis = -1) -> Effect:
    """Takes from each value along an axis the one before it, n times."""
    at = place(a, axis)
    length = a[at]
    if length < n:
        message = f"needs more than {n} values on axis {at} of {describe(a)}"
        raise SpecError("out-of-range", message, "n")
    return Effect(with_dim(a, at, length if length is UNKNOWN else length - n))


@operation()
def extract_sequences(x: Shape, *, sequence_length: Positive, sequence_stride: Positive) -> Effect:
    """Cuts the last axis into pieces that begin `sequence_stride` apart and may overlap."""
    length = needs_rank(x, 1, ANY)[-1]
    if length < sequence_length:
        message = f"needs at least {sequence_length} values on the last axis of {describe(x)}"
        raise SpecError("out-of-range", message, "sequence_length")
    count = (length - sequence_length) // sequence_stride + 1
    return Effect((*x[:-1], count, sequence_length))
