"""What the rules say of a layer that cannot be: one line that reads on from the layer's name."""

from __future__ import annotations

import re

import pytest

from layerforge.diagnostics import Diagnostic, SpecError
from layerforge.layers import find
from tests.layers.case import BadCase, Case, case, effect_of, read_case, the_layer
from tests.layers.families import BAD

MESSAGES = [
    (case("LSTM: 32", (32,)), "needs a sequence (steps, features), not a vector (32)"),
    (
        case("LSTM: 4", (6, None)),
        "needs the number of features to make its weights, but that is free",
    ),
    (case("LSTM: {units: 4, stateful: true}", (6, 3)), "needs a fixed batch size to be stateful"),
    (case("LSTM: 4", (6, 3), initial_state=[(4,)]), "needs 2 states as `initial_state`, not 1"),
    (case("Dense: 4", (5,), (6,)), "takes one tensor, not 2"),
    (case("Dense: 4"), "needs `x` to be called on"),
    (case("LSTM: 4", (6, 3), state=(4,)), "takes no tensor called `state`"),
    (
        case("Add", (6, 4), (6, 4), (5, 4)),
        (
            "needs inputs of one shape: input 1 is (6, 4), input 3 is (5, 4), "
            "which have 6 and 5 on axis 1"
        ),
    ),
    (
        case("Multiply", (6, 4), (3,)),
        (
            "needs inputs of one shape: input 1 is (6, 4), input 2 is (3), "
            "which have 4 and 3 on the last axis"
        ),
    ),
    (
        case("Concatenate: 1", (6, 4), (6, 3)),
        (
            "needs inputs that differ only on axis 1: input 1 is (6, 4), input 2 is (6, 3), "
            "which have 4 and 3 on axis 2"
        ),
    ),
    (
        case("Permute: [0, 1]", (6, 4)),
        "cannot move axis 0, the batch; the axes of a sample count from 1",
    ),
    (case("Permute: [1, 3]", (6, 4)), "needs each number from 1 to 2 once in `dims`, not [1, 3]"),
    (
        case("Reshape: [5, 5]", (6, 4)),
        "cannot make (5, 5), 25 values, of a sequence (6, 4), 24 values",
    ),
    (
        case("BatchNormalization: 3", (6, 5)),
        "needs axis 3, but the last of a sequence (6, 5) is axis 2",
    ),
    (
        case("TimeDistributed: {layer: {LSTM: 4}}", (6, 3)),
        "cannot hold this LSTM, which needs a sequence (steps, features), not a vector (3)",
    ),
    (
        case("Conv1D: {filters: 4, kernel_size: 3, dilation_rate: 3}", (5, 6)),
        "needs at least 7 steps for its kernel (3 taps, dilation 3), but the input has 5",
    ),
    (
        case("Conv2D: {filters: 4, kernel_size: [2, 9]}", (8, 8, 3)),
        "needs at least 9 columns for its kernel, but the input has 8",
    ),
    (case("MaxPooling1D: 8", (7, 2)), "needs at least 8 steps for its pool, but the input has 7"),
    (
        case("Conv1D: {filters: 4, kernel_size: 3, groups: 4}", (9, 6)),
        "cannot split the 6 channels of its input into 4 equal groups",
    ),
    (
        case("Conv2D: {filters: 4, kernel_size: 3}", (6, 7)),
        "needs an image (rows, columns, channels), not a sequence (6, 7)",
    ),
    (case("Cropping1D: 3", (6, 3)), "cannot cut 6 of 6 away on axis 1 of a sequence (6, 3)"),
    (
        case(
            "Bidirectional: {layer: {GRU: 4}, backward_layer: "
            "{GRU: {units: 4, go_backwards: true, name: forward_gru}}}",
            (6, 3),
        ),
        "needs two layers of different names, since their weights lie side by side",
    ),
    (
        case("RNN: {cell: [{LSTMCell: 4}, {GRUCell: 4}]}", (6, 3), initial_state=[(4,)]),
        "cannot take an `initial_state` for stacked cells, which Keras wants in nested lists",
    ),
    (
        case("Attention", (10, 16), (7, 5)),
        "needs a query and a key of as many features: the query is (10, 16), the key (7, 5)",
    ),
]


