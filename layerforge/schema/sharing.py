"""What stands in a schema several times, written once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from layerforge.schema.forms import Schema


def shared(defs: dict[str, Schema]) -> dict[str, Schema]:
    """The definitions with every choice that stands in several places written once, as `values.N`.

    Twenty arguments in twenty layers are the same initializer; this makes the file a third as long.
    """
    places: Counter[str] = Counter()
    for schema in defs.values():
        places.update(json.dumps(choice) for choice in _choices(schema))
    often = [text for text, count in places.items() if count > 1]
    names = {text: f"values.{number}" for number, text in enumerate(often, start=1)}
    values = {
        name: {"anyOf": [_referring(form, names) for form in json.loads(text)]}
        for text, name in names.items()
    }
    return {**{name: _referring(each, names) for name, each in defs.items()}, **values}


def _choices(schema: Any) -> Iterator[list[Schema]]:
    """Every `anyOf` in a schema, the outer ones first."""
    if isinstance(schema, dict):
        if "anyOf" in schema:
            yield schema["anyOf"]
        for each in schema.values():
            yield from _choices(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _choices(each)


def _referring(schema: Any, names: Mapping[str, str]) -> Any:
    """The schema with references in place of the choices that have a name."""
    if isinstance(schema, list):
        return [_referring(each, names) for each in schema]
    if not isinstance(schema, dict):
        return schema
    name = names.get(json.dumps(schema["anyOf"])) if "anyOf" in schema else None
    if name is None:
        return {key: _referring(each, names) for key, each in schema.items()}
    rest = {key: each for key, each in schema.items() if key != "anyOf"}
    return {**_referring(rest, names), "$ref": f"#/$defs/{name}"}
