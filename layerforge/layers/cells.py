"""Recurrent cells: what LSTM, GRU and their kin do at one step, and the cells on their own."""

from typing import Annotated, Any, Final, TypeAlias

from layerforge.arguments import INVALID, Arguments, Found, ListOf
from layerforge.diagnostics import SpecError
from layerforge.layers.catalog import CATALOG, Layer, LayerOf, Shapes, inner_names, layer
from layerforge.layers.effect import Effect, Recurrence, stacked
from layerforge.layers.kinds import (
    SWITCH,
    Activation,
    Constraint,
    Flag,
    Fraction,
    Initializer,
    Positive,
    Regularizer,
    Seed,
)
from layerforge.records import record
from layerforge.shapes import Dim, Shape, describe, differ, known, of_rank
from layerforge.source import Node
from layerforge.source import Sequence as SequenceNode

LSTM_GATES: Final = ("i", "f", "c", "o")
GRU_GATES: Final = ("z", "r", "h")
_STEP: Final = "the features of one step"


def gated(
    gates: tuple[str, ...], batch: Dim, last: Dim, units: int, states: int, biases: int
) -> Effect:
    """One step of a cell: kernels for all gates side by side, `biases` bias vectors for each gate.

    The output is the first state; `more` are the `states` new states, each (batch, units).
    """
    features = known(last, "the number of features")
    width = len(gates) * units
    weights: dict[str, tuple[int, ...]] = {
        "kernel": (features, width),
        "recurrent_kernel": (units, width),
    }
    if biases:
        weights["bias"] = (width,) if biases == 1 else (biases, width)
    state = (batch, units)
    return Effect(
        state,
        weights,
        macs=width * (features + units),
        more=(state,) * states,
        recurrences=(Recurrence(gates, features, units, biases),),
    )


def as_list(tensors: Shapes) -> tuple[Shape, ...]:
    """The shapes of one tensor or of a list of them."""
    if not tensors:
        return ()
    return tensors if isinstance(tensors[0], tuple) else (tensors,)


def check_states(given: Shapes, wanted: tuple[Shape, ...], name: str) -> None:
    """Raises SpecError unless the states given, if any, are as many and as large as the cell's own."""
    states = as_list(given)
    if not states:
        return
    if len(states) != len(wanted):
        many = "one state" if len(wanted) == 1 else f"{len(wanted)} states"
        message = f"needs {many} as `{name}`, not {len(states)}"
        raise SpecError(
            "missing-input" if len(states) < len(wanted) else "too-many-inputs", message
        )
    for state, own in zip(states, wanted, strict=True):
        if len(state) != len(own) or any(map(differ, state, own)):
            message = f"needs states like {describe(own)} as `{name}`, not {describe(state)}"
            raise SpecError("shape-mismatch", message)


def _stepped(cell: Effect, states: Shapes) -> Effect:
    check_states(states, cell.more, "states")
    return cell


@layer(training=SWITCH)
def SimpleRNNCell(
    sequence: Shape,
    states: Shapes,
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
    kernel_constraint: Constraint = None,
    recurrent_constraint: Constraint = None,
    bias_constraint: Constraint = None,
    dropout: Fraction = 0.0,
    recurrent_dropout: Fraction = 0.0,
    seed: Seed = None,
) -> Effect:
    """One step of a plain recurrence: h' = activation(x W + h U + b).

    Parameters: units x (features + units) + units. Source: Keras `SimpleRNNCell`.
    """
    batch, features = of_rank(sequence, 2, _STEP)
    return _stepped(gated(("h",), batch, features, units, 1, int(use_bias)), states)


@layer(training=SWITCH)
def GRUCell(
    inputs: Shape,
    states: Shapes,
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
    kernel_constraint: Constraint = None,
    recurrent_constraint: Constraint = None,
    bias_constraint: Constraint = None,
    dropout: Fraction = 0.0,
    recurrent_dropout: Fraction = 0.0,
    reset_after: Flag = True,
    seed: Seed = None,
) -> Effect:
    """One step of a gated recurrent unit: an update and a reset gate guard one state.

    Parameters: as `GRU`. Source: Cho et al. 2014; Keras `GRUCell`.
    """
    batch, features = of_rank(inputs, 2, _STEP)
    return _stepped(
        gated(GRU_GATES, batch, features, units, 1, use_bias * (2 if reset_after else 1)), states
    )


