"""Small models of every kind come back from their specs unchanged."""

from __future__ import annotations

from pathlib import Path

import keras
import pytest

from layerforge.build.model import make_model
from layerforge.importing import import_model
from layerforge.importing.weights import carry_weights
from layerforge.infer import infer
from layerforge.writing import write_spec
from tests.importing.models import MODELS
from tests.importing.rebuilding import assert_same_outputs, rebuilt


@pytest.fixture(autouse=True)
def _fresh_names() -> None:
    keras.utils.clear_session()


@pytest.mark.parametrize("folded", [True, False], ids=["folded", "flat"])
@pytest.mark.parametrize("name", MODELS)
def test_a_model_comes_back_with_its_shapes_weights_and_outputs(
    name: str, folded: bool, tmp_path: Path
) -> None:
    keras.utils.set_random_seed(1)
    model = MODELS[name]()
    again = rebuilt(model, tmp_path, folded)
    again.set_weights(model.get_weights())
    assert_same_outputs(model, again)


@pytest.mark.parametrize("name", MODELS)
def test_the_weights_of_a_saved_model_are_carried_over(name: str, tmp_path: Path) -> None:
    keras.utils.set_random_seed(2)
    model = MODELS[name]()
    file = tmp_path / "model.keras"
    model.save(file)
    config = keras.saving.serialize_keras_object(model)
    imported = import_model(config)
    assert imported.graph is not None
    written = write_spec(imported.graph)
    again = make_model(infer(written.graph, []))
    carry_weights(file, config, imported.graph, written.graph, again)
    assert_same_outputs(model, again)
    again.save(tmp_path / "again.keras")
    assert_same_outputs(model, keras.saving.load_model(tmp_path / "again.keras"))


def test_flat_specs_keep_the_path_of_every_weight(tmp_path: Path) -> None:
    model = MODELS["images"]()
    again = rebuilt(model, tmp_path, folded=False)
    assert [w.path for w in again.weights] == [w.path for w in model.weights]
