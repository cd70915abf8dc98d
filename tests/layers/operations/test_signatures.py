"""The whole of keras.ops: what the catalog has, with Keras's arguments, and what it leaves out."""

from __future__ import annotations

import inspect
from typing import Any

import keras
import pytest
from keras.src.backend.common import dtypes

from layerforge.arguments import REQUIRED
from layerforge.layers import CATALOG, LayerType
from layerforge.layers.catalog import COMMON
from layerforge.layers.operations.kinds import DTYPES
from layerforge.layers.operations.left_out import LEFT_OUT
from layerforge.layers.operations.operand import ARRAYS_ONLY
from layerforge.layers.operations.registration import Rule
from tests.layers.operations import in_keras

OPERATIONS = [name for name, entry in CATALOG.items() if entry.name.startswith("ops.")]

# Arguments of Keras that a spec does not have, and why.
UNWRITTEN: dict[tuple[str, str], str] = {
    ("ops.bincount", "weights"): "a number for every value of the batch, none of which is known",
    ("ops.dot_product_attention", "flash_attention"): "TensorFlow has none",
    ("ops.dot_product_attention", "attn_logits_soft_cap"): "only for JAX on TPU",
    ("ops.linspace", "retstep"): "the step, which a functional model does not give",
}
# What is optional in Keras and needed here, and why.
NEEDED: dict[tuple[str, str], str] = {
    ("ops.where", "x1"): "without it Keras plans another shape than it gives",
    ("ops.where", "x2"): "without it Keras plans another shape than it gives",
    ("ops.multi_hot", "num_classes"): "Keras asks for it too, behind its default",
}


def functions() -> dict[str, Any]:
    """Every public function of keras.ops; those of keras.ops.image alone under that name."""
    found = {f"ops.{name}": getattr(keras.ops, name) for name in dir(keras.ops)}
    found |= {f"ops.image.{name}": getattr(keras.ops.image, name) for name in dir(keras.ops.image)}
    return {
        name: function
        for name, function in found.items()
        if inspect.isfunction(function) and not name.rpartition(".")[2].startswith("_")
    }


def test_every_function_of_keras_ops_is_in_the_catalog_or_left_out_for_a_reason() -> None:
    assert sorted({*OPERATIONS, *LEFT_OUT}) == sorted(functions())
    assert {*OPERATIONS} & {*LEFT_OUT} == set()


def test_the_other_modules_of_keras_ops_hold_nothing_else() -> None:
    for module in (keras.ops.nn, keras.ops.numpy, keras.ops.linalg):
        assert {name for name in dir(module) if name[0] != "_"} <= set(dir(keras.ops))


@pytest.mark.parametrize("name", LEFT_OUT)
def test_a_reason_is_one_line_and_names_only_what_there_is(name: str) -> None:
    reason = LEFT_OUT[name]
    assert "\n" not in reason
    words = [word.split(":")[0] for word in reason.split("`")[1::2]]
    assert [word for word in words if word.startswith("ops.") and word not in CATALOG] == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_arguments_have_the_names_order_and_defaults_of_keras(name: str) -> None:
    entry = CATALOG[name]
    theirs = [
        (parameter.name, _default(name, parameter))
        for parameter in inspect.signature(in_keras.function_of(name)).parameters.values()
        if parameter.kind is not parameter.VAR_POSITIONAL
        and parameter.name not in entry.tensors
        and (name, parameter.name) not in UNWRITTEN
        and not (entry.variadic and parameter.name in ("x", "xs"))
        and parameter.name != "kwargs"
    ]
    ours = [
        (parameter.name, _shown(parameter.default))
        for parameter in entry.signature.parameters
        if parameter.name not in entry.tensors
    ]
    assert ours == theirs


def _default(name: str, parameter: inspect.Parameter) -> Any:
    if parameter.kind is parameter.VAR_KEYWORD:
        return None  # `**axes_lengths` is written as a mapping
    return "(required)" if (name, parameter.name) in NEEDED else _shown(parameter.default)


def _shown(value: Any) -> Any:
    return "(required)" if value is REQUIRED or value is inspect.Parameter.empty else value


@pytest.mark.parametrize("name", OPERATIONS)
def test_tensors_have_the_names_of_keras_and_are_needed_where_it_needs_them(name: str) -> None:
    entry = CATALOG[name]
    theirs = inspect.signature(in_keras.function_of(name)).parameters
    assert set(entry.tensors) <= set(theirs)
    rule = entry.rule
    assert isinstance(rule, Rule)
    for tensor in () if entry.variadic else entry.tensors:
        needed = theirs[tensor].default is inspect.Parameter.empty or (name, tensor) in NEEDED
        assert needed == (tensor in rule.required), tensor


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_docstring_is_a_sentence_and_names_its_source(name: str) -> None:
    first, *rest = CATALOG[name].doc.splitlines()
    assert first.endswith(".")
    assert len(first) <= 110
    assert f"Source: Keras `{name}`." in " ".join(rest)


@pytest.mark.parametrize(
    "entry", [e for e in CATALOG.values() if e.is_operation], ids=lambda e: e.name
)
def test_an_operation_has_none_of_the_arguments_of_layers(entry: LayerType) -> None:
    names = {parameter.name for parameter in entry.signature.parameters}
    assert not names & {parameter.name for parameter in COMMON} - {"dtype"}
    assert not entry.options


def test_the_types_are_those_of_keras() -> None:
    assert set(DTYPES) == set(dtypes.ALLOWED_DTYPES)


def test_operations_that_want_arrays_are_in_the_catalog() -> None:
    assert set(CATALOG) >= ARRAYS_ONLY
