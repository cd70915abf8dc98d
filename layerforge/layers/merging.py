"""Layers that make one tensor of several: sums, products, joins."""

from layerforge.diagnostics import SpecError
from layerforge.layers.axes import axis_of
from layerforge.layers.catalog import layer
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import Axis, AxisPair, Flag
from layerforge.shapes import UNKNOWN, Dim, Shape, at_least, differ, size, without_batch


@layer()
def Add(*inputs: Shape) -> Effect:
    """Adds tensors value by value; an axis of 1 is repeated to fit the others.

    Source: Keras `Add`.
    """
    return Effect(_broadcast(inputs))


@layer()
def Multiply(*inputs: Shape) -> Effect:
    """Multiplies tensors value by value; an axis of 1 is repeated to fit the others.

    Source: Keras `Multiply`.
    """
    return Effect(_broadcast(inputs))


@layer()
def Average(*inputs: Shape) -> Effect:
    """Takes the mean of tensors value by value; an axis of 1 is repeated to fit the others.

    Source: Keras `Average`.
    """
    return Effect(_broadcast(inputs))


@layer()
def Maximum(*inputs: Shape) -> Effect:
    """Takes the largest of the tensors' values at each place; an axis of 1 is repeated.

    Source: Keras `Maximum`.
    """
    return Effect(_broadcast(inputs))


@layer()
def Minimum(*inputs: Shape) -> Effect:
    """Takes the smallest of the tensors' values at each place; an axis of 1 is repeated.

    Source: Keras `Minimum`.
    """
    return Effect(_broadcast(inputs))


@layer()
def Subtract(*inputs: Shape) -> Effect:
    """Takes the second tensor from the first, value by value: y = a - b.

    Source: Keras `Subtract`.
    """
    _check_two(inputs)
    return Effect(_broadcast(inputs))


@layer()
def Dot(*inputs: Shape, axes: AxisPair, normalize: Flag = False) -> Effect:
    """Multiplies two tensors and sums along an axis of each, sample by sample.

    With `normalize` the sum is the cosine similarity. Source: Keras `Dot`.
    """
    _check_two(inputs)
    a, b = (at_least(each, 2, "two tensors of vectors or more") for each in inputs)
    pair = (axes, axes) if isinstance(axes, int) else axes
    i, j = axis_of(a, pair[0], "axes"), axis_of(b, pair[1], "axes")
    if a[i] != b[j]:  # Keras refuses a free axis against a known one too
        shapes = f"input 1 is {without_batch(a)}, input 2 is {without_batch(b)}"
        message = (
            f"needs axes of one length: {shapes}, which have {a[i]} {_on(i)} and {b[j]} {_on(j)}"
        )
        raise SpecError("shape-mismatch", message, "axes")
    left = (*a[1:i], *a[i + 1 :], *b[1:j], *b[j + 1 :])
    return Effect((a[0], *(left or (1,))), macs=size(left) * a[i])


def _check_two(inputs: tuple[Shape, ...]) -> None:
    if len(inputs) != 2:
        code = "missing-input" if len(inputs) < 2 else "too-many-inputs"
        raise SpecError(code, f"takes exactly two tensors, not {len(inputs)}")


@layer()
def Concatenate(*inputs: Shape, axis: Axis = -1) -> Effect:
    """Joins tensors along one axis; along all others they must be alike.

    Source: Keras `Concatenate`.
    """
    first = inputs[0]
    place = axis_of(first, axis, batch=True)
    total = first[place]
    for number, shape in enumerate(inputs[1:], start=2):
        _check_alike(first, shape, number, place)
        total = total + shape[place]
    return Effect((*first[:place], total, *first[place + 1 :]))


def _check_alike(first: Shape, shape: Shape, number: int, place: int) -> None:
    shapes = f"input 1 is {without_batch(first)}, input {number} is {without_batch(shape)}"
    if len(shape) != len(first):
        message = f"needs inputs of as many axes: {shapes}"
        raise SpecError("shape-mismatch", message, help="Reshape or Flatten one of them first")
    for axis, (a, b) in enumerate(zip(first, shape, strict=True)):
        if axis != place and differ(a, b):
            where = f"{a} and {b} {_on(axis)}"
            message = f"needs inputs that differ only on axis {place}: {shapes}, which have {where}"
            raise SpecError("shape-mismatch", message)


def _on(axis: int) -> str:
    return {0: "in the batch", -1: "on the last axis"}.get(axis, f"on axis {axis}")


def _broadcast(inputs: tuple[Shape, ...]) -> Shape:
    """The common shape of element-wise work: samples are aligned at their last axes.

    Source: `keras.src.layers.merging.base_merge.Merge._compute_elemwise_op_output_shape`.
    """
    batch, sample = inputs[0][0], inputs[0][1:]
    for number, shape in enumerate(inputs[1:], start=2):
        if differ(batch, shape[0]):
            raise _unlike(inputs, number, 0)
        batch = shape[0] if batch is UNKNOWN else batch
        sample = _fitted(inputs, number, sample, shape[1:])
    return (batch, *sample)


def _fitted(inputs: tuple[Shape, ...], number: int, so_far: Shape, new: Shape) -> Shape:
    """The sample shape of the inputs before `number`, once that one is broadcast with them."""
    longer, shorter = (so_far, new) if len(so_far) >= len(new) else (new, so_far)
    start = len(longer) - len(shorter)
    dims: list[Dim] = list(longer[:start])
    for offset, b in enumerate(shorter):
        a = longer[start + offset]
        if differ(a, b) and 1 not in (a, b):
            raise _unlike(inputs, number, offset - len(shorter))
        dims.append(UNKNOWN if UNKNOWN in (a, b) else b if a == 1 else a)
    return tuple(dims)


def _unlike(inputs: tuple[Shape, ...], number: int, axis: int) -> SpecError:
    """What input `number` and the first it clashes with have on an axis from the end (0: the batch)."""
    shape = inputs[number - 1]
    index, other = next(
        (index, other)
        for index, other in enumerate(inputs, start=1)
        if len(other) > -axis
        and differ(other[axis], shape[axis])
        and (axis == 0 or other[axis] != 1)
    )
    place = axis % len(shape) if len(shape) == len(other) else axis
    shapes = f"input {index} is {without_batch(other)}, input {number} is {without_batch(shape)}"
    where = f"{other[axis]} and {shape[axis]} {_on(place)}"
    return SpecError("shape-mismatch", f"needs inputs of one shape: {shapes}, which have {where}")
