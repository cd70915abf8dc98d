"""Activations as layers: one value in, one value out."""

from layerforge.diagnostics import SpecError
from layerforge.layers.axes import axes_of
from layerforge.layers.catalog import OptionalShape, layer
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import (
    Axes,
    Constraint,
    Initializer,
    NonNegativeNumber,
    Number,
    OptionalNonNegativeNumber,
    Regularizer,
    RequiredActivation,
    SampleAxes,
)
from layerforge.shapes import Shape, describe, differ, known


@layer()
def Activation(x: Shape, *, activation: RequiredActivation) -> Effect:
    """Applies an activation function to every value: y = activation(x).

    Source: Keras `Activation`.
    """
    return Effect(x)


@layer()
def ReLU(
    x: Shape,
    *,
    max_value: OptionalNonNegativeNumber = None,
    negative_slope: NonNegativeNumber = 0.0,
    threshold: NonNegativeNumber = 0.0,
) -> Effect:
    """Keeps values above a threshold, at most `max_value`, and scales the others by `negative_slope`.

    Source: Keras `ReLU`.
    """
    return Effect(x)


@layer()
def LeakyReLU(x: Shape, *, negative_slope: NonNegativeNumber = 0.3) -> Effect:
    """Keeps positive values and scales negative ones: y = x if x > 0 else negative_slope x.

    Source: Maas et al. 2013; Keras `LeakyReLU`.
    """
    return Effect(x)


@layer()
def PReLU(
    x: Shape,
    *,
    alpha_initializer: Initializer = "Zeros",
    alpha_regularizer: Regularizer = None,
    alpha_constraint: Constraint = None,
    shared_axes: SampleAxes = None,
) -> Effect:
    """A leaky ReLU whose slope is learned for each place: y = x if x > 0 else alpha x.

    Parameters: one for each value of a sample, but one along each of `shared_axes` (from 1).
    Source: He et al. 2015; Keras `PReLU`.
    """
    shared = axes_of(x, () if shared_axes is None else shared_axes, "shared_axes")
    alpha = tuple(
        1 if axis in shared else known(dim, f"axis {axis}")
        for axis, dim in enumerate(x[1:], start=1)
    )
    return Effect(x, {"alpha": alpha})


@layer()
def ELU(x: Shape, *, alpha: Number = 1.0) -> Effect:
    """Keeps positive values and bends negative ones: y = x if x > 0 else alpha (e^x - 1).

    Source: Clevert et al. 2015; Keras `ELU`.
    """
    return Effect(x)


@layer()
def Softmax(x: Shape, mask: OptionalShape = None, *, axis: Axes = -1) -> Effect:
    """Turns the values along an axis into shares that add up to 1: e^x / sum(e^x).

    Source: Keras `Softmax`.
    """
    axes_of(x, axis, batch=True)
    if mask and (len(mask) > len(x) or not _spreads(mask, x)):
        message = f"cannot spread the mask, {describe(mask)}, over {describe(x)}"
        raise SpecError("shape-mismatch", message)
    return Effect(x)


def _spreads(mask: Shape, x: Shape) -> bool:
    """Whether each axis of the mask, from the last, is 1 or as long as the tensor's."""
    pairs = zip(reversed(mask), reversed(x), strict=False)
    return not any(differ(m, n) and m != 1 for m, n in pairs)
