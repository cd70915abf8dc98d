"""What layerforge's own layers compute, against NumPy and the words of their papers."""

from __future__ import annotations

from itertools import product
from typing import Any

import keras
import numpy as np
import pytest

from layerforge import keras_layers as own

_RANDOM = np.random.default_rng(3)


def _windows(x: Any, pool: int, stride: int, padding: str, axis: int) -> list[Any]:
    """The values of each window along an axis, cut where the input ends, as TensorFlow lays windows."""
    length = x.shape[axis]
    count = -(-length // stride) if padding == "same" else (length - pool) // stride + 1
    before = max((count - 1) * stride + pool - length, 0) // 2 if padding == "same" else 0
    starts = [at * stride - before for at in range(count)]
    parts = [range(max(start, 0), min(start + pool, length)) for start in starts]
    return [np.take(x, list(part), axis) for part in parts]


def _naive(x: Any, pool: int, stride: int, padding: str, value: Any) -> Any:
    """A pool of one sequence (steps, channels), window by window."""
    return np.stack([value(window) for window in _windows(x, pool, stride, padding, 0)])


def _mean_shift(window: Any, width: float = 1.0, times: int = 5) -> Any:
    modes = []
    for values in window.T:
        m = values.mean()
        for _ in range(times):
            near = np.exp(-0.5 * ((values - m) / width) ** 2)
            m = (near * values).sum() / near.sum()
        modes.append(m)
    return np.array(modes)


def _norm(window: Any) -> Any:
    return np.sqrt((window**2).sum(0))


_FORMS = list(product((1, 2, 3, 5), (1, 2, 4), ("valid", "same")))


@pytest.mark.parametrize(("pool", "stride", "padding"), _FORMS)
@pytest.mark.parametrize(("kind", "value"), [("L2", _norm), ("MeanShift", _mean_shift)])
def test_a_pool_is_its_formula_in_every_window(
    kind: str, value: Any, pool: int, stride: int, padding: str
) -> None:
    x = _RANDOM.normal(size=(11, 3)).astype("float32")
    layer = getattr(own, f"{kind}Pooling1D")(pool, stride, padding)
    np.testing.assert_allclose(
        layer(x[None])[0], _naive(x, pool, stride, padding, value), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("kind", ["L2", "MeanShift"])
def test_a_pool_of_images_takes_rows_and_columns_together(kind: str) -> None:
    x = _RANDOM.normal(size=(7, 9, 2)).astype("float32")
    layer = getattr(own, f"{kind}Pooling2D")((3, 2), (2, 3), "same")
    found = np.asarray(layer(x[None])[0])
    for i, rows in enumerate(_windows(x, 3, 2, "same", 0)):
        for j, window in enumerate(_windows(rows, 2, 3, "same", 1)):
            flat = window.reshape(-1, 2)
            wanted = _norm(flat) if kind == "L2" else _mean_shift(flat)
            np.testing.assert_allclose(found[i, j], wanted, rtol=1e-4)


@pytest.mark.parametrize("kind", ["L2", "MeanShift"])
def test_channels_may_come_first_and_the_steps_be_free(kind: str) -> None:
    x = _RANDOM.normal(size=(2, 10, 3)).astype("float32")
    last = getattr(own, f"{kind}Pooling1D")(3, 2, "same")
    first = getattr(own, f"{kind}Pooling1D")(3, 2, "same", "channels_first")
    inputs = keras.Input((None, 3))
    free = keras.Model(inputs, last(inputs)).predict(x, verbose=0)
    np.testing.assert_allclose(free, last(x), rtol=1e-6)
    np.testing.assert_allclose(
        first(x.transpose(0, 2, 1)).numpy().transpose(0, 2, 1), free, rtol=1e-6
    )


def test_mean_shift_leaves_an_outlier_where_it_is() -> None:
    x = np.array([20.0, 21.0, 20.5, 23.5], "float32").reshape((1, 4, 1))
    found = own.MeanShiftPooling1D(4, bandwidth=0.5, iterations=20)(x)
    assert float(found[0, 0, 0]) == pytest.approx(20.5, abs=0.05)  # the mean is 21.25


def test_a_wide_mean_shift_is_the_mean() -> None:
    x = _RANDOM.normal(size=(1, 8, 2)).astype("float32")
    wide = own.MeanShiftPooling1D(4, bandwidth=1e4)(x)
    np.testing.assert_allclose(wide, keras.layers.AveragePooling1D(4)(x), atol=1e-5)


def test_values_far_beyond_the_bandwidth_leave_the_mean_and_no_nan() -> None:
    x = np.array([0.0, 1000.0], "float32").reshape((1, 2, 1))
    assert float(own.MeanShiftPooling1D(2, bandwidth=0.1)(x)[0, 0, 0]) == 500.0


@pytest.mark.parametrize("layer", ["L2Pooling1D", "MeanShiftPooling1D", "BilinearPooling"])
def test_silence_has_a_gradient(layer: str) -> None:
    import tensorflow as tf

    x = tf.zeros((1, 4, 2))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(getattr(own, layer)()(x))
    assert np.isfinite(tape.gradient(y, x).numpy()).all()


def test_bilinear_pooling_is_the_sum_of_outer_products() -> None:
    a, b = _RANDOM.normal(size=(2, 5, 4, 3)), _RANDOM.normal(size=(2, 5, 4, 6))
    z = np.einsum("bhwc,bhwd->bcd", a, b).reshape(2, 18)
    plain = own.BilinearPooling(signed_sqrt=False, normalize=False)(a, b)
    np.testing.assert_allclose(plain, z, rtol=1e-4, atol=1e-5)
    rooted = np.sign(z) * np.sqrt(abs(z) + 1e-7)
    wanted = rooted / np.linalg.norm(rooted, axis=1, keepdims=True)
    np.testing.assert_allclose(own.BilinearPooling()(a, b), wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("subtract_last", [False, True])
def test_the_inverse_undoes_the_normalization_whatever_gamma_and_beta(subtract_last: bool) -> None:
    x = _RANDOM.normal(50, 20, size=(4, 30, 3)).astype("float32")
    layer = own.ReversibleInstanceNormalization(subtract_last=subtract_last)
    layer.build((None, 30, 3))
    layer.set_weights([np.array([0.5, 2.0, -1.0]), np.array([1.0, -3.0, 0.0])])
    y, scale, location = layer(x)
    middle = x[:, -1:] if subtract_last else x.mean(1, keepdims=True)
    wanted = (x - middle) / np.sqrt(x.var(1, keepdims=True) + 1e-5) * [0.5, 2, -1] + [1, -3, 0]
    np.testing.assert_allclose(y, wanted, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(own.InstanceDenormalization()(y, scale, location), x, rtol=1e-4)


def test_each_call_of_a_shared_normalization_has_its_own_statistics() -> None:
    layer, back = own.ReversibleInstanceNormalization(), own.InstanceDenormalization()
    one, other = keras.Input((8, 2)), keras.Input((8, 2))
    model = keras.Model([one, other], [back(*layer(one)), back(*layer(other))])
    a, b = _RANDOM.normal(5, 1, (3, 8, 2)), _RANDOM.normal(-90, 30, (3, 8, 2))
    found = model([a, b])
    np.testing.assert_allclose(found[0], a, rtol=1e-4)
    np.testing.assert_allclose(found[1], b, rtol=1e-4)
    assert len(model.weights) == 2


def test_gradients_reach_gamma_and_beta_from_both_ends_but_pass_no_statistics() -> None:
    import tensorflow as tf

    layer = own.ReversibleInstanceNormalization()
    x = tf.constant(_RANDOM.normal(size=(2, 6, 1)), "float32")
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y, scale, location = layer(x)
        back = tf.reduce_sum(own.InstanceDenormalization()(tf.zeros_like(y), scale, location))
        scales = tf.reduce_sum(scale)
    assert all(tape.gradient(back, weight) is not None for weight in layer.weights)
    assert tape.gradient(scales, x) is None


def test_half_precision_does_not_overflow_over_many_steps() -> None:
    x = np.full((1, 2000, 1), 300.0, "float32")
    x[0, ::2] = 100.0
    y, scale, location = own.ReversibleInstanceNormalization(dtype="mixed_float16")(x)
    assert y.dtype == scale.dtype == location.dtype == "float16"
    assert float(scale[0, 0, 0]) == pytest.approx(100, rel=1e-3)
    assert float(location[0, 0, 0]) == pytest.approx(200, rel=1e-3)


def test_quantiles_are_a_line_and_then_rises() -> None:
    head = own.QuantileHead(2, (0.1, 0.5, 0.9))
    x = _RANDOM.normal(size=(5, 4)).astype("float32")
    found = np.asarray(head(x))
    linear = (x @ np.asarray(head.kernel) + np.asarray(head.bias)).reshape(5, 2, 3)
    rises = np.log1p(np.exp(linear[..., 1:]))
    expected = np.cumsum(np.concatenate([linear[..., :1], rises], axis=-1), axis=-1)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_no_quantile_crosses_another_whatever_the_weights() -> None:
    head = own.QuantileHead(3, (0.05, 0.25, 0.5, 0.75, 0.95), kernel_initializer="random_normal")
    found = np.asarray(head(_RANDOM.normal(scale=100, size=(200, 7, 6)).astype("float32")))
    assert found.shape == (200, 7, 3, 5)
    assert (np.diff(found, axis=-1) >= 0).all()


@pytest.mark.parametrize("level", [0.1, 0.5, 0.8])
def test_the_least_pinball_loss_is_at_the_quantile(level: float) -> None:
    values = _RANDOM.normal(size=4001).astype("float32")
    loss = own.Pinball((level,))
    guesses = np.linspace(-2, 2, 201).astype("float32")
    losses = [
        float(loss(values[:, None], np.full((len(values), 1, 1), guess, "float32")))
        for guess in guesses
    ]
    best = guesses[int(np.argmin(losses))]
    assert abs(best - np.quantile(values, level)) < 0.03


def test_pinball_is_its_formula_over_steps_and_quantiles() -> None:
    truth = _RANDOM.normal(size=(6, 4)).astype("float32")
    guess = _RANDOM.normal(size=(6, 4, 2)).astype("float32")
    under = truth[..., None] - guess
    levels = np.array([0.2, 0.7])
    expected = np.where(under >= 0, levels * under, (levels - 1) * under).mean()
    assert float(own.Pinball((0.2, 0.7))(truth, guess)) == pytest.approx(expected, rel=1e-5)
    again = own.Pinball.from_config(own.Pinball((0.2, 0.7)).get_config())
    assert (again.quantiles, again.name) == ((0.2, 0.7), "pinball")
