"""The model of twenty-layers.yaml as a Keras user writes it: build, then `summary()`."""

import keras
from keras import layers


def twenty_layers() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((96, 7)),
            layers.Conv1D(32, 5, padding="same", activation="relu"),
            layers.BatchNormalization(),
            layers.Conv1D(32, 3, padding="same"),
            layers.BatchNormalization(),
            layers.Activation("relu"),
            layers.MaxPooling1D(2),
            layers.Dropout(0.1),
            layers.Conv1D(64, 3, padding="same", activation="relu"),
            layers.BatchNormalization(),
            layers.Conv1D(64, 3, dilation_rate=2, padding="causal", activation="relu"),
            layers.AveragePooling1D(2),
            layers.Bidirectional(layers.LSTM(32, return_sequences=True), merge_mode="concat"),
            layers.Dropout(0.2),
            layers.GRU(48, return_sequences=True),
            layers.TimeDistributed(layers.Dense(32, activation="relu")),
            layers.LSTM(32),
            layers.RepeatVector(24),
            layers.GRU(32, return_sequences=True),
            layers.Dense(32, activation="relu"),
            layers.Dense(7),
        ],
        name="twenty-layers",
    )


if __name__ == "__main__":
    twenty_layers().summary()
