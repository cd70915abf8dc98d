"""ConvLSTM1D, 2D and 3D: an LSTM whose states are images and whose products are convolutions."""

import math

from layerforge.layers.catalog import OptionalShape, Shapes, layer
from layerforge.layers.cells import LSTM_GATES, check_forget_bias
from layerforge.layers.effect import Effect, Recurrence
from layerforge.layers.kinds import (
    SWITCH,
    Activation,
    Constraint,
    DataFormat,
    Flag,
    Fraction,
    Initializer,
    Padding,
    Positive,
    Regularizer,
    Seed,
    Sizes1,
    Sizes2,
    Sizes3,
    each,
)
from layerforge.layers.recurrent import check_batch, walk
from layerforge.layers.windows import Window, check_strides, grid_of
from layerforge.shapes import Shape, known, of_rank, size


@layer(training=SWITCH)
def ConvLSTM1D(
    sequence: Shape,
    initial_state: Shapes = None,
    mask: OptionalShape = None,
    *,
    filters: Positive,
    kernel_size: Sizes1,
    strides: Sizes1 = 1,
    padding: Padding = "valid",
    data_format: DataFormat = None,
    dilation_rate: Sizes1 = 1,
    activation: Activation = "tanh",
    recurrent_activation: Activation = "sigmoid",
    use_bias: Flag = True,
    kernel_initializer: Initializer = "glorot_uniform",
    recurrent_initializer: Initializer = "orthogonal",
    bias_initializer: Initializer = "zeros",
    unit_forget_bias: Flag = True,
    kernel_regularizer: Regularizer = None,
    recurrent_regularizer: Regularizer = None,
    bias_regularizer: Regularizer = None,
    activity_regularizer: Regularizer = None,
    kernel_constraint: Constraint = None,
    recurrent_constraint: Constraint = None,
    bias_constraint: Constraint = None,
    dropout: Fraction = 0.0,
    recurrent_dropout: Fraction = 0.0,
    seed: Seed = None,
    return_sequences: Flag = False,
    return_state: Flag = False,
    go_backwards: Flag = False,
    stateful: Flag = False,
    zero_output_for_mask: Flag = False,
) -> Effect:
    """An LSTM over a sequence of sequences, with convolutions in the place of matrix products.

    Parameters: 4 x filters x (kernel size x (channels + filters) + 1). Gate order in the weights: i f c o.
    Source: Shi et al. 2015; Keras `ConvLSTM1D`.
    """
    of_rank(sequence, 4, "a sequence of sequences (steps, places, channels)")
    check_batch(sequence, stateful)
    check_forget_bias(use_bias, unit_forget_bias, bias_initializer)
    window = Window(each(kernel_size, 1), each(strides, 1), each(dilation_rate, 1))
    cell = _cell(sequence, window, filters, padding, data_format, use_bias)
    return walk(cell, sequence, initial_state, mask, return_sequences, return_state)


@layer(training=SWITCH)
def ConvLSTM2D(
    sequence: Shape,
    initial_state: Shapes = None,
    mask: OptionalShape = None,
    *,
    filters: Positive,
    kernel_size: Sizes2,
    strides: Sizes2 = 1,
    padding: Padding = "valid",
    data_format: DataFormat = None,
    dilation_rate: Sizes2 = 1,
    activation: Activation = "tanh",
    recurrent_activation: Activation = "sigmoid",
    use_bias: Flag = True,
    kernel_initializer: Initializer = "glorot_uniform",
    recurrent_initializer: Initializer = "orthogonal",
    bias_initializer: Initializer = "zeros",
    unit_forget_bias: Flag = True,
    kernel_regularizer: Regularizer = None,
    recurrent_regularizer: Regularizer = None,
    bias_regularizer: Regularizer = None,
    activity_regularizer: Regularizer = None,
    kernel_constraint: Constraint = None,
    recurrent_constraint: Constraint = None,
    bias_constraint: Constraint = None,
    dropout: Fraction = 0.0,
    recurrent_dropout: Fraction = 0.0,
    seed: Seed = None,
    return_sequences: Flag = False,
    return_state: Flag = False,
    go_backwards: Flag = False,
    stateful: Flag = False,
    zero_output_for_mask: Flag = False,
) -> Effect:
    """An LSTM over a sequence of images, with convolutions in the place of matrix products.

    Parameters: 4 x filters x (kernel size x (channels + filters) + 1). Gate order in the weights: i f c o.
    Source: Shi et al. 2015; Keras `ConvLSTM2D`.
    """
    of_rank(sequence, 5, "a sequence of images (steps, rows, columns, channels)")
    check_batch(sequence, stateful)
    check_forget_bias(use_bias, unit_forget_bias, bias_initializer)
    window = Window(each(kernel_size, 2), each(strides, 2), each(dilation_rate, 2))
    cell = _cell(sequence, window, filters, padding, data_format, use_bias)
    return walk(cell, sequence, initial_state, mask, return_sequences, return_state)


