"""Plan -> keras.Model: each call of the graph made with Keras, under the plan's own names."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from layerforge.build.components import make_component
from layerforge.build.operations import call_operation, rename_others
from layerforge.components import Component
from layerforge.diagnostics import Diagnostic, Faults
from layerforge.graph import Call, Input, Ref, Tensors
from layerforge.infer import Plan, Step
from layerforge.layers import KERAS, OWN, Layer, snake_case
from layerforge.shapes import UNKNOWN

_REFUSALS = (ValueError, TypeError, NotImplementedError, ZeroDivisionError, ImportError)


def make_model(plan: Plan) -> Any:
    """The functional Keras model of a plan, its weights initialised.

    Raises Faults, at the place of the layer, where Keras refuses what the plan holds.
    """
    return assemble(plan)[0]


def assemble(plan: Plan) -> tuple[Any, Mapping[str, Any]]:
    """The model, and what Keras gave for every input and call of the graph, by the name of it."""
    import keras

    inputs = [_input(each) for each in plan.graph.inputs]
    tensors = {each.name: made for each, made in zip(plan.graph.inputs, inputs, strict=True)}
    layers: dict[str, Any] = {}
    for step in plan.steps:
        try:
            tensors[step.call.name] = _called(step, tensors, layers)
        except _REFUSALS as error:
            raise Faults(_refusal(step.call, error)) from error
    outputs = [_tensor(ref, tensors) for ref in plan.graph.outputs]
    rename_others(tensors, outputs)
    model = keras.Model(
        inputs[0] if len(inputs) == 1 else inputs,
        outputs[0] if len(outputs) == 1 else outputs,
        name=plan.name,
    )
    return model, tensors


def _input(each: Input) -> Any:
    import keras

    shape = [None if dim is UNKNOWN else dim for dim in each.shape]
    return keras.Input(
        shape, each.batch_size, dtype=each.dtype, sparse=each.sparse or None, name=each.name
    )


def _called(step: Step, tensors: Mapping[str, Any], layers: dict[str, Any]) -> Any:
    import keras

    call = step.call
    inputs = [_tensor(ref, tensors) for ref in call.inputs]
    keywords = {name: _tensors(value, tensors) for name, value in call.keywords.items()}
    if call.layer.type.is_operation:
        return call_operation(call.layer, inputs, keywords, call.name)
    layer = layers.get(call.layer.name)
    if layer is None:
        layer = make_model(step.inner) if step.inner else make_layer(call.layer)
        layers[call.layer.name] = layer
    if step.inner is not None:
        return layer(inputs[0] if len(inputs) == 1 else inputs, **call.options)
    positional, named = call.layer.type.arranged(inputs, keywords)
    outputs = layer(*positional, **named, **call.options)
    # The states of stacked cells come in lists; a plan counts them in a row.
    return keras.tree.flatten(outputs) if isinstance(outputs, list | tuple) else outputs


def make_layer(layer: Layer) -> Any:
    """The Keras layer with the arguments written in the spec, and nothing else: defaults stay Keras's."""
    theirs = layer.type.home in (KERAS, OWN)
    values = {name: _argument(value, theirs) for name, value in layer.values.items()}
    values["name"] = layer.name or snake_case(layer.type.name)
    return getattr(import_module(layer.type.home), layer.type.name)(**values)


def _argument(value: Any, theirs: bool) -> Any:
    """The value as the layer takes it; `theirs` says that it is a layer of Keras or layerforge."""
    if isinstance(value, Layer):
        return make_layer(value)
    if isinstance(value, Component):
        return value.name if theirs and value.is_by_name else make_component(value)
    if isinstance(value, tuple):
        return tuple(_argument(each, theirs) for each in value)
    return value


def _tensor(ref: Ref, tensors: Mapping[str, Any]) -> Any:
    value = tensors[ref.name]
    if ref.output is None or not isinstance(value, list | tuple):
        return value
    return value[ref.output]


def _tensors(value: Tensors, tensors: Mapping[str, Any]) -> Any:
    if isinstance(value, Ref):
        return _tensor(value, tensors)
    return [_tensor(ref, tensors) for ref in value]


def _refusal(call: Call, error: Exception) -> Diagnostic:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    first = lines[0] if lines else type(error).__name__
    return Diagnostic(
        "keras-refuses", f"Keras refuses this {call.layer.type.name}: {first}", call.span
    )
