"""The one decorator of layerforge's Keras layers: the name under which saved models know them."""

from typing import Any

import keras


def saved(cls: type[Any]) -> type[Any]:
    """Registers a layer class as `layerforge>NAME`: Keras loads classes of other packages by no other way."""
    registered: type[Any] = keras.saving.register_keras_serializable(package="layerforge")(cls)
    return registered
