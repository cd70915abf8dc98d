"""The operations of cases, made in Keras by the builder: called, saved, loaded and run."""

from __future__ import annotations

import inspect
import json
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from layerforge.arguments import plain
from layerforge.build.operations import call_operation
from layerforge.layers import Layer, LayerType, find
from layerforge.layers.operations.registration import Rule
from layerforge.source import Mapping
from tests.layers.case import Case, Sample, nodes

ROWS = 3  # samples in a batch


def function_of(name: str) -> Callable[..., Any]:
    """The function behind an entry of the catalog."""
    found: Any = keras
    for part in ("ops.get_item" if name == "slice" else name).split("."):
        found = getattr(found, part)
    function: Callable[..., Any] = found
    return function


def inputs_of(case: Case) -> tuple[list[Any], dict[str, Any]]:
    """Symbolic inputs for the tensors of a case: those by place, and those by name."""
    types = iter((case.dtype or "").split() * 4 if " " in (case.dtype or "") else [case.dtype] * 9)

    def made(shape: Sample) -> Any:
        return keras.Input(shape, case.batch, dtype=next(types, None))

    given = [made(shape) for shape in case.shapes]
    named = {
        name: [made(each) for each in value] if isinstance(value, list) else made(value)
        for name, value in case.named.items()
    }
    return given, named


def model_of(case: Case, layer: Layer) -> Any:
    """A functional model of one operation, on inputs of the case's shapes."""
    given, named = inputs_of(case)
    outputs = call_operation(layer, given, named, "it")
    return keras.Model(keras.tree.flatten([given, named]), keras.tree.flatten(outputs))


def plain_model_of(case: Case) -> Any:
    """The same for a text that layerforge cannot read: Keras's function on plain values."""
    key, node = nodes(case.layer)
    entry = find(key.text)
    assert entry is not None
    function = function_of(entry.name)
    written = None if node is None else plain(node)
    names = set(inspect.signature(function).parameters)
    if not isinstance(node, Mapping) or not names & set(node.keys()):
        first = next(iter(entry.signature.parameters), None)
        written = {} if written is None else {first.name if first else "nothing": written}
    written = {key: _as_tensor(entry, key, value) for key, value in (written or {}).items()}
    given, named = inputs_of(case)
    if "subscripts" in written:
        outputs = function(written.pop("subscripts"), *given, **written)
    else:
        outputs = function(*([given] if entry.variadic else given), **named, **written)
    return keras.Model(keras.tree.flatten([given, named]), keras.tree.flatten(outputs))


def _as_tensor(entry: LayerType, key: str, value: Any) -> Any:
    """A list in the place of a tensor as an array."""
    assert isinstance(entry.rule, Rule)
    listed = key in entry.rule.constants and isinstance(value, list)
    return keras.ops.convert_to_tensor(value) if listed else value


def loaded(model: Any) -> Any:
    """The model as it comes back from its text, without custom objects."""
    text = json.dumps(keras.saving.serialize_keras_object(model))
    return keras.saving.deserialize_keras_object(json.loads(text), safe_mode=True)


def data_for(model: Any) -> list[Any]:
    """Samples for the inputs of a model: small numbers, and matrices that can be inverted."""
    dice = np.random.default_rng(7)
    return [_sample(dice, tensor) for tensor in model.inputs]


def _sample(dice: np.random.Generator, tensor: Any) -> Any:
    first, *rest = tensor.shape
    shape = [first or ROWS, *(6 if dim is None else dim for dim in rest)]
    values = dice.uniform(0.1, 0.9, shape)
    if tensor.dtype == "bool":
        return values > 0.5
    if "int" in tensor.dtype:
        return (values * 2).astype(tensor.dtype)
    if len(shape) > 2 and shape[-1] == shape[-2]:
        values = values @ np.swapaxes(values, -1, -2) + np.eye(shape[-1])
    return values.astype(tensor.dtype)


def run(model: Any, data: list[Any]) -> list[Any]:
    """What the model gives for data, compiled with its batch left open, as `predict` runs it."""
    specs = [tf.TensorSpec(tensor.shape, tensor.dtype) for tensor in model.inputs]

    compiled = tf.function(lambda given: model(given), input_signature=[specs], autograph=False)
    return [_array(each) for each in keras.tree.flatten(compiled([tf.constant(d) for d in data]))]


def _array(tensor: Any) -> Any:
    return tf.sparse.to_dense(tensor) if isinstance(tensor, tf.SparseTensor) else np.asarray(tensor)


def fault(case: Case, layer: Layer | None) -> str | None:
    """When Keras refuses a case: "at once", "with data" or never; a wrong plan is refused with data.

    A `layer` of None stands for a text that layerforge could not read.
    """
    try:
        model = model_of(case, layer) if layer else plain_model_of(case)
    except Exception as error:
        _check_of_keras(error)
        return "at once"
    try:
        made = run(model, data_for(model))
    except Exception as error:
        _check_of_keras(error)
        return "with data"
    planned = [tensor.shape for tensor in model.outputs]
    right = all(
        tf.TensorShape(p).is_compatible_with(m.shape) for p, m in zip(planned, made, strict=True)
    )
    return None if right else "with data"


def _check_of_keras(error: Exception) -> None:
    """Raises an error again that is a fault of this test: neither Keras's nor TensorFlow's."""
    frames = traceback.extract_tb(error.__traceback__)
    inside = any({"keras", "tensorflow"} & set(Path(frame.filename).parts) for frame in frames)
    # An argument that is missing or unknown is refused by the function's signature, in our own frame.
    if not inside and "argument" not in str(error) and "tensors for" not in str(error):
        raise error
