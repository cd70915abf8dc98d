"""Operations that multiply matrices and vectors with each other, or take diagonals out of them."""

from typing import Final

from layerforge.diagnostics import SpecError
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import Axis, Flag, Integer
from layerforge.layers.operations.fitting import (
    ANY,
    broadcast,
    check_length,
    flat,
    known_dim,
    needs_rank,
    place,
    places,
)
from layerforge.layers.operations.kinds import (
    ContractedAxes,
    OptionalAxis,
    OptionalNonNegative,
    SlidingMode,
)
from layerforge.layers.operations.operand import Operand, shape_of
from layerforge.layers.operations.registration import operation
from layerforge.shapes import UNKNOWN, Dim, Shape, describe, differ, size

_X: Final = ("x1", "x2")


def contraction(output: Shape, *summed: Dim) -> Effect:
    """The effect of sums of products: one multiply-add for each value and each summed position.

    The first axis is taken for the batch and left out of the count.
    """
    return Effect(output, macs=size((*output[1:], *summed)))


@operation()
def matmul(x1: Operand, x2: Operand) -> Effect:
    """Multiplies matrices: the last two axes are rows and columns, those before are broadcast.

    Formula: y[i, j] = sum over k of x1[i, k] x2[k, j].
    """
    a, b = needs_rank(x1, 1, ANY, "x1"), needs_rank(x2, 1, ANY, "x2")
    rows = (-2 if len(b) > 1 else -1) + len(b)
    check_length(x1, x2, (len(a) - 1, rows), _X)
    leading = broadcast(a[:-2], b[:-2]) if len(a) > 2 and len(b) > 2 else (*a[:-2], *b[:-2])
    return contraction((*leading, *a[-2:-1], *b[-1:][: len(b) > 1]), a[-1])


@operation()
def dot(x1: Operand, x2: Operand) -> Effect:
    """Multiplies along the last axis of x1 and the second last of x2, each row with each column."""
    a, b = shape_of(x1), shape_of(x2)
    if not a or not b:
        return Effect(broadcast(x1, x2))
    at = max(len(b) - 2, 0)
    check_length(x1, x2, (len(a) - 1, at), _X)
    if len(b) == 1 < len(a) and (a[-1] is UNKNOWN) != (b[0] is UNKNOWN):
        raise SpecError("unknown-dimension", f"needs to know the last axis of {describe(a)}")
    return contraction((*a[:-1], *b[:at], *b[at + 1 :]), a[-1])


@operation()
def inner(x1: Operand, x2: Operand) -> Effect:
    """Multiplies along the last axis of both, each row with each row.

    TensorFlow compiles it only for tensors that could also be multiplied value by value.
    """
    a, b = needs_rank(x1, 1, ANY, "x1"), needs_rank(x2, 1, ANY, "x2")
    broadcast(x1, x2)
    check_length(x1, x2, (len(a) - 1, len(b) - 1), _X)
    return contraction((*a[:-1], *b[:-1]), a[-1])


@operation()
def vdot(x1: Operand, x2: Operand) -> Effect:
    """Adds the products of all values of two tensors: one number for the whole batch."""
    a, b = shape_of(x1), shape_of(x2)
    if differ(size(a), size(b)):
        message = f"needs as many values in `x1`, {size(a)}, as in `x2`, {size(b)}"
        raise SpecError("shape-mismatch", message)
    return Effect((), macs=size(a[1:]))


@operation()
def outer(x1: Operand, x2: Operand) -> Effect:
    """Multiplies each value of x1 with each value of x2, the whole batch's in one row."""
    return Effect((*flat(shape_of(x1)), *flat(shape_of(x2))))


@operation()
def tensordot(x1: Operand, x2: Operand, *, axes: ContractedAxes = 2) -> Effect:
    """Multiplies along several axes: the last of x1 and the first of x2, or two lists of axes."""
    a, b = shape_of(x1), shape_of(x2)
    if isinstance(axes, int):
        for shape, name in ((x1, "x1"), (x2, "x2")):
            needs_rank(shape, axes, ANY, name)
        axes = (tuple(range(len(a) - axes, len(a))), tuple(range(axes)))
    ones, others = places(a, axes[0], "axes"), places(b, axes[1], "axes")
    if len(ones) != len(others):
        message = f"needs as many axes of `x2`, {len(others)}, as of `x1`, {len(ones)}"
        raise SpecError("wrong-length", message, "axes")
    for one, other in zip(ones, others, strict=True):
        check_length(x1, x2, (one, other), _X)
    left = tuple(dim for at, dim in enumerate(a) if at not in ones)
    right = tuple(dim for at, dim in enumerate(b) if at not in others)
    return contraction((*left, *right), *(a[one] for one in ones))


