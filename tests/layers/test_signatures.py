"""Every argument of every layer against Keras's own signature, and every rule's docstring."""

from __future__ import annotations

import inspect
from typing import Any

import keras
import pytest
from keras.src.utils.naming import to_snake_case

from layerforge.arguments import REQUIRED
from layerforge.layers import Layer, snake_case
from layerforge.layers.catalog import COMMON, find
from layerforge.layers.left_out import LEFT_OUT
from tests.layers import in_keras
from tests.layers.case import effect_of, the_layer
from tests.layers.families import CASES, LAYERS, SECOND_NAMES

# Arguments of Keras that a spec cannot write, and why.
UNWRITABLE: dict[str, str] = {
    "weights": "arrays, which are no part of a spec",
    "quantization_config": "an object of keras.quantizers",
}
# Arguments that Keras takes by **kwargs, so that its signature does not show them.
_LORA: dict[str, Any] = {"lora_rank": None, "lora_alpha": None}
_ZEROS: dict[str, Any] = {"zero_output_for_mask": False}
HIDDEN: dict[str, dict[str, Any]] = {
    "AdditiveAttention": {"seed": None},
    "AutoContrast": {"data_format": "channels_last"},
    "Conv1D": _LORA,
    "Conv2D": _LORA,
    "Conv3D": _LORA,
    "ConvLSTM1D": _ZEROS,
    "ConvLSTM2D": _ZEROS,
    "ConvLSTM3D": _ZEROS,
    "GRU": _ZEROS,
    "LSTM": _ZEROS,
    "RandomBrightness": {"data_format": "channels_last"},
    "RandomContrast": {"data_format": "channels_last"},
    "SimpleRNN": _ZEROS,
    "Solarization": {"data_format": "channels_last"},
}

# Layers that do not take one of the base layer's arguments.
REFUSED: dict[str, tuple[str, ...]] = {
    "ActivityRegularization": ("activity_regularizer",),
    "IntegerLookup": ("activity_regularizer", "autocast"),
    "StringLookup": ("activity_regularizer", "autocast"),
}

_COMMON = {parameter.name: parameter.default for parameter in COMMON}


def test_every_layer_of_keras_is_in_the_catalog() -> None:
    missing = [name for name in in_keras.layer_classes() if find(name) is None]
    assert sorted(missing) == sorted(LEFT_OUT)


@pytest.mark.parametrize("name", LAYERS)
def test_arguments_have_the_names_order_and_defaults_of_keras(name: str) -> None:
    entry = LAYERS[name]
    hidden = HIDDEN.get(name, {})
    whole = in_keras.takes_base_arguments(name)
    theirs = [
        (argument, _default(value))
        for argument, value in in_keras.arguments(name).items()
        if argument not in UNWRITABLE
        and argument not in ("name", "dtype")  # which stand anywhere in Keras's signatures
        and (whole or argument not in _COMMON)
    ]
    ours = [
        (parameter.name, _default(parameter.default))
        for parameter in entry.signature.parameters
        if parameter.name in entry.own and parameter.name not in hidden
    ]
    assert ours == theirs


def _default(value: Any) -> Any:
    if value is REQUIRED or value is inspect.Parameter.empty:
        return "(required)"
    return tuple(value) if isinstance(value, list) else value


@pytest.mark.parametrize("name", HIDDEN)
def test_a_hidden_argument_has_the_default_of_the_made_layer(name: str) -> None:
    defaults = {p.name: p.default for p in LAYERS[name].signature.parameters}
    assert {argument: defaults[argument] for argument in HIDDEN[name]} == HIDDEN[name]
    made = in_keras.make(_some_layer(name), "it", HIDDEN[name])
    assert {argument: getattr(made, argument) for argument in HIDDEN[name]} == HIDDEN[name]


def _some_layer(name: str) -> Layer:
    layer = next((layer for layer in map(the_layer, CASES) if layer.type.name == name), None)
    assert layer is not None, "no case"
    return layer


def test_every_layer_takes_what_the_base_layer_takes() -> None:
    signature = inspect.signature(keras.layers.Layer.__init__).parameters.values()
    assert {p.name: p.default for p in signature if p.kind is p.KEYWORD_ONLY} == _COMMON


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_takes_the_base_arguments_that_its_class_takes(name: str) -> None:
    entry = LAYERS[name]
    if in_keras.takes_base_arguments(name):
        expected = set(_COMMON) - set(REFUSED.get(name, ()))
    else:
        expected = set(_COMMON) & set(in_keras.arguments(name))
    ours = {parameter.name for parameter in entry.signature.parameters}
    assert ours & set(_COMMON) == expected
    layer = _some_layer(name)
    values = {argument: _COMMON[argument] for argument in expected - set(layer.values)}
    in_keras.make(layer, "it", {k: v for k, v in values.items() if k != "name"})


@pytest.mark.parametrize("name", REFUSED)
def test_keras_does_not_take_what_the_catalog_leaves_out(name: str) -> None:
    for argument in REFUSED[name]:
        with pytest.raises((TypeError, ValueError), match=argument):
            in_keras.keras_class(name)(**{argument: _COMMON[argument]})


@pytest.mark.parametrize("name", LAYERS)
def test_a_call_takes_the_tensors_and_options_that_keras_takes(name: str) -> None:
    entry = LAYERS[name]
    tensors = set(entry.tensors[entry.packed or 1 :])
    assert not tensors & set(entry.options)
    assert tensors | set(entry.options) == in_keras.call_arguments(name)


@pytest.mark.parametrize("name", LAYERS)
def test_a_docstring_is_a_sentence_and_names_its_source(name: str) -> None:
    first, *rest = LAYERS[name].doc.strip().splitlines()
    assert first.endswith(".")
    assert "Source: " in " ".join(rest)


def test_a_layer_with_weights_says_how_many() -> None:
    silent = []
    for case in CASES:
        layer = the_layer(case)
        effect = effect_of(layer, case)
        if (effect.weights or effect.fixed) and "Parameters" not in layer.type.doc:
            silent.append(layer.type.name)
    assert silent == []


@pytest.mark.parametrize("alias", SECOND_NAMES)
def test_an_alias_is_another_name_that_keras_has_for_the_class(alias: str) -> None:
    known = in_keras.keras_class(SECOND_NAMES[alias])
    assert getattr(keras.layers, alias, None) is known or known.__name__ == alias


@pytest.mark.parametrize("name", LAYERS)
def test_automatic_names_are_written_as_keras_writes_them(name: str) -> None:
    assert snake_case(name) == to_snake_case(name)
