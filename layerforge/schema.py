"""The JSON Schema of a spec file, made from the catalog: what editors complete, explain and refuse.

What a schema cannot know is left to `check`: shapes, names, and the spec's own blocks. A block's name is
told from a misspelt layer by its first letter, which is no capital.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from layerforge.arguments import REQUIRED, Kind, Parameter, Signature, Whole
from layerforge.components import table
from layerforge.components.component import Component
from layerforge.expand.inputs import SIGNATURE as INPUT
from layerforge.layers import ALIASES, LayerType, find, whole_catalog
from layerforge.spec import data, train
from layerforge.spec.hyperparameters import KINDS
from layerforge.spec.parse import BLOCK_KEYS, MODEL_KEYS, MODIFIERS, SECTIONS, VERSION

Schema = dict[str, Any]

_COMPUTED: Final[Schema] = {"$ref": "#/$defs/computed"}
_NAME: Final = "^[A-Za-z0-9_][A-Za-z0-9_-]*$"
_BLOCK: Final = "^(?!(from|call|when|repeat|expect|name|use|slice)$)[a-z0-9_][A-Za-z0-9_-]*$"
_EXPRESSION: Final = {"type": "string", "pattern": r"\$\("}


def json_schema() -> Schema:
    """The schema (draft 2020-12) of a whole spec."""
    sections = _sections()
    defs = {**_language(), **_hyperparameters(), **_components(), **_layers()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "layerforge spec",
        "type": "object",
        "properties": {name: sections.get(name, {}) for name in SECTIONS},
        "additionalProperties": False,
        # A file that others include holds blocks alone.
        "if": {"propertyNames": {"enum": ["layerforge", "blocks"]}, "required": ["blocks"]},
        "else": {"required": ["model"]},
        "$defs": _shared(defs),
    }


def _shared(defs: dict[str, Schema]) -> dict[str, Schema]:
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


def _sections() -> dict[str, Schema]:
    return {
        "layerforge": {"const": VERSION, "description": "The version of the language."},
        "name": {
            **_name(),
            "description": "The name of the model and of its runs; default: the file's name.",
        },
        "description": {"description": "A text for the reader."},
        "include": _described(
            _one_or_many({"type": "string"}), "Files with more blocks, in the spec's folder."
        ),
        "vars": {
            "type": ["object", "null"],
            "propertyNames": {"pattern": "^[^0-9\\W]\\w*$"},
            "description": "Variables for $(...).",
        },
        "data": _described(_named(data.SIGNATURE), "Rows, columns, splits, scaling."),
        "blocks": {
            "type": ["object", "null"],
            "propertyNames": {"pattern": _BLOCK},
            "additionalProperties": {"$ref": "#/$defs/block"},
            "description": "Stacks with a name and arguments, called like layers.",
        },
        "model": {"$ref": "#/$defs/model", "description": "Inputs, layers, outputs."},
        "train": _described(
            _named(train.SIGNATURE), "Optimizer, loss, metrics, epochs, callbacks."
        ),
        "tune": {"type": ["object", "null"], "description": "The search."},
    }


def _language() -> dict[str, Schema]:
    """What the language itself has: items, blocks, inputs, names."""
    word: Schema = {"type": ["string", "integer"]}
    return {
        "computed": {"anyOf": [_EXPRESSION, {"$ref": "#/$defs/hyperparameter"}]},
        "word": word,
        "words": _one_or_many({"$ref": "#/$defs/word"}),
        "model": _object(_model(), required=("layers",)),
        "block": _object(_block(), required=("layers",)),
        "input": _opened(
            {"anyOf": [INPUT.parameters[0].kind.schema(), {"type": "null"}, _input_mapping()]}
        ),
        "items": {"type": "array", "items": {"$ref": "#/$defs/item"}, "minItems": 1},
        "item": _item(),
        "modifiers": {"enum": list(MODIFIERS)},
    }


def _model() -> dict[str, Schema]:
    shape = {"$ref": "#/$defs/input"}
    keys: dict[str, Schema] = {
        "input": _described(shape, "The shape of one sample, such as [96, 7]; null is free."),
        "inputs": {
            "type": "object",
            "propertyNames": {"pattern": _NAME},
            "additionalProperties": shape,
            "description": "Several inputs, each a name and its shape.",
        },
        "layers": {"$ref": "#/$defs/items", "description": "Each takes the output of the last."},
        "outputs": {"$ref": "#/$defs/words", "description": "Names of items; default: the last."},
    }
    return {key: keys.get(key, {}) for key in MODEL_KEYS}


def _block() -> dict[str, Schema]:
    keys: dict[str, Schema] = {
        "args": {
            "type": "object",
            "description": "Arguments and their defaults; `required` for one without.",
        },
        "inputs": {"$ref": "#/$defs/words", "description": "Names; default: one, `input`."},
        "layers": {"$ref": "#/$defs/items"},
        "outputs": {"$ref": "#/$defs/words", "description": "Names of items; default: the last."},
        "as": {"const": "model", "description": "A nested Keras model, shared as a whole by use."},
    }
    return {key: keys.get(key, {}) for key in BLOCK_KEYS}


def _input_mapping() -> Schema:
    """`shape` or `batch_shape` is needed."""
    mapping = _object(_properties(INPUT.parameters))
    return {**mapping, "anyOf": [{"required": ["shape"]}, {"required": ["batch_shape"]}]}


def _item() -> Schema:
    """An entry of a stack: a bare name, or one layer's key and modifiers beside it.

    Where no key is a known layer the item calls a block, whose arguments are the spec's own.
    """
    known: dict[str, Schema] = {name: _reference(name) for name in (*whole_catalog(), *ALIASES)}
    known["use"] = {"$ref": "#/$defs/word", "description": "Calls a layer above again."}
    known["Input"] = {"$ref": "#/$defs/input", "description": "An input of the stack itself."}
    bare = [name for name in (*whole_catalog(), *ALIASES) if not _needs(_signature(name))]
    block: Schema = {"anyOf": [{"$ref": "#/$defs/modifiers"}, {"pattern": _BLOCK}]}
    calls_layer = {"propertyNames": {"enum": [*known, *MODIFIERS]}}
    calls_block = {"propertyNames": block, "minProperties": 1}
    mapping = {
        "type": "object",
        "properties": {**_modifiers(), **known},
        "if": {"propertyNames": {"not": {"enum": list(known)}}},
        "then": {**calls_block, "not": {"propertyNames": {"$ref": "#/$defs/modifiers"}}},
        "else": calls_layer,
    }
    word = {"anyOf": [{"enum": bare}, {"type": "string", "pattern": _BLOCK}]}
    # By the form and not by `anyOf`: a fault is then told where it is, inside the form that was meant.
    return {"type": ["string", "object"], "if": {"type": "string"}, "then": word, "else": mapping}


def _modifiers() -> dict[str, Schema]:
    options = {
        name: kind
        for entry in whole_catalog().values()
        for name, kind in sorted(entry.options.items())
    }
    tensors = {"anyOf": [{"$ref": "#/$defs/words"}, _mapping_of({"$ref": "#/$defs/words"})]}
    call = _object({name: _opened(kind.schema()) for name, kind in options.items()})
    size = {"type": ["integer", "null"], "minimum": 0}
    keys: dict[str, Schema] = {
        "name": _described(_name(), "What other items call it."),
        "from": _described(tensors, "What it takes: a name, names, or tensors by their names."),
        "call": _described(call, "Arguments of the call that are no tensors."),
        "when": _described(_opened({"type": "boolean"}), "The item is there only if this is true."),
        "repeat": _described(
            _opened(Whole(0).schema()), "How often it stands there; i counts from 0."
        ),
        "expect": _described(
            _opened(_one_or_many(size)), "The shape it must give, batch left out."
        ),
    }
    return {key: keys.get(key, {}) for key in MODIFIERS}


def _hyperparameters() -> dict[str, Schema]:
    """`{hp.Int: [32, 128, 32]}` and its kin, in the place of any scalar."""
    kinds = {}
    for name, signature in KINDS.items():
        schema = _arguments(signature)
        if name in ("hp.Int", "hp.Float"):  # [min, max] or [min, max, step]
            number = _opened(signature.parameters[0].kind.schema())
            listed = {"type": "array", "items": number, "minItems": 2, "maxItems": 3}
            schema = {"anyOf": [listed, schema]}
        kinds[name] = schema
    return {"hyperparameter": _one_key(kinds)}


def _components() -> dict[str, Schema]:
    """Each category as `#/$defs/CATEGORY`, each class of it as `#/$defs/CATEGORY.CLASS`."""
    defs: dict[str, Schema] = {}
    for category in table.CATEGORIES:
        found = [(name, table.find(category, name)) for name in table.names(category)]
        entries = {name: entry for name, entry in found if entry is not None}
        for name, entry in entries.items():
            defs[f"{category}.{entry.keras_class or name}"] = _arguments(entry.signature)
        references = {
            name: {"$ref": f"#/$defs/{category}.{entry.keras_class or name}"}
            for name, entry in entries.items()
        }
        bare = [name for name, entry in entries.items() if not _needs(entry.signature)]
        choice: Schema = {"anyOf": [{"enum": bare}, _one_key(references)]}
        defs[category] = _in_any_case(choice, bare) if category == "optimizers" else choice
    return defs


def _in_any_case(choice: Schema, bare: Iterable[str]) -> Schema:
    """The names in any mixture of capitals, which `keras.optimizers.deserialize` takes."""
    names, mapping = choice["anyOf"]
    words = {"type": "string", "pattern": "|".join(_any_case(name) for name in bare)}
    patterns = {_any_case(name): each for name, each in mapping["properties"].items()}
    return {"anyOf": [names, words, {**mapping, "patternProperties": patterns}]}


def _any_case(name: str) -> str:
    return "^" + "".join(f"[{c.upper()}{c.lower()}]" if c.isalpha() else c for c in name) + "$"


def _layers() -> dict[str, Schema]:
    """Each layer as `#/$defs/layers.NAME`, and a layer inside another as `#/$defs/layer`."""
    layers = [entry for entry in whole_catalog().values() if not entry.is_operation]
    names = [entry.name for entry in layers]
    names += [alias for alias, name in ALIASES.items() if name in names]
    bare = [name for name in names if not _needs(_signature(name))]
    inner = {"anyOf": [{"enum": bare}, _one_key({name: _reference(name) for name in names})]}
    return {
        "layer": inner,
        **{f"layers.{entry.name}": _layer(entry) for entry in whole_catalog().values()},
    }


def _layer(entry: LayerType) -> Schema:
    return {"description": _said(entry), **_arguments(entry.signature)}


def _said(entry: LayerType) -> str:
    """The catalog's docstring, its paragraphs on a line each."""
    paragraphs = entry.doc.strip().split("\n\n")
    return "\n\n".join(" ".join(each.split()) for each in paragraphs)


