"""Convolutions: a kernel slides over steps, images or volumes."""

from layerforge.diagnostics import SpecError
from layerforge.layers.catalog import layer
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import (
    Activation,
    CausalPadding,
    Constraint,
    DataFormat,
    Flag,
    Initializer,
    OptionalPositive,
    Padding,
    Positive,
    Regularizer,
    Sizes,
    Sizes1,
    Sizes2,
    Sizes3,
    each,
)
from layerforge.layers.lora import adapted
from layerforge.layers.windows import Window, check_strides, grid_of
from layerforge.shapes import Shape, known, size


@layer(alias="Convolution1D")
def Conv1D(
    x: Shape,
    *,
    filters: Positive,
    kernel_size: Sizes1,
    strides: Sizes1 = 1,
    padding: CausalPadding = "valid",
    data_format: DataFormat = None,
    dilation_rate: Sizes1 = 1,
    groups: Positive = 1,
    activation: Activation = None,
    use_bias: Flag = True,
    kernel_initializer: Initializer = "glorot_uniform",
    bias_initializer: Initializer = "zeros",
    kernel_regularizer: Regularizer = None,
    bias_regularizer: Regularizer = None,
    activity_regularizer: Regularizer = None,
    kernel_constraint: Constraint = None,
    bias_constraint: Constraint = None,
    lora_rank: OptionalPositive = None,
    lora_alpha: OptionalPositive = None,
) -> Effect:
    """Slides a kernel along the steps of a sequence: each filter sums kernel_size x channels products.

    Output steps, with k_eff = (kernel_size - 1) dilation_rate + 1: valid floor((n - k_eff) / strides) + 1;
    same and causal ceil(n / strides); causal pads the past alone, so no output sees later steps.
    Parameters: kernel_size x channels / groups x filters + filters; with `lora_rank` also two low-rank
    kernels, and the kernel is fixed. Source: Keras `Conv1D`.
    """
    window = convolving(1, kernel_size, strides, dilation_rate)
    effect = _convolved(x, window, filters, padding, data_format, groups, use_bias)
    return adapted(effect, lora_rank, kernel_constraint)


@layer(alias="Convolution2D")
def Conv2D(
    x: Shape,
    *,
    filters: Positive,
    kernel_size: Sizes2,
    strides: Sizes2 = (1, 1),
    padding: Padding = "valid",
    data_format: DataFormat = None,
    dilation_rate: Sizes2 = (1, 1),
    groups: Positive = 1,
    activation: Activation = None,
    use_bias: Flag = True,
    kernel_initializer: Initializer = "glorot_uniform",
    bias_initializer: Initializer = "zeros",
    kernel_regularizer: Regularizer = None,
    bias_regularizer: Regularizer = None,
    activity_regularizer: Regularizer = None,
    kernel_constraint: Constraint = None,
    bias_constraint: Constraint = None,
    lora_rank: OptionalPositive = None,
    lora_alpha: OptionalPositive = None,
) -> Effect:
    """Slides a kernel over the rows and columns of an image.

    Output size along each axis as for Conv1D. Parameters: kernel height x width x channels / groups x
    filters + filters. Source: LeCun et al. 1998; Keras `Conv2D`.
    """
    window = convolving(2, kernel_size, strides, dilation_rate)
    effect = _convolved(x, window, filters, padding, data_format, groups, use_bias)
    return adapted(effect, lora_rank, kernel_constraint)


@layer(alias="Convolution3D")
def Conv3D(
    x: Shape,
    *,
    filters: Positive,
    kernel_size: Sizes3,
    strides: Sizes3 = (1, 1, 1),
    padding: Padding = "valid",
    data_format: DataFormat = None,
    dilation_rate: Sizes3 = (1, 1, 1),
    groups: Positive = 1,
    activation: Activation = None,
    use_bias: Flag = True,
    kernel_initializer: Initializer = "glorot_uniform",
    bias_initializer: Initializer = "zeros",
    kernel_regularizer: Regularizer = None,
    bias_regularizer: Regularizer = None,
    activity_regularizer: Regularizer = None,
    kernel_constraint: Constraint = None,
    bias_constraint: Constraint = None,
    lora_rank: OptionalPositive = None,
    lora_alpha: OptionalPositive = None,
) -> Effect:
    """Slides a kernel through the slices, rows and columns of a volume, or the frames of a video.

    Output size along each axis as for Conv1D. Parameters: the product of the kernel's sizes x channels /
    groups x filters + filters. Source: Keras `Conv3D`.
    """
    window = convolving(3, kernel_size, strides, dilation_rate)
    effect = _convolved(x, window, filters, padding, data_format, groups, use_bias)
    return adapted(effect, lora_rank, kernel_constraint)


def convolving(rank: int, kernel_size: Sizes, strides: Sizes, dilation_rate: Sizes) -> Window:
    """The kernel of a convolution over `rank` axes as a window."""
    return Window(each(kernel_size, rank), each(strides, rank), each(dilation_rate, rank))


def _convolved(
    x: Shape,
    window: Window,
    filters: int,
    padding: str,
    data_format: str | None,
    groups: int,
    use_bias: bool,
) -> Effect:
    """The effect of a convolution without low-rank adaptation."""
    check_strides(window.strides, window.dilation)
    grid = grid_of(x, len(window.taps), data_format)
    channels = known(grid.channels, "the number of channels")
    _check_groups(channels, filters, groups)
    places = window.slid(grid.places, padding)
    kernel = (*window.taps, channels // groups, filters)
    weights = {"kernel": kernel, "bias": (filters,)} if use_bias else {"kernel": kernel}
    macs = size(places) * size(kernel)
    return Effect(grid.with_places(places, filters), weights, macs=macs)


def _check_groups(channels: int, filters: int, groups: int) -> None:
    """Raises SpecError unless every group gets as many channels and filters as the others."""
    if filters % groups:
        message = f"cannot split {filters} filters into {groups} equal groups"
        raise SpecError("bad-groups", message, "groups")
    if channels % groups:
        message = f"cannot split the {channels} channels of its input into {groups} equal groups"
        raise SpecError("bad-groups", message, "groups")
