"""The values of a Keras configuration as nodes, so that an argument's own kind reads them."""

from __future__ import annotations

import struct
from collections.abc import Mapping as Lookup
from typing import Any, Final

from layerforge.arguments import Signature
from layerforge.components.table import Entry
from layerforge.components.table import find as find_component
from layerforge.diagnostics import SpecError
from layerforge.layers import LayerType, find
from layerforge.source import Mapping, Node, Scalar, Sequence
from layerforge.writing.stack import is_automatic
from layerforge.writing.values import NOWHERE, text

Config = Lookup[str, Any]

# Where Keras keeps what a configuration names, beside the module's own name.
_CATEGORIES: Final = (
    "initializers",
    "regularizers",
    "constraints",
    "activations",
    "dtype_policies",
)
# What Keras writes into a configuration, and its class does not take or sets by itself.
_INTERNAL: Final = frozenset(
    (
        *("quantization_config", "input_axes", "output_axes", "rms_scaling"),
        *("vocabulary_size", "unroll", "oov_method"),
    )
)
_LARGEST: Final = 3.4e38  # of a float32
_AUTOMATIC: Final = ("", "forward_", "backward_")


def node_of(value: Any) -> Node:
    """The node that a spec would have for a value. Raises SpecError for what no spec can hold."""
    if value is None:
        return scalar("null")
    if isinstance(value, bool):
        return scalar("true" if value else "false")
    if isinstance(value, float):
        return scalar(repr(_short(value)))
    if isinstance(value, int):
        return scalar(repr(value))
    if isinstance(value, str):
        return Scalar(value, True, NOWHERE)
    if isinstance(value, list | tuple):
        return Sequence(tuple(node_of(each) for each in value), NOWHERE)
    if isinstance(value, Lookup):
        return _object(value) if "class_name" in value else _mapping(value)
    raise SpecError("not-importable", f"holds a {type(value).__name__}, which no spec can write")


def _short(value: float) -> float:
    """The number with the fewest digits that is the same as a float32, where the value is one.

    Keras keeps some arguments as tensors: a factor of 0.01 is 0.009999999776482582 in configurations.
    """
    for digits in range(1, 9):
        short = float(f"{value:.{digits}g}")
        if abs(short) < _LARGEST and struct.unpack("f", struct.pack("f", short))[0] == value:
            return short
    return value


def scalar(text: str) -> Scalar:
    """A word without quotes."""
    return Scalar(text, False, NOWHERE)


def _mapping(value: Config) -> Mapping:
    return Mapping(tuple((scalar(str(k)), node_of(v)) for k, v in value.items()), NOWHERE)


def _object(value: Config) -> Node:
    """A serialised object: a tuple or an array, a dtype policy, a component, or a layer."""
    name, config = str(value["class_name"]), value.get("config")
    if name in ("__tuple__", "__list__"):
        return node_of(value.get("items", config))
    if name in ("__numpy__", "__tensor__") and isinstance(config, Lookup):
        return node_of(config["value"])
    if not isinstance(config, Lookup) or is_foreign(value):
        kind = "function" if name == "function" else "class"
        named = str(config) if isinstance(config, str) else name
        raise SpecError("not-importable", f"holds `{named}`, a {kind} of its own")
    if name in ("DTypePolicy", "FloatDTypePolicy"):
        return node_of(config.get("name"))
    module = str(value.get("module") or "").rpartition(".")[2]
    layer = None if module in _CATEGORIES else find(name)
    if layer is not None:
        return _written(name, layer_arguments(layer, config))
    for category in [module] if module in _CATEGORIES else _CATEGORIES:
        entry = find_component(category, name)
        if entry is not None:
            return _written(name, _component(entry, config))
    raise SpecError("not-importable", f"holds a `{name}`, which no spec can write")


def is_foreign(value: Config) -> bool:
    """Whether a serialised object is of a class that is neither Keras's own nor in the catalog."""
    module = str(value.get("module") or "keras").partition(".")[0]
    registered = str(value.get("registered_name") or "")
    entry = find(str(value.get("class_name")))
    if entry is not None and entry.registered:
        return registered != entry.registered and value.get("module") != entry.home
    return module != "keras" or ">" in registered


def _written(name: str, arguments: dict[str, Node]) -> Mapping:
    inner = Mapping(tuple((scalar(k), v) for k, v in arguments.items()), NOWHERE)
    return Mapping(((scalar(name), inner),), NOWHERE)


def _component(entry: Entry, config: Config) -> dict[str, Node]:
    return _known(entry.signature, config, entry.name)


def layer_arguments(layer: LayerType, config: Config) -> dict[str, Node]:
    """The arguments in a layer's configuration; a name that Keras made up is left out."""
    arguments = _known(layer.signature, _as_given(layer.name, config), layer.name)
    given = str(config.get("name") or "")
    if any(is_automatic(given.removeprefix(prefix), layer.name) for prefix in _AUTOMATIC):
        arguments.pop("name", None)
    elif "name" in arguments:
        arguments["name"] = Scalar(given, True, NOWHERE)
    return arguments


def _as_given(name: str, config: Config) -> Config:
    """The configuration with what the class made of its arguments turned back into them."""
    if name == "RandomShear":  # random_shear.py: a factor f is kept as (-f, f), which it refuses
        return {key: _factor(value) if "factor" in key else value for key, value in config.items()}
    if name == "Bidirectional":
        config = {key: _unforced(value) for key, value in config.items()}
    backward = config.get("backward_layer")
    if name == "Bidirectional" and isinstance(backward, Lookup):
        # bidirectional.py: the layer's own name is in the backward one's, less the prefix.
        own = str(backward["config"]["name"]).removeprefix("backward_")
        layer = config["layer"]
        if f"forward_{own.removeprefix('forward_')}" == layer["config"]["name"]:
            return {**config, "layer": {**layer, "config": {**layer["config"], "name": own}}}
    return config


def _unforced(value: Any) -> Any:
    """A layer inside Bidirectional without what that sets by itself (bidirectional.py, __init__)."""
    if not isinstance(value, Lookup) or "config" not in value:
        return value
    kept = {key: it for key, it in value["config"].items() if key != "zero_output_for_mask"}
    return {**value, "config": kept}


def _factor(value: Any) -> Any:
    is_even = isinstance(value, list | tuple) and len(value) == 2 and value[0] == -value[1]
    return value[1] if is_even else value


def _known(signature: Signature, config: Config, noun: str) -> dict[str, Node]:
    arguments: dict[str, Node] = {}
    for key, value in config.items():
        if signature.parameter(key) is not None:
            arguments[key] = node_of(value)
        elif not _is_internal(key, value):
            message = f"has `{key}: {text(value)}`, which {noun} of this Keras does not take"
            raise SpecError("not-importable", message)
    return arguments


def _is_internal(key: str, value: Any) -> bool:
    """Whether what the class does not take says nothing: Keras set it, or it is the default everywhere."""
    named = key in _INTERNAL or key == "name"
    return named or value is None or (key == "data_format" and value == "channels_last")