def _reference(name: str) -> Schema:
    return {"$ref": f"#/$defs/layers.{ALIASES.get(name, name)}"}


def _signature(name: str) -> Signature:
    entry = find(name)
    assert entry is not None
    return entry.signature


def _needs(signature: Signature, beside: str = "") -> list[str]:
    """The arguments without default, `beside` one of them."""
    return [
        each.name
        for each in signature.parameters
        if each.default is REQUIRED and each.name != beside
    ]


def _arguments(signature: Signature) -> Schema:
    """What may stand behind a name: a mapping of arguments, the first one alone, or nothing."""
    forms: list[Schema] = []
    first = signature.parameters[0] if signature.parameters else None
    if not _needs(signature):
        forms.append({"type": "null"})
    if first is not None and not _needs(signature, first.name):
        forms.append(_value(first.kind))
    return {"anyOf": [*forms, _named(signature)]}


def _named(signature: Signature) -> Schema:
    """A mapping of a signature's arguments."""
    return _object(_properties(signature.parameters), _needs(signature))


def _properties(parameters: Iterable[Parameter]) -> dict[str, Schema]:
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
    return _opened(kind.schema())


def _opened(schema: Schema) -> Schema:
    """The schema with an expression or hyperparameter allowed in place of each of its values."""
    if not schema:
        return schema
    forms = [_inside(form) for form in _alternatives(schema)]
    return {"anyOf": [*forms, _COMPUTED]}


