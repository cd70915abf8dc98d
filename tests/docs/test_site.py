"""The site of the documentation builds without a warning, and needs no network to be read."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("specs/**/*.md")]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        any(importlib.util.find_spec(name) is None for name in ("furo", "myst_parser", "sphinx")),
        reason="the extra `docs` is not installed",
    ),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` builds it."""
    folder = tmp_path_factory.mktemp("docs")
    recipe = re.search(r"sphinx-build (.*)", (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert recipe is not None
    words = recipe[1].replace("build/", f"{folder}/").split()
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *words], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    return folder / "site"


class _Fetched(HTMLParser):
    """What a browser fetches by itself to show a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        names = {"link": "href", "object": "data"}
        if tag != "a" and (target := said.get(names.get(tag, "src"))):
            self.found.append(target)
        self.found += _urls(said.get("style") or "")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "style":
            self.found += _urls(data)


def _urls(style: str) -> list[str]:
    """What a style sheet names with `url(...)` or `@import`."""
    return re.findall(r"(?:url\(|@import)\s*[\"']?([^\"')]+)", style)


def _fetched(site: Path) -> Iterator[tuple[str, str]]:
    for path in site.rglob("*.html"):
        page = _Fetched()
        page.feed(path.read_text(encoding="utf-8"))
        yield from ((path.name, target) for target in page.found)
    for path in site.rglob("*.css"):
        yield from ((path.name, target) for target in _urls(path.read_text(encoding="utf-8")))


def test_every_page_is_in_the_site_and_in_its_tree(site: Path) -> None:
    front = (site / "index.html").read_text(encoding="utf-8")
    for path in PAGES:
        page = path.relative_to(ROOT).with_suffix(".html")
        assert (site / page).exists()
        assert page.name == "README.html" or f'reference internal" href="{page}"' in front


def test_nothing_is_fetched_from_another_host(site: Path) -> None:
    found = list(_fetched(site))
    assert any(target.startswith("_static/scripts/furo.js") for _, target in found)
    assert [each for each in found if re.match(r"(?!data:)(\w+:|//)", each[1])] == []


def test_no_script_names_another_host_to_fetch_from(site: Path) -> None:
    calls = re.compile(r"(?:fetch|import|importScripts|open)\(\s*[\"'`](?:https?:)?//")
    scripts = list(site.rglob("*.js"))
    assert scripts
    assert [path.name for path in scripts if calls.search(path.read_text(encoding="utf-8"))] == []


def test_the_search_has_its_index_beside_it(site: Path) -> None:
    page = (site / "search.html").read_text(encoding="utf-8")
    assert (
        '<script src="searchindex.js"' in page
    )  # a script, since a file:// page may fetch nothing
    assert '"docs/language"' in (site / "searchindex.js").read_text(encoding="utf-8")


def test_there_is_a_dark_side(site: Path) -> None:
    front = (site / "index.html").read_text(encoding="utf-8")
    assert "prefers-color-scheme: dark" in front
    assert "theme-toggle" in front
