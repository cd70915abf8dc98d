"""Specs with operations, from their text to a Keras model that is saved, loaded and run."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from layerforge.build.model import make_model
from layerforge.build.verify import differences, verify
from layerforge.infer import Plan
from tests.conftest import CompileText

# One operation of each family at least; constants, named tensors and several outputs among them.
FAMILIES = """
    model:
      inputs: {x: [8, 6], mask: {shape: [8, 1], dtype: bool}}
      layers:
        - ops.multiply: 0.5
          from: x
        - ops.add: [1, 2, 3, 4, 5, 6]
        - ops.where: {x2: 0.0}
          from: {condition: mask, x1: previous}
        - ops.gelu:
          name: active
        - ops.mean: {axis: 1, keepdims: true}
        - ops.subtract:
          from: [active, previous]
        - slice: "[:, ::2, :]"
        - ops.cumsum: 1
        - ops.take: {indices: [0, 2, 5], axis: -1}
        - ops.split: {indices_or_sections: 2, axis: 1}
          name: halves
        - ops.concatenate: -1
          from: [halves.0, halves.1]
        - ops.einsum: "bij,bkj->bik"
          from: [previous, previous]
        - ops.inv
        - ops.rms_normalization: {scale: [1, 2]}
        - ops.rfft:
          name: spectrum
        - ops.stack: -1
          from: [spectrum.0, spectrum.1]
        - ops.pad: [[0, 0], [1, 1], [2, 2], [0, 1]]
        - ops.image.resize: [5, 7]
        - ops.conv: [[[[0.1], [0.2], [0.3]]]]
        - ops.reshape: [-1, 35]
"""


def plan_of(compile_text: CompileText, text: str) -> Plan:
    compiled = compile_text(text)
    assert compiled.plan is not None, compiled.found
    return compiled.plan


def test_a_model_with_an_operation_of_each_family_is_what_the_plan_says(
    compile_text: CompileText,
) -> None:
    plan = plan_of(compile_text, FAMILIES)
    assert verify(plan) == []
    assert differences(plan, make_model(plan)) == []


def test_it_comes_back_from_its_file_with_names_and_values(
    compile_text: CompileText, tmp_path: Path
) -> None:
    plan = plan_of(compile_text, FAMILIES)
    model = make_model(plan)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    names = [each.name for each in plan.graph.inputs] + [call.name for call in plan.graph.calls]
    assert sorted(each.name for each in again.operations) == sorted(names)
    dice = np.random.default_rng(5)
    data = {"x": dice.normal(size=(3, 8, 6)), "mask": dice.normal(size=(3, 8, 1)) > 0}
    np.testing.assert_array_equal(model.predict(data, verbose=0), again.predict(data, verbose=0))


def test_operations_are_numbered_by_their_short_names(compile_text: CompileText) -> None:
    text = """
        model:
          input: [8, 6]
          layers:
            - ops.square
            - ops.mean: 1
            - ops.square
            - slice: "[:, None]"
            - slice: "[:, 0]"
    """
    names = [call.name for call in plan_of(compile_text, text).graph.calls]
    assert names == ["square", "mean", "square_1", "slice", "slice_1"]


def test_an_operation_used_again_is_a_node_of_its_own(compile_text: CompileText) -> None:
    text = """
        model:
          input: [8, 6]
          layers:
            - ops.relu:
              name: rectified
            - Dense: 6
              name: dense
            - use: rectified
            - use: dense
            - use: rectified
              name: last
    """
    plan = plan_of(compile_text, text)
    model = make_model(plan)
    assert verify(plan) == []
    assert {"rectified", "last"} < {operation.name for operation in model.operations}
    assert model.count_params() == plan.params == 42


def test_the_masks_that_keras_computes_do_not_take_the_names_of_a_spec(
    compile_text: CompileText, tmp_path: Path
) -> None:
    text = """
        model:
          inputs: {words: {shape: [8], dtype: int32}}
          layers:
            - Embedding: {input_dim: 20, output_dim: 4, mask_zero: true}
            - LSTM: 4
            - ops.not_equal: 0.0
            - ops.cast: float32
              name: any
            - Dense: 1
              name: not_equal_1
    """
    plan = plan_of(compile_text, text)
    assert verify(plan) == []
    model = make_model(plan)
    names = [operation.name for operation in model.operations]
    assert len({*names}) == len(names)
    model.save(tmp_path / "model.keras")
    assert keras.saving.load_model(tmp_path / "model.keras").get_layer("not_equal_1")


def test_an_operation_in_a_block_is_named_after_it(compile_text: CompileText) -> None:
    text = """
        blocks:
          center:
            args: {axis: 1}
            layers:
              - ops.mean: {axis: $(axis), keepdims: true}
                name: mean
              - ops.subtract:
                from: [input, mean]
        model:
          input: [8, 6]
          layers:
            - center: 1
              repeat: 2
            - center: 2
    """
    plan = plan_of(compile_text, text)
    model = make_model(plan)
    assert verify(plan) == []
    names = [operation.name for operation in model.operations]
    assert names[1:3] == ["center.mean", "center.subtract"]
    data = np.random.default_rng(5).normal(size=(2, 8, 6)).astype("float32")
    assert np.abs(model(data).numpy().mean(axis=2)).max() < 1e-6


def test_a_spec_tells_where_an_operation_goes_wrong(compile_text: CompileText) -> None:
    text = """\
        model:
          input: [8, 6]
          layers:
            - ops.mean: {axis: 4}
            - ops.nope
    """
    found = compile_text(text).found
    assert [(fault.code, fault.span.line, fault.span.column) for fault in found if fault.span] == [
        ("wrong-axis", 4, 24),
        ("unknown-layer", 5, 7),
    ]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("ops.subtract: {x1: 1.0}", lambda x: 1 - x),
        ("ops.multiply: [0, 1, 2]", lambda x: x * [0, 1, 2]),
        ("ops.power: 2", lambda x: x**2),
        ("ops.clip: {x_min: [0, -0.5, 0], x_max: 0.5}", lambda x: np.clip(x, [0, -0.5, 0], 0.5)),
        ("ops.maximum: 0", lambda x: np.maximum(x, 0)),
        ("ops.hypot: 2", lambda x: np.hypot(x, 2)),
        ("ops.full_like: 7", lambda x: x * 0 + 7),
        ("ops.take: {indices: [2, 0], axis: 1}", lambda x: x[:, [2, 0]]),
        ("ops.matmul: [[1, 0], [0, 1], [1, 1]]", lambda x: x @ [[1, 0], [0, 1], [1, 1]]),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_constants_are_operands(
    item: str, expected: object, dtype: str, compile_text: CompileText
) -> None:
    text = f"""
        model:
          inputs: {{x: {{shape: [3], dtype: {dtype}}}}}
          layers:
            - {item}
    """
    model = make_model(plan_of(compile_text, text))
    data = np.array([[-1, 0.25, 2], [1, 0.5, -0.25]], dtype=dtype)
    made = model(data)
    assert made.dtype == dtype
    assert callable(expected)
    np.testing.assert_allclose(made, expected(data), rtol=1e-3)
