"""The names and signatures of Keras's components, from a table made from Keras itself.

`python -m tests.components.make_table` writes `table.json`; a test makes it again and compares.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from layerforge.arguments import REQUIRED, Parameter, Signature
from layerforge.components.own import HOME, OWN
from layerforge.records import record

# Each category and what one of it is called. The categories are Keras's modules, but for
# `schedules` (keras.optimizers.schedules) and `optimizer_maps` (in keras.optimizers).
CATEGORIES: Final = {
    "optimizers": "optimizer",
    "losses": "loss",
    "metrics": "metric",
    "callbacks": "callback",
    "schedules": "learning rate schedule",
    "initializers": "initializer",
    "regularizers": "regularizer",
    "constraints": "constraint",
    "activations": "activation",
    "dtype_policies": "dtype policy",
    "optimizer_maps": "optimizer map",
}


@record
class Entry:
    """What a name means: the Keras class it makes, or, with `keras_class` empty, a plain function.

    `instead` names what to write where a function would need arguments. `home` is the module of a
    class of layerforge's own, empty for Keras's.
    """

    category: str
    name: str
    keras_class: str
    signature: Signature
    instead: tuple[str, ...] = ()
    home: str = ""


@cache
def find(category: str, name: str) -> Entry | None:
    """The entry of a name, under any spelling that Keras knows it by, or None."""
    rows = _table()[category]
    own = OWN.get(category, {})
    if name in own:
        return Entry(
            category, name, name, Signature(name, own[name], CATEGORIES[category]), home=HOME
        )
    # keras.optimizers.deserialize ignores case
    folded = category == "optimizers" and name not in rows["classes"]
    name_in_keras = name.lower() if folded else name
    keras_class = rows["aliases"].get(name_in_keras, name_in_keras)
    noun = CATEGORIES[category]
    if keras_class in rows["classes"]:
        parameters = tuple(_parameter(row) for row in rows["classes"][keras_class])
        return Entry(category, name, keras_class, Signature(name, parameters, noun))
    if name in rows["functions"]:
        instead = tuple(rows["functions"][name])
        return Entry(category, name, "", Signature(name, (), noun), instead)
    return None


def signature(category: str, name: str) -> Signature | None:
    """The signature of a component under any name Keras knows it by, or None."""
    entry = find(category, name)
    return entry.signature if entry else None


def classes(category: str) -> list[str]:
    """The Keras classes of the category, by name."""
    return list(_table()[category]["classes"])


def names(category: str) -> list[str]:
    """Every name of the category, Keras's class names first and layerforge's own last."""
    rows = _table()[category]
    own = OWN.get(category, {})
    return [*rows["classes"], *rows["aliases"], *rows["functions"], *own]


@cache
def _table() -> Mapping[str, Any]:
    text = Path(__file__).with_name("table.json").read_text(encoding="utf-8")
    table: Mapping[str, Any] = json.loads(text)
    return table


def _parameter(row: list[Any]) -> Parameter:
    # Kinds nest components, and components are looked up here: the one circle of this room.
    from layerforge.components.kinds import kind

    name, word, *default = row
    if not default:
        return Parameter(name, kind(word), REQUIRED)
    value = tuple(default[0]) if isinstance(default[0], list) else default[0]
    return Parameter(name, kind(word), value)