@operation()
def cross(
    x1: Operand,
    x2: Operand,
    *,
    axisa: Axis = -1,
    axisb: Axis = -1,
    axisc: Axis = -1,
    axis: OptionalAxis = None,
) -> Effect:
    """Takes the cross product of vectors of 2 or 3 values, which lie along `axis` or one axis each."""
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = needs_rank(x1, 1, ANY, "x1"), needs_rank(x2, 1, ANY, "x2")
    at, bt = place(a, axisa, "axisa"), place(b, axisb, "axisb")
    for length in (a[at], b[bt]):
        if length not in (2, 3, UNKNOWN):
            raise SpecError("shape-mismatch", f"needs vectors of 2 or 3 values, not {length}")
    rest = broadcast((*a[:at], *a[at + 1 :]), (*b[:bt], *b[bt + 1 :]))
    if 3 not in (a[at], b[bt]):
        place(rest, axisc, "axisc" if axis is None else "axis")  # Keras looks for it all the same
        return Effect(rest)
    ct = place((*rest, 3), axisc, "axisc")
    return Effect((*rest[:ct], 3, *rest[ct:]))


@operation()
def cdist(x: Operand, y: Operand) -> Effect:
    """Gives the distance of each row of x from each row of y: the square root of summed squares."""
    a, b = needs_rank(x, 2, ANY, "x"), needs_rank(y, 2, ANY, "y")
    check_length(x, y, (len(a) - 1, len(b) - 1), ("x", "y"))
    return Effect((*broadcast(a[:-2], b[:-2], ("x", "y")), a[-2], b[-2]))


@operation()
def correlate(x1: Operand, x2: Operand, *, mode: SlidingMode = "valid") -> Effect:
    """Slides one row of numbers along another and adds the products at each place.

    It works on single rows, so the batch must be known; Conv1D slides along sequences.
    """
    why = "Keras correlates rows of known length"
    m, n = (known_dim(needs_rank(x, 1, name=name), 0, why) for x, name in ((x1, "x1"), (x2, "x2")))
    length = {"valid": abs(m - n) + 1, "same": max(m, n), "full": m + n - 1}[mode]
    return Effect((length,))


def _diagonal(x: Shape, offset: int, axis1: int, axis2: int) -> tuple[Shape, Dim]:
    """The shape without two axes, and the length of the diagonal they span."""
    needs_rank(x, 2, ANY)
    one, other = place(x, axis1, "axis1"), place(x, axis2, "axis2")
    if one == other:
        raise SpecError("wrong-axis", f"needs two different axes, not {one} twice", "axis2")
    rest = tuple(dim for at, dim in enumerate(x) if at not in (one, other))
    rows, columns = x[one], x[other]
    if not isinstance(rows, int) or not isinstance(columns, int):
        return rest, UNKNOWN
    left = columns - offset if offset > 0 else rows + offset
    return rest, max(0, min(left, rows, columns))


@operation()
def diagonal(x: Shape, *, offset: Integer = 0, axis1: Axis = 0, axis2: Axis = 1) -> Effect:
    """Takes the diagonal of the matrices that two axes span, the batch among them by default."""
    rest, length = _diagonal(x, offset, axis1, axis2)
    return Effect((*rest, length))


@operation()
def trace(x: Shape, *, offset: Integer = 0, axis1: Axis = 0, axis2: Axis = 1) -> Effect:
    """Adds up the diagonal of the matrices that two axes span, the batch among them by default."""
    return Effect(_diagonal(x, offset, axis1, axis2)[0])


@operation()
def diag(x: Shape, *, k: Integer = 0) -> Effect:
    """Takes the diagonal of a matrix, or makes a matrix with these values on its diagonal."""
    if len(needs_rank(x, 1, 2)) == 1:
        side = x[0] + abs(k)
        return Effect((side, side))
    return Effect((_diagonal(x, k, 0, 1)[1],))


@operation()
def diagflat(x: Shape, *, k: Integer = 0) -> Effect:
    """Makes a matrix with all values, the whole batch's, on its diagonal."""
    side = size(x) + abs(k)
    return Effect((side, side))


@operation()
def vander(
    x: Shape,
    *,
    N: OptionalNonNegative = None,  # noqa: N803 - Keras's name
    increasing: Flag = False,
) -> Effect:
    """Gives N powers of each number, the highest first; as many as there are numbers by default."""
    return Effect((*needs_rank(x, 1), x[0] if N is None else N))
