"""The definitions of everything that has a name and arguments: layers, components, hyperparameters."""

from __future__ import annotations

from collections.abc import Iterable

from layerforge.arguments import Signature
from layerforge.components import table
from layerforge.layers import ALIASES, LayerType, find, whole_catalog
from layerforge.schema.forms import Schema, arguments, needs, one_key, opened
from layerforge.spec.hyperparameters import KINDS


def hyperparameters() -> dict[str, Schema]:
    """`{hp.Int: [32, 128, 32]}` and its kin, in the place of any scalar."""
    kinds = {}
    for name, signature in KINDS.items():
        schema = arguments(signature)
        if name in ("hp.Int", "hp.Float"):  # [min, max] or [min, max, step]
            number = opened(signature.parameters[0].kind.schema())
            listed = {"type": "array", "items": number, "minItems": 2, "maxItems": 3}
            schema = {"anyOf": [listed, schema]}
        kinds[name] = schema
    return {"hyperparameter": one_key(kinds)}


def components() -> dict[str, Schema]:
    """Each category as `#/$defs/CATEGORY`, each class of it as `#/$defs/CATEGORY.CLASS`."""
    defs: dict[str, Schema] = {}
    for category in table.CATEGORIES:
        found = [(name, table.find(category, name)) for name in table.names(category)]
        entries = {name: entry for name, entry in found if entry is not None}
        for name, entry in entries.items():
            defs[f"{category}.{entry.keras_class or name}"] = arguments(entry.signature)
        references = {
            name: {"$ref": f"#/$defs/{category}.{entry.keras_class or name}"}
            for name, entry in entries.items()
        }
        bare = [name for name, entry in entries.items() if not needs(entry.signature)]
        choice: Schema = {"anyOf": [{"enum": bare}, one_key(references)]}
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


def layers() -> dict[str, Schema]:
    """Each layer as `#/$defs/layers.NAME`, and a layer inside another as `#/$defs/layer`."""
    names = [entry.name for entry in whole_catalog().values() if not entry.is_operation]
    names += [alias for alias, name in ALIASES.items() if name in names]
    bare = bare_names(names)
    inner = {"anyOf": [{"enum": bare}, one_key({name: reference(name) for name in names})]}
    return {
        "layer": inner,
        **{f"layers.{entry.name}": _layer(entry) for entry in whole_catalog().values()},
    }


def _layer(entry: LayerType) -> Schema:
    return {"description": _said(entry), **arguments(entry.signature)}


def _said(entry: LayerType) -> str:
    """The catalog's docstring, its paragraphs on a line each."""
    paragraphs = entry.doc.strip().split("\n\n")
    return "\n\n".join(" ".join(each.split()) for each in paragraphs)


def reference(name: str) -> Schema:
    return {"$ref": f"#/$defs/layers.{ALIASES.get(name, name)}"}


def _signature(name: str) -> Signature:
    entry = find(name)
    assert entry is not None
    return entry.signature


def bare_names(names: Iterable[str]) -> list[str]:
    """The layers that may stand without any argument."""
    return [name for name in names if not needs(_signature(name))]
