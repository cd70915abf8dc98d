"""What a server takes and gives, as an OpenAPI document and as a page: columns, kinds, limits, an example."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any, Final

from layerforge.data.calendar import names_of
from layerforge.serving.bodies import CSV, JSON
from layerforge.serving.limits import Limits
from layerforge.serving.model import Model
from layerforge.tables.cells import MISSING

# The keywords of a type say nothing of the others: a pattern is of texts, a minimum of numbers.
_WORDS: Final = ("string", "number", "boolean")
_NUMERALS: Final = ("number", "string", "boolean")  # the usual one first
_DIGITS: Final = r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?"
_A_NUMBER: Final = rf"^\s*{_DIGITS}\s*$"
_A_HOLE: Final = rf"^\s*({_DIGITS}|{'|'.join(MISSING)})\s*$"
_BEYOND: Final = 2.0**128 - 2.0**103  # the least number that float32 takes for infinite

_STATUSES: Final = {
    "400": "The body cannot be read.",
    "408": "The body did not come in time.",
    "413": "The body is too large, or has too many rows.",
    "415": "The body is neither JSON nor CSV.",
    "422": "A row or value is not what the model was trained on; the message says which.",
    "503": "Too many requests wait already.",
    "504": "The answer took too long.",
}


def openapi(model: Model, limits: Limits, version: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of a run's endpoint, its columns by name."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{model.record.get('name', model.run.name)}: predictions",
            "version": version,
            "description": _description(model, limits),
        },
        "paths": {
            "/predict": {"post": _predict(model, limits)},
            "/health": {"get": _plain("Whether the model answers, and how much it has answered.")},
        },
        "components": {"schemas": {"Fault": _FAULT}},
    }


def _description(model: Model, limits: Limits) -> str:
    settings = model.saved["settings"]
    needs = "Each row is answered."
    if settings["window"] is not None and settings["horizon"] is not None:
        needs = f"A request holds at least {model.fewest} rows, oldest first"
        needs += "; the answer is what comes next."
    elif settings["window"] is not None:
        needs = f"Each window of {settings['window']} rows is answered."
    elif settings["group"] is not None:
        needs = "Rows of one group are one sequence; each sequence is answered."
    return (
        f"Raw rows in, answers in the units of the data out. {needs} A request has at most "
        f"{limits.max_bytes:,} bytes and {limits.max_rows:,} rows, and {limits.timeout:g} seconds."
    )


def _predict(model: Model, limits: Limits) -> dict[str, Any]:
    row = {
        "type": "object",
        "properties": columns(model),
        "required": [*columns(model)],
    }
    rows = {"type": "array", "items": row, "minItems": model.fewest, "maxItems": limits.max_rows}
    body = {
        **rows,
        "type": ["object", "array"],
        "properties": {"rows": rows},
        "required": ["rows"],
    }
    answer = {
        "type": "object",
        "properties": {
            "columns": {"type": "array", "items": {"type": "string"}},
            "rows": {"type": "array", "items": {"type": "object"}},
            "warnings": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["columns", "rows", "warnings"],
    }
    fault = {"schema": {"$ref": "#/components/schemas/Fault"}}
    faults = {
        status: {"description": why, "content": {JSON: fault}} for status, why in _STATUSES.items()
    }
    table = {"schema": {"type": "string"}}
    return {
        "summary": "Predict from rows.",
        "parameters": _parameters(model),
        "requestBody": {"required": True, "content": {JSON: {"schema": body}, CSV: table}},
        "responses": {
            "200": {
                "description": "The answers.",
                "content": {JSON: {"schema": answer}, CSV: table},
            },
            **faults,
        },
    }


def _parameters(model: Model) -> list[dict[str, Any]]:
    if model.farthest is None:
        return []
    schema = {"type": "integer", "minimum": 1, "maximum": model.farthest}
    why = "How many steps to forecast; the horizon where it is left out."
    return [{"name": "steps", "in": "query", "schema": schema, "description": why}]


def columns(model: Model) -> dict[str, dict[str, Any]]:
    """The columns that a row must have, by name, as JSON Schema; what has no type may be any."""
    settings, found = model.saved["settings"], {}
    for key in ("time", "group"):
        for name in settings[key] or ():
            why = "the time of the row" if key == "time" else "its series"
            found[name] = {"type": [*_WORDS], "description": why}
    if settings["order"] is not None:
        why = "orders the rows of a group"
        found[settings["order"]] = {"type": [*_NUMERALS], "pattern": _A_NUMBER, "description": why}
    computed = names_of(settings["calendar"] or ())
    for encoder in model.saved["features"]:
        if encoder["name"] not in computed:
            found[encoder["name"]] = _column(encoder, _may_be_missing(encoder["name"], settings))
    return found


def _may_be_missing(name: str, settings: Mapping[str, Any]) -> bool:
    policy = settings["missing"]
    if isinstance(policy, Mapping):
        own = (policy.get("columns") or {}).get(name)
        policy = own or policy.get("fill") or policy.get("policy")
    return policy not in (None, "error")


def _column(encoder: Mapping[str, Any], holes: bool) -> dict[str, Any]:
    """What is read as a value: a category in any form, a number also as a text, or true and false."""
    if encoder["kind"] == "category":
        schema: dict[str, Any] = {"type": [*_WORDS]}
        if not holes:
            schema["not"] = {"enum": [*MISSING]}
    else:
        schema = {"type": [*_NUMERALS], "pattern": _A_HOLE if holes else _A_NUMBER}
        schema |= _range(encoder)
    if holes:
        schema["type"].append("null")
    if encoder.get("categories"):
        known = ", ".join(map(str, encoder["categories"][:20]))
        more = len(encoder["categories"]) - 20
        schema["description"] = f"of {known}" + (f" and {more:,} more" if more > 0 else "")
    elif encoder.get("mean") is not None:
        schema["description"] = f"in training {encoder['mean']:.4g} on average"
        schema["examples"] = [round(encoder["mean"], 4)]
    return schema


def _range(encoder: Mapping[str, Any]) -> dict[str, float]:
    """The numbers that float32 holds once they are scaled."""
    ends = (encoder["offset"] + side * encoder["scale"] * _BEYOND for side in (-1, 1))
    return {
        key: end
        for key, end in zip(("exclusiveMinimum", "exclusiveMaximum"), ends, strict=True)
        if isfinite(end)
    }


def _plain(summary: str) -> dict[str, Any]:
    ok = {"description": "JSON", "content": {JSON: {"schema": {"type": "object"}}}}
    return {"summary": summary, "responses": {"200": ok}}


_FAULT: Final = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "help": {"type": ["string", "null"]},
            },
            "required": ["code", "message"],
        }
    },
    "required": ["error"],
}
