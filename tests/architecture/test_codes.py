"""The names of diagnostics: every one that is used is listed, and every one listed is used."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import layerforge
from layerforge.codes import CODES

PACKAGE = Path(layerforge.__file__).parent
MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if path.name != "codes.py"]
RAISERS = {"Diagnostic", "SpecError"}


def constants(node: ast.AST) -> set[str]:
    """The texts inside a part of a program."""
    found = (n.value for n in ast.walk(node) if isinstance(n, ast.Constant))
    return {value for value in found if isinstance(value, str)}


def raised(path: Path) -> set[str]:
    """The codes that a module gives to diagnostics as literals; an empty one means told already."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    named = [call for call in calls if getattr(call.func, "id", "") in RAISERS]
    return {code for call in named for code in _codes_of(call.args[0])} - {""}


def _codes_of(argument: ast.expr) -> set[str]:
    if isinstance(argument, ast.IfExp):  # `"missing-input" if few else "too-many-inputs"`
        return _codes_of(argument.body) | _codes_of(argument.orelse)
    return constants(argument) if isinstance(argument, ast.Constant) else set()


def test_every_code_that_is_raised_is_listed() -> None:
    unlisted = {code: path.name for path in MODULES for code in raised(path) if code not in CODES}
    assert unlisted == {}


def test_every_code_that_is_listed_is_used() -> None:
    used = {
        text for path in MODULES for text in constants(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert set(CODES) - used == set()


def test_a_code_is_words_with_hyphens_and_one_line_of_explanation() -> None:
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code) for code in CODES)
    assert all("\n" not in line and len(line) <= 100 and line[-1] != "." for line in CODES.values())
