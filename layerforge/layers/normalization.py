"""Layers that bring values to a common scale, by batch, layer, group, length or mean square."""

from layerforge.diagnostics import SpecError
from layerforge.layers.axes import axes_of, axis_of
from layerforge.layers.catalog import OptionalShape, layer
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import (
    SWITCH,
    Axes,
    Axis,
    Clipping,
    Constraint,
    Epsilon,
    Flag,
    Fraction,
    Groups,
    Initializer,
    Regularizer,
)
from layerforge.shapes import Shape, known


@layer(training=SWITCH)
def BatchNormalization(
    x: Shape,
    mask: OptionalShape = None,
    *,
    axis: Axis = -1,
    momentum: Fraction = 0.99,
    epsilon: Epsilon = 0.001,
    center: Flag = True,
    scale: Flag = True,
    beta_initializer: Initializer = "zeros",
    gamma_initializer: Initializer = "ones",
    moving_mean_initializer: Initializer = "zeros",
    moving_variance_initializer: Initializer = "ones",
    beta_regularizer: Regularizer = None,
    gamma_regularizer: Regularizer = None,
    beta_constraint: Constraint = None,
    gamma_constraint: Constraint = None,
    renorm: Flag = False,
    renorm_clipping: Clipping = None,
    renorm_momentum: Fraction = 0.99,
    synchronized: Flag = False,
) -> Effect:
    """Brings each channel to mean 0 and variance 1 over the batch, then scales it by gamma and adds beta.

    Parameters: 4 x channels, of which the moving mean and variance (2 x channels) are not trained;
    3 x channels more with `renorm`. Source: Ioffe & Szegedy 2015 and 2017; Keras `BatchNormalization`.
    """
    each = (known(x[axis_of(x, axis)], "the number of channels"),)
    weights = {name: each for name, used in (("gamma", scale), ("beta", center)) if used}
    moving = ("moving_mean", "moving_variance")
    renormed = ("moving_stddev", "renorm_mean", "renorm_stddev") if renorm else ()
    return Effect(x, weights, dict.fromkeys(moving + renormed, each))


@layer()
def LayerNormalization(
    x: Shape,
    *,
    axis: Axes = -1,
    epsilon: Epsilon = 0.001,
    center: Flag = True,
    scale: Flag = True,
    beta_initializer: Initializer = "zeros",
    gamma_initializer: Initializer = "ones",
    beta_regularizer: Regularizer = None,
    gamma_regularizer: Regularizer = None,
    beta_constraint: Constraint = None,
    gamma_constraint: Constraint = None,
) -> Effect:
    """Brings each sample to mean 0 and variance 1 along its axes, then scales by gamma and adds beta.

    Parameters: 2 x the product of the axes. Source: Ba et al. 2016; Keras `LayerNormalization`.
    """
    lengths = _lengths(x, axis)
    weights = {name: lengths for name, used in (("gamma", scale), ("beta", center)) if used}
    return Effect(x, weights)


@layer()
def RMSNormalization(x: Shape, *, axis: Axes = -1, epsilon: Epsilon = 1e-6) -> Effect:
    """Divides by the root of the mean square along the axes, then scales: y = scale x / rms(x).

    Parameters: the product of the axes. Source: Zhang & Sennrich 2019; Keras `RMSNormalization`.
    """
    return Effect(x, {"scale": _lengths(x, axis)})


def _lengths(x: Shape, axis: int | tuple[int, ...]) -> tuple[int, ...]:
    """The lengths of the normalized axes, in the order of the numbers as written, as Keras sorts them."""
    written = (axis,) if isinstance(axis, int) else tuple(sorted(axis))
    return tuple(known(x[place], f"axis {place}") for place in axes_of(x, written))


@layer()
def GroupNormalization(
    x: Shape,
    *,
    groups: Groups = 32,
    axis: Axis = -1,
    epsilon: Epsilon = 0.001,
    center: Flag = True,
    scale: Flag = True,
    beta_initializer: Initializer = "zeros",
    gamma_initializer: Initializer = "ones",
    beta_regularizer: Regularizer = None,
    gamma_regularizer: Regularizer = None,
    beta_constraint: Constraint = None,
    gamma_constraint: Constraint = None,
) -> Effect:
    """Brings groups of channels to mean 0 and variance 1 in each sample; `groups: -1` takes each alone.

    Parameters: 2 x channels. Source: Wu & He 2018; Keras `GroupNormalization`.
    """
    channels = known(x[axis_of(x, axis)], "the number of channels")
    if groups != -1 and channels % groups:
        message = f"cannot split {channels} channels into {groups} equal groups"
        raise SpecError("bad-groups", message, "groups")
    used = (("gamma", scale), ("beta", center))
    return Effect(x, {name: (channels,) for name, there in used if there})


@layer()
def UnitNormalization(x: Shape, *, axis: Axes = -1) -> Effect:
    """Scales each vector along the axes to length 1: y = x / |x|.

    Source: Keras `UnitNormalization`.
    """
    axes_of(x, axis, batch=True)
    return Effect(x)
