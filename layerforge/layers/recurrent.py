"""Layers that walk along time: LSTM, GRU, SimpleRNN, and RNN around any cell."""

from typing import Final

from layerforge.diagnostics import SpecError
from layerforge.layers.catalog import OptionalShape, Shapes, layer
from layerforge.layers.cells import (
    GRU_GATES,
    LSTM_GATES,
    Cell,
    check_forget_bias,
    check_states,
    gated,
    state_shapes,
)
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import (
    SWITCH,
    Activation,
    Constraint,
    CudnnChoice,
    Flag,
    Fraction,
    Initializer,
    Positive,
    Regularizer,
    Seed,
)
from layerforge.records import replace
from layerforge.shapes import UNKNOWN, Shape, describe, differ, of_rank

_SEQUENCE: Final = "a sequence (steps, features)"


def walk(
    cell: Effect,
    sequence: Shape,
    initial_state: Shapes,
    mask: OptionalShape,
    sequences: bool,
    states: bool,
) -> Effect:
    """A cell taken along the steps: `sequences` keeps the output of each, `states` adds the last states."""
    steps = sequence[1]
    check_states(initial_state, cell.more, "initial_state")
    check_mask(mask, sequence)
    first, *rest = cell.output
    return replace(
        cell,
        output=(first, steps, *rest) if sequences else cell.output,
        macs=steps * cell.macs,
        more=cell.more if states else (),
    )


def check_mask(mask: OptionalShape, sequence: Shape) -> None:
    """Raises SpecError unless the mask, if any, says of each step whether it counts."""
    if mask and (len(mask) != 2 or differ(mask[1], sequence[1]) or differ(mask[0], sequence[0])):
        steps = "any" if sequence[1] is UNKNOWN else sequence[1]
        message = f"needs a `mask` (steps) of ({steps}), not {describe(mask)}"
        raise SpecError("shape-mismatch", message)


def check_batch(sequence: Shape, stateful: bool) -> None:
    """Raises SpecError where a state is to be kept for batches of unknown size."""
    if stateful and sequence[0] is UNKNOWN:
        message = "needs a fixed batch size to be stateful"
        help = "give the input a `batch_size`"
        raise SpecError("unknown-dimension", message, "stateful", help)


@layer(training=SWITCH)
def SimpleRNN(
    sequence: Shape,
    initial_state: Shapes = None,
    mask: OptionalShape = None,
    *,
    units: Positive,
    activation: Activation = "tanh",
    use_bias: Flag = True,
    kernel_initializer: Initializer = "glorot_uniform",
    recurrent_initializer: Initializer = "orthogonal",
    bias_initializer: Initializer = "zeros",
    kernel_regularizer: Regularizer = None,
    recurrent_regularizer: Regularizer = None,
    bias_regularizer: Regularizer = None,
    activity_regularizer: Regularizer = None,
    kernel_constraint: Constraint = None,
    recurrent_constraint: Constraint = None,
    bias_constraint: Constraint = None,
    dropout: Fraction = 0.0,
    recurrent_dropout: Fraction = 0.0,
    return_sequences: Flag = False,
    return_state: Flag = False,
    go_backwards: Flag = False,
    stateful: Flag = False,
    unroll: Flag = False,
    seed: Seed = None,
    zero_output_for_mask: Flag = False,
) -> Effect:
    """A plain recurrence: each step's output is fed to the next, h' = activation(x W + h U + b).

    Parameters: units x (features + units) + units. Source: Keras `SimpleRNN`.
    """
    batch, _, features = of_rank(sequence, 3, _SEQUENCE)
    check_batch(sequence, stateful)
    cell = gated(("h",), batch, features, units, 1, int(use_bias))
    cell = cell.within("simple_rnn_cell")
    return walk(cell, sequence, initial_state, mask, return_sequences, return_state)


@layer(training=SWITCH)
def LSTM(
    sequence: Shape,
    initial_state: Shapes = None,
    mask: OptionalShape = None,
    *,
    units: Positive,
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
    unroll: Flag = False,
    use_cudnn: CudnnChoice = "auto",
    zero_output_for_mask: Flag = False,
) -> Effect:
    """Long short-term memory: a cell state guarded by an input, a forget and an output gate.

    Parameters: 4 x (units x (features + units) + units). Gate order in the weights: i f c o.
    Source: Hochreiter & Schmidhuber 1997; Keras `LSTMCell`.
    """
    check_forget_bias(use_bias, unit_forget_bias, bias_initializer)
    batch, _, features = of_rank(sequence, 3, _SEQUENCE)
    check_batch(sequence, stateful)
    cell = gated(LSTM_GATES, batch, features, units, 2, int(use_bias))
    cell = cell.within("lstm_cell")
    return walk(cell, sequence, initial_state, mask, return_sequences, return_state)


@layer(training=SWITCH)
def GRU(
    sequence: Shape,
    initial_state: Shapes = None,
    mask: OptionalShape = None,
    *,
    units: Positive,
    activation: Activation = "tanh",
    recurrent_activation: Activation = "sigmoid",
    use_bias: Flag = True,
    kernel_initializer: Initializer = "glorot_uniform",
    recurrent_initializer: Initializer = "orthogonal",
    bias_initializer: Initializer = "zeros",
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
    unroll: Flag = False,
    reset_after: Flag = True,
    use_cudnn: CudnnChoice = "auto",
    zero_output_for_mask: Flag = False,
) -> Effect:
    """Gated recurrent unit: an update and a reset gate guard one state.

    Parameters: 3 x (units x (features + units) + 2 units), a bias for the input and one for the
    state; with `reset_after: false` one bias less. Gate order in the weights: z r h.
    Source: Cho et al. 2014; Keras `GRUCell`.
    """
    batch, _, features = of_rank(sequence, 3, _SEQUENCE)
    check_batch(sequence, stateful)
    cell = gated(GRU_GATES, batch, features, units, 1, use_bias * (2 if reset_after else 1))
    cell = cell.within("gru_cell")
    return walk(cell, sequence, initial_state, mask, return_sequences, return_state)


@layer(training=SWITCH)
def RNN(
    sequence: Shape,
    initial_state: Shapes = None,
    mask: OptionalShape = None,
    *,
    cell: Cell,
    return_sequences: Flag = False,
    return_state: Flag = False,
    go_backwards: Flag = False,
    stateful: Flag = False,
    unroll: Flag = False,
    zero_output_for_mask: Flag = False,
) -> Effect:
    """Walks any recurrent cell, or a list of stacked ones, along the steps of a sequence.

    Parameters: the cell's. Source: Keras `RNN`. The states of stacked cells stand in a row here.
    """
    batch, _, features = of_rank(sequence, 3, _SEQUENCE)
    check_batch(sequence, stateful)
    if initial_state and cell.type.name == "StackedRNNCells":
        message = (
            "cannot take an `initial_state` for stacked cells, which Keras wants in nested lists"
        )
        help = "write one RNN below the other, each with its own state"
        raise SpecError("conflicting-arguments", message, help=help)
    step = cell.inside("cell", (batch, features), states=state_shapes(cell, batch))
    return walk(step, sequence, initial_state, mask, return_sequences, return_state)
