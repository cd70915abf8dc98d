"""What flows through models, against the tensors that Keras makes of every layer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from layerforge.build.model import assemble
from layerforge.infer import Plan
from layerforge.memory import Memory, estimate
from layerforge.pipeline import compile_spec
from layerforge.shapes import UNKNOWN

ZOO = sorted((Path(__file__).parents[2] / "specs" / "zoo").glob("*.yaml"))
_BATCH = 3


def _plan(path: Path) -> Plan:
    compiled = compile_spec(path)
    assert compiled.plan is not None, compiled.found
    return compiled.plan


def _written(text: str, folder: Path) -> Plan:
    path = folder / "spec.yaml"
    path.write_text("model:\n" + text, encoding="utf-8")
    return _plan(path)


def _bytes(tensor: Any) -> int | None:
    if None in tensor.shape[1:]:
        return None
    count = int(np.prod([_BATCH if dim is None else dim for dim in tensor.shape]))
    size = 2 if tensor.dtype == "bfloat16" else np.dtype(tensor.dtype).itemsize
    return count * size


def _theirs(plan: Plan) -> int | None:
    """The bytes of the tensors of every call of the model that Keras makes, nested ones opened."""
    with keras.StatelessScope(initialize_variables=False):
        model, made = assemble(plan)
    total = _sum(plan, made, model)
    keras.utils.clear_session()
    return total


def _sum(plan: Plan, made: Any, model: Any, inputs: bool = True) -> int | None:
    counted: list[int | None] = []
    for each in plan.graph.inputs if inputs else ():
        counted.append(_bytes(made[each.name]))
    for step in plan.steps:
        if step.inner is None:
            counted += [_bytes(tensor) for tensor in keras.tree.flatten(made[step.call.name])]
        else:  # the tensors of a nested model are those of its own layers
            inner = model.get_layer(step.call.layer.name)
            for layer in inner.layers:
                if type(layer).__name__ != "InputLayer":
                    counted += [_bytes(tensor) for tensor in keras.tree.flatten(layer.output)]
    return None if None in counted else sum(each or 0 for each in counted)


@pytest.mark.parametrize("path", ZOO, ids=[path.stem for path in ZOO])
def test_activations_are_the_tensors_of_every_layer(path: Path) -> None:
    plan = _plan(path)
    ours, theirs = estimate(plan, _BATCH).activations, _theirs(plan)
    assert (None if ours is UNKNOWN else ours) == theirs


_TYPES = {
    "half the activations, whole weights": """
  input: [8, 4]
  layers:
    - Conv1D: {filters: 4, kernel_size: 3, dtype: mixed_float16}
    - LSTM: {units: 3, dtype: mixed_bfloat16}
    - Dense: {units: 2, dtype: float16}
    - Dense: {units: 2, dtype: {DTypePolicy: mixed_float16}}
    - Dense: {units: 1, dtype: float32}
""",
    "whole numbers stay whole until they are looked up": """
  inputs: {tokens: {shape: [9], dtype: int32}}
  layers:
    - Reshape: [3, 3]
    - Flatten
    - Embedding: {input_dim: 10, output_dim: 4}
    - GlobalAveragePooling1D
    - Dense: 3
""",
    "operations that tell the truth, places and other types": """
  input: [6, 3]
  layers:
    - ops.greater: {x2: 0.5}
    - ops.cast: {dtype: float32}
    - ops.argmax: {axis: -1}
    - ops.one_hot: {num_classes: 3}
    - Dense: 2
""",
    "a layer in half precision inside another": """
  input: [6, 3]
  layers:
    - TimeDistributed: {layer: {Dense: 4}, dtype: mixed_float16}
    - Bidirectional: {layer: {GRU: 4}}
""",
    "several tensors of one layer": """
  input: [6, 3]
  layers:
    - LSTM: {units: 4, return_state: true, return_sequences: true}
      name: a
    - GRU: 4
      from: {sequence: a.0, initial_state: [a.1]}
    - Concatenate:
      from: [previous, a.2]
""",
}


@pytest.mark.parametrize("name", _TYPES)
def test_types_count(name: str, tmp_path: Path) -> None:
    plan = _written(_TYPES[name], tmp_path)
    memory = estimate(plan, _BATCH)
    assert memory.activations == _theirs(plan)
    model, _ = assemble(plan)
    assert memory.weights == sum(w.value.numpy().nbytes for w in model.weights)
    assert memory.gradients == sum(w.value.numpy().nbytes for w in model.trainable_weights)


def test_a_policy_of_all_layers_counts(tmp_path: Path) -> None:
    text = "  input: [8, 4]\n  layers:\n    - LSTM: 3\n    - Dense: {units: 2, dtype: float32}\n"
    plan = _written(text, tmp_path)
    keras.config.set_dtype_policy("mixed_float16")
    try:
        theirs = _theirs(plan)
        model, _ = assemble(plan)
    finally:
        keras.config.set_dtype_policy("float32")
    memory = estimate(plan, _BATCH, policy="mixed_float16")
    assert memory.activations == theirs == _BATCH * (8 * 4 * 4 + 3 * 2 + 2 * 4)
    assert memory.weights == sum(w.value.numpy().nbytes for w in model.weights)


def _memory(text: str, folder: Path, batch: int = 1) -> Memory:
    return estimate(_written(text, folder), batch)


def test_a_chain_holds_two_tensors_at_a_time_when_it_predicts(tmp_path: Path) -> None:
    text = "  input: [100]\n  layers:\n" + "    - Dense: 50\n" * 6
    memory = _memory(text, tmp_path)
    assert memory.activations == 4 * (100 + 6 * 50)
    assert memory.alive == 4 * (100 + 50)
    assert memory.inference == memory.weights + memory.alive


def test_a_skip_is_held_until_it_is_added(tmp_path: Path) -> None:
    layers = "    - Dense: 10\n      name: skip\n" + "    - Dense: 40\n" * 2 + "    - Dense: 10\n"
    add = "    - Add:\n      from: [previous, skip]\n"
    memory = _memory(f"  input: [10]\n  layers:\n{layers}{add}", tmp_path)
    assert memory.alive == 4 * (10 + 40 + 40)


def test_twice_the_batch_is_twice_the_activations_and_no_more_weights(tmp_path: Path) -> None:
    text = "  input: [16, 4]\n  layers:\n    - LSTM: 8\n    - Dense: 2\n"
    one, two = _memory(text, tmp_path, 8), _memory(text, tmp_path, 16)
    assert two.activations == 2 * one.activations
    assert (two.weights, two.optimizer) == (one.weights, one.optimizer)
    assert one.training == one.weights + one.gradients + one.optimizer + one.activations


def test_a_free_dimension_leaves_the_activations_unknown(tmp_path: Path) -> None:
    memory = _memory("  input: [null, 4]\n  layers:\n    - LSTM: 8\n", tmp_path)
    assert memory.activations is memory.training is memory.inference is UNKNOWN
    assert memory.weights == 4 * 4 * (8 * 12 + 8)


def test_twice_the_steps_are_twice_the_multiply_adds_of_an_lstm(tmp_path: Path) -> None:
    text = "  input: [STEPS, 32]\n  layers:\n    - LSTM: 32\n"
    once = _written(text.replace("STEPS", "64"), tmp_path).macs
    twice = _written(text.replace("STEPS", "128"), tmp_path).macs
    assert once == 64 * 4 * 32 * (32 + 32)
    assert twice == 2 * once
