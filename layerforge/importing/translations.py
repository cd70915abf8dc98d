"""Classes of `keras.applications` that are no public layers, in the words of those that are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from layerforge.arguments import Arguments
from layerforge.layers import CATALOG, Layer

Config = Mapping[str, Any]
Translation = Callable[[Config], Config]

_APPLICATIONS: Final = "keras.src.applications."


def translated(entry: Config) -> Config:
    """The entry of a layer, as one of Keras's public layers where there is one that does the same."""
    module = str(entry.get("module") or "")
    if not module.startswith(_APPLICATIONS):
        return entry
    translation = TRANSLATIONS.get((module.removeprefix(_APPLICATIONS), str(entry["class_name"])))
    return entry if translation is None else translation(entry)


def _layer_scale(entry: Config) -> Config:
    """ConvNeXt's LayerScale, y = x * gamma with a weight for each channel (convnext.py)."""
    config = entry["config"]
    value = {"value": config["init_values"]}
    initializer = {"module": "keras.initializers", "class_name": "Constant", "config": value}
    return {
        **entry,
        "module": "keras.layers",
        "class_name": "EinsumDense",
        "config": {
            **{key: config[key] for key in ("name", "trainable", "dtype") if key in config},
            "equation": "abcd,d->abcd",
            "output_shape": [None, None, config["projection_dim"]],
            "kernel_initializer": initializer,
        },
    }


def _stochastic_depth(entry: Config) -> Config:
    """ConvNeXt's StochasticDepth drops whole samples: a Dropout of one mask for each of them."""
    config = entry["config"]
    kept = {key: config[key] for key in ("name", "trainable", "dtype") if key in config}
    shape = [None, 1, 1, 1]
    dropout = {**kept, "rate": config["drop_path_rate"], "noise_shape": shape}
    return {**entry, "module": "keras.layers", "class_name": "Dropout", "config": dropout}


TRANSLATIONS: Final[Mapping[tuple[str, str], Translation]] = {
    ("convnext", "LayerScale"): _layer_scale,
    ("convnext", "StochasticDepth"): _stochastic_depth,
}


def scaled(entry: Config, name: str) -> tuple[Layer, Layer]:
    """The Rescaling and the Add, called `name`, that an InceptionResNetV2's CustomScaleLayer is.

    y = a + scale * b (inception_resnet_v2.py).
    """
    scale = float(entry["config"]["scale"])
    rescaling = Layer(CATALOG["Rescaling"], Arguments({"scale": scale}))
    return rescaling, Layer(CATALOG["Add"], Arguments(), name)


SCALED_SUM: Final = (f"{_APPLICATIONS}inception_resnet_v2", "CustomScaleLayer")
