"""The entries of the study notes that the project began from: each said right, where readers look for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from layerforge.cli.main import main
from layerforge.infer import Plan
from layerforge.pipeline import Compiled, compile_spec
from layerforge.shapes import UNKNOWN

SPECS = Path(__file__).parents[1] / "specs"


def _compiled(layers: str, shape: str, folder: Path) -> Compiled:
    path = folder / "spec.yaml"
    items = "".join(f"    - {line}\n" for line in layers.split("; "))
    path.write_text(f"model:\n  input: {shape}\n  layers:\n{items}", encoding="utf-8")
    return compile_spec(path)


def _plan(layers: str, shape: str, folder: Path) -> Plan:
    compiled = _compiled(layers, shape, folder)
    assert compiled.plan is not None, compiled.found
    return compiled.plan


@pytest.mark.parametrize(
    ("layers", "shape", "output", "params"),
    [
        ("Conv1D: {filters: 8, kernel_size: 5}", "[20, 1]", (16, 8), 48),
        ("Conv1D: {filters: 8, kernel_size: 5, padding: same}", "[20, 1]", (20, 8), 48),
        ("Conv1D: {filters: 64, kernel_size: 3}", "[431, 64]", (429, 64), 12_352),
        ("Conv2D: {filters: 1, kernel_size: 3, padding: same}", "[5, 5, 1]", (5, 5, 1), 10),
        ("Conv2D: {filters: 1, kernel_size: 3}", "[4, 4, 1]", (2, 2, 1), 10),
        ("Conv3D: {filters: 2, kernel_size: 3}", "[8, 16, 16, 1]", (6, 14, 14, 2), 56),
        (
            "Conv2DTranspose: {filters: 1, kernel_size: 3, strides: 2, padding: same}",
            "[2, 2, 1]",
            (4, 4, 1),
            10,
        ),
        (
            "Conv2DTranspose: {filters: 1, kernel_size: 3, strides: 2, padding: same, output_padding: 0}",
            "[3, 3, 1]",
            (5, 5, 1),
            10,
        ),
        ("Conv2DTranspose: {filters: 1, kernel_size: 3}", "[3, 3, 1]", (5, 5, 1), 10),
        ("MaxPooling2D: {pool_size: 3, strides: 2}", "[7, 7, 2]", (3, 3, 2), 0),
        ("AdaptiveAveragePooling1D: 4", "[null, 3]", (4, 3), 0),
        ("L2Pooling1D: 2; MeanShiftPooling1D: 2; BilinearPooling", "[16, 3]", (9,), 0),
        ("Dense: 10", "[28, 28, 1]", (28, 28, 10), 20),
        ("TimeDistributed: {layer: {Dense: 8}}", "[96, 32]", (96, 8), 264),
        ("LSTM: 32", "[64, 32]", (32,), 8_320),
        ("LSTM: 32; Dense: {units: 32, use_bias: false}", "[64, 32]", (32,), 9_344),
        ("Bidirectional: {layer: {LSTM: 32}}", "[64, 32]", (64,), 16_640),
        ("Bidirectional: {layer: {LSTM: 32}, merge_mode: sum}", "[64, 32]", (32,), 16_640),
        ("MultiHeadAttention: {num_heads: 4, key_dim: 16}", "[96, 64]", (96, 64), 16_640),
        ("Permute: [2, 1]", "[96, 7]", (7, 96), 0),
        ("RepeatVector: 24", "[32]", (24, 32), 0),
        ("Flatten", "[28, 28, 3]", (2_352,), 0),
    ],
)
def test_shapes_and_parameters_are_the_right_ones(
    layers: str, shape: str, output: tuple[int, ...], params: int, tmp_path: Path
) -> None:
    plan = _plan(layers, shape, tmp_path)
    assert plan.outputs == ((UNKNOWN, *output),)
    assert plan.params == params


def test_an_input_of_one_axis_may_be_a_number(tmp_path: Path) -> None:
    assert _plan("Dense: 1", "32", tmp_path).params == _plan("Dense: 1", "[32]", tmp_path).params


def test_an_input_is_no_tensor(tmp_path: Path) -> None:
    (fault,) = _compiled("Dense: 1", "{shape: [4], tensor: [1, 2]}", tmp_path).found
    assert "is data, and a spec holds none" in fault.message


def test_six_kernels_of_length_three_are_one_weight(tmp_path: Path) -> None:
    plan = _plan("Conv1D: {filters: 6, kernel_size: 3}", "[20, 5]", tmp_path)
    assert [(w.name, w.shape) for w in plan.steps[0].weights] == [
        ("kernel", (3, 5, 6)),
        ("bias", (6,)),
    ]


def test_half_of_a_batch_normalizations_parameters_are_not_trained(tmp_path: Path) -> None:
    plan = _plan("BatchNormalization", "[96, 64]", tmp_path)
    assert (plan.params, plan.trainable_params) == (4 * 64, 2 * 64)


def test_the_batch_cannot_be_permuted(tmp_path: Path) -> None:
    (fault,) = _compiled("Permute: [0, 1]", "[96, 7]", tmp_path).found
    assert fault.code == "bad-permutation"


def test_products_and_joins_need_no_lambda(tmp_path: Path) -> None:
    layers = "Dense: {units: 7, activation: softmax, name: weight}"
    layers += "; {Multiply: , from: [input, weight], name: weighed}"
    layers += "; {Concatenate: {axis: 1}, from: [input, weighed]}"
    assert _plan(layers, "[96, 7]", tmp_path).outputs == ((UNKNOWN, 192, 7),)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Conv1D", "floor((20 - 5) / 1) + 1 = 16"),
        ("Conv1D", "With `padding: same` it is rounded up: ceil(n / strides)."),
        ("BatchNormalization", "gamma and beta are trained, the moving mean and variance are not"),
        ("Conv2DTranspose", "super-resolution, denoising and segmentation"),
        ("Dropout", "each value is set to zero with probability `rate`"),
        ("Dropout", "SpatialDropout1D drops whole channels"),
        ("MaxPooling1D", "a smaller one makes the windows overlap"),
        ("MaxPooling2D", "No layer of one's own is needed for that."),
        ("L2Pooling1D", "y = sqrt(sum of x^2)"),
        ("MeanShiftPooling2D", "Comaniciu & Meer 2002"),
        ("BilinearPooling", "sign(z) sqrt(|z| + epsilon)"),
        ("ReversibleInstanceNormalization", "from: [previous, revin.1, revin.2]"),
        ("Dense", "It acts on the last axis alone"),
        ("TimeDistributed", "a Dense does that by itself"),
        ("LSTM", "an LSTM has no output matrix"),
        ("LSTM", "4 x (32 x (32 + 32) + 32) = 8,320"),
        ("LSTM", "8,320 + 1,024 = 9,344"),
        ("Bidirectional", "turned around before both are joined"),
        ("MultiHeadAttention", "self-attention"),
        ("Permute", "axis 0 is the batch, which never moves"),
    ],
)
def test_explain_says_what_is_often_got_wrong(
    name: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", name]) == 0
    assert words in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    "name",
    [
        *("univariate-one-step", "univariate-many-steps", "multivariate-one-step", "cnn-lstm"),
        *("zoo/unet-2d", "zoo/autoencoder-denoising", "zoo/encoder-decoder-repeat"),
    ],
)
def test_what_the_notes_build_is_a_shipped_spec(name: str) -> None:
    assert compile_spec(SPECS / f"{name}.yaml").plan is not None