def check_forget_bias(use_bias: bool, unit_forget_bias: bool, bias_initializer: object) -> None:
    """Refuses an LSTM whose bias Keras would fill by no initializer, beside the ones of the forget gate."""
    if use_bias and unit_forget_bias and bias_initializer is None:
        message = "needs a `bias_initializer` for the gates that `unit_forget_bias` does not fill"
        raise SpecError("conflicting-arguments", message, "bias_initializer")


@layer(training=SWITCH)
def LSTMCell(
    inputs: Shape,
    states: Shapes,
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
    kernel_constraint: Constraint = None,
    recurrent_constraint: Constraint = None,
    bias_constraint: Constraint = None,
    dropout: Fraction = 0.0,
    recurrent_dropout: Fraction = 0.0,
    seed: Seed = None,
) -> Effect:
    """One step of a long short-term memory: three gates guard a cell state.

    Parameters: as `LSTM`. Source: Hochreiter & Schmidhuber 1997; Keras `LSTMCell`.
    """
    check_forget_bias(use_bias, unit_forget_bias, bias_initializer)
    batch, features = of_rank(inputs, 2, _STEP)
    return _stepped(gated(LSTM_GATES, batch, features, units, 2, int(use_bias)), states)


_STATES: Final = {"SimpleRNNCell": 1, "GRUCell": 1, "LSTMCell": 2}
_CELLS: Final = (*_STATES, "StackedRNNCells")


@record
class CellsOf:
    """A list of cells, each under a name of its own, since their weights lie side by side."""

    noun: str = "a list of recurrent cells"

    def read(self, node: Node, found: Found) -> Any:
        cells = ListOf(LayerOf("a recurrent cell", _CELLS), at_least=1, name=self.noun).read(
            node, found
        )
        if cells is INVALID:
            return INVALID
        return tuple(
            cell.called(name) for cell, name in zip(cells, inner_names(cells), strict=True)
        )

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": LayerOf().schema(), "minItems": 1}


@record
class CellOf:
    """A recurrent cell as an argument; a list of them is short for StackedRNNCells."""

    noun: str = "a recurrent cell"

    def read(self, node: Node, found: Found) -> Any:
        if not isinstance(node, SequenceNode):
            return LayerOf(self.noun, _CELLS).read(node, found)
        cells = CellsOf().read(node, found)
        if cells is INVALID:
            return INVALID
        return Layer(CATALOG["StackedRNNCells"], Arguments({"cells": cells}))

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [LayerOf().schema(), CellsOf().schema()]}


Cell: TypeAlias = Annotated[Layer, CellOf()]
Cells: TypeAlias = Annotated[tuple[Layer, ...], CellsOf()]


def state_shapes(cell: Layer, batch: Dim) -> tuple[Shape, ...]:
    """The shapes of a cell's states in a row, those of stacked cells one cell after the other."""
    if cell.type.name == "StackedRNNCells":
        return tuple(state for one in cell.values["cells"] for state in state_shapes(one, batch))
    return ((batch, cell.values["units"]),) * _STATES[cell.type.name]


@layer(training=SWITCH)
def StackedRNNCells(inputs: Shape, states: Shapes, *, cells: Cells) -> Effect:
    """One step through several cells, each taking the output of the one before.

    Parameters: the sum of the cells'. Source: Keras `StackedRNNCells`.
    """
    batch = inputs[0]
    own = tuple(state_shapes(cell, batch) for cell in cells)
    check_states(states, tuple(state for shapes in own for state in shapes), "states")
    effects: list[Effect] = []
    x = inputs
    for cell, shapes in zip(cells, own, strict=True):
        effects.append(cell.inside("cells", x, states=shapes))
        x = effects[-1].output
    return stacked(x, effects)
