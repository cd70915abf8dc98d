"""The rule of a layer class that has none: Keras makes the layer, calls it on shapes, and is asked."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from layerforge.arguments import Arguments
from layerforge.build.backend import load_keras
from layerforge.build.model import make_layer
from layerforge.build.stateless import without_weights
from layerforge.custom.faults import said, where
from layerforge.custom.signature import signature_of_class, tensors_of_class
from layerforge.diagnostics import SpecError
from layerforge.layers import CATALOG, Effect, Layer, LayerType
from layerforge.shapes import UNKNOWN, Shape


def register(cls: type[Any]) -> None:
    """Puts a layer class into the catalog under its own name; a rule that is there already stays.

    Raises SpecError where the class is no Keras layer, or Keras has a layer of its name.
    """
    keras = load_keras()
    name = getattr(cls, "__name__", type(cls).__name__)
    if not inspect.isclass(cls) or not issubclass(cls, keras.layers.Layer):
        raise SpecError("not-a-layer", f"`{name}` is no subclass of keras.layers.Layer")
    known = CATALOG.get(name)
    if known is not None and known.home != cls.__module__:
        whose = "Keras" if known.home == "keras.layers" else f"`{known.home}`"
        message = f"{whose} has a layer `{name}`, and a spec means that one"
        raise SpecError("name-taken", message, help="give the class another name")
    keras.saving.get_custom_objects()[keras.saving.get_registered_name(cls)] = cls
    if known is None or isinstance(known.rule, Measured):
        CATALOG[name] = _entry(cls, keras.saving.get_registered_name(cls))


def _entry(cls: type[Any], registered: str) -> LayerType:
    signature = signature_of_class(cls)
    tensors, required, variadic, options = tensors_of_class(cls)
    return LayerType(
        cls.__name__,
        signature,
        Measured(cls, frozenset(tensors), frozenset(options)),
        tuple(tensors),
        required,
        variadic,
        options,
        frozenset(each.name for each in signature.parameters),
        frozenset(options),
        home=cls.__module__,
        registered=registered,
        gathers=len(tensors) == 1,
    )


class Measured:
    """A rule that asks Keras for the shapes and weights of a layer class. It cannot know the MACs."""

    def __init__(self, cls: type[Any], tensors: frozenset[str], options: frozenset[str]) -> None:
        self.function = cls  # whose module the catalog names as the family
        self.tensors = tensors
        self.options = options

    def __call__(self, *given: Shape, **named: Any) -> Effect:
        tensors = {k: v for k, v in named.items() if k in self.tensors}
        options = {k: v for k, v in named.items() if k in self.options}
        values = {k: v for k, v in named.items() if k not in tensors and k not in options}
        try:
            # A class may make a variable of a value, which is a ValueError where none is allocated.
            return without_weights(
                lambda: self._measured(given, tensors, options, values), ValueError
            )
        except SpecError:
            raise
        except Exception as error:  # the class is anyone's
            place = where(error)
            message = f"fails with {said(error)}{f' ({place})' if place else ''}"
            raise SpecError("broken-code", message) from error

    def _measured(
        self,
        given: tuple[Shape, ...],
        tensors: Mapping[str, Any],
        options: Mapping[str, Any],
        values: Mapping[str, Any],
    ) -> Effect:
        import keras

        entry = CATALOG[self.function.__name__]
        layer = make_layer(Layer(entry, Arguments(dict(values)), "measured"))
        _check_configuration(layer, values)
        inputs = [_input(shape) for shape in given]
        keywords = {name: _inputs(shape) for name, shape in tensors.items()}
        positional, rest = entry.arranged(inputs, keywords)
        first, *more = [
            _shape(tensor) for tensor in keras.tree.flatten(layer(*positional, **rest, **options))
        ]
        return Effect(first, _weights(layer, True), _weights(layer, False), UNKNOWN, tuple(more))


def _check_configuration(layer: Any, values: Mapping[str, Any]) -> None:
    """Raises SpecError unless the layer's configuration makes the layer again: saved models need it."""
    name = type(layer).__name__
    help = f"have `{name}.get_config` return every argument of `__init__`"
    try:
        config = layer.get_config()
        type(layer).from_config(config)
    except Exception as error:  # from_config is the class's too
        message = f"cannot be saved: its configuration does not make it again: {said(error)}"
        raise SpecError("not-serializable", message, help=help) from error
    missing = [argument for argument in values if argument not in config]
    if missing:
        message = f"cannot be saved: its configuration leaves out `{missing[0]}`"
        raise SpecError("not-serializable", message, missing[0], help)


def _input(shape: Shape) -> Any:
    import keras

    batch, *rest = (None if dim is UNKNOWN else dim for dim in shape)
    return keras.Input(tuple(rest), batch_size=batch)


def _inputs(shape: Any) -> Any:
    if shape is None:
        return None
    nested = bool(shape) and isinstance(shape[0], tuple)
    return [_input(each) for each in shape] if nested else _input(shape)


def _shape(tensor: Any) -> Shape:
    return tuple(UNKNOWN if dim is None else dim for dim in tensor.shape)


def _weights(layer: Any, trainable: bool) -> dict[str, tuple[int, ...]]:
    variables = layer.trainable_weights if trainable else layer.non_trainable_weights
    return {v.path.removeprefix(f"{layer.name}/"): tuple(v.shape) for v in variables}
