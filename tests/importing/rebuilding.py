"""A Keras model through its spec and back, with all that must be equal on the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np

from layerforge.build.model import make_model
from layerforge.build.verify import differences
from layerforge.importing import import_model
from layerforge.infer import Plan
from layerforge.pipeline import compile_spec
from layerforge.writing import Written, write_spec


def imported(model: Any, folded: bool = True) -> Written:
    """The spec of a Keras model that has no fault."""
    result = import_model(keras.saving.serialize_keras_object(model))
    assert result.graph is not None, result.found
    return write_spec(result.graph, folded)


def planned(text: str, folder: Path) -> Plan:
    """The plan of a spec's text, which must have no fault."""
    path = folder / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    compiled = compile_spec(path)
    assert compiled.clean, compiled.found
    assert compiled.plan is not None
    return compiled.plan


def weights_of(model: Any) -> list[tuple[tuple[int, ...], bool]]:
    """Every weight's shape and trainability, in the model's order."""
    return [(tuple(weight.shape), bool(weight.trainable)) for weight in model.weights]


def rebuilt(model: Any, folder: Path, folded: bool = True) -> Any:
    """The model that the spec of a model makes, held against the plan and against the model itself."""
    plan = planned(imported(model, folded).text, folder)
    again = make_model(plan)
    assert differences(plan, again) == []
    assert [tensor.shape for tensor in again.outputs] == [tensor.shape for tensor in model.outputs]
    assert weights_of(again) == weights_of(model)
    return again


def samples(model: Any, size: int = 32) -> list[Any]:
    """Random inputs for a model, `size` along every free axis but the batch's."""
    generator = np.random.default_rng(0)
    made = []
    for tensor in model.inputs:
        shape = [dim or (2 if axis == 0 else size) for axis, dim in enumerate(tensor.shape)]
        if "float" in tensor.dtype:
            made.append(generator.normal(size=shape).astype(tensor.dtype))
        else:
            made.append(generator.integers(0, 2, shape).astype(tensor.dtype))
    return made


def assert_same_outputs(one: Any, other: Any, size: int = 32) -> None:
    """Both models give the same for the same inputs."""
    given = samples(one, size)
    first = keras.tree.flatten(one(given if len(given) > 1 else given[0], training=False))
    second = keras.tree.flatten(other(given if len(given) > 1 else given[0], training=False))
    assert len(first) == len(second)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-4, atol=1e-5)
