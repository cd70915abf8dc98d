"""Every link from a page to a file or a heading of the repository leads somewhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("specs/**/*.md")]


@cache
def tokens(path: Path) -> list[Token]:
    return MarkdownIt().enable("table").parse(path.read_text(encoding="utf-8"))


def links(path: Path) -> Iterator[str]:
    """The target of every link and picture, as it is written."""
    for token in tokens(path):
        for child in token.children or []:
            target = child.attrs.get("href", child.attrs.get("src"))
            if target is not None:
                yield str(target)


@cache
def anchors(path: Path) -> set[str]:
    """What code hosts call the headings of a page: small letters, no punctuation, hyphens for blanks."""
    found: set[str] = set()
    counted: Counter[str] = Counter()
    for before, token in zip(tokens(path), tokens(path)[1:], strict=False):
        if before.type == "heading_open":
            text = "".join(child.content for child in token.children or [])
            slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            found.add(f"{slug}-{counted[slug]}" if slug in counted else slug)
            counted[slug] += 1
    return found


def fault(path: Path, link: str) -> str | None:
    """What is wrong with a link of a page, if anything."""
    name, _, anchor = link.partition("#")
    target = path.parent / name if name else path
    if not target.exists():
        return f"{link}: there is no {name}"
    if anchor and anchor not in anchors(target):
        return f"{link}: no heading of {target.name} gives #{anchor}"
    return None


@pytest.mark.parametrize("path", sorted(PAGES), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(path: Path) -> None:
    inside = [link for link in links(path) if not re.match(r"[a-z]+:", link)]
    assert [said for link in inside if (said := fault(path, link))] == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A `b_c`, too\n\n## A `b_c`, too\n\n[a](#a-b_c-too-1) [b](#b) [c](c.md)\n")
    assert [fault(page, link) for link in links(page)] == [
        None,
        "#b: no heading of page.md gives #b",
        "c.md: there is no c.md",
    ]