@layer(training=SWITCH)
def ConvLSTM3D(
    sequence: Shape,
    initial_state: Shapes = None,
    mask: OptionalShape = None,
    *,
    filters: Positive,
    kernel_size: Sizes3,
    strides: Sizes3 = 1,
    padding: Padding = "valid",
    data_format: DataFormat = None,
    dilation_rate: Sizes3 = 1,
    activation: Activation = "tanh",
    recurrent_activation: Activation = "sigmoid",
    use_bias: Flag = True,
    kernel_initializer: Initializer = "glorot_uniform",
    recurrent_initializer: Initializer = "orthogonal",
    bias_initializer: Initializer = "zeros",
    unit_forget_bias: Flag = True,
    kernel_regularizer: Regularizer = None,
    recurrent_regularizer: Regularizer = None,
    bias_regularizer: Regularizer = None,
    activity_regularizer: Regularizer = None,
    kernel_constraint: Constraint = None,
    recurrent_constraint: Constraint = None,
    bias_constraint: Constraint = None,
    dropout: Fraction = 0.0,
    recurrent_dropout: Fraction = 0.0,
    seed: Seed = None,
    return_sequences: Flag = False,
    return_state: Flag = False,
    go_backwards: Flag = False,
    stateful: Flag = False,
    zero_output_for_mask: Flag = False,
) -> Effect:
    """An LSTM over a sequence of volumes, with convolutions in the place of matrix products.

    Parameters: 4 x filters x (kernel size x (channels + filters) + 1). Gate order in the weights: i f c o.
    Source: Shi et al. 2015; Keras `ConvLSTM3D`.
    """
    of_rank(sequence, 6, "a sequence of volumes (steps, slices, rows, columns, channels)")
    check_batch(sequence, stateful)
    check_forget_bias(use_bias, unit_forget_bias, bias_initializer)
    window = Window(each(kernel_size, 3), each(strides, 3), each(dilation_rate, 3))
    cell = _cell(sequence, window, filters, padding, data_format, use_bias)
    return walk(cell, sequence, initial_state, mask, return_sequences, return_state)


def _cell(
    sequence: Shape,
    window: Window,
    filters: int,
    padding: str,
    data_format: str | None,
    use_bias: bool,
) -> Effect:
    """One step: `window` slides over the input; a kernel as large, padded, keeps the state its size."""
    check_strides(window.strides, window.dilation)
    grid = grid_of((sequence[0], *sequence[2:]), len(window.taps), data_format)
    channels = known(grid.channels, "the number of channels")
    places = tuple(
        known(place, f"axis {axis} of each moment") for axis, place in enumerate(grid.places, 1)
    )
    slid = window.slid(places, padding)
    taps = math.prod(window.taps)
    gate = Recurrence(LSTM_GATES, channels, filters, int(use_bias), "", taps, taps)
    weights: dict[str, tuple[int, ...]] = {
        "kernel": (*window.taps, channels, 4 * filters),
        "recurrent_kernel": (*window.taps, filters, 4 * filters),
    }
    if use_bias:
        weights["bias"] = (4 * filters,)
    state = grid.with_places(slid, filters)
    macs = size(slid) * taps * (channels + filters) * 4 * filters
    cell = Effect(state, weights, macs=macs, more=(state, state), recurrences=(gate,))
    return cell.within("conv_lstm_cell")
