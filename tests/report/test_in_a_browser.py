"""Every page in a real browser: no error, no picture without a size, no wider than a phone."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest

from layerforge.report.comparison_page import comparison_page
from layerforge.report.run_page import run_page
from layerforge.report.search_page import search_page
from layerforge.report.story import gather
from layerforge.run.comparing import differences
from tests.report.test_search_page import SPACES, told
from tests.run.conftest import Told

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
BROWSER = next((found for name in NAMES if (found := shutil.which(name))), None)
OPTIONS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
OPTIONS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
OPTIONS += ["--enable-logging=stderr", "--virtual-time-budget=5000", "--dump-dom"]
# A frame is as narrow as a phone; a window of the browser is not.
MEASURE = """<!doctype html><title>-</title>
<iframe id="page" style="border:0;width:{width}px;height:900px" srcdoc="{page}"></iframe>
<script>
onload = () => {{
  const page = document.getElementById("page").contentDocument, root = page.documentElement;
  const empty = [...page.querySelectorAll("figure, svg, table, h2")].filter(
    e => !e.closest("details:not([open])") && !(e.getBoundingClientRect().height > 8));
  document.title = JSON.stringify({{width: root.scrollWidth, svg: page.querySelectorAll("svg").length,
    figures: [...page.querySelectorAll("figure")].map(e => e.id), empty: empty.length}});
}};
</script>"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="needs Chromium or Chrome"),
]


def _pages(trained: dict[str, Path]) -> Iterator[tuple[str, str]]:
    stories = {name: gather(run, Told()) for name, run in trained.items()}
    yield from ((name, run_page(story)) for name, story in stories.items())
    several = list(stories.values())
    yield "several", comparison_page(several, differences([story.run for story in several]))
    search = told(30, **SPACES["many"], **SPACES["hostile names"])
    yield "search", search_page(search, "name: x", ["layerforge", "tune"])


def _measured(page: str, width: int, folder: Path) -> tuple[dict[str, Any], str]:
    path = folder / "frame.html"
    path.write_text(MEASURE.format(width=width, page=escape(page)), encoding="utf-8")
    words = [str(BROWSER), *OPTIONS, f"--user-data-dir={folder / 'user'}", path.as_uri()]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300)
    title = re.search(r"<title>(\{.*?\})</title>", done.stdout)
    assert title is not None, done.stderr
    return json.loads(unescape(title[1])), done.stderr


@pytest.mark.parametrize("width", [400, 1400])
def test_a_browser_shows_every_page_whole(
    trained: dict[str, Path], width: int, tmp_path: Path
) -> None:
    for name, page in _pages(trained):
        found, said = _measured(page, width, tmp_path)
        assert found["width"] <= width, (name, found)
        assert found["empty"] == 0, (name, found)
        assert found["figures"] == re.findall(r'<figure id="([^"]+)"', page), name
        assert found["svg"] == page.count("<svg") > 0, name
        assert "CONSOLE" not in said, (name, said)


def test_a_fault_of_a_page_would_be_seen(tmp_path: Path) -> None:
    """That the measure measures: a page too wide, with an error and a picture without a size."""
    broken = '<div style="width:2000px">x</div><figure id="x"></figure><script>nothing()</script>'
    found, said = _measured(broken, 400, tmp_path)
    assert found["width"] >= 2000
    assert found["empty"] == 1
    assert "CONSOLE" in said
