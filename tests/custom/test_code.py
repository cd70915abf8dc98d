"""Layers of a file that `--code` names: measured, built, saved, ejected and imported like Keras's own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from layerforge.build.model import make_model
from layerforge.build.verify import verify
from layerforge.custom.code import use_code
from layerforge.diagnostics import Faults
from layerforge.ejecting import eject
from layerforge.importing import import_model
from layerforge.infer import Plan
from layerforge.layers import CATALOG, find
from layerforge.pipeline import Compiled, compile_spec
from layerforge.shapes import UNKNOWN
from layerforge.writing import write_spec
from tests.custom.conftest import write

SPEC = """
    model:
      input: [8, 3]
      layers:
        - Scale: {power: 2, start: zeros}
          name: scaled
        - Mix: {weights: [0.5, 2], mode: mean}
          from: [input, scaled]
        - Gate: {inner: {Dense: 3}, activation: tanh}
          name: gate
          call: {invert: true}
        - Gate: {inner: {Scale: {power: 3}}}
          from: {inputs: gate.0, context: gate.1}
          name: again
        - Dense: 2
          from: again.0
    """


def _compiled(folder: Path, text: str = SPEC) -> Compiled:
    return compile_spec(write(folder, "spec.yaml", text))


def _plan(folder: Path, text: str = SPEC) -> Plan:
    compiled = _compiled(folder, text)
    assert compiled.plan is not None, compiled.found
    return compiled.plan


def _faults(folder: Path, layer: str, shape: str = "[8, 3]") -> list[tuple[str, str]]:
    text = f"model:\n  input: {shape}\n  layers:\n    - {layer}\n"
    return [(fault.code, fault.message) for fault in _compiled(folder, text).found]


def test_layers_without_a_rule_have_the_shapes_and_weights_that_keras_gives(
    folder: Path, scale: Path
) -> None:
    assert use_code(scale).layers == ("Scale", "Mix", "Gate")
    plan = _plan(folder)
    shapes = {step.call.name: step.outputs for step in plan.steps}
    assert shapes["gate"] == ((UNKNOWN, 8, 3), (UNKNOWN, 8, 3))
    assert shapes["mix"] == ((UNKNOWN, 8, 3),)
    weights = {w.path: (w.shape, w.trainable) for step in plan.steps for w in step.weights}
    assert weights["scaled/factor"] == ((3,), True)
    assert weights["scaled/seen"] == ((), False)
    assert weights["gate/dense/kernel"] == ((3, 3), True)
    assert plan.macs is UNKNOWN
    assert verify(plan) == []


def test_a_free_dimension_stays_free(folder: Path, scale: Path) -> None:
    use_code(scale)
    plan = _plan(folder, "model:\n  input: [null, 3]\n  layers:\n    - Scale\n    - LSTM: 2\n")
    assert plan.steps[0].outputs == ((UNKNOWN, UNKNOWN, 3),)
    assert verify(plan) == []


def test_arguments_are_read_by_their_annotations(folder: Path, scale: Path) -> None:
    use_code(scale)
    kinds = {p.name: p.kind.noun for name in ("Scale", "Mix", "Gate") for p in _signature(name)}
    assert kinds["power"] == "a number"
    assert kinds["weights"] == "a list, each: a number"
    assert kinds["mode"] == "`sum` or `mean`"
    assert kinds["inner"] == "a layer"
    assert kinds["activation"] == "an activation"
    assert _faults(folder, "Scale: {power: two}")[0][0] == "wrong-type"
    assert _faults(folder, "Scale: {powr: 2}")[0][0] == "unknown-argument"
    assert _faults(folder, "Mix: {mode: max, weights: [1]}")[0][0] == "wrong-type"
    assert _faults(folder, "Mix")[0][0] == "missing-argument"


def _signature(name: str) -> tuple:
    return CATALOG[name].signature.parameters


def test_a_saved_model_is_loaded_with_the_code_and_without_it_refused(
    folder: Path, scale: Path
) -> None:
    use_code(scale)
    model = make_model(_plan(folder))
    model.save("model.keras")
    x = np.random.default_rng(0).normal(size=(2, 8, 3))
    again = keras.saving.load_model("model.keras", safe_mode=True)
    np.testing.assert_array_equal(model(x), again(x))
    keras.saving.get_custom_objects().clear()
    with pytest.raises(TypeError, match="Could not locate class"):
        keras.saving.load_model("model.keras")


def test_a_model_comes_back_from_its_configuration(folder: Path, scale: Path) -> None:
    use_code(scale)
    model = make_model(_plan(folder))
    imported = import_model(keras.saving.serialize_keras_object(model))
    assert imported.graph is not None, imported.found
    again = make_model(_plan(folder, write_spec(imported.graph).text))
    assert [w.shape for w in again.weights] == [w.shape for w in model.weights]
    again.set_weights(model.get_weights())
    x = np.random.default_rng(0).normal(size=(2, 8, 3))
    np.testing.assert_allclose(model(x), again(x), rtol=1e-6)


def test_the_script_imports_the_file_and_builds_the_same(folder: Path, scale: Path) -> None:
    use_code(scale)
    plan = _plan(folder)
    write(folder, "model.py", eject(plan) + "    print(build_model().count_params())\n")
    done = subprocess.run([sys.executable, "model.py"], capture_output=True, text=True, check=True)
    assert "from scale import Gate, Mix, Scale" in Path("model.py").read_text()
    assert done.stdout.split()[-1] == str(plan.params)


def test_a_class_takes_what_its_base_takes_as_far_as_it_hands_it_on(folder: Path) -> None:
    text = """
        import keras

        class Doubled(keras.layers.Dense):
            def __init__(self, times=2, **kwargs):
                super().__init__(**kwargs)
                self.times = times

            def call(self, inputs):
                return self.times * super().call(inputs)

            def get_config(self):
                return {**super().get_config(), "times": self.times}

        class Closed(keras.layers.Layer):
            def __init__(self, rate: int = 3):
                super().__init__()
                self.rate = rate

            def call(self, x):
                return x * self.rate
        """
    use_code(write(folder, "doubled.py", text))
    names = [each.name for each in _signature("Doubled")]
    assert {"times", "units", "activation", "kernel_initializer", "trainable"} <= set(names)
    assert names[0] == "units"  # what must be given comes first
    assert [each.name for each in _signature("Closed")] == ["rate"]
    plan = _plan(folder, "model:\n  input: [4]\n  layers:\n    - Doubled: {units: 5, times: 3}\n")
    assert plan.params == 25
    assert verify(plan) == []


def test_a_class_may_make_a_variable_of_a_value(folder: Path) -> None:
    text = """
        import keras


        class Shifted(keras.layers.Layer):
            def build(self, input_shape):
                start = [0.0] * input_shape[-1]
                self.mean = keras.Variable(start, trainable=False, name="mean")

            def call(self, x):
                return x - self.mean

            def compute_output_shape(self, input_shape):
                return input_shape
        """
    use_code(write(folder, "shifted.py", text))
    plan = _plan(folder, "model: {input: [5, 3], layers: [Shifted, Dense: 2]}")
    assert [(weight.path, weight.shape) for weight in plan.steps[0].weights] == [
        ("shifted/mean", (3,))
    ]
    assert verify(plan) == []


def test_a_rule_in_the_file_comes_before_the_measure_of_keras(folder: Path) -> None:
    text = """
        import keras
        from layerforge.layers.catalog import layer
        from layerforge.layers.effect import Effect
        from layerforge.layers.kinds import Positive
        from layerforge.shapes import Shape

        @layer(home=__name__)
        def Pairs(x: Shape, *, times: Positive = 2) -> Effect:
            "Writes every channel several times."
            return Effect((*x[:-1], x[-1] * times), {"k": (times,)}, macs=7)

        class Pairs(keras.layers.Layer):
            def __init__(self, times=2, **kwargs):
                super().__init__(**kwargs)
                self.times = times

            def build(self, shape):
                self.k = self.add_weight(shape=(self.times,), name="k")

            def call(self, x):
                return keras.ops.concatenate([x * self.k[i] for i in range(self.times)], -1)
        """
    use_code(write(folder, "pairs.py", text))
    plan = _plan(folder, "model:\n  input: [4]\n  layers:\n    - Pairs: 3\n")
    assert (plan.macs, plan.outputs) == (7, ((UNKNOWN, 12),))
    assert verify(plan) == []
    assert _faults(folder, "Pairs: 0")[0][0] == "out-of-range"


_BROKEN = {
    "broken-code syntax": ("import keras\nclass A(:\n", "broken-code", 2),
    "broken-code import": ("import keras\n\nimport not_there_at_all\n", "broken-code", 3),
    "broken-code exit": ("raise SystemExit(3)\n", "broken-code", 1),
    "not-a-layer": ("class A:\n    pass\n", "not-a-layer", None),
    "name-taken": (
        "import keras\n\n\nclass Dense(keras.layers.Layer):\n    pass\n",
        "name-taken",
        4,
    ),
}


@pytest.mark.parametrize("name", _BROKEN)
def test_a_file_that_cannot_be_used_is_told_at_its_line(name: str, folder: Path) -> None:
    text, code, line = _BROKEN[name]
    with pytest.raises(Faults) as stop:
        use_code(write(folder, "broken.py", text))
    (fault,) = stop.value.diagnostics
    assert fault.code == code
    assert (fault.span and fault.span.line) == line
    assert find("A") is None
    assert "broken" not in sys.modules or code != "broken-code"


@pytest.mark.parametrize("name", ["json.py", "keras.py", "no-module.py", "code.txt"])
def test_a_file_must_not_hide_a_module(name: str, folder: Path, scale: Path) -> None:
    with pytest.raises(Faults) as stop:
        use_code(write(folder, name, scale.read_text()))
    assert stop.value.diagnostics[0].code == "bad-name"


def test_a_file_that_is_not_there(folder: Path) -> None:
    with pytest.raises(Faults) as stop:
        use_code(folder / "nothing.py")
    assert stop.value.diagnostics[0].code == "unreadable-file"


_FAILING = """
    import keras

    class Fails(keras.layers.Layer):
        def call(self, x):
            return x + self.nothing

    class Refuses(keras.layers.Layer):
        def build(self, shape):
            if len(shape) != 4:
                raise ValueError("an image is needed")

        def call(self, x):
            return x

    class Forgets(keras.layers.Layer):
        def __init__(self, size: int = 3, **kwargs):
            super().__init__(**kwargs)
            self.size = size

        def call(self, x):
            return x * self.size

        def get_config(self):
            return super().get_config()

    class Unmade(keras.layers.Layer):
        def __init__(self, size: int, **kwargs):
            super().__init__(**kwargs)
            self.size = size

        def call(self, x):
            return x * self.size

        def get_config(self):
            return super().get_config()
    """


@pytest.mark.parametrize(
    ("layer", "code", "words"),
    [
        ("Fails", "broken-code", "has no attribute 'nothing' (fails.py:5)"),
        ("Refuses", "broken-code", "an image is needed (fails.py:10)"),
        ("Forgets: 4", "not-serializable", "its configuration leaves out `size`"),
        ("Unmade: 4", "not-serializable", "its configuration does not make it again"),
    ],
)
def test_a_layer_that_fails_is_told_at_its_item(
    layer: str, code: str, words: str, folder: Path
) -> None:
    use_code(write(folder, "fails.py", _FAILING))
    ((found, message),) = _faults(folder, layer)
    assert found == code
    assert words in message


def test_the_same_file_runs_once_and_a_changed_one_again(folder: Path, scale: Path) -> None:
    first = use_code(scale)
    assert use_code(scale) is first
    scale.write_text(scale.read_text().replace("power: float = 1.0", "power: float = 4.0"))
    assert use_code(scale).sha256 != first.sha256
    assert next(p.default for p in _signature("Scale") if p.name == "power") == 4.0
