"""Operations that make one tensor of several, or several of one."""

from itertools import pairwise

from layerforge.diagnostics import SpecError
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import Axis, OptionalPositive, Positive
from layerforge.layers.operations.fitting import (
    ANY,
    known_dim,
    needs_rank,
    place,
    several,
    with_dim,
)
from layerforge.layers.operations.kinds import Indexing, OptionalAxis, Sections
from layerforge.layers.operations.registration import operation
from layerforge.shapes import Dim, Shape, describe, differ, size


def check_alike(shapes: tuple[Shape, ...], axis: int | None) -> None:
    """Raises SpecError unless all shapes agree, except on one axis where it is given."""
    first = shapes[0]
    for number, shape in enumerate(shapes[1:], start=2):
        told = f"input 1 is {describe(first)}, input {number} is {describe(shape)}"
        if len(shape) != len(first):
            raise SpecError("shape-mismatch", f"needs tensors of as many axes: {told}")
        for at, (a, b) in enumerate(zip(first, shape, strict=True)):
            if at != axis and differ(a, b):
                only = "" if axis is None else f" that differ only on axis {axis}"
                message = f"needs tensors{only or ' of one shape'}: {told}"
                raise SpecError("shape-mismatch", f"{message}, which have {a} and {b} on axis {at}")


def joined(shapes: tuple[Shape, ...], axis: int) -> Effect:
    """Tensors joined along an axis counted from 0."""
    check_alike(shapes, axis)
    total: Dim = 0
    for shape in shapes:
        total = total + shape[axis]
    return Effect(with_dim(shapes[0], axis, total))


@operation()
def concatenate(*xs: Shape, axis: Axis = 0) -> Effect:
    """Joins tensors along an axis, the batch by default; the layer Concatenate joins the last one."""
    return joined(xs, place(xs[0], axis))


@operation()
def hstack(*xs: Shape) -> Effect:
    """Joins tensors along axis 1: sequences one after the other, vectors end to end."""
    return joined(tuple(needs_rank(x, 2, ANY) for x in xs), 1)


@operation()
def vstack(*xs: Shape) -> Effect:
    """Joins tensors along the batch."""
    return joined(tuple(needs_rank(x, 1, ANY) for x in xs), 0)


@operation()
def dstack(*xs: Shape) -> Effect:
    """Joins tensors along axis 2, which vectors are given first."""
    return joined(tuple(_deep(x) for x in xs), 2)


def _deep(x: Shape) -> Shape:
    """The shape with the three axes that NumPy's dstack sees."""
    if len(x) < 2:
        return (1, *x, *(1,) * (2 - len(x)))
    return (*x, 1) if len(x) == 2 else x


@operation()
def stack(*x: Shape, axis: Axis = 0) -> Effect:
    """Lays tensors of one shape beside each other along a new axis."""
    check_alike(x, None)
    at = place((1, *x[0]), axis)
    return Effect((*x[0][:at], len(x), *x[0][at:]))


@operation()
def append(x1: Shape, x2: Shape, *, axis: OptionalAxis = None) -> Effect:
    """Joins two tensors along an axis, or their values in one row."""
    if axis is None:
        return Effect((size(x1) + size(x2),))
    at = place(x1, axis)
    effect = joined((x1, x2), at)
    for x in (x1, x2):
        known_dim(x, at, "Keras adds both lengths; `ops.concatenate` does without")
    return effect


@operation()
def meshgrid(*x: Shape, indexing: Indexing = "xy") -> Effect:
    """Spreads the values of each tensor over a grid that has an axis for each of them."""
    if indexing == "xy" and len(x) < 2:
        raise SpecError("missing-input", "needs two tensors or more, or `indexing: ij`")
    lengths = [size(each) for each in x]
    if indexing == "xy":
        lengths[:2] = lengths[1::-1]
    return several([tuple(lengths)] * len(x))


def cut(x: Shape, axis: int, where: int | tuple[int, ...], arg: str) -> Effect:
    """A tensor cut along an axis counted from 0: into so many parts, or before each place.

    Source: `keras.src.ops.numpy._compute_split_output_spec`.
    """
    length = x[axis]
    if isinstance(where, int):
        if isinstance(length, int) and length % where:
            message = f"cannot cut axis {axis} of {describe(x)} into {where} equal parts"
            help = "`ops.array_split` makes parts that are nearly equal"
            raise SpecError("shape-mismatch", message, arg, help)
        return several([with_dim(x, axis, length // where)] * where)
    end = known_dim(x, axis, "TensorFlow cuts a free axis into equal parts alone")
    borders = (0, *where, end)
    if list(borders) != sorted(borders):
        message = f"needs places in order, from 0 to {end}, not {list(where)}"
        raise SpecError("out-of-range", message, arg)
    return several(with_dim(x, axis, b - a) for a, b in pairwise(borders))


@operation()
def split(x: Shape, *, indices_or_sections: Sections, axis: Axis = 0) -> Effect:
    """Cuts a tensor along an axis into equal parts, or before the places named.

    Its parts are reached as outputs: `name.0`, `name.1`, and so on.
    """
    return cut(x, place(x, axis), indices_or_sections, "indices_or_sections")


def _cut_along(x: Shape, axis: int, where: int | tuple[int, ...]) -> Effect:
    return cut(needs_rank(x, axis + 1, ANY), axis, where, "indices_or_sections")


@operation()
def hsplit(x: Shape, *, indices_or_sections: Sections) -> Effect:
    """Cuts a tensor along axis 1 into equal parts, or before the places named."""
    return _cut_along(x, 1, indices_or_sections)


@operation()
def vsplit(x: Shape, *, indices_or_sections: Sections) -> Effect:
    """Cuts a tensor along the batch into equal parts, or before the places named."""
    return _cut_along(x, 0, indices_or_sections)


@operation()
def dsplit(x: Shape, *, indices_or_sections: Sections) -> Effect:
    """Cuts a tensor along axis 2 into equal parts, or before the places named."""
    return _cut_along(x, 2, indices_or_sections)


@operation()
def array_split(x: Shape, *, indices_or_sections: Positive, axis: Axis = 0) -> Effect:
    """Cuts a tensor along an axis into parts that are nearly equal, the longer ones first."""
    at, parts = place(x, axis), indices_or_sections
    length = known_dim(x, at, "TensorFlow cuts a free axis into equal parts alone, `ops.split`")
    part, longer = divmod(length, parts)
    return several(with_dim(x, at, part + (number < longer)) for number in range(parts))


@operation()
def unstack(x: Shape, *, num: OptionalPositive = None, axis: Axis = 0) -> Effect:
    """Gives the tensors that lie beside each other along an axis, which is gone in them.

    `num` says how many there are where the axis is free.
    """
    at = place(x, axis)
    count = num or known_dim(x, at, "name how many in `num`")
    if differ(x[at], count):
        message = f"cannot make {count} tensors of axis {at}, which has {x[at]}"
        raise SpecError("shape-mismatch", message, "num")
    return several([(*x[:at], *x[at + 1 :])] * count)
