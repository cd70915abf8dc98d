"""Small Keras models, each for something an importer must get right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import keras
from keras import layers, ops

from layerforge import keras_layers as own


def sequential() -> Any:
    return keras.Sequential(
        [
            keras.Input((8, 3)),
            layers.Conv1D(4, 3, padding="causal", dilation_rate=2, name="causal"),
            layers.LayerNormalization(axis=[2]),
            layers.MaxPooling1D(2),
            layers.Flatten(),
            layers.Dense(2, activation="softmax"),
        ],
        name="stack",
    )


def shared_layer() -> Any:
    left, right = keras.Input((5,), name="left"), keras.Input((5,), name="right")
    encoder = layers.Dense(4, activation="tanh", name="encoder")
    joined = layers.Concatenate()([encoder(left), encoder(right)])
    return keras.Model([left, right], layers.Dense(1)(joined), name="siamese")


def nested_models() -> Any:
    base = keras.Sequential(
        [layers.Dense(6, activation="relu", name="own"), layers.Dropout(0.2), layers.Dense(4)],
        name="base",
    )
    x = keras.Input((3,))
    one, two = keras.Input((4,)), keras.Input((4,))
    head = keras.Model([one, two], [layers.Add()([one, two]), layers.Dense(2)(two)], name="head")
    y, z = keras.Input((3,)), base(x, training=False)
    total, small = head([z, base(y)])
    return keras.Model([x, y], [layers.Dense(1)(total), small], name="outer")


def frozen() -> Any:
    base = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.BatchNormalization()])
    base.trainable = False
    x = keras.Input((4,))
    return keras.Model(x, layers.Dense(1)(base(x)), name="frozen")


def masks() -> Any:
    tokens = keras.Input((7,), dtype="int32", name="tokens")
    x = layers.Embedding(20, 6, mask_zero=True)(tokens)
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True, dropout=0.1))(x)
    x = layers.MultiHeadAttention(2, 3)(x, x, use_causal_mask=True)
    return keras.Model(tokens, layers.GRU(3)(x), name="masked")


def own_mask() -> Any:
    x, mask = keras.Input((6, 4)), keras.Input((6,), dtype="bool", name="mask")
    return keras.Model([x, mask], layers.LSTM(3)(x, mask=mask), name="own_mask")


def states() -> Any:
    history, known = keras.Input((9, 4), name="history"), keras.Input((5, 2), name="known")
    _, h, c = layers.LSTM(6, return_state=True, name="encoder")(history)
    x = layers.LSTM(6, return_sequences=True)(known, initial_state=[h, c])
    y = layers.TimeDistributed(layers.Dense(1, kernel_regularizer="l2"))(x)
    return keras.Model([history, known], y, name="states")


def cells() -> Any:
    x = keras.Input((6, 2))
    stacked = layers.RNN([layers.GRUCell(3), layers.LSTMCell(4)], return_sequences=True)(x)
    y = layers.Bidirectional(
        layers.SimpleRNN(3, use_bias=False), backward_layer=layers.GRU(3, go_backwards=True)
    )(stacked)
    return keras.Model(x, y, name="cells")


def operations() -> Any:
    x = keras.Input((10, 4))
    last = x[:, -1:, :]
    y = (x - last) / (ops.std(x, axis=1, keepdims=True) + 1e-3)
    first, second = ops.split(y, 2, axis=1)
    z = ops.transpose(ops.concatenate([first * 2.0, 1.0 - second], axis=-1), (0, 2, 1))
    z = ops.cast(ops.where(z > 0, z, 0.1 * z), "float32")
    return keras.Model(x, layers.Dense(3)(ops.reshape(z, (-1, 40))), name="operations")


def attention() -> Any:
    query, memory = keras.Input((4, 6)), keras.Input((7, 6))
    x, scores = layers.MultiHeadAttention(2, 3, value_dim=5, name="cross")(
        query, memory, return_attention_scores=True
    )
    y = layers.Attention(use_scale=True)([x, memory])
    z = layers.Attention()([y, memory, memory])
    return keras.Model([query, memory], [z, scores], name="attention")


def components() -> Any:
    x = keras.Input((5,), batch_size=2)
    y = layers.Dense(
        4,
        kernel_initializer=keras.initializers.HeNormal(seed=3),
        bias_initializer=keras.initializers.Constant(0.5),
        kernel_regularizer=keras.regularizers.L1L2(0.01, 0.02),
        kernel_constraint=keras.constraints.MaxNorm(2.0, axis=0),
        activity_regularizer="l1",
        dtype="float64",
    )(x)
    z = layers.Dense(2, activation="gelu", trainable=False)(layers.ReLU(6.0)(y))
    return keras.Model(x, z, name="components")


def images() -> Any:
    x = keras.Input((None, None, 3))
    y = layers.Rescaling(1 / 255, offset=-1)(x)
    y = layers.Normalization(mean=[0.1, 0.2, 0.3], variance=[1.0, 2.0, 3.0])(y)
    y = layers.ZeroPadding2D(((0, 1), (0, 1)))(y)
    y = layers.Conv2D(4, (3, 1), strides=2, use_bias=False)(y)
    y = layers.BatchNormalization(axis=3)(y)
    y = layers.AveragePooling2D((2, 2), strides=(2, 2))(layers.UpSampling2D((2, 2))(y))
    y = layers.SpatialDropout2D(0.1)(layers.PReLU(shared_axes=[1, 2])(y))
    return keras.Model(x, layers.GlobalMaxPooling2D(keepdims=True)(y), name="images")


def repeated() -> Any:
    x = y = keras.Input((12, 8))
    for i in range(4):
        z = layers.Conv1D(8, 3, padding="causal", dilation_rate=2**i)(y)
        z = layers.Dropout(0.1)(layers.Activation("relu")(layers.LayerNormalization()(z)))
        y = layers.Add()([y, z])
    return keras.Model(x, layers.Dense(1)(y), name="repeated")


def own_layers() -> Any:
    x = keras.Input((12, 4))
    y, scale, location = own.ReversibleInstanceNormalization(subtract_last=True, name="revin")(x)
    y = own.MeanShiftPooling1D(3, 1, "same", bandwidth=0.5)(own.L2Pooling1D(3, 1, "same")(y))
    y = own.InstanceDenormalization()(y, scale, location)
    image = layers.Reshape((6, 2, 4))(y)
    image = own.L2Pooling2D((2, 1))(own.MeanShiftPooling2D(2, strides=1, padding="same")(image))
    first = own.BilinearPooling(normalize=False)(image)
    return keras.Model(x, [first, own.BilinearPooling()(y, y)], name="own_layers")


MODELS: Final[dict[str, Callable[[], Any]]] = {
    made.__name__: made
    for made in (
        sequential,
        shared_layer,
        nested_models,
        frozen,
        masks,
        own_mask,
        states,
        cells,
        operations,
        attention,
        components,
        images,
        repeated,
        own_layers,
    )
}
