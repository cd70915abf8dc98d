"""Published kinds of models: imported, checked, built, ejected and run, all with equal outputs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from layerforge.build.model import make_model
from layerforge.ejecting import eject
from layerforge.infer import Plan
from tests.ejecting.test_scripts import _run
from tests.importing.published import PUBLISHED
from tests.importing.rebuilding import imported, planned, weights_of

_SOME = ("dict_inputs_and_outputs", "preprocessing_in_the_model", "operators", "odd_names")


def _param(name: str) -> Any:
    return name if name in _SOME else pytest.param(name, marks=pytest.mark.slow)


def _samples(model: Any) -> list[Any]:
    """Inputs for a model: small numbers, small counts, words of its vocabulary."""
    dice = np.random.default_rng(0)
    made = []
    for tensor in model.inputs:
        shape = [dim or (2 if axis == 0 else 11) for axis, dim in enumerate(tensor.shape)]
        if tensor.dtype == "string":
            made.append(np.full(shape, "b"))
        elif "int" in tensor.dtype:
            made.append(dice.integers(0, 8, shape).astype(tensor.dtype))
        else:
            made.append(dice.normal(size=shape).astype(tensor.dtype))
    pairs = zip(made, model.inputs, strict=True)
    return [keras.ops.convert_to_tensor(each, tensor.dtype) for each, tensor in pairs]


def _outputs(model: Any, given: list[Any]) -> list[Any]:
    """The outputs at inference for inputs in the order of `model.inputs`, whatever their structure."""
    structure = keras.tree.pack_sequence_as(model.input, given)
    return [np.asarray(each) for each in keras.tree.flatten(model(structure, training=False))]


def _equal(model: Any, other: Any) -> None:
    assert weights_of(other) == weights_of(model)
    other.set_weights(model.get_weights())
    for layer in other.layers:
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()  # as loading a file does
    given = _samples(model)
    for one, two in zip(_outputs(model, given), _outputs(other, given), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-4, atol=1e-5)


def _plan(model: Any, folder: Path) -> Plan:
    return planned(imported(model).text, folder)


@pytest.mark.parametrize("name", [_param(name) for name in PUBLISHED])
@pytest.mark.filterwarnings("ignore::UserWarning")  # Keras's, of masks that its own models lose
def test_a_published_kind_of_model_goes_through_a_spec_and_a_script(
    name: str, tmp_path: Path
) -> None:
    keras.utils.clear_session()
    keras.utils.set_random_seed(3)
    model = PUBLISHED[name]()
    plan = _plan(model, tmp_path)
    _equal(model, make_model(plan))
    _equal(model, _run(eject(plan)))


def test_there_are_many_kinds() -> None:
    assert len(PUBLISHED) >= 25
