"""Scripts that are run: each builds the model of its spec, and is formatted as ruff would."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import keras
import pytest

from layerforge.build.model import make_model
from layerforge.build.verify import differences
from layerforge.ejecting import eject
from layerforge.infer import Plan
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
    names = {each["config"]["name"]: f"operation {at}" for at, each in enumerate(operations)}
    return _renamed(plain, names)


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each, names) for each in value]
    return names.get(value, value) if isinstance(value, str) else value


def _check(plan: Plan, script: str) -> None:
    model = _run(script)
    assert differences(plan, model) == []
    config = model.get_config()
    keras.utils.clear_session()
    ours = make_model(plan).get_config()
    assert _without_operation_names(config) == _without_operation_names(ours)


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