def _alternatives(schema: Schema) -> list[Schema]:
    """The forms of nested `anyOf`s in one list, each once."""
    if set(schema) != {"anyOf"}:
        return [schema]
    forms = [form for each in schema["anyOf"] for form in _alternatives(each)]
    return [form for i, form in enumerate(forms) if form not in forms[:i]]


def _inside(form: Schema) -> Schema:
    """A form with the values in it opened: items of a list, values of a mapping."""
    opened = dict(form)
    if "items" in form:
        opened["items"] = _opened(form["items"])
    if "properties" in form:
        opened["properties"] = {key: _opened(each) for key, each in form["properties"].items()}
    if isinstance(form.get("additionalProperties"), dict):
        opened["additionalProperties"] = _opened(form["additionalProperties"])
    return opened


def _object(properties: Mapping[str, Schema], required: Iterable[str] = ()) -> Schema:
    schema: Schema = {
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
    }
    needed = list(required)
    return {**schema, "required": needed} if needed else schema


def _one_key(properties: Mapping[str, Schema]) -> Schema:
    return {**_object(properties), "minProperties": 1, "maxProperties": 1}


def _mapping_of(schema: Schema) -> Schema:
    return {"type": "object", "additionalProperties": schema}


def _one_or_many(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "array", "items": schema}]}


def _described(schema: Schema, description: str) -> Schema:
    return {"description": description, **schema}


def _name() -> Schema:
    """A name, which may hold an expression; YAML reads `1` as a number."""
    forms: list[Schema] = [{"type": "string", "pattern": _NAME}, {"type": "integer", "minimum": 0}]
    return {"anyOf": [*forms, _EXPRESSION]}
