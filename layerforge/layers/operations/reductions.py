"""Operations that make few values of many along axes: sums, means, extremes, norms, quantiles."""

from typing import Final

from layerforge.diagnostics import SpecError
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import Axis, Flag, Number, OptionalPositive
from layerforge.layers.operations.fitting import (
    ANY,
    check_same,
    needs_rank,
    place,
    reduced,
    several,
)
from layerforge.layers.operations.kinds import (
    Axes,
    OptionalAxis,
    OptionalDtype,
    OptionalNumber,
    Order,
    Positions,
    QuantileMethod,
    RequiredAxes,
)
from layerforge.layers.operations.operand import Indices, Operand, OptionalOperand, Value, shape_of
from layerforge.layers.operations.registration import operation, register
from layerforge.shapes import UNKNOWN, Shape, differ

ALONG_AXES: Final = {
    "all": "Says whether all values along the axes are true.",
    "amax": "Keeps the largest value along the axes.",
    "amin": "Keeps the smallest value along the axes.",
    "any": "Says whether one value along the axes is true.",
    "logsumexp": "Takes log(sum(exp(x))) along the axes, exact for large values too.",
    "mean": "Averages the values along the axes.",
    "median": "Keeps the middle value along the axes.",
    "nanmax": "Keeps the largest value along the axes that is not NaN.",
    "nanmean": "Averages the values along the axes that are not NaN.",
    "nanmin": "Keeps the smallest value along the axes that is not NaN.",
    "nanprod": "Multiplies the values along the axes that are not NaN.",
    "nanstd": "Takes the standard deviation of the values along the axes that are not NaN.",
    "nansum": "Adds the values along the axes that are not NaN.",
    "nanvar": "Takes the variance of the values along the axes that are not NaN.",
    "ptp": "Takes the largest value along the axes minus the smallest.",
    "std": "Takes the standard deviation along the axes.",
    "sum": "Adds the values along the axes.",
    "var": "Takes the variance along the axes.",
}
EXTREMES: Final = {
    "max": "Keeps the largest value along the axes, or `initial` if that is larger.",
    "min": "Keeps the smallest value along the axes, or `initial` if that is smaller.",
}
POSITIONS: Final = {
    "argmax": "Gives the position of the largest value along an axis, counted from 0.",
    "argmin": "Gives the position of the smallest value along an axis, counted from 0.",
    "nanargmax": "Gives the position of the largest value along an axis that is not NaN.",
    "nanargmin": "Gives the position of the smallest value along an axis that is not NaN.",
}
QUANTILES: Final = {
    "percentile": "Gives the values below which q percent of those along the axes lie.",
    "quantile": "Gives the values below which the fraction q of those along the axes lies.",
}
SEGMENTS: Final = {
    "segment_max": "Keeps the largest of all samples that carry the same number in `segment_ids`.",
    "segment_min": "Keeps the smallest of all samples that carry the same number in `segment_ids`.",
    "segment_prod": "Multiplies all samples that carry the same number in `segment_ids`.",
    "segment_sum": "Adds all samples that carry the same number in `segment_ids`.",
}


def _along_axes(x: Shape, *, axis: Axes = None, keepdims: Flag = False) -> Effect:
    return Effect(reduced(x, axis, keepdims))


def _extreme(
    x: Shape, *, axis: Axes = None, keepdims: Flag = False, initial: OptionalNumber = None
) -> Effect:
    return Effect(reduced(x, axis, keepdims))


def _position(x: Shape, *, axis: OptionalAxis = None, keepdims: Flag = False) -> Effect:
    return Effect(reduced(x, axis, keepdims))


def _quantile(
    x: Shape,
    q: Operand,
    *,
    axis: Axes = None,
    method: QuantileMethod = "linear",
    keepdims: Flag = False,
) -> Effect:
    levels = needs_rank(q, 0, 1, "q")
    return Effect((*levels, *reduced(x, axis, keepdims)))


