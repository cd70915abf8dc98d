"""Saved models with layerforge's own layers load in a fresh process, whichever is imported first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from layerforge import keras_layers

ROOT = Path(__file__).parents[2]
_LOAD = """
keras.config.disable_interactive_logging()
model = keras.saving.load_model("model.keras", safe_mode=True)
print([type(layer).__name__ for layer in model.layers], model.predict(numpy.ones((1, 6, 2))).tolist())
"""


def _run(program: str, folder: Path) -> str:
    env = {"PYTHONPATH": str(ROOT), "PATH": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _model() -> keras.Model:
    x = keras.Input((6, 2))
    y, scale, location = keras_layers.ReversibleInstanceNormalization()(x)
    y = keras_layers.L2Pooling1D(3, 1, "same")(y)
    y = keras_layers.MeanShiftPooling1D(2, bandwidth=0.5)(y)
    y = keras_layers.InstanceDenormalization()(y, scale, location)
    return keras.Model(x, keras_layers.BilinearPooling()(y), name="own")


@pytest.mark.parametrize(
    "imports",
    [
        "import layerforge, keras, numpy",
        "import keras, layerforge, numpy",
        # Asking where Keras is imports nothing; the layers must still wait for it.
        "import layerforge, importlib.util, numpy; importlib.util.find_spec('keras'); import keras",
    ],
)
def test_a_saved_model_loads_after_both_imports_in_either_order(
    imports: str, tmp_path: Path
) -> None:
    model = _model()
    model.save(tmp_path / "model.keras")
    names, _, values = _run(f"{imports}\n{_LOAD}", tmp_path).partition("] ")
    assert names[1:] == str([type(layer).__name__ for layer in model.layers])[1:-1]
    wanted = model(np.ones((1, 6, 2)))
    np.testing.assert_allclose(np.array(eval(values)), wanted, rtol=1e-5)


def test_importing_layerforge_imports_no_keras_and_leaves_one_finder(tmp_path: Path) -> None:
    program = """
import sys
before, finders = set(sys.modules), len(sys.meta_path)
import layerforge
import layerforge.registration
layerforge.registration.register()
new = {name for name in set(sys.modules) - before}
print(sorted(n for n in new if n.partition(".")[0] not in sys.stdlib_module_names))
print(len(sys.meta_path) - finders)
"""
    assert _run(program, tmp_path).split("\n") == ["['layerforge', 'layerforge.registration']", "1"]


def test_every_layer_of_the_room_is_saved_under_layerforges_name() -> None:
    for name in keras_layers.__all__:
        registered = keras.saving.get_registered_object(f"layerforge>{name}")
        assert registered is getattr(keras_layers, name)
