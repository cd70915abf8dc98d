"""Every model of keras.applications comes back from its spec with the same shapes, weights and outputs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np
import pytest

from layerforge.build.model import make_model
from layerforge.build.verify import differences
from layerforge.ejecting import eject
from layerforge.importing import import_model
from layerforge.writing import write_spec
from tests.ejecting.test_scripts import _run
from tests.importing.rebuilding import assert_same_outputs, imported, planned, weights_of

NAMES: Final = [
    *("ConvNeXtBase", "ConvNeXtLarge", "ConvNeXtSmall", "ConvNeXtTiny", "ConvNeXtXLarge"),
    *("DenseNet121", "DenseNet169", "DenseNet201"),
    *(f"EfficientNetB{number}" for number in range(8)),
    *("EfficientNetV2B0", "EfficientNetV2B1", "EfficientNetV2B2", "EfficientNetV2B3"),
    *("EfficientNetV2L", "EfficientNetV2M", "EfficientNetV2S"),
    *("InceptionResNetV2", "InceptionV3", "MobileNet", "MobileNetV2"),
    *("MobileNetV3Large", "MobileNetV3Small", "NASNetLarge", "NASNetMobile"),
    *("ResNet101", "ResNet101V2", "ResNet152", "ResNet152V2", "ResNet50", "ResNet50V2"),
    *("VGG16", "VGG19", "Xception"),
]
# What is no longer than this reads as if a person had written it.
_LINES: Final = {"NASNetLarge": 350, "NASNetMobile": 340, "EfficientNetV2L": 220}
_MOST_LINES: Final = 180


def _cases(default: set[str]) -> list[Any]:
    return [
        name if name in default else pytest.param(name, marks=pytest.mark.exhaustive)
        for name in NAMES
    ]


def test_the_names_are_all_there_are() -> None:
    public = [name for name in dir(keras.applications) if name[0].isupper()]
    assert sorted(NAMES) == sorted(public)


@pytest.mark.parametrize("name", _cases({"MobileNet", "MobileNetV3Small", "ResNet50"}))
def test_an_application_comes_back_with_its_shapes_and_weights(name: str, tmp_path: Path) -> None:
    try:
        with keras.StatelessScope(initialize_variables=False):
            model = getattr(keras.applications, name)(weights=None)
            result = import_model(keras.saving.serialize_keras_object(model))
            assert result.graph is not None, result.found
            for folded in (True, False):
                written = write_spec(result.graph, folded)
                assert written.folded is folded or name == "VGG16"
                plan = planned(written.text, tmp_path)
                again = make_model(plan)
                assert differences(plan, again) == []
                assert again.output_shape == model.output_shape
                assert weights_of(again) == weights_of(model)
            assert _paths(again, name) == _paths(model, name)
    finally:
        keras.utils.clear_session()


def _paths(model: Any, name: str) -> list[list[str]]:
    """The layer's and the weight's name of each weight; a LayerScale's `gamma` is called `kernel` now.

    Keras puts a nested Sequential's name before them, or a name scope's (NASNet).
    """
    parts = [re.split(r"[/.]", weight.path)[-2:] for weight in model.weights]
    return [part[:1] for part in parts] if name.startswith("ConvNeXt") else parts


@pytest.mark.parametrize("name", _cases({"ResNet50"}))
def test_the_spec_of_an_application_is_short(name: str) -> None:
    try:
        with keras.StatelessScope(initialize_variables=False):
            model = getattr(keras.applications, name)(weights=None)
            result = import_model(keras.saving.serialize_keras_object(model))
    finally:
        keras.utils.clear_session()
    assert result.graph is not None
    lines = write_spec(result.graph).text.count("\n")
    assert lines < (_LINES.get(name, _MOST_LINES) if name != "ResNet50" else 120)


@pytest.mark.parametrize("name", _cases({"MobileNet"}))
def test_an_application_and_its_script_give_the_same_with_its_weights(
    name: str, tmp_path: Path
) -> None:
    keras.utils.clear_session()
    keras.utils.set_random_seed(3)
    function = getattr(keras.applications, name)
    model = function(weights=None, include_top=False, input_shape=(96, 96, 3), pooling="avg")
    generator = np.random.default_rng(3)
    # Fresh weights hide much: biases of 0, scales of 1, a LayerScale of a millionth.
    model.set_weights(
        [w + 0.02 * generator.random(w.shape, "float32") for w in model.get_weights()]
    )
    plan = planned(imported(model).text, tmp_path)
    for again in (make_model(plan), _run(eject(plan))):
        assert weights_of(again) == weights_of(model)
        again.set_weights(model.get_weights())
        assert_same_outputs(model, again)
