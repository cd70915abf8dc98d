"""The page of several runs: what differs, and whether their scores compare at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from layerforge.report.comparison_page import comparison_page
from layerforge.report.story import gather
from layerforge.run.comparing import differences
from tests.report.conftest import changed
from tests.report.test_run_page import Page
from tests.run.conftest import Told


def page_of(*runs: Path) -> Page:
    stories = [gather(run, Told(), predict=False) for run in runs]
    return Page(comparison_page(stories, differences([story.run for story in stories])))


def test_runs_on_other_data_are_said_not_to_compare(trained: dict[str, Path]) -> None:
    page = page_of(trained["plane"], trained["sine"])
    assert "their scores do not compare" in page.words
    assert {"curve-loss", "error-by-step", "settings"} <= set(page.ids)


def test_a_run_beside_its_like_shows_what_differs(
    trained: dict[str, Path], copied: Callable[[str], Path]
) -> None:
    other = copied("plane")
    changed(other / "run.json", lambda record: record["overrides"].append("train.epochs=9"))
    page = page_of(trained["plane"], other)
    assert "their scores do not compare" not in page.words
    assert "train.epochs" in page.words
    assert "data.task" not in page.words


def test_runs_without_an_epoch_are_compared_all_the_same(copied: Callable[[str], Path]) -> None:
    run = copied("plane")
    for name in ("history.jsonl", "scores.json"):
        (run / name).unlink()
    page = page_of(run, run)
    assert "There are none." in page.words
    assert "No epoch was completed." in page.words
