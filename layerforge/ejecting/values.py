"""Values of arguments as Python expressions; every text of a spec becomes a literal and nothing else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from keyword import iskeyword
from typing import Any, Final

from layerforge.arguments import REQUIRED, Signature
from layerforge.components import Component
from layerforge.components.table import find
from layerforge.ejecting.layout import Expression, Group, arguments, keyword
from layerforge.layers import KERAS, OWN, Layer, snake_case
from layerforge.layers.operations.operand import Array
from layerforge.layers.operations.slices import NewAxis, Part, Rest, Selection, Stretch

# Where a category is not the Keras module of the same name.
_MODULES: Final = {"schedules": "optimizers.schedules", "optimizer_maps": "optimizers"}
# First arguments that everyone writes without their names.
_PLAIN_FIRST: Final = frozenset(
    ("units", "filters", "rate", "pool_size", "size", "padding", "cropping", "axes", "dims")
)


def value(given: Any, theirs: bool = True) -> Expression:
    """The value of an argument; `theirs` says that a layer of Keras or layerforge takes it.

    Raises TypeError for what has no literal.
    """
    if isinstance(given, Layer):
        return layer(given)
    if isinstance(given, Component):
        return component(given, theirs)
    if isinstance(given, Array):
        return value(list(given.values))
    if isinstance(given, tuple):
        return (Group("(", tuple(value(each, theirs) for each in given), ")"),)
    if isinstance(given, list):
        return (Group("[", tuple(value(each, theirs) for each in given), "]"),)
    if isinstance(given, Mapping):
        items = tuple(
            (f"{literal(str(key))}: ", *value(each, theirs)) for key, each in given.items()
        )
        return (Group("{", items, "}"),)
    return (literal(given),)


def literal(given: Any) -> str:
    """A number, a text, True, False or None in Python. Raises TypeError for anything else."""
    if isinstance(given, float) and not math.isfinite(given):
        return f'float("{given}")'
    if isinstance(given, str):
        return _text(given)
    if given is None or isinstance(given, bool | int | float):
        return repr(given)
    raise TypeError(f"no literal for {type(given).__name__}")


def _text(given: str) -> str:
    """The text in double quotes where those need no escape; `repr` escapes whatever is not printable."""
    shown = repr(str(given))
    return (
        f'"{shown[1:-1]}"' if shown[0] == "'" and '"' not in shown and "\\'" not in shown else shown
    )


def layer(given: Layer) -> Expression:
    """The layer made: `layers.Dense(32, name="dense")`, with the arguments that the spec writes."""
    name = given.name or snake_case(given.type.name)
    written = {key: each for key, each in given.values.items() if key != "name"}
    items = _arguments(given.type.signature, written, given.type.home in (KERAS, OWN))
    items.append(keyword("name", value(name)))
    module = "layers." if given.type.home == KERAS else ""  # others the script imports by name
    return (f"{module}{given.type.name}", arguments(items))


def component(given: Component, theirs: bool = True) -> Expression:
    """The component: a function or an initializer without arguments by its name, else the object."""
    entry = find(given.category, given.name)
    if entry is None or not entry.keras_class or (theirs and given.is_by_name):
        return (literal(given.name),)
    module = _MODULES.get(given.category, given.category)
    # Components hold lists: a tuple would not come back from Keras's configurations.
    values = {name: _listed(each) for name, each in given.values.items()}
    items = _arguments(entry.signature, values)
    return (f"keras.{module}.{entry.keras_class}", arguments(items))


def _listed(given: Any) -> Any:
    return [_listed(each) for each in given] if isinstance(given, tuple) else given


def _arguments(
    signature: Signature, values: Mapping[str, Any], theirs: bool = True
) -> list[Expression]:
    """The written arguments; the first stands without its name where no reader would miss that."""
    items = {name: keyword(name, value(each, theirs)) for name, each in values.items()}
    first = signature.parameters[0].name if signature.parameters else ""
    required = [each.name for each in signature.parameters if each.default is REQUIRED]
    alone = signature.noun != "layer" and list(items) == [first]
    if first in items and (first in _PLAIN_FIRST or required == [first] or alone):
        del items[first]
        return [value(values[first], theirs), *items.values()]
    return list(items.values())


def keywords(given: Mapping[str, Any]) -> list[Expression]:
    """Arguments by name; those that are no identifiers come in as a dictionary."""
    plain = {key: each for key, each in given.items() if key.isidentifier() and not iskeyword(key)}
    items = [keyword(key, value(each)) for key, each in plain.items()]
    odd = {key: each for key, each in given.items() if key not in plain}
    return [*items, ("**", *value(odd))] if odd else items


def index(selection: Selection) -> str:
    """An index as Python has it: `[:, -1:, :]`; of a single part, which Keras takes in a tuple, `[:,]`."""
    parts = selection.parts
    alone = len(parts) == 1 and not isinstance(parts[0], int)
    return f"[{', '.join(_part(part) for part in parts)}{',' if alone else ''}]"


def _part(part: Part) -> str:
    if isinstance(part, Stretch):
        start, stop, step = (
            "" if end is None else str(end) for end in (part.start, part.stop, part.step)
        )
        return f"{start}:{stop}:{step}" if step else f"{start}:{stop}"
    if isinstance(part, NewAxis):
        return "None"
    return "..." if isinstance(part, Rest) else str(part)
