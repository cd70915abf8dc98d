"""Masks that Keras makes by itself are left to it; those of the user's own are written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import keras
import pytest
from keras import layers, ops

from tests.importing.rebuilding import assert_same_outputs, imported, rebuilt


def _tokens(name: str = "tokens") -> Any:
    return keras.Input((6,), dtype="int32", name=name)


def _embedded(tokens: Any) -> Any:
    return layers.Embedding(20, 4, mask_zero=True)(tokens)


def concatenated(axis: int = -1) -> Any:
    tokens, others = _tokens(), keras.Input((6, 4), name="others")
    joined = layers.Concatenate(axis=axis)([_embedded(tokens), others])
    return keras.Model([tokens, others], layers.GRU(3)(joined))


def concatenated_steps() -> Any:
    return concatenated(1)


def added() -> Any:
    tokens, others = _tokens(), keras.Input((6, 4), name="others")
    total = layers.Add()([_embedded(tokens), layers.Masking(1.0)(others)])
    return keras.Model([tokens, others], layers.GRU(3)(total))


def attended() -> Any:
    tokens = _tokens()
    both = layers.Bidirectional(layers.LSTM(2, return_sequences=True, return_state=True))
    x = both(_embedded(tokens))[0]
    joined = layers.Concatenate()([x, layers.Attention()([x, x])])
    return keras.Model(tokens, layers.TimeDistributed(layers.Dense(2))(joined))


AUTOMATIC: Final = (concatenated, concatenated_steps, added, attended)


def of_another_value() -> Any:
    tokens = _tokens()
    return keras.Model(tokens, layers.GRU(3)(_embedded(tokens), mask=ops.not_equal(tokens, 1)))


def of_a_comparison() -> Any:
    tokens = _tokens()
    return keras.Model(tokens, layers.GRU(3)(_embedded(tokens), mask=ops.greater(tokens, 0)))


def of_two_inputs() -> Any:
    one, two = _tokens("one"), _tokens("two")
    mask = ops.logical_and(ops.not_equal(one, 0), ops.not_equal(two, 0))
    ends = [layers.GRU(3)(_embedded(one), mask=mask), layers.GRU(3)(_embedded(two))]
    return keras.Model([one, two], layers.Concatenate()(ends))


def behind_what_drops_masks() -> Any:
    tokens = _tokens()
    x = layers.Conv1D(4, 3, padding="same")(_embedded(tokens))
    return keras.Model(tokens, layers.GRU(3)(x, mask=ops.not_equal(tokens, 0)))


def beside_a_state() -> Any:
    tokens, state = _tokens(), keras.Input((3,), name="state")
    mask = ops.not_equal(tokens, 0)
    x = layers.GRU(3)(_embedded(tokens), mask=mask, initial_state=state)
    return keras.Model([tokens, state], x)


def of_attention() -> Any:
    one, two = _tokens("one"), _tokens("two")
    mask = ops.expand_dims(ops.not_equal(two, 0), 1)
    x = _embedded(one)
    y = layers.MultiHeadAttention(2, 3)(x, x, attention_mask=mask)
    return keras.Model([one, two], layers.Concatenate()([y, _embedded(two)]))


def zeros_where_masked() -> Any:
    tokens = _tokens()
    x = layers.GRU(3, return_sequences=True, zero_output_for_mask=True)(_embedded(tokens))
    y = layers.Bidirectional(layers.LSTM(2, return_sequences=True))(_embedded(tokens))
    return keras.Model(tokens, layers.Concatenate()([x, y]))


OWN: Final = (
    *(of_another_value, of_a_comparison, of_two_inputs),
    *(behind_what_drops_masks, beside_a_state, of_attention),
)


@pytest.fixture(autouse=True)
def _fresh_names() -> None:
    keras.utils.clear_session()
    keras.utils.set_random_seed(4)


@pytest.mark.parametrize("made", AUTOMATIC)
def test_what_keras_makes_of_masks_is_not_written(made: Callable[[], Any], tmp_path: Path) -> None:
    model = made()
    assert "ops." not in imported(model, folded=False).text
    again = rebuilt(model, tmp_path)
    again.set_weights(model.get_weights())
    assert_same_outputs(model, again)


@pytest.mark.filterwarnings("ignore:Layer .conv1d:UserWarning")
@pytest.mark.parametrize("made", OWN)
def test_a_mask_of_ones_own_is_written(made: Callable[[], Any], tmp_path: Path) -> None:
    model = made()
    assert "mask: " in imported(model, folded=False).text
    again = rebuilt(model, tmp_path)
    again.set_weights(model.get_weights())
    assert_same_outputs(model, again)


def test_zeros_for_masked_steps_are_kept(tmp_path: Path) -> None:
    model = zeros_where_masked()
    text = imported(model).text
    assert text.count("zero_output_for_mask") == 1
    again = rebuilt(model, tmp_path)
    again.set_weights(model.get_weights())
    assert_same_outputs(model, again)
