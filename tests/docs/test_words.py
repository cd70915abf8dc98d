"""Every command, option, module and target that a page names in its text is there."""

from __future__ import annotations

import importlib.util
import inspect
import json
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

import layerforge
from layerforge import library
from layerforge.cli.app import loaded
from layerforge.cli.main import COMMANDS, main
from tests.docs.examples import PAGES, ROOT, commands

NAMES = {name for part in COMMANDS.values() for name in part}
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
# Of the benchmarks, the fuzzers and the tests, and of other programs.
OTHERS = {"--only", "--update-golden", "--kills", "--executions", "--strict", "--version"}


def code(path: Path) -> Iterator[str]:
    """What stands in the text of a page as code."""
    for token in MarkdownIt().enable("table").parse(path.read_text(encoding="utf-8")):
        yield from (each.content for each in token.children or [] if each.type == "code_inline")


def lines(path: Path) -> list[list[str]]:
    """The command lines of a page, in its text and in its consoles."""
    known = re.compile(r"(\.venv/bin/)?(layerforge|make|python|pytest) ")
    found = [shlex.split(each) for each in code(path) if known.match(each)]
    return [*found, *(list(command.words) for command in commands(path))]


@cache
def options(name: str) -> set[str]:
    """The options of a command."""
    own = (param for param in loaded(name).params if param.param_type_name == "option")
    words = (word for param in own for word in (*param.opts, *param.secondary_opts))
    return {"--help", "--traceback", *words}


def fault(words: list[str]) -> str | None:
    """What is wrong with a command line, if anything."""
    program, *rest = words
    program = program.removeprefix(".venv/bin/")
    if program == "layerforge":
        return _fault_of_ours(rest)
    if program == "make":
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        targets = {*re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)}
        named = [each for each in rest if "=" not in each]
        return next((f"no target {each}" for each in named if each not in targets), None)
    if rest[:1] == ["-m"] and program.endswith("python"):
        return None if importlib.util.find_spec(rest[1]) else f"no module {rest[1]}"
    files = [each for each in rest if "/" in each and each.startswith(("tests", "benchmarks"))]
    return next((f"no file {each}" for each in files if not (ROOT / each).exists()), None)


def _fault_of_ours(rest: list[str]) -> str | None:
    if not rest or rest[0].isupper() or rest[0].startswith("-"):  # `layerforge COMMAND --help`
        return None
    name, *words = rest
    if name not in NAMES:
        return f"no command {name}"
    return next((f"{name} has no {each}" for each in words if _is_unknown(name, each)), None)


def _is_unknown(name: str, word: str) -> bool:
    return word.startswith("--") and word.partition("=")[0] not in options(name)


@pytest.mark.parametrize(
    "path", [*PAGES, CONTRIBUTING], ids=lambda path: str(path.relative_to(ROOT))
)
def test_every_command_line_of_a_page_can_be_written(path: Path) -> None:
    assert [(words, said) for words in lines(path) if (said := fault(words))] == []


@pytest.mark.parametrize(
    "path", [*PAGES, CONTRIBUTING], ids=lambda path: str(path.relative_to(ROOT))
)
def test_every_option_of_a_page_is_one_of_some_command(path: Path) -> None:
    known = OTHERS.union(*(options(name) for name in NAMES))
    named = [word for each in code(path) for word in re.findall(r"(?<![\w-])--[a-z][\w-]*", each)]
    assert {word for word in named if word not in known} == set()


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_command_is_in_the_table_of_the_readme(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
    assert {word for row in rows for word in re.findall(r"`([a-z]+)`", row)} == NAMES


def test_every_key_of_a_section_is_in_the_page_of_the_language(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    told = " ".join(code(ROOT / "docs" / "language.md"))
    parts = [part for said in schema["properties"].values() for part in _parts(said, schema)]
    keys = {*schema["properties"], *(key for part in parts for key in part.get("properties", {}))}
    assert {"window", "steps_per_epoch", "max_trials", "layers"} <= keys
    assert {key for key in keys if not re.search(rf"\b{key}\b", told)} == set()


def _parts(said: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The forms that a section may have."""
    found = [said, *said.get("anyOf", []), *said.get("oneOf", [])]
    return [schema["$defs"][p["$ref"].rpartition("/")[2]] if "$ref" in p else p for p in found]


def test_the_functions_of_the_library_take_what_its_page_says() -> None:
    page = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)\((.*?)\)` \|", page, re.MULTILINE)
    assert {name for name, _ in rows} == {name for name in layerforge.__all__ if name.islower()}
    for name, said in rows:
        taken = inspect.signature(getattr(library, name)).parameters
        assert [*taken][: len(said.split(", "))] == [
            each.split("=")[0] for each in said.split(", ")
        ]


def test_what_is_not_there_is_found() -> None:
    assert fault(["layerforge", "chekc", "a.yaml"]) == "no command chekc"
    assert fault(["layerforge", "check", "--stritc"]) == "check has no --stritc"
    assert fault(["make", "dmeo"]) == "no target dmeo"
    assert fault(["python", "-m", "benchmarks.rael"]) == "no module benchmarks.rael"
    assert fault(["pytest", "tests/rnu"]) == "no file tests/rnu"
