"""Layers that Keras builds and runs, but not as it says: layerforge refuses them, and here is why."""

from __future__ import annotations

from typing import Any

import keras
import pytest
import tensorflow as tf

from layerforge.diagnostics import SpecError
from tests.conftest import CompileText
from tests.layers import in_keras
from tests.layers.case import Case, case, effect_of, the_layer

BATCH = 2
WRONG = [
    ("untrue-shape", case("Hashing: {num_bins: 6, output_mode: one_hot}", (3,), dtype="int32")),
    ("untrue-shape", case("Hashing: {num_bins: 6, output_mode: one_hot}", (), dtype="int32")),
    (
        "untrue-shape",
        case(
            "TextVectorization: {vocabulary: [a], output_mode: multi_hot}",
            (1,),
            dtype="string",
        ),
    ),
    ("untrue-shape", case("MelSpectrogram: {fft_length: 16, sequence_stride: 4}", (63,))),
    ("untrue-shape", case("MelSpectrogram: {fft_length: 15, sequence_stride: 4}", (64,))),
    ("wrong-rank", case("CategoryEncoding: 6", (5, 3), dtype="int32")),
    ("wrong-rank", case("Hashing: {num_bins: 6, output_mode: count}", (5, 3), dtype="int32")),
    (
        "wrong-rank",
        case("IntegerLookup: {vocabulary: [1], output_mode: count}", (5, 3), dtype="int64"),
    ),
    ("wrong-rank", case("CategoryEncoding: 6", (), dtype="int32")),
    (
        "wrong-rank",
        case("Discretization: {bin_boundaries: [1, 2, 3], output_mode: multi_hot}", ()),
    ),
    (
        "wrong-rank",
        case(
            "TextVectorization: {vocabulary: [a], split: null, output_mode: count}",
            (),
            dtype="string",
        ),
    ),
    ("shape-mismatch", case("Rescaling: [1, 2, 3]", (5, 1))),
    ("wrong-rank", case("Resizing: {height: 4, width: 5}", (8, 9))),
    ("wrong-rank", case("CenterCrop: {height: 4, width: 5}", (8, 9))),
]


def _data(refused: Case) -> Any:
    shape = (BATCH, *refused.shapes[0])
    if refused.dtype == "string":
        return tf.fill(shape, "a")
    return tf.ones(shape, refused.dtype or "float32")


@pytest.mark.parametrize(("code", "refused"), WRONG, ids=[str(c) for _, c in WRONG])
def test_what_keras_says_of_a_shape_is_not_what_it_gives(code: str, refused: Case) -> None:
    layer = the_layer(refused)
    with pytest.raises(SpecError) as error:
        effect_of(layer, refused)
    assert error.value.code == code
    made = in_keras.make(layer, "it")
    (said,) = in_keras.call(refused, made, layer.type)
    given = tuple(made(_data(refused)).shape)
    lost = given[:1] != (BATCH,)  # the samples of the batch were mixed up
    assert lost or given[1:] != said[1:]


def test_equalization_is_refused_outside_a_pipeline_since_keras_makes_no_model_of_it(
    compile_text: CompileText,
) -> None:
    spec = """
        layerforge: 1
        model:
          input: [8, 8, 3]
          layers:
            - {item}
        """
    inside = compile_text(spec.replace("{item}", "Pipeline: [Equalization]"))
    assert inside.found == ()
    alone = compile_text(spec.replace("{item}", "Equalization"))
    assert [fault.code for fault in alone.found] == ["cannot-stand-alone"]
    assert alone.found[0].help == "put it into one: `Pipeline: [Equalization]`"
    image = keras.Input((8, 8, 3))
    with pytest.raises(ValueError, match="cycle"):
        keras.Model(image, keras.layers.Equalization()(image))
