"""Forecasts of several runs in one picture: only what is the same window with the same truth."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from layerforge.report.comparison_page import comparison_page
from layerforge.report.drawing import OTHERS, svg_of
from layerforge.report.overlay import overlay_pictures
from layerforge.report.story import Story, gather
from layerforge.run.comparing import differences
from layerforge.run.listing import Listed
from tests.report.conftest import HOSTILE
from tests.report.test_run_page import Page
from tests.run.conftest import Told


def seen(
    said: float, first: int = 100, targets: tuple[str, ...] = ("a",), **more: Any
) -> dict[str, Any]:
    """What a run saw that forecasts three steps and is wrong by `said`: the truth is the time itself."""

    def lines(times: list[int]) -> dict[str, Any]:
        truth = [float(time) for time in times]
        each = {"truth": truth, "model": [value + said for value in truth]}
        return dict.fromkeys(targets, each)

    windows = []
    for start in (first, first + 40):
        past, future = list(range(start - 6, start)), list(range(start, start + 3))
        own = {name: {"past": past, **each} for name, each in lines(future).items()}
        windows.append({"series": None, "past": past, "future": future, "lines": own})
    times = list(range(first, first + 90))
    stretch = {"step": 1, "series": None, "times": times, "lines": lines(times)}
    told = {"dated": False, "targets": list(targets), "windows": windows, "stretch": stretch}
    return {**told, **more}


def story(number: int, of: dict[str, Any], name: str = "wave") -> Story:
    run = Listed(name, number, Path(f"runs/{name}/{number}"), "finished", {}, {})
    return Story(run, {}, {}, (), None, None, of, ())


def drawn(draw: Callable[[Any], Any]) -> list[dict[str, list[float]]]:
    """The lines of each panel of a picture, by their label; matplotlib calls one without `_child1`."""
    from matplotlib import pyplot

    figure = draw(pyplot)
    panels = [
        {str(line.get_label()): list(line.get_ydata()) for line in axes.get_lines()}
        for axes in figure.axes
    ]
    pyplot.close(figure)
    return panels


def test_each_run_has_its_line_beside_one_truth() -> None:
    pictures = list(overlay_pictures([story(1, seen(0.5)), story(2, seen(-2.0))]))
    assert [picture.name for picture in pictures] == ["forecast-1", "forecast-2", "ahead"]
    (panel,) = drawn(pictures[0].draw)
    assert panel["past and truth"] == [94, 95, 96, 97, 98, 99]
    assert panel["wave/1"] == [100.5, 101.5, 102.5]
    assert panel["wave/2"] == [98.0, 99.0, 100.0]
    assert [100.0, 101.0, 102.0] in panel.values()
    (panel,) = drawn(pictures[2].draw)
    assert panel["truth"] == list(range(130, 190))
    assert panel["wave/2"] == [value - 2 for value in panel["truth"]]
    assert "The last 60 forecasts" in pictures[2].note
    assert "Not forecast by" not in "".join(picture.note for picture in pictures)


def test_a_run_with_other_windows_is_named_and_left_out() -> None:
    other = story(3, seen(1.0, first=5_000))
    stories = [other, story(1, seen(0.5)), story(2, seen(0.1))]
    for picture in overlay_pictures(stories):
        assert picture.note.endswith("Not forecast by wave/3.")
        (panel,) = drawn(picture.draw)
        assert {"wave/1", "wave/2"} <= set(panel)
        assert "wave/3" not in panel


def test_the_same_time_with_another_truth_is_another_window() -> None:
    scaled = seen(0.5)
    for each in (*(window["lines"] for window in scaled["windows"]), scaled["stretch"]["lines"]):
        each["a"] = {**each["a"], "truth": [value * 2 for value in each["a"]["truth"]]}
    assert list(overlay_pictures([story(1, seen(0.5)), story(2, scaled)])) == []
    dated = seen(0.5, dated=True)
    assert list(overlay_pictures([story(1, seen(0.5)), story(2, dated)])) == []


def test_truth_that_differs_by_rounding_is_the_same() -> None:
    near = seen(0.5)
    for window in near["windows"]:
        lines = window["lines"]["a"]
        window["lines"] = {"a": {**lines, "truth": [value + 1e-5 for value in lines["truth"]]}}
    names = [picture.name for picture in overlay_pictures([story(1, seen(0.5)), story(2, near)])]
    assert names == ["forecast-1", "forecast-2", "ahead"]


def test_the_targets_in_common_are_drawn() -> None:
    one, two = seen(0.5, targets=("a", "b", "c")), seen(0.5, targets=("c", "a"))
    for picture in overlay_pictures([story(1, one), story(2, two)]):
        assert len(drawn(picture.draw)) == 2
    apart = [story(1, seen(0.5, targets=("a",))), story(2, seen(0.5, targets=("b",)))]
    assert list(overlay_pictures(apart)) == []


def test_stretches_that_overlap_are_laid_over_where_they_do() -> None:
    pictures = list(overlay_pictures([story(1, seen(0.5)), story(2, seen(0.5, first=150))]))
    assert [picture.name for picture in pictures] == ["ahead"]
    (panel,) = drawn(pictures[0].draw)
    assert panel["truth"] == list(range(150, 190))


def test_what_is_no_number_is_a_gap() -> None:
    hole = seen(0.5)
    for window in hole["windows"]:
        lines = window["lines"]["a"]
        window["lines"] = {"a": {**lines, "truth": [None, *lines["truth"][1:]]}}
    assert [p.name for p in overlay_pictures([story(1, seen(0.5)), story(2, hole)])] == ["ahead"]
    both = list(overlay_pictures([story(1, hole), story(2, hole)]))
    assert svg_of(both[0]).startswith("<svg")


@pytest.mark.parametrize("count", [2, 9, 20])
@pytest.mark.parametrize("name", ["wave", "a-name-of-forty-letters-is-not-a-short-one", HOSTILE])
def test_any_number_of_runs_with_any_names_has_a_picture(count: int, name: str) -> None:
    stories = [story(at + 1, seen(at / 10), name) for at in range(count)]
    for picture in overlay_pictures(stories):
        svg = svg_of(picture)
        assert svg.count(OTHERS[0]) >= 2
        assert "<script" not in svg
        for each in stories:
            assert each.run.title.replace("&", "&amp;").replace("<", "&lt;").split(">")[0] in svg


@pytest.mark.parametrize("hours", [1, 29, 65, 92, 24 * 110, 24 * 950])
@pytest.mark.parametrize("unit", [60, 3600])
def test_any_span_of_time_has_its_dates(hours: int, unit: int) -> None:
    told = seen(0.5, dated=True)
    step = max(1, hours * unit * 1_000_000 // 90)
    for each in (*told["windows"], told["stretch"]):
        for part in {"past", "future", "times"} & set(each):
            each[part] = [time * step for time in each[part]]
    *_, ahead = overlay_pictures([story(1, told), story(2, told)])
    assert svg_of(ahead).startswith("<svg")


def page_of(*stories: Story) -> Page:
    return Page(comparison_page(stories, differences([each.run for each in stories])))


def test_a_page_says_where_nothing_is_in_common(trained: dict[str, Path]) -> None:
    sine = gather(trained["sine"], Told())
    plane = gather(trained["plane"], Told())
    page = page_of(sine, plane)
    assert "forecasts" not in page.ids
    page = page_of(sine, Story(sine.run, {}, {}, (), None, None, seen(0.5), ()))
    assert "No two runs forecast the same windows." in page.words
    page = page_of(sine, sine)
    assert {"forecasts", "forecast-1", "forecast-4", "ahead"} <= set(page.ids)
    assert "#forecasts" in page.links
