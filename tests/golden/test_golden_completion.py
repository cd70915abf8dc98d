"""The words that shells are offered, held against the commands, the catalog and the settings themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click

from layerforge.cli.app import loaded
from layerforge.cli.main import COMMANDS
from layerforge.cli.shell.answering import WORDS
from layerforge.cli.shell.candidates import ENDINGS, SOURCES
from layerforge.codes import CODES
from layerforge.components.table import CATEGORIES
from layerforge.components.table import names as component_names
from layerforge.layers import ALIASES, whole_catalog
from layerforge.render.catalog import summary
from layerforge.spec import data, train, tune

SECTIONS = {"data": data, "train": train, "tune": tune}


def test_the_words_are_those_of_the_program(golden) -> None:
    words = {"commands": commands(), "names": names(), "settings": settings()}
    golden(json.dumps(words, indent=1, ensure_ascii=False) + "\n", WORDS)


def commands() -> dict[str, Any]:
    lines = {name: line for part in COMMANDS.values() for name, line in part.items()}
    return {name: command(name, line) for name, line in lines.items()}


def command(name: str, line: str) -> dict[str, Any]:
    parameters = loaded(name).get_params(click.Context(click.Command(name)))
    options = {
        spelling: option(each)
        for each in parameters
        if each.param_type_name == "option"
        for spelling in (*each.opts, *each.secondary_opts)
    }
    arguments = [taken(each) for each in parameters if each.param_type_name == "argument"]
    return {"line": line, "arguments": arguments, "options": options}


def option(parameter: Any) -> dict[str, Any]:
    described = {**taken(parameter), "help": parameter.help}
    if parameter.is_flag or parameter.is_eager:
        described["takes"] = None
    return described


def taken(parameter: Any) -> dict[str, Any]:
    """What a parameter takes, as its help calls it, the choices, and whether it takes several."""
    choices = list(getattr(parameter.type, "choices", ()))
    many = parameter.nargs == -1 or bool(getattr(parameter, "multiple", False))
    metavar = (parameter.metavar or "|".join(choices)).strip("[]")
    return {
        "takes": metavar.removesuffix("...") if many else metavar,
        "choices": choices,
        "many": many,
    }


def names() -> dict[str, dict[str, str]]:
    catalog = list(whole_catalog().values())
    also = {alias: f"The same as {name}." for alias, name in ALIASES.items()}
    return {
        "layers": {e.name: summary(e) for e in catalog if not e.is_operation} | also,
        "operations": {e.name: summary(e) for e in catalog if e.is_operation},
        "components": dict(components()),
        "codes": dict(CODES),
    }


def components() -> Iterator[tuple[str, str]]:
    kinds: dict[str, list[str]] = {}
    for category, kind in CATEGORIES.items():
        for name in component_names(category):
            kinds.setdefault(name, []).append(kind)
    for name, those in kinds.items():
        yield name, ", ".join(those)


def settings() -> dict[str, str]:
    return {
        f"{section}.{parameter.name}": parameter.kind.noun
        for section, module in SECTIONS.items()
        for parameter in module.SIGNATURE.parameters
    }


def test_every_kind_of_value_that_a_command_takes_is_completed_or_known_to_be_free() -> None:
    free = {"N", "SECONDS", "I", "K", "I/K", "LAYER", "FIGURE", "NAME=VALUE"}
    for name, each in commands().items():
        values = {**{a["takes"]: a for a in each["arguments"]}, **each["options"]}
        for place, value in values.items():
            known = value["takes"] is None or value["choices"] or place in {*ENDINGS, *SOURCES}
            assert known or value["takes"] in {*SOURCES, *free}, (name, place, value)
    assert not free & set(SOURCES)
