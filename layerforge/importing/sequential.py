"""A Sequential model's configuration in the form of a functional one: each layer called on the one before."""

from __future__ import annotations

from typing import Any

from layerforge.diagnostics import SpecError
from layerforge.importing.configuration import Config

_INPUT = "input_layer"


def as_functional(entry: Config) -> Config:
    """The configuration with its calls written out. Raises SpecError where the input is not known."""
    config = entry["config"]
    layers = list(config["layers"])
    if not layers or layers[0].get("class_name") != "InputLayer":
        layers.insert(0, _input_layer(entry))
    calls = []
    previous: Config | None = None
    for layer in layers:
        name = _name(layer)
        nodes = [] if previous is None else [{"args": [_tensor(previous, layer)], "kwargs": {}}]
        calls.append({**layer, "name": name, "inbound_nodes": nodes})
        previous = layer
    assert previous is not None
    # Keras counts the calls of a nested functional model from 1 among the outputs.
    last = previous["config"]
    at = 1 if isinstance(last, dict) and "input_layers" in last else 0
    return {
        "name": config["name"],
        "trainable": config.get("trainable", True),
        "layers": calls,
        "input_layers": [[_name(layers[0]), 0, 0]],
        "output_layers": [[_name(previous), at, 0]],
    }


def _input_layer(entry: Config) -> Config:
    config = entry["config"]
    shape = config.get("build_input_shape") or (entry.get("build_config") or {}).get("input_shape")
    if not isinstance(shape, list) or not shape:
        message = "has no input shape: call it, or begin it with `keras.Input`, and save it again"
        raise SpecError("not-importable", message)
    dtype: Any = "float32"
    return {
        "module": "keras.layers",
        "class_name": "InputLayer",
        "config": {"name": _INPUT, "batch_shape": shape, "dtype": dtype},
    }


def _name(layer: Config) -> str:
    return str(layer["config"]["name"])


def _tensor(layer: Config, after: Config) -> Config:
    shape = (after.get("build_config") or {}).get("input_shape")
    if layer.get("class_name") == "InputLayer":
        shape = layer["config"].get("batch_shape") or shape
    history = [_name(layer), 0, 0]
    return {"class_name": "__keras_tensor__", "config": {"shape": shape, "keras_history": history}}
