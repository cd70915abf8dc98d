"""The schema of a whole spec: its sections, the items of a stack, blocks, inputs.

What a schema cannot know is left to `check`: shapes, names, and the spec's own blocks. A block's name is
told from a misspelt layer by its first letter, which is no capital.
"""

from __future__ import annotations

from typing import Final

from layerforge.arguments import Whole
from layerforge.expand.inputs import SIGNATURE as INPUT
from layerforge.layers import ALIASES, whole_catalog
from layerforge.schema.catalog import bare_names, components, hyperparameters, layers, reference
from layerforge.schema.forms import (
    EXPRESSION,
    Schema,
    described,
    mapping_of,
    named,
    object_of,
    one_or_many,
    opened,
    properties,
)
from layerforge.schema.sharing import shared
from layerforge.spec import data, train, tune
from layerforge.spec.parse import BLOCK_KEYS, MODEL_KEYS, MODIFIERS, SECTIONS
from layerforge.spec.version import VERSION

_NAME: Final = "^[A-Za-z0-9_][A-Za-z0-9_-]*$"
_BLOCK: Final = "^(?!(from|call|when|repeat|expect|name|use|slice)$)[a-z0-9_][A-Za-z0-9_-]*$"


def json_schema() -> Schema:
    """The schema (draft 2020-12) of a whole spec."""
    sections = _sections()
    defs = {**_language(), **hyperparameters(), **components(), **layers()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "layerforge spec",
        "type": "object",
        "properties": {name: sections.get(name, {}) for name in SECTIONS},
        "additionalProperties": False,
        # A file that others include holds blocks alone.
        "if": {"propertyNames": {"enum": ["layerforge", "blocks"]}, "required": ["blocks"]},
        "else": {"required": ["model"]},
        "$defs": shared(defs),
    }


def _sections() -> dict[str, Schema]:
    return {
        "layerforge": {"const": VERSION, "description": "The version of the language."},
        "name": {
            **_name(),
            "description": "The name of the model and of its runs; default: the file's name.",
        },
        "description": {"description": "A text for the reader."},
        "include": described(
            one_or_many({"type": "string"}), "Files with more blocks, in the spec's folder."
        ),
        "vars": {
            "type": ["object", "null"],
            "propertyNames": {"pattern": "^[^0-9\\W]\\w*$"},
            "description": "Variables for $(...).",
        },
        "data": described(named(data.SIGNATURE), "Rows, columns, splits, scaling."),
        "blocks": {
            "type": ["object", "null"],
            "propertyNames": {"pattern": _BLOCK},
            "additionalProperties": {"$ref": "#/$defs/block"},
            "description": "Stacks with a name and arguments, called like layers.",
        },
        "model": {"$ref": "#/$defs/model", "description": "Inputs, layers, outputs."},
        "train": described(named(train.SIGNATURE), "Optimizer, loss, metrics, epochs, callbacks."),
        "tune": described(named(tune.SIGNATURE), "How hyperparameters are searched."),
    }


def _language() -> dict[str, Schema]:
    """What the language itself has: items, blocks, inputs, names."""
    word: Schema = {"type": ["string", "integer"]}
    return {
        "computed": {"anyOf": [EXPRESSION, {"$ref": "#/$defs/hyperparameter"}]},
        "word": word,
        "words": one_or_many({"$ref": "#/$defs/word"}),
        "model": object_of(_model(), required=("layers",)),
        "block": object_of(_block(), required=("layers",)),
        "input": opened(
            {"anyOf": [INPUT.parameters[0].kind.schema(), {"type": "null"}, _input_mapping()]}
        ),
        "items": {"type": "array", "items": {"$ref": "#/$defs/item"}, "minItems": 1},
        "item": _item(),
        "modifiers": {"enum": list(MODIFIERS)},
    }


def _model() -> dict[str, Schema]:
    shape = {"$ref": "#/$defs/input"}
    keys: dict[str, Schema] = {
        "input": described(shape, "The shape of one sample, such as [96, 7]; null is free."),
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
    mapping = object_of(properties(INPUT.parameters))
    return {**mapping, "anyOf": [{"required": ["shape"]}, {"required": ["batch_shape"]}]}


def _item() -> Schema:
    """An entry of a stack: a bare name, or one layer's key and modifiers beside it.

    Where no key is a known layer the item calls a block, whose arguments are the spec's own.
    """
    known: dict[str, Schema] = {name: reference(name) for name in (*whole_catalog(), *ALIASES)}
    known["use"] = {"$ref": "#/$defs/word", "description": "Calls a layer above again."}
    known["Input"] = {"$ref": "#/$defs/input", "description": "An input of the stack itself."}
    bare = bare_names((*whole_catalog(), *ALIASES))
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
    tensors = {"anyOf": [{"$ref": "#/$defs/words"}, mapping_of({"$ref": "#/$defs/words"})]}
    call = object_of({name: opened(kind.schema()) for name, kind in options.items()})
    size = {"type": ["integer", "null"], "minimum": 0}
    keys: dict[str, Schema] = {
        "name": described(_name(), "What other items call it."),
        "from": described(tensors, "What it takes: a name, names, or tensors by their names."),
        "call": described(call, "Arguments of the call that are no tensors."),
        "when": described(opened({"type": "boolean"}), "The item is there only if this is true."),
        "repeat": described(
            opened(Whole(0).schema()), "How often it stands there; i counts from 0."
        ),
        "expect": described(opened(one_or_many(size)), "The shape it must give, batch left out."),
    }
    return {key: keys.get(key, {}) for key in MODIFIERS}


def _name() -> Schema:
    """A name, which may hold an expression; YAML reads `1` as a number."""
    forms: list[Schema] = [{"type": "string", "pattern": _NAME}, {"type": "integer", "minimum": 0}]
    return {"anyOf": [*forms, EXPRESSION]}
