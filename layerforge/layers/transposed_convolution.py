"""Transposed convolutions: sequences, images and volumes become larger, by a kernel that is learned."""

from typing import Final

from layerforge.diagnostics import SpecError
from layerforge.layers.catalog import layer
from layerforge.layers.convolution import convolving
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import (
    Activation,
    Constraint,
    DataFormat,
    Flag,
    Initializer,
    OutputPadding1,
    OutputPadding2,
    OutputPadding3,
    Padding,
    Positive,
    Regularizer,
    Sizes,
    Sizes1,
    Sizes2,
    Sizes3,
    each,
)
from layerforge.layers.windows import Window, check_strides, grid_of
from layerforge.shapes import Dim, Shape, known, size

_FREE: Final = "leave `output_padding` away: the output is then n x strides"


@layer(alias="Convolution1DTranspose")
def Conv1DTranspose(
    x: Shape,
    *,
    filters: Positive,
    kernel_size: Sizes1,
    strides: Sizes1 = 1,
    padding: Padding = "valid",
    output_padding: OutputPadding1 = None,
    data_format: DataFormat = None,
    dilation_rate: Sizes1 = 1,
    activation: Activation = None,
    use_bias: Flag = True,
    kernel_initializer: Initializer = "glorot_uniform",
    bias_initializer: Initializer = "zeros",
    kernel_regularizer: Regularizer = None,
    bias_regularizer: Regularizer = None,
    activity_regularizer: Regularizer = None,
    kernel_constraint: Constraint = None,
    bias_constraint: Constraint = None,
) -> Effect:
    """Spreads each step over kernel_size new ones and adds up where they overlap: a convolution backwards.

    Output steps, with k_eff = (kernel_size - 1) dilation_rate + 1: valid (n - 1) strides + max(k_eff,
    strides), same n x strides; with `output_padding` p: valid (n - 1) strides + k_eff + p, same
    (n - 1) strides + k_eff mod 2 + p. Parameters: kernel_size x filters x channels + filters.
    Source: Zeiler et al. 2010; Dumoulin & Visin 2016; Keras `Conv1DTranspose`.
    """
    window = convolving(1, kernel_size, strides, dilation_rate)
    return _transposed(x, window, filters, padding, output_padding, data_format, use_bias)


@layer(alias="Convolution2DTranspose")
def Conv2DTranspose(
    x: Shape,
    *,
    filters: Positive,
    kernel_size: Sizes2,
    strides: Sizes2 = (1, 1),
    padding: Padding = "valid",
    output_padding: OutputPadding2 = None,
    data_format: DataFormat = None,
    dilation_rate: Sizes2 = (1, 1),
    activation: Activation = None,
    use_bias: Flag = True,
    kernel_initializer: Initializer = "glorot_uniform",
    bias_initializer: Initializer = "zeros",
    kernel_regularizer: Regularizer = None,
    bias_regularizer: Regularizer = None,
    activity_regularizer: Regularizer = None,
    kernel_constraint: Constraint = None,
    bias_constraint: Constraint = None,
) -> Effect:
    """Spreads each pixel over a patch of a larger image, as decoders and generators do.

    Output size along each axis as for Conv1DTranspose. Parameters: kernel height x width x filters x
    channels + filters. Source: Zeiler et al. 2010; Keras `Conv2DTranspose`.
    """
    window = convolving(2, kernel_size, strides, dilation_rate)
    return _transposed(x, window, filters, padding, output_padding, data_format, use_bias)


@layer(alias="Convolution3DTranspose")
def Conv3DTranspose(
    x: Shape,
    *,
    filters: Positive,
    kernel_size: Sizes3,
    strides: Sizes3 = (1, 1, 1),
    padding: Padding = "valid",
    data_format: DataFormat = None,
    output_padding: OutputPadding3 = None,
    dilation_rate: Sizes3 = (1, 1, 1),
    activation: Activation = None,
    use_bias: Flag = True,
    kernel_initializer: Initializer = "glorot_uniform",
    bias_initializer: Initializer = "zeros",
    kernel_regularizer: Regularizer = None,
    bias_regularizer: Regularizer = None,
    activity_regularizer: Regularizer = None,
    kernel_constraint: Constraint = None,
    bias_constraint: Constraint = None,
) -> Effect:
    """Spreads each place of a volume over a block of a larger one.

    Output size along each axis as for Conv1DTranspose. Parameters: the product of the kernel's sizes x
    filters x channels + filters. Source: Zeiler et al. 2010; Keras `Conv3DTranspose`.
    """
    window = convolving(3, kernel_size, strides, dilation_rate)
    return _transposed(x, window, filters, padding, output_padding, data_format, use_bias)


def _transposed(
    x: Shape,
    window: Window,
    filters: int,
    padding: str,
    output_padding: Sizes | None,
    data_format: str | None,
    use_bias: bool,
) -> Effect:
    """The effect of any transposed convolution: every input value meets every tap and filter once."""
    rank = len(window.taps)
    check_strides(window.strides, window.dilation)
    grid = grid_of(x, rank, data_format)
    channels = known(grid.channels, "the number of channels")
    extra = None if output_padding is None else each(output_padding, rank)
    places = _spread(grid.places, window, padding, extra)
    kernel = (*window.taps, filters, channels)
    weights = {"kernel": kernel, "bias": (filters,)} if use_bias else {"kernel": kernel}
    macs = size(grid.places) * size(kernel)
    return Effect(grid.with_places(places, filters), weights, macs=macs)


def _spread(places: Shape, window: Window, padding: str, extra: tuple[int, ...] | None) -> Shape:
    """How many places come out along each axis; `extra` is the output padding.

    Source: `keras.src.backend.common.backend_utils._get_output_shape_given_tf_padding`.
    """
    if extra is not None:
        _check_extra(window, padding, extra)
    sizes: list[Dim] = []
    for axis, (n, reach, stride) in enumerate(
        zip(places, window.reach, window.strides, strict=True)
    ):
        if extra is not None:
            kept = reach if padding == "valid" else reach % 2
            sizes.append((n - 1) * stride + kept + extra[axis])
        else:
            sizes.append(
                (n - 1) * stride + max(reach, stride) if padding == "valid" else n * stride
            )
    return tuple(sizes)


def _check_extra(window: Window, padding: str, extra: tuple[int, ...]) -> None:
    """Raises SpecError unless the output padding stays below the strides and TensorFlow can run it."""
    for p, reach, stride in zip(extra, window.reach, window.strides, strict=True):
        if p >= stride:
            message = f"needs an `output_padding` below its `strides`, {stride}, not {p}"
            raise SpecError("out-of-range", message, "output_padding")
        if padding == "same" and reach % 2 == 0 and p == 0:
            # Keras builds it: (n - 1) strides places, which the forward convolution maps to n - 1.
            message = f"cannot run with `output_padding: 0` under `padding: same`: its kernel spans {reach}"
            message += ", an even number"
            raise SpecError("conflicting-arguments", message, "output_padding", _FREE)