def _segment(
    data: Shape,
    segment_ids: Indices,
    *,
    num_segments: OptionalPositive = None,
    sorted: Flag = False,
) -> Effect:
    ids, rows = needs_rank(segment_ids, 1, name="segment_ids")[0], needs_rank(data, 1, ANY)[0]
    if differ(ids, rows):
        message = f"needs a number for each row of `data`, {rows}, not {ids}"
        raise SpecError("shape-mismatch", message, "segment_ids")
    return Effect((UNKNOWN if num_segments is None else num_segments, *data[1:]))


for _name, _doc in ALONG_AXES.items():
    register(_name, _along_axes, _doc)
for _name, _doc in EXTREMES.items():
    register(_name, _extreme, _doc)
for _name, _doc in POSITIONS.items():
    register(_name, _position, _doc)
for _name, _doc in QUANTILES.items():
    register(_name, _quantile, _doc)
for _name, _doc in SEGMENTS.items():
    register(_name, _segment, _doc)


@operation()
def prod(
    x: Shape, *, axis: Axes = None, keepdims: Flag = False, dtype: OptionalDtype = None
) -> Effect:
    """Multiplies the values along the axes."""
    return Effect(reduced(x, axis, keepdims))


@operation()
def count_nonzero(x: Shape, *, axis: Axes = None) -> Effect:
    """Counts the values along the axes that are not 0."""
    return Effect(reduced(x, axis))


@operation()
def average(x: Shape, *, axis: OptionalAxis = None, weights: OptionalOperand = None) -> Effect:
    """Averages the values along an axis, each as much as its weight says."""
    if weights is not None:
        _check_weights(x, axis, weights)
    return Effect(reduced(x, axis))


def _check_weights(x: Shape, axis: int | None, weights: Value) -> None:
    shape = shape_of(weights)
    if axis is not None and len(shape) == 1 and not differ(x[place(x, axis)], shape[0]):
        return
    if len(shape) != len(x) or any(differ(a, b) for a, b in zip(x, shape, strict=True)):
        among = "" if axis is None else f", or as many as axis {axis} is long"
        message = f"needs a weight for each value{among}"
        raise SpecError("shape-mismatch", message, "weights")


@operation()
def norm(x: Shape, *, ord: Order = None, axis: Axes = None, keepdims: Flag = False) -> Effect:
    """Takes the length of vectors, or the size of matrices where `axis` names two axes.

    Formula: sqrt(sum x^2) by default; `ord` names another norm, as in NumPy.
    """
    axes = len(x) if axis is None else 1 if isinstance(axis, int) else len(axis)
    if isinstance(ord, str) and axes != 2:
        raise SpecError("out-of-range", f"takes `ord: {ord}` for two axes, not for {axes}", "ord")
    if axes == 2 and ord not in (None, "fro", "nuc", float("inf"), float("-inf"), 1, -1, 2, -2):
        message = f"takes 1, 2, -1, -2, inf, -inf, fro or nuc as `ord` of a matrix, not {ord}"
        raise SpecError("out-of-range", message, "ord")
    if axes > 2:
        message = f"works along one or two axes, not along {axes}; name them in `axis`"
        raise SpecError("wrong-axis", message, "axis")
    return Effect(reduced(x, axis, keepdims))


@operation()
def moments(
    x: Shape, *, axes: RequiredAxes, keepdims: Flag = False, synchronized: Flag = False
) -> Effect:
    """Gives the mean, and as output 1 the variance, along the axes."""
    shape = reduced(x, axes, keepdims, "axes")
    return several((shape, shape))


@operation()
def trapezoid(y: Shape, *, x: Positions = None, dx: Number = 1.0, axis: Axis = -1) -> Effect:
    """Takes the area under the values along an axis, with straight lines between them.

    `x` are the places of the values, else they lie `dx` apart.
    """
    length = y[place(y, axis)]
    if x is not None and differ(length, len(x)):
        raise SpecError("wrong-length", f"needs {length} places in `x`, not {len(x)}", "x")
    return Effect(reduced(y, axis))


@operation()
def size(x: Shape) -> Effect:
    """Counts all values of the tensor, the whole batch's."""
    return Effect(())


@operation()
def psnr(x1: Operand, x2: Operand, *, max_val: Number) -> Effect:
    """Takes the peak signal-to-noise ratio of two batches of images, in decibels: one number."""
    check_same(x1, x2, ("x1", "x2"))
    return Effect(())
