"""The layers of cases, made and called in Keras: what the catalog is held against."""

from __future__ import annotations

import inspect
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from layerforge.arguments import plain
from layerforge.components import Component
from layerforge.layers import Layer, snake_case
from layerforge.layers.catalog import LayerType, find
from layerforge.source import Mapping
from tests.layers.case import Case, nodes


def keras_class(name: str) -> type[Any]:
    """The class behind a catalog entry."""
    entry = find(name)
    home = keras.layers if entry is None else import_module(entry.home)
    found: type[Any] = getattr(home, name)
    return found


def make(layer: Layer, name: str, more: dict[str, Any] | None = None) -> Any:
    """The Keras layer with the arguments written in the case, and `more`, under the name given."""
    values = {argument: _value(value) for argument, value in layer.values.items()}
    return keras_class(layer.type.name)(**{**values, **(more or {}), "name": name})


def _value(value: Any) -> Any:
    if isinstance(value, Layer):
        return make(value, value.name or snake_case(value.type.name))
    if isinstance(value, Component):
        return _component(value)
    if isinstance(value, tuple):
        return tuple(_value(each) for each in value)
    return value


def _component(component: Component) -> Any:
    if not component.values:
        return component.name
    module = getattr(keras, component.category)
    values = {name: _value(value) for name, value in component.values.items()}
    return module.get({"class_name": component.name, "config": values})


def make_plain(case: Case) -> Any:
    """The Keras layer of a text that layerforge cannot read: plain values, nested layers made too."""
    key, node = nodes(case.layer)
    entry = find(key.text)
    assert entry is not None
    if node is None:
        return keras_class(entry.name)()
    names = {parameter.name for parameter in entry.signature.parameters}
    if isinstance(node, Mapping) and names & set(node.keys()):
        return keras_class(entry.name)(**{name.text: _plain(plain(v)) for name, v in node.entries})
    return keras_class(entry.name)(_plain(plain(node)))


def _plain(value: Any) -> Any:
    if isinstance(value, dict) and len(value) == 1:
        ((name, arguments),) = value.items()
        if find(name) is not None:
            known = arguments if isinstance(arguments, dict) else None
            return keras_class(name)(**known) if known is not None else keras_class(name)(arguments)
    return [_plain(each) for each in value] if isinstance(value, list) else value


def call(case: Case, layer: Any, entry: LayerType) -> list[tuple[int | None, ...]]:
    """Calls a Keras layer on symbolic inputs of the case's shapes; the shapes of what it gives, flat."""
    return [tuple(output.shape) for output in keras.tree.flatten(_called(case, layer, entry)[1])]


def _called(case: Case, layer: Any, entry: LayerType) -> tuple[Any, Any]:
    """The symbolic inputs of a case, and what the layer makes of them."""
    given = [_input(case, shape) for shape in case.shapes]
    named = {name: _named(case, name, value) for name, value in case.named.items()}
    positional, keywords = entry.arranged(given, named)
    return [given, named], layer(*positional, **keywords, **case.options)


def _named(case: Case, name: str, value: Any) -> Any:
    dtype = "bool" if "mask" in name else None
    if isinstance(value, list):
        return [_input(case, shape, dtype) for shape in value]
    return _input(case, value, dtype)


def _input(case: Case, shape: tuple[int | None, ...], dtype: str | None = None) -> Any:
    return keras.Input(shape, case.batch, dtype=dtype or case.dtype)


def refusal(case: Case, layer: Layer | None, with_data: bool) -> str | None:
    """What Keras says against the case, made and called, `with_data` also run on zeros; None if it takes it.

    A `layer` of None stands for a text that layerforge could not read.
    """
    entry = find(nodes(case.layer)[0].text)
    assert entry is not None
    try:
        made = make(layer, "it") if layer else make_plain(case)
        inputs, outputs = _called(case, made, entry)
    except Exception as error:
        assert not with_data, "Keras refuses it at once"
        return _of_keras(error)
    try:
        if with_data:
            zeros = keras.tree.map_structure(_zeros, inputs)
            # In a graph, as `fit` and `predict` run it.
            tf.function(keras.Function(inputs, outputs), autograph=False)(zeros)
    except Exception as error:
        return _of_keras(error)
    return None


def _zeros(tensor: Any) -> Any:
    return keras.ops.zeros([2 if dim is None else dim for dim in tensor.shape], tensor.dtype)


def _of_keras(error: Exception) -> str:
    """The message of an error that Keras or TensorFlow raised; any other is a fault of this test."""
    files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    # An argument that is missing or unknown is refused by the class's signature, in our own frame.
    theirs = {"keras", "tensorflow", "keras_layers"}
    inside = any(theirs & set(Path(file).parts) for file in files)
    if not inside and ".__init__()" not in str(error):
        raise error
    return str(error) or type(error).__name__


def weights(layer: Any, trainable: bool) -> list[tuple[str, tuple[int, ...]]]:
    """The weights of a called layer by their path inside it, in Keras's order."""
    variables = layer.trainable_weights if trainable else layer.non_trainable_weights
    return [(v.path.removeprefix(f"{layer.name}/"), tuple(v.shape)) for v in variables]


def arguments(name: str) -> dict[str, Any]:
    """The arguments of a Keras class by name with their defaults (`inspect.Parameter.empty` for none)."""
    parameters = inspect.signature(keras_class(name).__init__).parameters.values()
    own = [p for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
    return {p.name: p.default for p in own if p.name != "self"}


def takes_base_arguments(name: str) -> bool:
    """Whether a Keras class passes unnamed keywords on to the base layer."""
    parameters = inspect.signature(keras_class(name).__init__).parameters.values()
    return any(p.kind is p.VAR_KEYWORD for p in parameters)


def layer_classes() -> dict[str, type[Any]]:
    """Every public name of keras.layers that is a layer, with its class."""
    public = {name: getattr(keras.layers, name) for name in dir(keras.layers)}
    return {
        name: value
        for name, value in public.items()
        if inspect.isclass(value) and issubclass(value, keras.layers.Layer)
    }


def call_arguments(name: str) -> set[str]:
    """What a Keras layer's `call` takes after its first tensor."""
    parameters = list(inspect.signature(keras_class(name).call).parameters.values())[2:]
    return {p.name for p in parameters if p.kind is not p.VAR_KEYWORD}
