"""How the shapes of an operation's operands fit together, and what is left of a shape without some axes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from layerforge.diagnostics import SpecError
from layerforge.layers.axes import axis_of
from layerforge.layers.effect import Effect
from layerforge.layers.operations.operand import Value, is_constant, named, shape_of
from layerforge.shapes import UNKNOWN, Dim, Shape, describe, differ, size


def several(outputs: Iterable[Shape], macs: Dim = 0) -> Effect:
    """The effect of an operation that gives these tensors."""
    first, *more = outputs
    return Effect(first, macs=macs, more=tuple(more))


def place(x: Shape, axis: int, arg: str = "axis") -> int:
    """The axis counted from 0, the batch included. Raises SpecError where the tensor has no such axis."""
    if not x:
        message = f"needs axis {axis}, but a single number for the whole batch has no axes"
        raise SpecError("wrong-axis", message, arg)
    return axis_of(x, axis, arg, batch=True)


def places(x: Shape, axes: int | Iterable[int], arg: str = "axis") -> tuple[int, ...]:
    """Several axes counted from 0, in the order given. Raises SpecError for one named twice."""
    found = tuple(place(x, axis, arg) for axis in ((axes,) if isinstance(axes, int) else axes))
    for axis in found:
        if found.count(axis) > 1:
            raise SpecError("wrong-axis", f"names axis {axis} twice in `{arg}`", arg)
    return found


def reduced(
    x: Shape, axes: int | Iterable[int] | None, keepdims: bool = False, arg: str = "axis"
) -> Shape:
    """The shape without some axes, or with 1 in their place; None stands for all axes, the batch too.

    Source: `keras.src.ops.operation_utils.reduce_shape`.
    """
    gone = range(len(x)) if axes is None else places(x, axes, arg)
    if keepdims:
        return tuple(1 if axis in gone else dim for axis, dim in enumerate(x))
    return tuple(dim for axis, dim in enumerate(x) if axis not in gone)


def flat(x: Shape) -> Shape:
    """All values in one row."""
    return (size(x),)


def with_dim(x: Shape, axis: int, dim: Dim) -> Shape:
    """The shape with another length on one axis, counted from 0."""
    return (*x[:axis], dim, *x[axis + 1 :])


def broadcast(x1: Value, x2: Value, names: tuple[str, str] = ("x1", "x2")) -> Shape:
    """The common shape of two operands, aligned at their last axes; 1 is repeated to fit.

    A known length wins over an unknown one. Raises SpecError where two lengths differ, or where the
    batch of one would meet a known length of the other, which fails as soon as data come.
    Source: `keras.src.ops.operation_utils.broadcast_shapes`.
    """
    a, b = shape_of(x1), shape_of(x2)
    rank = max(len(a), len(b))
    dims: list[Dim] = []
    for axis in range(-rank, 0):
        m = a[axis] if len(a) >= -axis else 1
        n = b[axis] if len(b) >= -axis else 1
        if (differ(m, n) and 1 not in (m, n)) or _batch_meets(a, b, axis):
            raise _unfit((x1, x2), names, axis)
        dims.append(n if m == 1 or (m is UNKNOWN and n != 1) else m)
    return tuple(dims)


def _batch_meets(a: Shape, b: Shape, axis: int) -> bool:
    """Whether the batch of the tensor with fewer axes lies at a known length of the other."""
    short, long = (a, b) if len(a) < len(b) else (b, a)
    if not short or short[0] is not UNKNOWN or long[0] is not UNKNOWN or axis != -len(short):
        return False
    other = long[axis]
    return len(short) < len(long) and isinstance(other, int) and other > 1


def _unfit(values: tuple[Value, Value], names: tuple[str, str], axis: int) -> SpecError:
    """The fault of two operands on an axis counted from the end."""
    a, b = shape_of(values[0]), shape_of(values[1])
    clash = f"{_dim(a[axis])} and {_dim(b[axis])}"
    where = (
        "on the last axis"
        if axis == -1
        else f"on the {_ORDINALS.get(-axis, f'{-axis}th')} last axis"
    )
    message = f"needs tensors that fit, last axis to last axis: {_pair(values, names)} have {clash} {where}"
    help = None
    if UNKNOWN in (a[axis], b[axis]):
        help = "put an axis in with `ops.expand_dims: 1`, so that the batch stays in front"
    constant = next((n for n, v in zip(names, values, strict=True) if is_constant(v)), None)
    return SpecError("shape-mismatch", message, constant, help)


_ORDINALS = {2: "second", 3: "third"}


def _dim(dim: Dim) -> str:
    return "the batch" if dim is UNKNOWN else str(dim)


def _pair(values: Sequence[Value], names: Sequence[str]) -> str:
    told = [f"`{name}`, {named(value)}," for name, value in zip(names, values, strict=True)]
    return " and ".join(told)


def check_same(x1: Value, x2: Value, names: tuple[str, str]) -> None:
    """Raises SpecError unless both have one shape, unknown dimensions in the same places too."""
    if shape_of(x1) != shape_of(x2):
        message = f"needs two tensors of one shape: {_pair((x1, x2), names)} differ"
        raise SpecError("shape-mismatch", message)


def check_length(x1: Value, x2: Value, axes: tuple[int, int], names: tuple[str, str]) -> None:
    """Raises SpecError unless an axis of the first is as long as an axis of the second."""
    m, n = shape_of(x1)[axes[0]], shape_of(x2)[axes[1]]
    if differ(m, n):
        message = f"needs one length on axis {axes[0]} of `{names[0]}` and axis {axes[1]} of `{names[1]}`:"
        message += f" {_pair((x1, x2), names)} have {m} and {n}"
        raise SpecError("shape-mismatch", message)


def needs_rank(x: Value, least: int, most: int | None = None, name: str = "") -> Shape:
    """The shape if it has so many axes, the batch counted. Raises SpecError otherwise."""
    shape, most = shape_of(x), least if most is None else most
    if least <= len(shape) <= most:
        return shape
    many = f"{least} axes" if least == most else f"{least} to {most} axes"
    many = f"at least {least} axes" if most >= 16 else "one axis" if most == 1 else many
    of = f" in `{name}`" if name else ""
    message = f"needs a tensor of {many}, the batch counted{of}, not {named(x)}"
    raise SpecError("wrong-rank", message, name or None)


ANY = 16  # as many axes as one likes, for `needs_rank`


def all_known(x: Shape) -> Shape:
    """The shape if Keras knows all of it, which it must for some operations on TensorFlow."""
    for axis in range(len(x)):
        known_dim(
            x, axis, "TensorFlow compiles it for fixed lengths alone; give inputs a `batch_size`"
        )
    return x


def known_dim(x: Shape, axis: int, why: str) -> int:
    """A length that Keras must know. Raises SpecError where it is free."""
    dim = x[axis]
    if isinstance(dim, int):
        return dim
    message = f"needs axis {axis} of {describe(x)} to be known: {why}"
    raise SpecError("unknown-dimension", message)
