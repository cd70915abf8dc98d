"""What layers compute, on the examples that people learn them by."""

from __future__ import annotations

import numpy as np
import pytest

from tests.layers import in_keras
from tests.layers.case import case, the_layer


def _run(layer: str, values: list[float], *weights: list[float]) -> list[float]:
    """What the layer makes of one sequence of one channel, with the weights given."""
    sequence = np.array(values, "float32").reshape((1, -1, 1))
    made = in_keras.make(the_layer(case(layer)), "it")
    made.build(sequence.shape)
    made.set_weights([np.reshape(w, v.shape) for w, v in zip(weights, made.weights, strict=True)])
    result: list[float] = np.array(made(sequence)).ravel().tolist()
    return result


def test_a_kernel_over_seven_temperatures_starts_at_the_first_full_window() -> None:
    # Widely copied notes begin with 37.0; the first full window is 20 x 0.5 + 22 x 0.8 + 24 x 0.5.
    smooth = "Conv1D: {filters: 1, kernel_size: 3, use_bias: false}"
    result = _run(smooth, [20, 22, 24, 23, 26, 25, 27], [0.5, 0.8, 0.5])
    assert result == pytest.approx([39.6, 41.7, 43.4, 44.8, 46.5])


def test_a_causal_kernel_sees_no_later_step() -> None:
    causal = (
        "Conv1D: {filters: 1, kernel_size: 2, dilation_rate: 2, padding: causal, use_bias: false}"
    )
    assert _run(causal, [1, 2, 3, 4], [10, 1]) == pytest.approx([1, 2, 13, 24])


@pytest.mark.parametrize(
    ("layer", "values", "wanted"),
    [
        ("MaxPooling1D: 2", [1, 2, 4, 3, 1, 5], [2, 4, 5]),
        ("MaxPooling1D: 2", [1, 2, 4, 3, 1], [2, 4]),
        ("MaxPooling1D: {pool_size: 3, strides: 2}", [1, 2, 4, 3, 1], [4, 4]),
        # At the edges the mean is of the values there are, not of zeros beside them.
        ("AveragePooling1D: {pool_size: 3, strides: 1, padding: same}", [1, 2, 3], [1.5, 2, 2.5]),
        ("AdaptiveAveragePooling1D: 2", [1, 2, 3, 4, 5], [2, 4]),
        ("GlobalMaxPooling1D", [1, 2, 4, 3], [4]),
    ],
)
def test_pools_keep_what_they_are_said_to_keep(
    layer: str, values: list[float], wanted: list[float]
) -> None:
    assert _run(layer, values) == pytest.approx(wanted)
