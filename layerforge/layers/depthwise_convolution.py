"""Depthwise and separable convolutions: a kernel of its own for each channel."""

from layerforge.layers.catalog import layer
from layerforge.layers.convolution import convolving
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import (
    Activation,
    Constraint,
    DataFormat,
    Flag,
    Initializer,
    Padding,
    Positive,
    Regularizer,
    Sizes1,
    Sizes2,
)
from layerforge.layers.windows import grid_of
from layerforge.shapes import Shape, known, size


@layer()
def DepthwiseConv1D(
    x: Shape,
    *,
    kernel_size: Sizes1,
    strides: Sizes1 = 1,
    padding: Padding = "valid",
    depth_multiplier: Positive = 1,
    data_format: DataFormat = None,
    dilation_rate: Sizes1 = 1,
    activation: Activation = None,
    use_bias: Flag = True,
    depthwise_initializer: Initializer = "glorot_uniform",
    bias_initializer: Initializer = "zeros",
    depthwise_regularizer: Regularizer = None,
    bias_regularizer: Regularizer = None,
    activity_regularizer: Regularizer = None,
    depthwise_constraint: Constraint = None,
    bias_constraint: Constraint = None,
) -> Effect:
    """Slides kernels along the steps, each channel its own, and never mixes the channels.

    Output steps as for Conv1D; channels x depth_multiplier of them come out. Parameters: kernel_size x
    channels x depth_multiplier + channels x depth_multiplier. Source: Keras `DepthwiseConv1D`.
    """
    window = convolving(1, kernel_size, strides, dilation_rate)
    grid = grid_of(x, 1, data_format)
    channels = known(grid.channels, "the number of channels")
    places = window.slid(grid.places, padding)
    weights = {"kernel": (*window.taps, channels, depth_multiplier)}
    macs = size(places) * size(weights["kernel"])
    filters = channels * depth_multiplier
    if use_bias:
        weights["bias"] = (filters,)
    return Effect(grid.with_places(places, filters), weights, macs=macs)


@layer()
def DepthwiseConv2D(
    x: Shape,
    *,
    kernel_size: Sizes2,
    strides: Sizes2 = (1, 1),
    padding: Padding = "valid",
    depth_multiplier: Positive = 1,
    data_format: DataFormat = None,
    dilation_rate: Sizes2 = (1, 1),
    activation: Activation = None,
    use_bias: Flag = True,
    depthwise_initializer: Initializer = "glorot_uniform",
    bias_initializer: Initializer = "zeros",
    depthwise_regularizer: Regularizer = None,
    bias_regularizer: Regularizer = None,
    activity_regularizer: Regularizer = None,
    depthwise_constraint: Constraint = None,
    bias_constraint: Constraint = None,
) -> Effect:
    """Slides kernels over an image, each channel its own, and never mixes the channels.

    Output size along each axis as for Conv1D; channels x depth_multiplier come out. Parameters: kernel
    height x width x channels x depth_multiplier + channels x depth_multiplier.
    Source: Howard et al. 2017; Keras `DepthwiseConv2D`.
    """
    window = convolving(2, kernel_size, strides, dilation_rate)
    grid = grid_of(x, 2, data_format)
    channels = known(grid.channels, "the number of channels")
    places = window.slid(grid.places, padding)
    weights = {"kernel": (*window.taps, channels, depth_multiplier)}
    macs = size(places) * size(weights["kernel"])
    filters = channels * depth_multiplier
    if use_bias:
        weights["bias"] = (filters,)
    return Effect(grid.with_places(places, filters), weights, macs=macs)


@layer(alias="SeparableConvolution1D")
def SeparableConv1D(
    x: Shape,
    *,
    filters: Positive,
    kernel_size: Sizes1,
    strides: Sizes1 = 1,
    padding: Padding = "valid",
    data_format: DataFormat = None,
    dilation_rate: Sizes1 = 1,
    depth_multiplier: Positive = 1,
    activation: Activation = None,
    use_bias: Flag = True,
    depthwise_initializer: Initializer = "glorot_uniform",
    pointwise_initializer: Initializer = "glorot_uniform",
    bias_initializer: Initializer = "zeros",
    depthwise_regularizer: Regularizer = None,
    pointwise_regularizer: Regularizer = None,
    bias_regularizer: Regularizer = None,
    activity_regularizer: Regularizer = None,
    depthwise_constraint: Constraint = None,
    pointwise_constraint: Constraint = None,
    bias_constraint: Constraint = None,
) -> Effect:
    """Slides a kernel along the steps for each channel alone, then mixes the channels at each step.

    Output steps as for Conv1D. Parameters: kernel_size x channels x depth_multiplier + channels x
    depth_multiplier x filters + filters. Source: Keras `SeparableConv1D`.
    """
    window = convolving(1, kernel_size, strides, dilation_rate)
    grid = grid_of(x, 1, data_format)
    channels = known(grid.channels, "the number of channels")
    places = window.slid(grid.places, padding)
    depthwise = (*window.taps, channels, depth_multiplier)
    pointwise = (*(1,) * 1, channels * depth_multiplier, filters)
    weights = {"depthwise_kernel": depthwise, "pointwise_kernel": pointwise}
    if use_bias:
        weights["bias"] = (filters,)
    macs = size(places) * (size(depthwise) + size(pointwise))
    return Effect(grid.with_places(places, filters), weights, macs=macs)


@layer(alias="SeparableConvolution2D")
def SeparableConv2D(
    x: Shape,
    *,
    filters: Positive,
    kernel_size: Sizes2,
    strides: Sizes2 = (1, 1),
    padding: Padding = "valid",
    data_format: DataFormat = None,
    dilation_rate: Sizes2 = (1, 1),
    depth_multiplier: Positive = 1,
    activation: Activation = None,
    use_bias: Flag = True,
    depthwise_initializer: Initializer = "glorot_uniform",
    pointwise_initializer: Initializer = "glorot_uniform",
    bias_initializer: Initializer = "zeros",
    depthwise_regularizer: Regularizer = None,
    pointwise_regularizer: Regularizer = None,
    bias_regularizer: Regularizer = None,
    activity_regularizer: Regularizer = None,
    depthwise_constraint: Constraint = None,
    pointwise_constraint: Constraint = None,
    bias_constraint: Constraint = None,
) -> Effect:
    """Slides a kernel over an image for each channel alone, then mixes the channels at each pixel.

    Output size along each axis as for Conv1D. Parameters: kernel height x width x channels x
    depth_multiplier + channels x depth_multiplier x filters + filters.
    Source: Chollet 2017; Keras `SeparableConv2D`.
    """
    window = convolving(2, kernel_size, strides, dilation_rate)
    grid = grid_of(x, 2, data_format)
    channels = known(grid.channels, "the number of channels")
    places = window.slid(grid.places, padding)
    depthwise = (*window.taps, channels, depth_multiplier)
    pointwise = (*(1,) * 2, channels * depth_multiplier, filters)
    weights = {"depthwise_kernel": depthwise, "pointwise_kernel": pointwise}
    if use_bias:
        weights["bias"] = (filters,)
    macs = size(places) * (size(depthwise) + size(pointwise))
    return Effect(grid.with_places(places, filters), weights, macs=macs)
