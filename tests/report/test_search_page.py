"""The page of a search: whole, safe with any name, readable on a phone; its pictures take any values."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from random import Random
from typing import Any

import pytest

from layerforge.report.figures import FIGURES, names_of, save, svg_of
from layerforge.report.search_page import search_page

HOSTILE = "<script>alert(1)</script>&\"'"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def told(trials: int = 20, direction: str = "min", **names: list[Any]) -> dict[str, Any]:
    """A search that has ended, each hyperparameter drawn from its values; None is inactive."""
    dice = Random(1)
    found = []
    for number in range(trials):
        values = {name: dice.choice(values) for name, values in names.items()}
        kept = {name: value for name, value in values.items() if value is not None}
        found.append(
            {
                "number": number,
                "values": kept,
                "status": "completed",
                "score": 0.5 + dice.random(),
                "reason": "",
                "parameters": 1234,
                "epochs": 5,
            }
        )
    if trials > 2:
        found[1] |= {"status": "invalid", "score": None, "reason": HOSTILE}
    better = min if direction == "min" else max
    scored = [trial for trial in found if trial["score"] is not None]
    best = better(scored, key=lambda trial: trial["score"])["number"] if scored else None
    return {
        "search": "searches/x/1",
        "state": "finished",
        "reason": None,
        "tuner": "RandomSearch",
        "objective": "val_loss",
        "direction": direction,
        "seconds": 65.0,
        "counts": {"completed": trials - 1, "invalid": 1},
        "best": best,
        "importance": dict.fromkeys(names, 0.25),
        "trials": found,
    }


SPACES: dict[str, dict[str, list[Any]]] = {
    "numbers": {"width": [8, 16, 32], "rate": [1e-4, 1e-3, 1e-2]},
    "words and flags": {"kind": ["relu", "tanh"], "deep": [True, False]},
    "inactive values": {"deep": [True, False], "units": [None, 4, 8]},
    "mixed kinds": {"value": [1, "auto", 2.5, True]},
    "one value": {"width": [8]},
    "many": {f"h{number}": [1, 2, 3] for number in range(14)},
    "hostile names": {HOSTILE: ["a", "b"], "$x^2$": [1, 2]},
}


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("direction", ["min", "max"])
def test_every_picture_takes_any_values(space: str, direction: str) -> None:
    search = told(12, direction, **SPACES[space])
    names = names_of(search)
    assert names == (["history"] if space == "one value" else list(FIGURES))
    for name in names:
        svg = svg_of(name, search)
        assert svg.startswith("<svg")
        assert "currentColor" in svg
        assert "<script" not in svg


@pytest.mark.parametrize("trials", [0, 1, 2, 3])
def test_a_search_that_has_hardly_begun_has_its_page(trials: int) -> None:
    page = search_page(told(trials, width=[1, 2]), None, ["layerforge", "tune", "x.yaml"])
    assert "<h2>Trials</h2>" in page
    assert ("<svg" in page) == (trials > 0)


def test_a_page_needs_no_network_and_runs_nothing() -> None:
    search = told(12, **SPACES["hostile names"])
    page = search_page(search, f"name: {HOSTILE}", ["layerforge", HOSTILE])
    assert "<script" not in page
    links = re.findall(r"""(?:src|href)\s*=\s*["']?([^"'\s>]+)""", page)
    assert all(link.startswith("#") for link in links)
    assert "url(http" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_a_picture_can_be_saved(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"history.{ending}"
    save("history", told(5, width=[1, 2, 3]), path)
    start = path.read_bytes()[:300]
    assert (
        start.startswith(b"\x89PNG") if ending == "png" else b"<svg" in start or b"<?xml" in start
    )


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
@pytest.mark.parametrize("width", [400, 1400])
def test_a_browser_shows_all_of_it_and_the_page_is_no_wider_than_the_screen(
    width: int, tmp_path: Path
) -> None:
    page = search_page(told(30, **SPACES["many"]), "name: x", ["layerforge", "tune"])
    measure = "<script>document.title = document.documentElement.scrollWidth</script></body>"
    path = tmp_path / "page.html"
    path.write_text(page.replace("</body>", measure), encoding="utf-8")
    words = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu"]
    words += [f"--user-data-dir={tmp_path / 'user'}", f"--window-size={width},900", "--dump-dom"]
    done = subprocess.run([*words, path.as_uri()], capture_output=True, text=True, timeout=120)
    title = re.search(r"<title>(\d+)</title>", done.stdout)
    assert title is not None, done.stderr
    assert int(title[1]) <= max(width, 500)  # a window of Chromium is never narrower than 500
    for name in FIGURES:
        assert f'id="{name}"' in done.stdout
