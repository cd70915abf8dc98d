"""Layers that disturb their input while the model trains, and only then: Dropout and its kin."""

from typing import Final

from layerforge.diagnostics import SpecError
from layerforge.layers.catalog import layer
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import (
    SWITCH,
    DataFormat,
    Fraction,
    NoiseShape,
    NonNegativeNumber,
    Seed,
)
from layerforge.layers.windows import grid_of
from layerforge.shapes import Shape, describe, differ

# SpatialDropout takes no more of the base layer's arguments than these.
_NAMED: Final = ("name", "dtype")


@layer(training=SWITCH)
def Dropout(
    x: Shape, *, rate: Fraction, noise_shape: NoiseShape = None, seed: Seed = None
) -> Effect:
    """Sets a fraction `rate` of the values to zero while training and scales the others by 1 / (1 - rate).

    Source: Srivastava et al. 2014; Keras `Dropout`.
    """
    _check_noise(x, noise_shape)
    return Effect(x)


@layer(training=SWITCH)
def AlphaDropout(
    x: Shape, *, rate: Fraction, noise_shape: NoiseShape = None, seed: Seed = None
) -> Effect:
    """Dropout that keeps mean and variance, for networks of `selu` units.

    Source: Klambauer et al. 2017; Keras `AlphaDropout`.
    """
    _check_noise(x, noise_shape)
    return Effect(x)


@layer(training=SWITCH)
def GaussianDropout(x: Shape, *, rate: Fraction, seed: Seed = None) -> Effect:
    """Multiplies by noise around 1 of the standard deviation sqrt(rate / (1 - rate)) while training.

    Source: Srivastava et al. 2014; Keras `GaussianDropout`.
    """
    return Effect(x)


@layer(training=SWITCH)
def GaussianNoise(x: Shape, *, stddev: Fraction, seed: Seed = None) -> Effect:
    """Adds noise around 0 of the standard deviation `stddev` while training.

    Source: Keras `GaussianNoise`.
    """
    return Effect(x)


@layer(training=SWITCH, common=_NAMED)
def SpatialDropout1D(x: Shape, *, rate: Fraction, seed: Seed = None) -> Effect:
    """Drops whole channels of a sequence while training: all steps of one together.

    Source: Tompson et al. 2014; Keras `SpatialDropout1D`.
    """
    grid_of(x, 1, None)
    return Effect(x)


@layer(training=SWITCH, common=_NAMED)
def SpatialDropout2D(
    x: Shape, *, rate: Fraction, data_format: DataFormat = None, seed: Seed = None
) -> Effect:
    """Drops whole channels of an image while training.

    Source: Tompson et al. 2014; Keras `SpatialDropout2D`.
    """
    grid_of(x, 2, data_format)
    return Effect(x)


@layer(training=SWITCH, common=_NAMED)
def SpatialDropout3D(
    x: Shape, *, rate: Fraction, data_format: DataFormat = None, seed: Seed = None
) -> Effect:
    """Drops whole channels of a volume while training.

    Source: Tompson et al. 2014; Keras `SpatialDropout3D`.
    """
    grid_of(x, 3, data_format)
    return Effect(x)


# Its own `l1` and `l2` are the activity regularizer, which it does not take beside them.
@layer(common=("trainable", "dtype", "autocast", "name"))
def ActivityRegularization(
    x: Shape, *, l1: NonNegativeNumber = 0.0, l2: NonNegativeNumber = 0.0
) -> Effect:
    """Passes values on and adds l1 sum(|x|) + l2 sum(x^2) to the loss.

    Source: Keras `ActivityRegularization`.
    """
    return Effect(x)


def _check_noise(x: Shape, noise_shape: tuple[int | None, ...] | None) -> None:
    """Raises SpecError where the noise cannot be spread over the tensor; `noise_shape` counts the batch."""
    if noise_shape is None:
        return
    pairs = zip(reversed(x), reversed(noise_shape), strict=False)
    fits = not any(noise is not None and noise != 1 and differ(dim, noise) for dim, noise in pairs)
    if len(noise_shape) > len(x) or not fits:
        shown = "[" + ", ".join("null" if dim is None else str(dim) for dim in noise_shape) + "]"
        message = f"cannot spread noise of the shape {shown} over {describe(x)}"
        help = "`noise_shape` counts the batch; 1 shares the noise along an axis"
        raise SpecError("shape-mismatch", message, "noise_shape", help)
