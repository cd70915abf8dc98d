"""Pooling that Keras lacks, by layers of layerforge's own: lengths, modes, and pairs of features."""

from typing import Annotated

from layerforge.arguments import Real
from layerforge.diagnostics import SpecError
from layerforge.layers.catalog import OWN, OptionalShape, layer
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import (
    DataFormat,
    Epsilon,
    Flag,
    OptionalSizes1,
    OptionalSizes2,
    Padding,
    Positive,
    Sizes1,
    Sizes2,
)
from layerforge.layers.pooling import pooled
from layerforge.shapes import Shape, at_least, describe, differ, known, size

_Width = Annotated[float, Real(0.0, open_bottom=True)]


@layer(home=OWN)
def L2Pooling1D(
    x: Shape,
    *,
    pool_size: Sizes1 = 2,
    strides: OptionalSizes1 = None,
    padding: Padding = "valid",
    data_format: DataFormat = None,
) -> Effect:
    """Keeps the length (L2 norm) of the values in each window of steps: y = sqrt(sum of x^2).

    Output steps as for MaxPooling1D. Source: Lp pooling with p = 2, Sermanet et al. 2012; layerforge
    `L2Pooling1D`.
    """
    return pooled(x, 1, pool_size, strides, padding, data_format)


@layer(home=OWN)
def L2Pooling2D(
    x: Shape,
    *,
    pool_size: Sizes2 = 2,
    strides: OptionalSizes2 = None,
    padding: Padding = "valid",
    data_format: DataFormat = None,
) -> Effect:
    """Keeps the length (L2 norm) of the values in each window of rows and columns: y = sqrt(sum of x^2).

    Output size along each axis as for MaxPooling1D. Source: Lp pooling with p = 2, Sermanet et al.
    2012; layerforge `L2Pooling2D`.
    """
    return pooled(x, 2, pool_size, strides, padding, data_format)


@layer(home=OWN)
def MeanShiftPooling1D(
    x: Shape,
    *,
    pool_size: Sizes1 = 2,
    strides: OptionalSizes1 = None,
    padding: Padding = "valid",
    data_format: DataFormat = None,
    bandwidth: _Width = 1.0,
    iterations: Positive = 5,
) -> Effect:
    """Keeps where the values of each window of steps are densest, which outliers hardly move.

    From the window's mean, `iterations` times: m <- sum of g(x - m) x / sum of g(x - m), where
    g(d) = exp(-(d / bandwidth)^2 / 2); a large bandwidth leaves the mean. Output steps as for
    MaxPooling1D. Source: Comaniciu & Meer 2002, equation 17; layerforge `MeanShiftPooling1D`.
    """
    return pooled(x, 1, pool_size, strides, padding, data_format)


@layer(home=OWN)
def MeanShiftPooling2D(
    x: Shape,
    *,
    pool_size: Sizes2 = 2,
    strides: OptionalSizes2 = None,
    padding: Padding = "valid",
    data_format: DataFormat = None,
    bandwidth: _Width = 1.0,
    iterations: Positive = 5,
) -> Effect:
    """Keeps where the values of each window of rows and columns are densest, as MeanShiftPooling1D.

    Output size along each axis as for MaxPooling1D. Source: Comaniciu & Meer 2002, equation 17;
    layerforge `MeanShiftPooling2D`.
    """
    return pooled(x, 2, pool_size, strides, padding, data_format)


@layer(home=OWN)
def BilinearPooling(
    x: Shape,
    other: OptionalShape = None,
    *,
    signed_sqrt: Flag = True,
    normalize: Flag = True,
    epsilon: Epsilon = 1e-7,
) -> Effect:
    """Keeps how strongly every two features occur together over all places: z = sum of a b^T.

    (..., c) and (..., d) at the same places become (c x d), with MACs places x c x d; one tensor is
    paired with itself. Then z <- sign(z) sqrt(|z| + epsilon), and z <- z / |z|. Source: Lin et al.
    2015, Bilinear CNN Models; layerforge `BilinearPooling`.
    """
    _, *places, channels = at_least(x, 3, "a sequence or an image, with channels last")
    second = x if other is None else other
    if len(second) != len(x) or any(map(differ, second[:-1], x[:-1])):
        message = f"pairs features at the same places, not {describe(x)} with {describe(second)}"
        raise SpecError("shape-mismatch", message)
    c, d = known(channels, "the number of channels"), known(second[-1], "the number of channels")
    return Effect((x[0], c * d), macs=size(places) * c * d)
