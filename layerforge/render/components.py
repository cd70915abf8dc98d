"""Optimizers, losses, callbacks and the like explained: arguments, defaults, how they are written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from layerforge.arguments import REQUIRED, Parameter
from layerforge.components.table import CATEGORIES, Entry, find, names
from layerforge.render.catalog import argument_record, default_text
from layerforge.render.screen import Screen
from layerforge.render.table import Column, titled

# Where a component of each category stands in a spec; {} is the component.
_PLACES: Final = {
    "optimizers": "train: {{optimizer: {}}}",
    "losses": "train: {{loss: {}}}",
    "metrics": "train: {{metrics: [{}]}}",
    "callbacks": "train: {{callbacks: [{}]}}",
    "schedules": "train: {{optimizer: {{Adam: {{learning_rate: {}}}}}}}",
    "initializers": "Dense: {{units: 8, kernel_initializer: {}}}",
    "regularizers": "Dense: {{units: 8, kernel_regularizer: {}}}",
    "constraints": "Dense: {{units: 8, kernel_constraint: {}}}",
    "activations": "Dense: {{units: 8, activation: {}}}",
    "dtype_policies": "Dense: {{units: 8, dtype: {}}}",
}
_MODULES: Final = {"schedules": "optimizers.schedules", "optimizer_maps": "optimizers"}
_SELDOM: Final = frozenset(("name", "reduction", "dtype", "seed"))


def components_called(name: str) -> list[Entry]:
    """What Keras calls by this name: often a loss and a metric, say."""
    found = (find(category, name) for category in CATEGORIES)
    return [entry for entry in found if entry is not None]


def component_names() -> list[str]:
    """Every name that `components_called` knows."""
    return [name for category in CATEGORIES for name in names(category)]


def components_text(entries: Sequence[Entry], screen: Screen) -> str:
    """Each with its arguments and defaults, and how a spec writes it."""
    return "\n".join(_text(entry, screen) for entry in entries)


def component_record(entry: Entry) -> dict[str, Any]:
    """One for JSON."""
    return {
        "kind": CATEGORIES[entry.category],
        "name": entry.name,
        "keras_class": entry.keras_class or None,
        "arguments": [argument_record(each) for each in entry.signature.parameters],
        "written": written(entry),
    }


def _text(entry: Entry, screen: Screen) -> str:
    noun = CATEGORIES[entry.category]
    lines = [f"{screen.paint('strong', entry.name)} ({noun})", "", *screen.lines(home(entry))]
    in_spec = written(entry)
    lines += screen.lines(f"in a spec: {in_spec}") if in_spec else []
    if entry.signature.parameters:
        head = (Column("arguments"), Column("default"), Column("takes"))
        rows = [(f"  {p.name}", default_text(p), p.kind.noun) for p in entry.signature.parameters]
        lines += ["", *titled(head, rows, screen)]
    return "\n".join(lines) + "\n"


def home(entry: Entry) -> str:
    """Whose it is, and the class or function that it makes."""
    return (
        f"in layerforge: {entry.home}.{entry.name}" if entry.home else f"in Keras: {_path(entry)}"
    )


def _path(entry: Entry) -> str:
    if not entry.keras_class:
        return f"keras.{entry.category}.{entry.name}, which takes no arguments"
    module = _MODULES.get(entry.category, entry.category)
    return f"keras.{module}.{entry.keras_class}"


def written(entry: Entry) -> str | None:
    """The component in its place, with what it needs or else the first argument worth a word."""
    place = _PLACES.get(entry.category)
    if place is None:
        return None
    needed = [p for p in entry.signature.parameters if p.default is REQUIRED]
    told = [p for p in entry.signature.parameters if p.name not in _SELDOM]
    first = needed or [p for p in told[:1] if p.default is not None]
    if not first or not entry.keras_class:
        return place.format(entry.name)
    inside = ", ".join(f"{p.name}: {_sample(p)}" for p in first)
    return place.format(f"{{{entry.name}: {{{inside}}}}}")


def _sample(parameter: Parameter) -> str:
    return "..." if parameter.default is REQUIRED else default_text(parameter)
