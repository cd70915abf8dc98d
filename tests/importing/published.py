"""Models of the kinds that are published: tutorials, papers, competition entries; each in a few lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import keras
import numpy as np
from keras import layers, ops


def sentiment_bilstm() -> Any:
    text = keras.Input((None,), dtype="int32")
    x = layers.Embedding(200, 16)(text)
    x = layers.Bidirectional(layers.LSTM(8, return_sequences=True))(x)
    x = layers.Bidirectional(layers.LSTM(8))(x)
    return keras.Model(text, layers.Dense(1, activation="sigmoid")(x))


def vae_decoder() -> Any:
    z = keras.Input((2,))
    x = layers.Reshape((7, 7, 4))(layers.Dense(7 * 7 * 4, activation="relu")(z))
    for filters in (16, 8):
        x = layers.Conv2DTranspose(filters, 3, activation="relu", strides=2, padding="same")(x)
    image = layers.Conv2DTranspose(1, 3, activation="sigmoid", padding="same")(x)
    return keras.Model(z, image, name="decoder")


def dict_inputs_and_outputs() -> Any:
    inputs = {
        "age": keras.Input((1,), name="age"),
        "city": keras.Input((1,), dtype="int32", name="city"),
    }
    city = layers.Flatten()(layers.Embedding(10, 4)(inputs["city"]))
    x = layers.Dense(8, "relu")(layers.concatenate([inputs["age"], city]))
    return keras.Model(inputs, {"price": layers.Dense(1)(x), "risk": layers.Dense(3)(x)})


def preprocessing_in_the_model() -> Any:
    number = keras.Input((3,), name="number")
    scaled = layers.Normalization()
    scaled.adapt(np.arange(12.0).reshape(4, 3))
    word = keras.Input((1,), dtype="string", name="word")
    coded = layers.StringLookup(vocabulary=["a", "b", "c"], output_mode="one_hot")(word)
    bins = layers.Discretization([0.0, 1.0, 2.0], output_mode="one_hot")(number[:, :1])
    return keras.Model(
        [number, word], layers.Dense(2)(layers.concatenate([scaled(number), coded, bins]))
    )


def augmented_images() -> Any:
    augment = keras.Sequential(
        [layers.RandomFlip("horizontal"), layers.RandomRotation(0.1), layers.RandomZoom(0.2)],
        name="augment",
    )
    image = keras.Input((24, 24, 3))
    x = layers.Rescaling(1.0 / 255)(augment(image))
    for filters in (8, 16):
        x = layers.SeparableConv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.Activation("relu")(layers.BatchNormalization()(x))
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    return keras.Model(image, layers.Dense(5)(layers.GlobalAveragePooling2D()(x)))


def transfer_learning() -> Any:
    base = keras.applications.MobileNetV2(
        input_shape=(32, 32, 3), include_top=False, weights=None, alpha=0.35
    )
    base.trainable = False
    image = keras.Input((32, 32, 3))
    x = layers.GlobalAveragePooling2D()(base(image, training=False))
    return keras.Model(image, layers.Dense(2)(layers.Dropout(0.2)(x)))


def time_distributed_model() -> Any:
    frame = keras.Sequential(
        [keras.Input((8, 8, 1)), layers.Conv2D(4, 3, activation="relu"), layers.Flatten()],
        name="frame",
    )
    video = keras.Input((5, 8, 8, 1))
    return keras.Model(video, layers.GRU(6)(layers.TimeDistributed(frame)(video)))


def time_distributed_branches() -> Any:
    """A functional model with a residual and a concatenation for every frame, called on two videos."""
    image = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(image)
    y = layers.Conv2D(4, 3, padding="same", use_bias=False)(x)
    y = layers.BatchNormalization()(y)
    x = layers.Add()([x, y])
    x = layers.Concatenate(axis=3)([image, x])
    x = layers.Concatenate()([layers.MaxPooling2D(2)(x), layers.AveragePooling2D(2)(x)])
    frame = keras.Model(image, layers.Dense(5)(layers.GlobalAveragePooling2D()(x)), name="frame")
    frames = layers.TimeDistributed(frame)
    one, two = keras.Input((5, 8, 8, 3), name="one"), keras.Input((5, 8, 8, 3), name="two")
    together = layers.Concatenate()([frames(one), frames(two)])
    return keras.Model([one, two], layers.LSTM(4)(together))


def model_called_twice() -> Any:
    tower = keras.Sequential([layers.Dense(8, "relu"), layers.Dense(4)], name="tower")
    a, b = keras.Input((6,), name="a"), keras.Input((6,), name="b")
    distance = ops.sqrt(ops.sum(ops.square(tower(a) - tower(b)), axis=1, keepdims=True) + 1e-6)
    return keras.Model([a, b], layers.Dense(1, activation="sigmoid")(distance))


def model_in_a_model_in_a_model() -> Any:
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(4, "tanh")], name="inner")
    x = keras.Input((4,))
    middle = keras.Model(x, layers.Add()([x, inner(x)]), name="middle")
    y = keras.Input((4,))
    return keras.Model(y, layers.Dense(1)(middle(middle(y))))


def odd_names() -> Any:
    x = keras.Input((4,), name="my input")
    y = layers.Dense(3, name="1st.dense")(x)
    z = layers.Dense(3, name="dense layer (2)")(y)
    return keras.Model(x, layers.Add(name="plus+")([y, z]), name="model: 2.0 beta")


def operators() -> Any:
    a, b = keras.Input((4, 4)), keras.Input((4, 4))
    x = a @ b + 2 * a - b / 3 + (-a) ** 2
    x = abs(x) + (a > b) * 0.5
    x = ops.maximum(x, 0.0)[..., None][:, :, -1]
    return keras.Model([a, b], ops.mean(x, axis=(1, 2)))


def positions_from_the_input() -> Any:
    tokens = keras.Input((12,), dtype="int32")
    places = ops.cumsum(ops.ones_like(tokens), axis=1) - 1
    x = layers.Embedding(50, 8)(tokens) + layers.Embedding(12, 8)(places)
    a = layers.MultiHeadAttention(2, 4)(x, x)
    x = layers.LayerNormalization(epsilon=1e-6)(x + a)
    f = layers.Dense(8)(layers.Dense(16, activation="gelu")(x))
    return keras.Model(tokens, layers.LayerNormalization()(x + f)[:, 0])


def mixture_of_experts() -> Any:
    x = keras.Input((6,))
    gate = layers.Softmax()(layers.Dense(3)(x))
    experts = ops.stack([layers.Dense(4, "relu")(x) for _ in range(3)], axis=1)
    return keras.Model(x, ops.einsum("be,bed->bd", gate, experts))


def recurrent_states_of_gru() -> Any:
    source, target = keras.Input((7, 3)), keras.Input((4, 3))
    _, forward, backward = layers.Bidirectional(layers.GRU(5, return_state=True))(source)
    state = layers.Concatenate()([forward, backward])
    x = layers.GRU(10, return_sequences=True)(target, initial_state=state)
    return keras.Model([source, target], layers.TimeDistributed(layers.Dense(2))(x))


def masked_sequences() -> Any:
    x = keras.Input((None, 5))
    y = layers.Masking(-1.0)(x)
    y = layers.LSTM(8, return_sequences=True, recurrent_dropout=0.1)(y)
    y = layers.Dropout(0.3)(y)
    return keras.Model(x, layers.Dense(4, "softmax")(layers.LSTM(6, go_backwards=True)(y)))


def precipitation_nowcasting() -> Any:
    x = keras.Input((None, 12, 12, 1))
    y = layers.ConvLSTM2D(6, 5, padding="same", return_sequences=True, activation="relu")(x)
    y = layers.BatchNormalization()(y)
    y = layers.ConvLSTM2D(4, 1, padding="same", return_sequences=True)(y)
    return keras.Model(x, layers.Conv3D(1, 3, activation="sigmoid", padding="same")(y))


def inception_block() -> Any:
    x = keras.Input((40, 2))
    narrow = layers.Conv1D(4, 1, padding="same", use_bias=False)(x)
    paths = [layers.Conv1D(4, k, padding="same", use_bias=False)(narrow) for k in (40, 20, 10)]
    paths.append(layers.Conv1D(4, 1, padding="same")(layers.MaxPool1D(3, 1, padding="same")(x)))
    return keras.Model(
        x, layers.Activation("relu")(layers.BatchNormalization()(layers.concatenate(paths)))
    )


def squeeze_and_excitation() -> Any:
    x = keras.Input((8, 8, 6))
    s = layers.GlobalAveragePooling2D(keepdims=True)(x)
    s = layers.Dense(2, activation="swish", kernel_initializer="he_uniform")(s)
    s = layers.Dense(6, activation="hard_sigmoid")(s)
    return keras.Model(x, layers.multiply([x, s]))


def activity_and_constraints() -> Any:
    x = keras.Input((10,))
    y = layers.Dense(4, activity_regularizer=keras.regularizers.L1(1e-4), name="code")(x)
    y = layers.Dense(10, kernel_constraint=keras.constraints.UnitNorm(axis=0))(y)
    y = layers.ActivityRegularization(l2=0.01)(layers.LeakyReLU(negative_slope=0.2)(y))
    return keras.Model(x, layers.GaussianNoise(0.1)(y))


def mixed_precision() -> Any:
    x = keras.Input((16,))
    y = layers.Dense(8, activation="relu", dtype="mixed_float16")(x)
    return keras.Model(x, layers.Dense(3, activation="softmax", dtype="float32")(y))


def partly_frozen() -> Any:
    x = keras.Input((6,))
    first = layers.Dense(5, trainable=False, name="frozen")
    norm = layers.BatchNormalization()
    y = norm(first(x))
    norm.trainable = False
    return keras.Model(x, layers.Dense(1)(y))


def nested_with_two_outputs() -> Any:
    x = keras.Input((9, 3))
    h = layers.LSTM(4, return_sequences=True)(x)
    encoder = keras.Model(x, [h, h[:, -1]], name="encoder")
    y = keras.Input((9, 3))
    steps, last = encoder(y)
    weights = ops.softmax(ops.sum(steps * ops.expand_dims(last, 1), axis=-1), axis=-1)
    return keras.Model(y, ops.sum(steps * ops.expand_dims(weights, -1), axis=1))


def grouped_and_dilated() -> Any:
    x = keras.Input((16, 16, 8))
    y = layers.Conv2D(8, 3, padding="same", groups=4, dilation_rate=2)(x)
    y = layers.DepthwiseConv2D((3, 1), depth_multiplier=2)(y)
    y = layers.Cropping2D(((1, 0), (0, 1)))(layers.ZeroPadding2D(2)(y))
    y = layers.GroupNormalization(4)(layers.UpSampling2D(2, interpolation="bilinear")(y))
    return keras.Model(x, layers.GlobalMaxPool2D()(y))


def vision_transformer() -> Any:
    image = keras.Input((16, 16, 3))
    patches = layers.Reshape((16, 8))(layers.Conv2D(8, 4, strides=4)(image))
    x = layers.LayerNormalization()(patches)
    for _ in range(2):
        a = layers.MultiHeadAttention(2, 4, dropout=0.1)(x, x)
        x = layers.Add()([x, a])
        m = layers.Dense(16, activation=keras.activations.gelu)(layers.LayerNormalization()(x))
        x = layers.Add()([x, layers.Dense(8)(layers.Dropout(0.1)(m))])
    return keras.Model(image, layers.Dense(10)(layers.Flatten()(x)))


def deep_and_cross() -> Any:
    x = x0 = keras.Input((8,))
    for _ in range(3):
        x = x0 * layers.Dense(8)(x) + x
    deep = layers.Dense(4, "relu")(layers.Dense(8, "relu")(x0))
    return keras.Model(x0, layers.Dense(1, "sigmoid")(layers.concatenate([x, deep])))


def peephole_of_cells() -> Any:
    x = keras.Input((6, 3))
    stack = layers.StackedRNNCells([layers.LSTMCell(4, recurrent_dropout=0.1), layers.GRUCell(3)])
    y = layers.RNN(stack, return_sequences=True, return_state=False)(x)
    return keras.Model(x, layers.TimeDistributed(layers.Dense(2))(y))


PUBLISHED: Final[dict[str, Callable[[], Any]]] = {
    name: made
    for name, made in list(globals().items())
    if callable(made) and getattr(made, "__module__", "") == __name__
}
