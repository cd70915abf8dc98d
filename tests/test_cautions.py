"""Warnings about sound models: what they hold of Keras is held against Keras."""

from __future__ import annotations

import warnings
from importlib import import_module

import keras
import numpy as np
import pytest

from layerforge.cautions import _READERS, KEEPERS
from layerforge.layers import find
from tests.conftest import CompileText
from tests.layers import in_keras
from tests.layers.case import the_layer
from tests.layers.families import CASES

SPEC = """
    layerforge: 1
    model:
      input: [null, 6]
      layers:
    """


def _codes(compile_text: CompileText, *items: str) -> list[str]:
    lines = "".join(f"        - {item}\n" for item in items)
    compiled = compile_text(SPEC.rstrip() + "\n" + lines)
    assert compiled.plan is not None, compiled.found
    assert {fault.severity for fault in compiled.found} <= {"warning"}
    return [fault.code for fault in compiled.found]


@pytest.mark.parametrize(
    ("argument", "leaves"),
    [
        ("activation: tanh", False),
        ("activation: relu", True),
        ("recurrent_activation: hard_sigmoid", True),
        ("use_bias: false", True),
        ("unroll: false", False),
        ("recurrent_dropout: 0.1", True),
        ("dropout: 0.3", False),
        ("activation: relu, use_cudnn: false", False),
    ],
)
@pytest.mark.parametrize("layer", ["LSTM", "GRU"])
def test_arguments_that_leave_the_fast_kernel_are_told(
    compile_text: CompileText, layer: str, argument: str, leaves: bool
) -> None:
    alone = _codes(compile_text, f"{layer}: {{units: 4, {argument}}}")
    inside = _codes(
        compile_text, f"Bidirectional: {{layer: {{{layer}: {{units: 4, {argument}}}}}}}"
    )
    assert alone == inside == (["leaves-cudnn"] if leaves else [])


def test_what_keeps_the_kernel_is_what_keras_asks_for() -> None:
    tanh, sigmoid, relu = (getattr(keras.activations, n) for n in ("tanh", "sigmoid", "relu"))
    rnn = import_module("keras.src.backend.tensorflow.rnn")  # a function hides it
    lstm, gru = rnn._do_lstm_arguments_support_cudnn, rnn._do_gru_arguments_support_cudnn
    assert lstm(tanh, sigmoid, False, True)
    assert gru(tanh, sigmoid, False, True, True)
    for other in ((relu, sigmoid, False, True), (tanh, relu, False, True)):
        assert not lstm(*other)
    for other in ((tanh, sigmoid, True, True), (tanh, sigmoid, False, False)):
        assert not lstm(*other)
    assert not gru(tanh, sigmoid, False, True, False)


def test_the_layers_that_keep_a_mask_are_those_of_keras() -> None:
    made = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for case in CASES:
            layer = the_layer(case)
            if layer.type.name not in made and not layer.type.name.endswith(("Cell", "Cells")):
                made[layer.type.name] = in_keras.make(layer, "it").supports_masking
    keeps = {name for name, supports in made.items() if supports}
    assert KEEPERS - {"Masking"} <= keeps
    # What is not listed either reads the mask itself or takes no sequences of features.
    rest = keeps - KEEPERS - _READERS
    assert {name for name in rest if find(name) is not None} == NEITHER


# Layers that Keras lets masks through and before which none stands: words, images, whole tensors.
NEITHER = {"Dot"}


def test_a_mask_that_ends_before_a_layer_that_reads_it_is_told(compile_text: CompileText) -> None:
    lost = ["Masking", "Conv1D: {filters: 4, kernel_size: 3, padding: same}", "LSTM: 4"]
    assert _codes(compile_text, *lost) == ["lost-mask"]
    assert _codes(compile_text, *lost, "Dense: 1") == ["lost-mask"]
    assert _codes(compile_text, "Masking", "Dense: 4", "Dropout: 0.1", "LSTM: 4") == []
    assert _codes(compile_text, "Masking", "ops.abs", "LSTM: 4") == ["lost-mask"]
    assert _codes(compile_text, *lost[:2]) == []


def test_a_mask_ends_rightly_where_a_sequence_becomes_a_vector(compile_text: CompileText) -> None:
    ended = ["Masking", "LSTM: 4", "RepeatVector: 3", "LSTM: 4"]
    assert _codes(compile_text, *ended) == []
    kept = ["Masking", "LSTM: {units: 4, return_sequences: true}", "ops.abs", "GRU: 4"]
    assert _codes(compile_text, *kept) == ["lost-mask"]


DECODER = """
    model:
      inputs: {tokens: {shape: [6], dtype: int32}, state: [3]}
      layers:
        - ops.not_equal: 0
          from: tokens
          name: seen
        - Embedding: {input_dim: 9, output_dim: 4, mask_zero: true}
          from: tokens
        - GRU: {units: 3, return_sequences: true}
          from: {sequence: previous, initial_state: state, mask: MASK}
        - GlobalAveragePooling1D:
          name: mean
      outputs: [mean, seen]
    """


def test_a_mask_is_not_given_beside_a_state(compile_text: CompileText) -> None:
    assert [each.code for each in compile_text(DECODER.replace("MASK", "seen")).found] == []
    found = compile_text(DECODER.replace(", mask: MASK", "")).found
    assert [(each.code, each.span and each.span.line) for each in found] == [("lost-mask", 10)]


@pytest.mark.parametrize("layer", ["Add", "Concatenate", "Multiply", "Average"])
def test_a_merging_layer_of_one_tensor_is_told(layer: str, compile_text: CompileText) -> None:
    assert _codes(compile_text, layer) == ["one-input"]
    assert _codes(compile_text, "ops.stack") == []


def test_keras_hands_no_mask_to_a_layer_beside_a_state() -> None:
    embed, walk = keras.layers.Embedding(9, 4, mask_zero=True), keras.layers.GRU(3)
    tokens, state = keras.Input((5,), dtype="int32"), keras.Input((3,))
    stated = keras.Model([tokens, state], walk(embed(tokens), initial_state=state))
    alone = keras.Model(tokens, walk(embed(tokens)))
    given, zeros = np.array([[1, 2, 0, 0, 0]]), np.zeros((1, 3), "float32")
    assert not np.allclose(stated([given, zeros]), alone(given), atol=1e-4)
