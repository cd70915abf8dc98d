"""The habits of the house, measured: lengths, opening sentences, names that say nothing."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "layerforge"
MODULES = sorted(PACKAGE.rglob("*.py"))
NAMELESS = {"utils", "helpers", "common", "base", "manager", "misc"}


def shown(path: Path) -> str:
    return str(path.relative_to(PACKAGE.parent))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a body without its docstring; a rule's arguments are data and do not count."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


@pytest.mark.parametrize("path", MODULES, ids=shown)
def test_a_module_opens_with_one_sentence(path: Path) -> None:
    doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert doc, "every module opens with what belongs in it"
    first = doc.split("\n\n")[0]
    assert first.endswith("."), first


@pytest.mark.parametrize("path", MODULES, ids=shown)
def test_no_module_is_longer_than_four_hundred_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", MODULES, ids=shown)
def test_no_function_is_longer_than_forty_lines(path: Path) -> None:
    long = [f"{f.name}: {length(f)}" for f in functions(path) if length(f) > 40]
    assert not long


def test_the_median_function_is_under_ten_lines() -> None:
    lengths = [length(function) for path in MODULES for function in functions(path)]
    assert statistics.median(lengths) < 10


def test_no_room_is_called_by_a_name_that_says_nothing() -> None:
    assert not [shown(path) for path in MODULES if path.stem in NAMELESS]
