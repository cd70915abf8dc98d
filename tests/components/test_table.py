"""The table of components against Keras: nothing missing, nothing invented, the same defaults."""

import importlib
import inspect
import json
from typing import Any

import pytest

from layerforge.arguments import REQUIRED, Parameter
from layerforge.components.left_out import LEFT_OUT
from layerforge.components.table import CATEGORIES, classes, find, names
from layerforge.diagnostics import Diagnostic
from layerforge.source import Mapping, read
from tests.components.make_table import KINDS, MOVED, SOURCES, TABLE, make_table, written

ENTRIES = [(category, name) for category in CATEGORIES for name in classes(category)]


def public_classes(category: str) -> dict[str, type]:
    module = importlib.import_module(SOURCES[category][0])
    members = inspect.getmembers(module, inspect.isclass)
    return {name: found for name, found in members if found.__name__ == name}


def test_the_table_is_what_the_script_makes_of_keras() -> None:
    assert TABLE.read_text(encoding="utf-8") == written(make_table())


@pytest.mark.parametrize("category", [c for c in CATEGORIES if c != "optimizer_maps"])
def test_every_public_class_is_in_the_table_or_left_out_with_a_reason(category: str) -> None:
    known = {*classes(category), *LEFT_OUT[category]}
    missing = {name for name in public_classes(category) if name not in known}
    assert missing <= set(MOVED)
    assert not set(classes(category)) & set(LEFT_OUT[category])


@pytest.mark.parametrize("category", CATEGORIES)
def test_what_is_left_out_is_there_in_keras(category: str) -> None:
    import keras

    module = importlib.import_module(SOURCES[category][0])
    homes = (module, keras.layers)
    assert [n for n in LEFT_OUT[category] if not any(hasattr(home, n) for home in homes)] == []


@pytest.mark.parametrize("category", [c for c in CATEGORIES if SOURCES[c][1]])
def test_every_second_name_is_one_that_keras_takes(category: str) -> None:
    module = importlib.import_module(SOURCES[category][0])
    entries = [find(category, name) for name in names(category)]
    second = [entry for entry in entries if entry and entry.name != entry.keras_class]
    wraps = ("LossScaleOptimizer", "MultiOptimizer")  # from_config fails on what they wrap
    refused = {
        entry.name
        for entry in second
        if entry.keras_class not in wraps and not takes(module, entry.name, entry.keras_class)
    }
    # The first two are chosen by `compile` from the data; `l1_l2` is a name of the module alone;
    # Constant.from_config needs what Constant itself does not.
    not_by_get = {
        "losses": {"ce", "crossentropy"},
        "metrics": {"acc"},
        "regularizers": {"l1_l2"},
        "initializers": {"constant"},
    }
    assert refused == not_by_get.get(category, set())


def takes(module: Any, name: str, keras_class: str) -> bool:
    """Whether Keras takes a name alone, and makes that class of it."""
    try:
        made = module.get(name)
    except TypeError:
        return True  # the name is known, and the class needs arguments
    except (ValueError, KeyError):
        return False
    return not keras_class or type(made).__name__ == keras_class


def test_optimizers_are_found_in_any_case_as_keras_finds_them() -> None:
    entry = find("optimizers", "rmsPROP")
    assert entry is not None
    assert entry.keras_class == "RMSprop"
    assert find("losses", "meansquarederror") is None


def text_of(default: object) -> str:
    return json.dumps(list(default) if isinstance(default, tuple) else default)


def as_read(parameter: Parameter, text: str) -> tuple[object, list[Diagnostic]]:
    found: list[Diagnostic] = []
    tree = read(f"x: {text}", "s.yaml", found)
    assert isinstance(tree, Mapping)
    node = tree.get("x")
    assert node is not None
    return parameter.kind.read(node, found), found


@pytest.mark.parametrize(("category", "name"), ENTRIES, ids=[f"{c}.{n}" for c, n in ENTRIES])
def test_every_default_can_be_written_in_a_spec(category: str, name: str) -> None:
    entry = find(category, name)
    assert entry is not None
    for parameter in entry.signature.parameters:
        if parameter.default is not REQUIRED:
            assert as_read(parameter, text_of(parameter.default)) == (parameter.default, [])


def test_no_kind_is_given_to_an_argument_that_keras_does_not_have() -> None:
    arguments = set()
    for category, name in ENTRIES:
        entry = find(category, name)
        assert entry is not None
        for parameter in entry.signature.parameters:
            arguments |= {parameter.name, f"{name}.{parameter.name}"}
    assert not set(KINDS) - arguments
