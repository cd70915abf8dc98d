"""What every optimizer keeps, against the variables that Keras makes for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import pytest

from layerforge.build.components import make_component
from layerforge.build.model import make_model
from layerforge.components.table import classes
from layerforge.memory import estimate
from layerforge.pipeline import Compiled, compile_spec

MODEL = """
model:
  input: [12, 4]
  layers:
    - Conv1D: {filters: 6, kernel_size: 3}
    - BatchNormalization
    - LSTM: 5
    - Dense: {units: 7, name: frozen, trainable: false}
    - Dense: 3
      name: embedding_head
train:
  optimizer: OPTIMIZER
"""
OPTIMIZERS = [
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "adam",
    "{Adam: {amsgrad: true}}",
    "{Adam: {use_ema: true}}",
    "{Adam: {gradient_accumulation_steps: 4, learning_rate: 0.1}}",
    "{Adam: {learning_rate: {CosineDecay: {initial_learning_rate: 0.1, decay_steps: 10}}}}",
    "AdamW",
    "{AdamW: {amsgrad: true}}",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "{LossScaleOptimizer: {inner_optimizer: Adam}}",
    "{LossScaleOptimizer: {inner_optimizer: {SGD: {momentum: 0.5}}}}",
    "Muon",
    "{Muon: {exclude_embeddings: false}}",
    "{Muon: {exclude_layers: [conv]}}",
    "{MultiOptimizer: {optimizer_map: {OptimizerMap: {default_optimizer: Adam}}}}",
    "{MultiOptimizer: {optimizer_map: {OptimizerMap: {default_optimizer: SGD, "
    'optimizer_map: {"lstm/.*": Adam, "conv1d/kernel": {SGD: {momentum: 0.9}}, "no/.*": Adam}}}}}',
    "Nadam",
    "RMSprop",
    "{RMSprop: {momentum: 0.9}}",
    "{RMSprop: {momentum: 0.9, centered: true}}",
    "SGD",
    "{SGD: {momentum: 0.9}}",
    "{SGD: {momentum: 0.9, use_ema: true, gradient_accumulation_steps: 2}}",
    "ScheduleFreeAdamW",
]


def _compiled(optimizer: str, folder: Path) -> Compiled:
    path = folder / "spec.yaml"
    path.write_text(MODEL.replace("OPTIMIZER", optimizer), encoding="utf-8")
    compiled = compile_spec(path)
    assert not compiled.found, compiled.found
    return compiled


def bytes_of(variables: list[Any]) -> int:
    return sum(int(variable.value.numpy().nbytes) for variable in variables)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_an_optimizers_bytes_are_those_of_its_variables(optimizer: str, tmp_path: Path) -> None:
    compiled = _compiled(optimizer, tmp_path)
    assert compiled.plan is not None
    assert compiled.train is not None
    model = make_model(compiled.plan)
    made = make_component(compiled.train.optimizer)
    made = keras.optimizers.get(made)
    made.build(model.trainable_variables)
    memory = estimate(compiled.plan, 32, compiled.train.optimizer)
    assert memory.optimizer == bytes_of(made.variables)
    assert memory.weights == bytes_of(model.weights)
    assert memory.gradients == bytes_of(model.trainable_weights)


def test_every_optimizer_of_keras_has_a_case() -> None:
    shown = " ".join(OPTIMIZERS)
    assert [name for name in classes("optimizers") if name not in shown] == []
