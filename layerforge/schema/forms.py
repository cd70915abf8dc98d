"""The forms of a JSON Schema: a signature's arguments, a kind's values, each open to what computes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

from layerforge.arguments import REQUIRED, Kind, Parameter, Signature
from layerforge.components import Component

Schema: TypeAlias = dict[str, Any]

COMPUTED: Final[Schema] = {"$ref": "#/$defs/computed"}
EXPRESSION: Final[Schema] = {"type": "string", "pattern": r"\$\("}


def arguments(signature: Signature) -> Schema:
    """What may stand behind a name: a mapping of arguments, the first one alone, or nothing."""
    forms: list[Schema] = []
    first = signature.parameters[0] if signature.parameters else None
    if not needs(signature):
        forms.append({"type": "null"})
    if first is not None and not needs(signature, first.name):
        forms.append(_value(first.kind))
    return {"anyOf": [*forms, named(signature)]}


def named(signature: Signature) -> Schema:
    """A mapping of a signature's arguments."""
    return object_of(properties(signature.parameters), needs(signature))


def needs(signature: Signature, beside: str = "") -> list[str]:
    """The arguments without default, `beside` one of them."""
    return [
        each.name
        for each in signature.parameters
        if each.default is REQUIRED and each.name != beside
    ]


def properties(parameters: Iterable[Parameter]) -> dict[str, Schema]:
    return {each.name: _parameter(each) for each in parameters}


def _parameter(parameter: Parameter) -> Schema:
    said = parameter.doc or f"{parameter.kind.noun[:1].upper()}{parameter.kind.noun[1:]}."
    schema = {"description": said, **_value(parameter.kind)}
    if parameter.default is REQUIRED:
        return {**schema, "description": f"Required. {said}"}
    return {**schema, "default": _default(parameter.default)}


def _default(value: Any) -> Any:
    if isinstance(value, Component):
        return value.name
    return [_default(each) for each in value] if isinstance(value, tuple) else value


def _value(kind: Kind) -> Schema:
    """What a kind takes, or what computes it."""
    return opened(kind.schema())


def opened(schema: Schema) -> Schema:
    """The schema with an expression or hyperparameter allowed in place of each of its values."""
    if not schema:
        return schema
    forms = [_inside(form) for form in _alternatives(schema)]
    return {"anyOf": [*forms, COMPUTED]}


def _alternatives(schema: Schema) -> list[Schema]:
    """The forms of nested `anyOf`s in one list, each once."""
    if set(schema) != {"anyOf"}:
        return [schema]
    forms = [form for each in schema["anyOf"] for form in _alternatives(each)]
    return [form for i, form in enumerate(forms) if form not in forms[:i]]


def _inside(form: Schema) -> Schema:
    """A form with the values in it opened: items of a list, values of a mapping."""
    inner = dict(form)
    if "items" in form:
        inner["items"] = opened(form["items"])
    if "properties" in form:
        inner["properties"] = {key: opened(each) for key, each in form["properties"].items()}
    if isinstance(form.get("additionalProperties"), dict):
        inner["additionalProperties"] = opened(form["additionalProperties"])
    return inner


def object_of(properties: Mapping[str, Schema], required: Iterable[str] = ()) -> Schema:
    schema: Schema = {
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
    }
    needed = list(required)
    return {**schema, "required": needed} if needed else schema


def one_key(properties: Mapping[str, Schema]) -> Schema:
    return {**object_of(properties), "minProperties": 1, "maxProperties": 1}


def mapping_of(schema: Schema) -> Schema:
    return {"type": "object", "additionalProperties": schema}


def one_or_many(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "array", "items": schema}]}


def described(schema: Schema, description: str) -> Schema:
    return {"description": description, **schema}
