"""Every case of the catalog, made by Keras, imported, written and made again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import pytest

from layerforge.build.model import make_model
from layerforge.build.verify import differences
from layerforge.importing import import_model
from layerforge.importing.calls import TRAINING_FALSE, TRAINING_TRUE
from layerforge.layers import CATALOG
from layerforge.writing import write_spec
from tests.importing.rebuilding import planned, weights_of
from tests.layers import in_keras
from tests.layers.case import Case, the_layer
from tests.layers.families import CASES

# A layer that a spec refuses to have as an item, such as a cell, has no place in a model.
_ITEMS = [case for case in CASES if not the_layer(case).type.holder]
_EACH = 25  # one case in so many is tried by default


def _param(at: int, case: Case) -> Any:
    return case if at % _EACH == 0 else pytest.param(case, marks=pytest.mark.exhaustive)


def _model(case: Case) -> Any:
    layer = the_layer(case)
    made = in_keras.make(layer, "it")
    inputs, outputs = in_keras._called(case, made, layer.type)
    return keras.Model(keras.tree.flatten(inputs), keras.tree.flatten(outputs), name="case")


@pytest.mark.parametrize("case", [_param(at, case) for at, case in enumerate(_ITEMS)], ids=str)
def test_a_layer_of_the_catalog_comes_back(case: Case, tmp_path: Path) -> None:
    keras.utils.clear_session()
    model = _model(case)
    result = import_model(keras.saving.serialize_keras_object(model))
    assert result.graph is not None, result.found
    plan = planned(write_spec(result.graph).text, tmp_path)
    again = make_model(plan)
    assert differences(plan, again) == []
    assert [t.shape for t in again.outputs] == [t.shape for t in model.outputs]
    assert weights_of(again) == weights_of(model)
    assert _config(again.get_layer("it")) == _config(model.get_layer("it"))


def _config(layer: Any) -> Any:
    """What the layer says of itself, but for what makes no difference."""
    config = keras.saving.serialize_keras_object(layer)["config"]
    if not layer.weights:
        config.pop("trainable", None)
    axis = config.get("axis")
    if isinstance(axis, list | tuple) and len(axis) == 1:
        config["axis"] = axis[0]
    if isinstance(config.get("axis"), int):
        config["axis"] = _counted(config["axis"], layer)
    return config


def _counted(axis: int, layer: Any) -> int:
    """The axis from the end: -1 is the last one."""
    inputs = keras.tree.flatten(layer.input)
    return axis - len(inputs[0].shape) if axis >= 0 else axis


def test_the_defaults_of_training_are_those_of_keras() -> None:
    import inspect

    told: dict[bool, set[str]] = {True: set(), False: set()}
    for name, entry in CATALOG.items():
        if entry.is_operation or entry.holder or name not in dir(keras.layers):
            continue
        parameter = inspect.signature(getattr(keras.layers, name).call).parameters.get("training")
        if parameter is not None and isinstance(parameter.default, bool):
            told[parameter.default].add(name)
    assert {n for n in told[False] if not n.endswith(("Cell", "Cells"))} == set(TRAINING_FALSE)
    assert told[True] == {name for name in TRAINING_TRUE if not CATALOG[name].holder}
