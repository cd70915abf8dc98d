"""The pages of the catalog say what the catalog says now, and come out of Markdown as they went in."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from layerforge.cli.main import main
from layerforge.components.table import CATEGORIES, classes
from layerforge.render.catalog import details, entries, summary
from tests.docs.make_catalog import FOLDER, components_page, layers_page

PAGES = [("catalog.md", cache(layers_page)), ("components.md", cache(components_page))]
EACH = pytest.mark.parametrize(("name", "made"), PAGES, ids=[name for name, _ in PAGES])
HOW = "the catalog has changed: python -m tests.docs.make_catalog"


@EACH
def test_the_page_is_what_would_be_written_now(name: str, made: Callable[[], str]) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == made(), HOW


def test_every_layer_and_every_component_has_its_heading() -> None:
    layers, components = (made() for _, made in PAGES)
    for entry in entries(operations=False):
        assert f"\n### {entry.name}\n" in layers
    for entry in entries(operations=True):
        assert f"\n| `{entry.name}` | " in layers
    for category, noun in CATEGORIES.items():
        for name in classes(category):
            assert f"\n### {name} ({noun})\n" in components


def test_what_a_layer_says_is_what_is_shown() -> None:
    (_, made), _ = PAGES
    shown = [token for token in MarkdownIt().parse(made()) if token.children]
    said = {before.content: _text(token) for before, token in pairwise(shown)}
    for entry in entries(operations=False):
        assert said[entry.name] == f"{summary(entry)} {details(entry)}".replace("`", "")


def _text(token: Token) -> str:
    """The words of a paragraph as a reader sees them."""
    return "".join(child.content or " " for child in token.children or [])


@EACH
def test_a_row_of_a_table_has_three_cells(name: str, made: Callable[[], str]) -> None:
    kinds = [token.type for token in MarkdownIt().enable("table").parse(made())]
    lines = sum(line.startswith("| ") for line in made().split("\n"))
    assert kinds.count("tr_open") == lines
    assert kinds.count("td_open") + kinds.count("th_open") == 3 * lines


def test_every_component_can_be_written_as_its_page_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All but those that need a value, which the page leaves open."""
    written = re.findall(r"^- in a spec: `((?:(?!\.\.\.).)*)`$", components_page(), re.MULTILINE)
    assert len(written) > 100
    spec = tmp_path / "spec.yaml"
    for each in written:
        layer, train = ("Dense: 8", each) if each.startswith("train: ") else (each, "train: {}")
        spec.write_text(f"model: {{input: [4], layers: [{{{layer}}}]}}\n{train}\n")
        assert (main(["check", str(spec)]), capsys.readouterr().out) == (0, ""), each
