"""Scripts that are run: each builds the model of its spec, and is formatted as ruff would."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from textwrap import dedent
from typing import Any

import keras
import numpy as np
import pytest

from layerforge.arguments import REQUIRED
from layerforge.build.components import make_component
from layerforge.build.model import make_model
from layerforge.build.verify import differences
from layerforge.components import Component
from layerforge.components.table import find, names
from layerforge.ejecting import eject
from layerforge.ejecting.layout import flat
from layerforge.ejecting.values import component as written
from layerforge.infer import Plan
from layerforge.layers import CATALOG
from layerforge.pipeline import compile_spec
from tests.ejecting.cases import CASES

_SPECS = sorted((Path(__file__).parents[2] / "specs").glob("**/*.yaml"))


def _plan(path: Path) -> Plan:
    compiled = compile_spec(path)
    assert compiled.plan is not None, compiled.found
    return compiled.plan


def _written(text: str, folder: Path) -> Plan:
    path = folder / "spec.yaml"
    path.write_text("layerforge: 1\n" + dedent(text), encoding="utf-8")
    return _plan(path)


def _run(script: str) -> Any:
    """The model that a script builds, as the first thing in a session of Keras."""
    keras.utils.clear_session()
    space: dict[str, Any] = {"__name__": "script"}
    exec(compile(script, "script.py", "exec"), space)
    return space["build_model"]()


def _formatted(script: str) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--line-length", "100", "--isolated", "-"]
    return subprocess.run(command, input=script, text=True, capture_output=True, check=True).stdout


def _without_operation_names(value: Any) -> Any:
    """A configuration with numbers for the names of operations, which Keras gives as it goes."""
    if isinstance(value, list | tuple):
        return [_without_operation_names(each) for each in value]
    if not isinstance(value, dict):
        return value
    plain = {key: _without_operation_names(each) for key, each in value.items()}
    layers = plain.get("layers")
    if not isinstance(layers, list):
        return plain
    operations = [each for each in layers if each["module"].startswith("keras.src.ops")]
    names = {each["name"]: f"operation {at}" for at, each in enumerate(operations)}
    return _renamed(plain, names)


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each, names) for each in value]
    return names.get(value, value) if isinstance(value, str) else value


def _check(plan: Plan, script: str) -> None:
    keras.utils.set_random_seed(1)
    model = _run(script)
    assert differences(plan, model) == []
    config, weights = model.get_config(), model.get_weights()
    keras.utils.clear_session()
    keras.utils.set_random_seed(1)
    ours = make_model(plan)
    assert _without_operation_names(config) == _without_operation_names(ours.get_config())
    for one, other in zip(weights, ours.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", CASES)
def test_the_script_builds_the_model_of_its_spec(name: str, tmp_path: Path) -> None:
    plan = _written(CASES[name], tmp_path)
    _check(plan, eject(plan))


@pytest.mark.parametrize("path", _SPECS, ids=lambda path: path.stem)
def test_the_script_of_a_shipped_spec_builds_its_model(path: Path) -> None:
    plan = _plan(path)
    script = eject(plan)
    _check(plan, script)
    assert _formatted(script) == script


@pytest.mark.parametrize("name", CASES)
def test_the_script_is_formatted_as_ruff_would(name: str, tmp_path: Path) -> None:
    script = eject(_written(CASES[name], tmp_path))
    assert _formatted(script) == script


@pytest.mark.parametrize("category", ["initializers", "regularizers", "constraints"])
def test_a_component_without_arguments_is_what_keras_takes_for_it(category: str) -> None:
    for name in names(category):
        entry = find(category, name)
        assert entry is not None
        required = [each for each in entry.signature.parameters if each.default is REQUIRED]
        if entry.keras_class and not required:
            component = Component(category, name)
            made, wanted = eval(flat(written(component))), make_component(component)
            found = getattr(keras, category).get(made)
            assert (type(found), found.get_config()) == (type(wanted), wanted.get_config()), name


def test_every_layer_of_the_catalog_is_where_a_script_looks_for_it() -> None:
    layers = [name for name in CATALOG if not name.startswith("ops.") and name != "slice"]
    assert layers
    homes = {name: import_module(CATALOG[name].home) for name in layers}
    assert [name for name, home in homes.items() if not hasattr(home, name)] == []


def test_an_operation_named_by_its_user_has_that_name_in_the_model(tmp_path: Path) -> None:
    plan = _written(CASES["operations"], tmp_path)
    found = {operation.name for operation in _run(eject(plan)).operations}
    assert {"level", "halves", "gated", "scores"} <= found


def test_a_script_can_be_run_twice_in_one_session(tmp_path: Path) -> None:
    plan = _written(CASES["layers called as what computes masks"], tmp_path)
    space: dict[str, Any] = {"__name__": "script"}
    keras.utils.clear_session()
    exec(compile(eject(plan), "script.py", "exec"), space)
    for _ in range(2):
        assert differences(plan, space["build_model"]()) == []


def test_the_script_as_a_program_prints_the_summary(tmp_path: Path) -> None:
    path = tmp_path / "model.py"
    path.write_text(eject(_written(CASES["a plain stack"], tmp_path)), encoding="utf-8")
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True)
    assert 'Model: "spec"' in done.stdout
