"""The catalog as text and as JSON: the layers by family, and one of them with all it takes."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from layerforge.arguments import REQUIRED, Parameter
from layerforge.layers import ALIASES, LayerType, whole_catalog
from layerforge.render.characters import folded
from layerforge.render.screen import Screen
from layerforge.render.table import Column, table, titled
from layerforge.spec.hyperparameters import as_written

_NOTHING = (Column(""), Column(""))


def entries(operations: bool) -> list[LayerType]:
    """The layers of the catalog, or its operations, each family together."""
    kept = [entry for entry in whole_catalog().values() if entry.is_operation == operations]
    families = list(dict.fromkeys(family(entry) for entry in kept))
    return sorted(kept, key=lambda entry: families.index(family(entry)))


def family(entry: LayerType) -> str:
    """What the family of a layer is called: its module's name in words."""
    return _module(entry).rpartition(".")[2].replace("_", " ")


def family_says(entry: LayerType) -> str:
    """What the family of a layer has in common: the first sentence of its module, without full stop."""
    said = _paragraphs(sys.modules[_module(entry)].__doc__ or "")[0]
    return said.removesuffix(".")


def summary(entry: LayerType) -> str:
    """The one sentence that says what a layer does."""
    return _paragraphs(entry.doc)[0]


def details(entry: LayerType) -> str:
    """What the catalog says beyond the sentence, on one line: shapes, formula, source."""
    return " ".join(_paragraphs(entry.doc)[1:])


def catalog_text(shown: Iterable[LayerType], screen: Screen) -> str:
    """A line for each layer, under the heading of its family."""
    lines: list[str] = []
    for _, group in groupby(shown, _module):
        members = list(group)
        rows = [(f"  {entry.name}", summary(entry)) for entry in members]
        lines += [*([""] if lines else []), *_heading(members[0], screen)]
        lines += table(_NOTHING, rows, screen.width)[1:]
    return "\n".join(lines) + "\n"


def layer_text(entry: LayerType, screen: Screen) -> str:
    """One layer with its arguments, the tensors it is called on, its formula and source."""
    lines = [f"{screen.paint('strong', entry.name)} ({family(entry)})", ""]
    lines += [*_folded(summary(entry), screen), *_folded(details(entry), screen), ""]
    lines += table(_NOTHING, facts(entry), screen.width)[1:]
    own, every = own_and_common(entry)
    for title, parameters in ((_title(entry), own), ("arguments of every layer", every)):
        if parameters:
            head = (Column(title), Column("default"), Column("takes"))
            rows = [(f"  {p.name}", default_text(p), p.kind.noun) for p in parameters]
            lines += ["", *titled(head, rows, screen)]
    return "\n".join(lines) + "\n"


def facts(entry: LayerType) -> list[tuple[str, str]]:
    """What a layer is called on and by what other names, as pairs of a word and what it says."""
    found = [("called on", _tensors(entry))]
    if entry.options:
        words = [f"{name} ({kind.noun})" for name, kind in entry.options.items()]
        found.append(("call", ", ".join(words)))
    if _aliases(entry):
        found.append(("also called", ", ".join(_aliases(entry))))
    if entry.holder:
        found.append(("stands inside", entry.holder))
    return found


def own_and_common(entry: LayerType) -> tuple[list[Parameter], list[Parameter]]:
    """A layer's own arguments, and those that every layer has."""
    parameters = entry.signature.parameters
    own = [each for each in parameters if each.name in entry.own]
    return own, [each for each in parameters if each.name not in entry.own]


def default_text(parameter: Parameter) -> str:
    """The default as a spec would write it."""
    if parameter.default is REQUIRED:
        return "required"
    return _written(parameter.default)


def catalog_record(shown: Iterable[LayerType]) -> dict[str, Any]:
    """The layers for JSON, without their arguments."""
    layers = [
        {"name": e.name, "family": family(e), "summary": summary(e), "aliases": _aliases(e)}
        for e in shown
    ]
    return {"layers": layers}


def layer_record(entry: LayerType) -> dict[str, Any]:
    """One layer for JSON, with everything that `layer_text` shows."""
    return {
        "name": entry.name,
        "family": family(entry),
        "summary": summary(entry),
        "details": details(entry),
        "aliases": _aliases(entry),
        "tensors": list(entry.tensors),
        "required_tensors": entry.required_tensors,
        "any_number_of_tensors": entry.variadic,
        "call": {name: kind.noun for name, kind in entry.options.items()},
        "arguments": [argument_record(each) for each in entry.signature.parameters],
    }


def argument_record(parameter: Parameter) -> dict[str, Any]:
    required = parameter.default is REQUIRED
    return {
        "name": parameter.name,
        "takes": parameter.kind.noun,
        "required": required,
        "default": None if required else parameter.default,
    }


def _module(entry: LayerType) -> str:
    rule = getattr(entry.rule, "function", entry.rule)  # an operation's rule wraps its function
    return str(rule.__module__)


def _heading(entry: LayerType, screen: Screen) -> list[str]:
    """The family's name and the first sentence of its module."""
    text = f"{family(entry)}: {family_says(entry)}"
    return [screen.paint("strong", line) for line in _folded(text, screen)]


def _paragraphs(doc: str) -> list[str]:
    """The paragraphs of a docstring, each on one line."""
    return [" ".join(each.split()) for each in doc.strip().split("\n\n")]


def _folded(text: str, screen: Screen) -> list[str]:
    if not text:
        return []
    return [text] if screen.width is None else folded(text, screen.width)


def _tensors(entry: LayerType) -> str:
    """The tensors it is called on; those that may be left out in brackets."""
    if entry.variadic:
        return "any number of tensors: `from: [a, b]`"
    required = entry.required_tensors
    if entry.is_operation:
        required = len(getattr(entry.rule, "required", ()))
    words = [f"{name} (a list)" if name in entry.listed else name for name in entry.tensors]
    names = [*words[:required], *(f"[{word}]" for word in words[required:])]
    return ", ".join(names) or "no tensor"


def _title(entry: LayerType) -> str:
    return "argument" if len(own_and_common(entry)[0]) == 1 else "arguments"


def _aliases(entry: LayerType) -> list[str]:
    return [alias for alias, name in ALIASES.items() if name == entry.name]


def _written(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(_written(each) for each in value)}]"
    return as_written(value)
