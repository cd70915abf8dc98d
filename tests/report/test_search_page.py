"""The page of a search: whole, safe with any name, readable on a phone; its pictures take any values."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random
from typing import Any

import pytest

from layerforge.report.drawing import save, svg_of
from layerforge.report.search_figures import FIGURES, search_pictures
from layerforge.report.search_page import search_page

HOSTILE = "<script>alert(1)</script>&\"'"


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
    pictures = list(search_pictures(search))
    names = [picture.name for picture in pictures]
    assert names == (["history"] if space == "one value" else list(FIGURES))
    for picture in pictures:
        svg = svg_of(picture)
        assert svg.startswith("<svg")
        assert "currentColor" in svg
        assert "<script" not in svg


@pytest.mark.parametrize("trials", [0, 1, 2, 3])
def test_a_search_that_has_hardly_begun_has_its_page(trials: int) -> None:
    page = search_page(told(trials, width=[1, 2]), None, ["layerforge", "tune", "x.yaml"])
    assert ">Trials</h2>" in page
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
    history = next(search_pictures(told(5, width=[1, 2, 3])))
    save(history, path)
    start = path.read_bytes()[:300]
    assert (
        start.startswith(b"\x89PNG") if ending == "png" else b"<svg" in start or b"<?xml" in start
    )


@pytest.mark.parametrize(
    ("name", "ending", "whole"),
    [("a", "png", True), ("\ue123", "png", False), ("\ue123", "svg", True)],
)
def test_characters_that_no_font_has_are_told(
    name: str, ending: str, whole: bool, tmp_path: Path
) -> None:
    slices = list(search_pictures(told(5, **{name: [1, 2, 3]})))[1]
    assert save(slices, tmp_path / f"slices.{ending}") == whole


def test_of_thousands_of_trials_points_are_pixels_and_the_best_have_lines() -> None:
    few, many = (
        {each.name: svg_of(each) for each in search_pictures(told(n, **SPACES["numbers"]))}
        for n in (40, 1_500)
    )
    assert few.keys() == many.keys()
    for name, picture in many.items():
        assert "<image" not in few[name]
        assert ("<image" in picture) == (name != "parallel")
        assert len(picture) < 300_000
    assert "the best 250 of 1,499" in many["parallel"]
