"""Components to Keras objects: optimizers, losses, callbacks, and what layers take as arguments."""

import importlib
import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from layerforge.components import Component
from layerforge.components.kinds import RunPath
from layerforge.components.table import Entry, find
from layerforge.diagnostics import SpecError

# Where a category is not the Keras module of the same name.
_MODULES: Final = {"schedules": "optimizers.schedules", "optimizer_maps": "optimizers"}
# What Keras imports only while such a callback is made or called, and the package that holds it.
_PACKAGES: Final = {
    "TensorBoard": ("tensorboard", "tensorboard"),
    "OrbaxCheckpoint": ("orbax", "orbax-checkpoint"),
}
_LONGEST: Final = 200


def make_component(component: Component, folder: Path | None = None) -> Any:
    """The Keras object of a component, or the name itself where Keras keeps names.

    Functions (`mse`, `relu`) and the second names of metrics (`mae`) stay names, since Keras calls
    losses and the columns of its log by them. With `folder`, paths of callbacks are below it, and
    their parent folders are made. Raises SpecError where Keras refuses the values.
    """
    entry = _entry(component)
    if _stays_a_name(component, entry):
        return component.name
    return _make(component, entry, folder)


def _entry(component: Component) -> Entry:
    entry = find(component.category, component.name)
    if entry is None:
        message = f"Keras has no `{component.name}` among its {component.category}"
        raise SpecError("unknown-component", message)
    return entry


def _stays_a_name(component: Component, entry: Entry) -> bool:
    if component.category == "metrics" and not component.values:
        # compile_utils.get_metric: the name `Accuracy` is chosen by the data, as `accuracy` is.
        return component.name != entry.keras_class or component.name == "Accuracy"
    return not entry.keras_class


def _make(component: Component, entry: Entry, folder: Path | None) -> Any:
    _check_package(entry)
    module = importlib.import_module(entry.home) if entry.home else _module(component.category)
    values = {name: _value(value) for name, value in component.values.items()}
    if folder is not None:
        values |= _paths(entry, values, folder)
    try:
        if not entry.keras_class:
            return module.get(component.name)
        return getattr(module, entry.keras_class)(**values)
    except SpecError:
        raise
    except Exception as error:  # Keras refuses with exceptions of every class
        raise _refusal(component, error) from error


def _module(category: str) -> Any:
    import keras

    module: Any = keras
    for name in _MODULES.get(category, category).split("."):
        module = getattr(module, name)
    return module


def _value(value: Any) -> Any:
    """The value as Keras takes it: nested components as objects, since there it takes no names."""
    if isinstance(value, Component):
        return _make(value, _entry(value), None)
    if isinstance(value, tuple):
        return [_value(item) for item in value]  # a tuple would not survive Keras's configurations
    if isinstance(value, Mapping):
        return {key: _value(item) for key, item in value.items()}
    return value


def _paths(entry: Entry, values: Mapping[str, Any], folder: Path) -> dict[str, str]:
    paths = {}
    for parameter in entry.signature.parameters:
        if isinstance(parameter.kind, RunPath):
            path = folder / values.get(parameter.name, parameter.default)
            path.parent.mkdir(parents=True, exist_ok=True)
            paths[parameter.name] = str(path)
    return paths


def _check_package(entry: Entry) -> None:
    module, package = _PACKAGES.get(entry.keras_class, ("", ""))
    if module and importlib.util.find_spec(module) is None:
        message = f"{entry.keras_class} needs the package `{package}`, which is not installed"
        raise SpecError("missing-package", message, help=f"pip install {package}")


def _refusal(component: Component, error: Exception) -> SpecError:
    text = " ".join(str(error).split()) or type(error).__name__
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 3] + "..."
    named = [name for name in component.values if f"`{name}`" in text or f"{name}=" in text]
    arg = named[0] if len(named) == 1 else None
    return SpecError("keras-refuses", f"Keras refuses {component.name}: {text}", arg=arg)
