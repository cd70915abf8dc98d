"""Writes `docs/diagnostics.md` from the pages: `python -m tests.explain.make_document`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from layerforge.codes import CODES
from layerforge.explain import Page, page_of

DOCUMENT = Path(__file__).parents[2] / "docs" / "diagnostics.md"
HEAD = """\
# The diagnostics

Every fault that layerforge tells ends with a code in brackets. This page has, for each, how it arises, a
case of it, the same without it, and the cure; `layerforge explain CODE` shows the same in the terminal. It
is made from the texts in `layerforge/explain/` by `python -m tests.explain.make_document`, and the tests
run its examples.
"""


def document() -> str:
    """All pages in the order of `codes.py`, below a list of them."""
    pages = [page for code in CODES if (page := page_of(code)) is not None]
    lines = [HEAD, *(f"- [{page.code}](#{page.code}): {page.summary}" for page in pages), ""]
    return "\n".join([*lines, *(line for page in pages for line in _lines(page))])


def _lines(page: Page) -> Iterator[str]:
    yield from (f"## {page.code}", "", page.cause, "")
    for title, part in (("Given", page.given), ("Bad", page.bad), ("Good", page.good)):
        if part:
            yield from (f"**{title}**", "", part, "")
    yield from (f"**Cure.** {page.cure}", "")


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
