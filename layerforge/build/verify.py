"""The plan held against Keras: every output shape and every weight's path, shape and trainability."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from layerforge.build.memory import check_memory
from layerforge.build.model import assemble
from layerforge.build.stateless import without_weights
from layerforge.diagnostics import Faults
from layerforge.infer import Plan, Step, Weight
from layerforge.shapes import UNKNOWN, Shape, text


def verify(plan: Plan) -> list[str]:
    """The differences between the plan and the model Keras makes of it, a line each; none is the aim.

    The model is built without allocating a weight, so that its size does not matter; one that needs
    its variables as it is built, such as a stateful LSTM, is built once more with all of them.
    """
    return without_weights(lambda: _compared(plan), Faults, lambda: check_memory(plan))


def _compared(plan: Plan) -> list[str]:
    model, tensors = assemble(plan)
    return differences(plan, model) + _output_differences(plan, tensors)


def differences(plan: Plan, model: Any) -> list[str]:
    """Where the plan and a Keras model disagree in weights or results, a line each."""
    lines = []
    for step in plan.steps:
        if step.weights:
            lines += _weight_differences(step, model.get_layer(step.call.layer.name))
    for ref, shape, tensor in zip(plan.graph.outputs, plan.outputs, model.outputs, strict=True):
        lines += _shape_difference(str(ref), shape, tensor.shape)
    total = sum(_count(weight.shape) for weight in model.weights)
    if total != plan.params:
        lines.append(f"the plan has {plan.params:,} parameters, Keras {total:,}")
    return lines


def _output_differences(plan: Plan, made: Mapping[str, Any]) -> list[str]:
    """Every call's own outputs against the tensors Keras gave for it."""
    import keras

    lines: list[str] = []
    for step in plan.steps:
        name = step.call.name
        tensors = keras.tree.flatten(made[name])
        if len(tensors) != len(step.outputs):
            lines.append(f"{name}: {len(step.outputs)} outputs, in Keras {len(tensors)}")
            continue
        for shape, tensor in zip(step.outputs, tensors, strict=True):
            lines += _shape_difference(name, shape, tensor.shape)
    return lines


def _shape_difference(name: str, shape: Shape, actual: tuple[int | None, ...]) -> list[str]:
    planned = tuple(None if dim is UNKNOWN else dim for dim in shape)
    if planned == tuple(actual):
        return []
    return [f"{name}: output {text(shape)}, in Keras {tuple(actual)}"]


def _weight_differences(step: Step, layer: Any) -> list[str]:
    planned = {weight.path: weight for weight in step.weights}
    actual = {weight.path: weight for weight in layer.weights}
    lines = [f"{path}: Keras has no such weight" for path in planned if path not in actual]
    lines += [f"{path}: in Keras alone" for path in actual if path not in planned]
    # A variable may say that it is trainable while the layer that holds it is not trained.
    trained = {weight.path for weight in layer.trainable_weights}
    for path, weight in planned.items():
        if path in actual:
            lines += _weight_difference(weight, actual[path], path in trained)
    return lines


def _weight_difference(weight: Weight, actual: Any, trained: bool) -> list[str]:
    if tuple(actual.shape) != weight.shape:
        return [f"{weight.path}: shape {weight.shape}, in Keras {tuple(actual.shape)}"]
    if trained != weight.trainable:
        return [f"{weight.path}: trainable {weight.trainable}, in Keras {trained}"]
    return []


def _count(shape: tuple[int, ...]) -> int:
    count = 1
    for dim in shape:
        count *= dim
    return count