def message_of(refused: Case) -> str:
    with pytest.raises(SpecError) as error:
        effect_of(the_layer(refused), refused)
    return error.value.message


@pytest.mark.parametrize(("refused", "message"), MESSAGES, ids=[str(c) for c, _ in MESSAGES])
def test_a_message_says_what_was_found_and_what_was_expected(refused: Case, message: str) -> None:
    assert message_of(refused).startswith(message)


def test_an_order_backwards_is_advised_where_both_directions_go_the_same_way() -> None:
    both = "Bidirectional: {layer: {GRU: 4}, backward_layer: {GRU: 4}}"
    with pytest.raises(SpecError) as error:
        effect_of(the_layer(case(both)), case(both, (6, 3)))
    assert error.value.help == "write `go_backwards: true` in `backward_layer`"
    assert error.value.arg == "backward_layer"


@pytest.mark.parametrize("refused", BAD, ids=str)
def test_a_message_reads_on_from_the_name_and_blames_an_argument_that_exists(
    refused: BadCase,
) -> None:
    found: list[Diagnostic] = []
    layer = read_case(refused.case, found)
    if layer is None:
        assert all("\n" not in fault.message for fault in found)
        return
    with pytest.raises(SpecError) as error:
        effect_of(layer, refused.case)
    fault = error.value
    assert re.match(r"(can|cannot|[a-z]+s) ", fault.message), fault.message
    assert "\n" not in fault.message
    assert fault.arg is None or layer.type.signature.parameter(fault.arg) is not None


@pytest.mark.parametrize(
    ("text", "help"),
    [
        ("Bidirectional: {layer: {Dense: 4}}", "one of LSTM, GRU, SimpleRNN, RNN, ConvLSTM1D"),
        ("RNN: {cell: {LSTM: 4}}", "one of SimpleRNNCell, GRUCell, LSTMCell, StackedRNNCells"),
        ("TimeDistributed: {layer: {Dens: 4}}", "did you mean `Dense`?"),
        ("TimeDistributed: {layer: {Dense: {unit: 4}}}", "did you mean `units`?"),
        ("TimeDistributed: {layer: [Dense]}", "write `{LSTM: 32}`"),
    ],
)
def test_a_wrong_layer_inside_another_is_answered_with_the_right_ones(text: str, help: str) -> None:
    found: list[Diagnostic] = []
    assert read_case(case(text), found) is None
    assert [(fault.help or "").startswith(help) for fault in found] == [True]


@pytest.mark.parametrize(
    ("layer", "given", "named", "arranged"),
    [
        ("Dense", ["x"], {}, (["x"], {})),
        ("Dense", [], {"inputs": "x"}, (["x"], {})),
        ("Add", ["a", "b"], {}, ([["a", "b"]], {})),
        (
            "LSTM",
            [],
            {"sequence": "x", "initial_state": ["h", "c"]},
            (["x"], {"initial_state": ["h", "c"]}),
        ),
        ("LSTM", [], {"sequences": "x"}, (["x"], {})),
        ("MultiHeadAttention", ["x"], {}, (["x", "x"], {})),
        ("MultiHeadAttention", ["q", "v"], {"key": "k"}, (["q", "v"], {"key": "k"})),
        ("MultiHeadAttention", [], {"query": "q", "value": "v"}, (["q"], {"value": "v"})),
        ("Attention", ["x"], {}, ([["x", "x"]], {})),
        ("Attention", [], {"query": "q", "key": "k", "value": "v"}, ([["q", "v", "k"]], {})),
        ("Attention", ["q", "v"], {"mask": ["m", "n"]}, ([["q", "v"]], {"mask": ["m", "n"]})),
    ],
)
def test_the_tensors_of_a_call_are_arranged_as_keras_wants_them(
    layer: str, given: list[str], named: dict[str, object], arranged: tuple[object, object]
) -> None:
    entry = find(layer)
    assert entry is not None
    assert entry.arranged(given, named) == arranged
