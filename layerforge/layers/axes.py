"""Axes as Keras counts them: the batch is 0, and negative numbers count from the end."""

from __future__ import annotations

from collections.abc import Iterable

from layerforge.diagnostics import SpecError
from layerforge.shapes import Shape, describe


def axis_of(shape: Shape, axis: int, arg: str = "axis", batch: bool = False) -> int:
    """The axis counted from 0. Raises SpecError where there is none, or it is the batch's without `batch`."""
    rank = len(shape)
    place = axis + rank if axis < 0 else axis
    if not 0 <= place < rank:
        last = f"axis {rank - 1}" if rank > 1 else "the batch axis, 0"
        message = f"needs axis {axis}, but the last of {describe(shape)} is {last}"
        raise SpecError("wrong-axis", message, arg)
    if place == 0 and not batch:
        message = f"cannot work along axis {axis} of {describe(shape)}: that is the batch"
        raise SpecError("wrong-axis", message, arg)
    return place


def axes_of(
    shape: Shape, axes: int | Iterable[int], arg: str = "axis", batch: bool = False
) -> tuple[int, ...]:
    """The axes counted from 0, in the order given, for one axis or several. Raises SpecError as `axis_of`."""
    several = (axes,) if isinstance(axes, int) else tuple(axes)
    return tuple(axis_of(shape, axis, arg, batch) for axis in several)
