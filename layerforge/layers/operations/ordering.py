"""Operations that sort, rank, accumulate, count, or look values up in sorted ones."""

from typing import Final

from layerforge.diagnostics import SpecError
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import Flag, NonNegative, OptionalPositive, Positive
from layerforge.layers.operations.fitting import (
    ANY,
    flat,
    needs_rank,
    place,
    several,
    with_dim,
)
from layerforge.layers.operations.kinds import (
    OptionalAxis,
    OptionalDtype,
    OptionalInteger,
    Side,
)
from layerforge.layers.operations.operand import Indices, Operand, shape_of
from layerforge.layers.operations.registration import operation, register
from layerforge.shapes import UNKNOWN, Dim, Shape, describe

RUNNING: Final = {
    "cumprod": "Multiplies each value along an axis with all before it.",
    "cumsum": "Adds to each value along an axis all before it.",
    "nancumprod": "Multiplies each value along an axis with all before it, NaN counted as 1.",
    "nancumsum": "Adds to each value along an axis all before it, NaN counted as 0.",
}
SORTED: Final = {
    "argsort": "Gives the positions that the values along an axis would have in order.",
    "sort": "Puts the values along an axis in order, the smallest first.",
}


def _running(x: Shape, *, axis: OptionalAxis = None, dtype: OptionalDtype = None) -> Effect:
    return _along(x, axis)


def _sorted(x: Shape, *, axis: OptionalAxis = -1) -> Effect:
    return _along(x, axis)


def _along(x: Shape, axis: int | None) -> Effect:
    """The same shape, or one long row where no axis is named."""
    if axis is None:
        return Effect(flat(x))
    place(x, axis)
    return Effect(x)


for _name, _doc in RUNNING.items():
    register(_name, _running, _doc)
for _name, _doc in SORTED.items():
    register(_name, _sorted, _doc)


@operation()
def top_k(x: Shape, *, k: Positive, sorted: Flag = True) -> Effect:
    """Gives the k largest values of the last axis, and as output 1 their positions."""
    length = needs_rank(x, 1, ANY)[-1]
    if length < k:
        message = f"needs {k} values on the last axis, but {describe(x)} has {length}"
        raise SpecError("out-of-range", message, "k")
    shape = (*x[:-1], k)
    return several((shape, shape))


@operation()
def in_top_k(targets: Indices, predictions: Operand, *, k: Positive) -> Effect:
    """Says whether each sample's class in `targets` is among its k likeliest in `predictions`."""
    classes = needs_rank(targets, 1, name="targets")
    needs_rank(predictions, 2, name="predictions")
    return Effect(classes)


@operation()
def searchsorted(sorted_sequence: Operand, values: Operand, *, side: Side = "left") -> Effect:
    """Gives the place of each number in a sorted row of numbers.

    TensorFlow's version takes one row of values; `ops.digitize` takes any tensor.
    """
    needs_rank(sorted_sequence, 1, name="sorted_sequence")
    return Effect(needs_rank(values, 1, name="values"))


@operation()
def digitize(x: Operand, bins: Operand) -> Effect:
    """Gives the number of the bin that each value falls into; `bins` are the borders, in order."""
    needs_rank(bins, 1, name="bins")
    return Effect(shape_of(x))


@operation()
def bincount(x: Shape, *, minlength: NonNegative = 0, sparse: Flag = False) -> Effect:
    """Counts how often each number from 0 occurs on the last axis; how many there are is left open."""
    needs_rank(x, 1, 2)
    return Effect((*x[:-1], UNKNOWN))


@operation()
def unique(
    x: Shape,
    *,
    sorted: Flag = True,
    return_index: Flag = False,
    return_inverse: Flag = False,
    return_counts: Flag = False,
    axis: OptionalAxis = None,
    size: OptionalPositive = None,
    fill_value: OptionalInteger = None,
) -> Effect:
    """Keeps one of each value, in order; with `size` so many, filled up with `fill_value`.

    The flags ask for further outputs: where each stood first, which one each value is, how many there were.
    """
    number: Dim = UNKNOWN if size is None else size
    at = None if axis is None else place(x, axis)
    outputs: list[Shape] = [(number,) if at is None else with_dim(x, at, number)]
    if return_index:
        outputs.append((number,))
    if return_inverse:
        outputs.append(x if at is None else (x[at],))
    if return_counts:
        outputs.append((number,))
    return several(outputs)


@operation()
def nonzero(x: Shape) -> Effect:
    """Gives the positions of all values that are not 0: one output for each axis, the batch's first."""
    needs_rank(x, 1, ANY)
    return several([(UNKNOWN,) for _ in x])
