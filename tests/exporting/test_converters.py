"""What converters of the formats miss by themselves: models of a few layers, written, read and compared."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from layerforge.build.model import make_model
from layerforge.exporting.formats import FORMATS
from layerforge.pipeline import compile_spec

MODELS = {
    "a function of GELU, made of erfc": "{input: [5], layers: [{Dense: {units: 3, activation: gelu}}]}",
    "a function of CELU, made of expm1": "{input: [5], layers: [{Dense: {units: 3, activation: celu}}]}",
    "the numbers of Normalization": """{input: [3], layers:
        [Normalization: {mean: [1, 2, 3], variance: [1, 2, 4]}, Dense: 2]}""",
    "bins": """{input: [4], layers:
        [Discretization: {bin_boundaries: [-0.5, 0, 1.5], output_mode: one_hot}]}""",
    "groups of one axis": "{input: [9, 6], layers: [Conv1D: {filters: 4, kernel_size: 3, groups: 2}]}",
    "groups of two axes": "{input: [9, 8, 4], layers: [Conv2D: {filters: 6, kernel_size: 3, groups: 2}]}",
    "dropout within a recurrence": """{input: [6, 3], layers:
        [LSTM: {units: 4, dropout: 0.1, recurrent_dropout: 0.2}]}""",
    "augmentation": """{input: [8, 9, 3], layers:
        [RandomFlip, RandomRotation: 0.2, RandomBrightness: 0.3, Flatten, Dense: 2]}""",
    "steps of any number, and a kernel of three": """{input: [null, 4], layers:
        [Conv1D: {filters: 3, kernel_size: 3}, GlobalMaxPooling1D, Dense: 2]}""",
    "noise": "{input: [8, 3], layers: [GaussianNoise: 1, SpatialDropout1D: 0.5, GRU: 3]}",
    "names that TensorFlow would change": """{inputs: {the-first: [3], second: [3]}, layers:
        [{Add: , from: [the-first, second]}, {Dense: 2, name: the-last}]}""",
}
_FORMATS = [
    pytest.param(
        name,
        marks=pytest.mark.skipif(
            not all(map(importlib.util.find_spec, FORMATS[name].needs)), reason="the extra `export`"
        ),
    )
    for name in FORMATS
]
pytestmark = pytest.mark.slow


def _model(text: str, folder: Path) -> Any:
    path = folder / "spec.yaml"
    path.write_text(f"layerforge: 1\nmodel: {text}\n", encoding="utf-8")
    plan = compile_spec(path).plan
    assert plan is not None
    return make_model(plan)


def _inputs(model: Any) -> dict[str, Any]:
    chance = np.random.default_rng(0)
    return {
        each.name: chance.normal(size=[2, *(size or 8 for size in each.shape[1:])]).astype(
            "float32"
        )
        for each in model.inputs
    }


@pytest.mark.parametrize("name", _FORMATS)
@pytest.mark.parametrize("text", MODELS.values(), ids=MODELS)
def test_what_was_written_answers_as_keras_does(text: str, name: str, tmp_path: Path) -> None:
    model = _model(text, tmp_path)
    inputs = _inputs(model)
    path = tmp_path / f"model{FORMATS[name].ending}"
    FORMATS[name].write(model, path, inputs)
    found = FORMATS[name].read(path)(inputs)
    given = list(inputs.values())
    expected = model.predict(given if len(given) > 1 else given[0], verbose=0)
    np.testing.assert_allclose(found.reshape(expected.shape), expected, atol=1e-5)


def test_an_onnx_file_calls_inputs_and_outputs_as_the_spec_does(tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime", reason="the extra `export`")

    model = _model(MODELS["names that TensorFlow would change"], tmp_path)
    path = tmp_path / "model.onnx"
    FORMATS["onnx"].write(model, path, {})
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    assert [each.name for each in session.get_inputs()] == ["the-first", "second"]
    assert [each.name for each in session.get_outputs()] == ["the-last"]


def test_an_operation_that_onnx_lacks_is_named(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason="the extra `export`")
    model = _model("{input: [3], layers: [Hashing: 5]}", tmp_path)
    path = tmp_path / "model.onnx"
    FORMATS["onnx"].write(model, path, {})
    with pytest.raises(ValueError, match="ONNX has no operation for TensorFlow's StringToHash"):
        FORMATS["onnx"].read(path)
