"""Pictures of a forecast: windows, what came and what was said of it; errors by step and over time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from layerforge.render.score_parts import flat
from layerforge.report.drawing import (
    ACCENT,
    FAINT,
    INK,
    OTHERS,
    WARM,
    WIDTH,
    Picture,
    dates,
    scale,
    when,
)
from layerforge.report.story import Story

Lines = Mapping[str, Sequence[float]]
_SHADES: Final = ("#8a8f98", "#b08968", "#7f9c96", "#a58fb5")  # of the baselines that are not best
_LETTERS, _ROW = 80, 0.18  # that a line of a legend holds; its height in inches
_BY_PLACE: Final = "Picked by its place among the samples, not by how good it is."


def forecast_pictures(story: Story) -> Iterator[Picture]:
    """The windows, the last stretch of time, the errors over it and by step, as far as there are any."""
    seen = story.seen
    windows = seen.get("windows", ())
    for at, window in enumerate(windows):
        of = f" of {window['series']}" if window["series"] else ""
        title = f"Forecast {at + 1} of {len(windows)}{of}"
        yield Picture(f"forecast-{at + 1}", title, _BY_PLACE, partial(_window, seen, window))
    if seen.get("stretch"):
        stretch = seen["stretch"]
        of = f" of {stretch['series']}" if stretch["series"] else ""
        title = f"Step {stretch['step']} ahead{of}"
        note = f"The last {len(stretch['times']):,} of {seen['samples']:,} forecasts."
        yield Picture("ahead", title, note, partial(_stretch, seen))
    yield from step_pictures([story])
    if len((seen.get("errors") or {}).get("model", ())) > 1:
        note = f"Of {seen['taken']:,} of {seen['samples']:,} forecasts, some neighbours at a time."
        yield Picture("error-over-time", "Error over time", note, partial(_errors, seen))


def step_pictures(stories: Sequence[Story]) -> Iterator[Picture]:
    """The error of each step of the horizon: of one run beside the baselines, of several side by side."""
    if any(len(_steps(story.scores.get("model"))) > 1 for story in stories):
        draw = partial(_by_step, stories)
        yield Picture("error-by-step", "Error by step of the horizon", "", draw)


def panels(targets: Sequence[str], pyplot: Any) -> tuple[Any, Any]:
    """A figure with a panel for each target, one below the other."""
    count = len(targets)
    height = 2.7 if count == 1 else 0.7 + 1.25 * count
    figure, grid = pyplot.subplots(count, 1, figsize=(WIDTH, height), sharex=True, squeeze=False)
    return figure, grid


def _window(seen: Mapping[str, Any], window: Mapping[str, Any], pyplot: Any) -> Any:
    figure, grid = panels(seen["targets"], pyplot)
    past, future = (when(window[part], seen["dated"]) for part in ("past", "future"))
    for name, axes in zip(seen["targets"], grid.flat, strict=True):
        lines = window["lines"][name]
        axes.plot(past, lines["past"], color=INK, label="past and truth")
        axes.axvline(past[-1], color=FAINT, linestyle=":", linewidth=1)
        _said(axes, future, lines, seen["rival"], None)
        axes.set_title(name)
    return finished(figure, grid, seen["dated"])


def _stretch(seen: Mapping[str, Any], pyplot: Any) -> Any:
    figure, grid = panels(seen["targets"], pyplot)
    times = when(seen["stretch"]["times"], seen["dated"])
    for name, axes in zip(seen["targets"], grid.flat, strict=True):
        _said(axes, times, seen["stretch"]["lines"][name], seen["rival"], "truth")
        axes.set_title(name)
    return finished(figure, grid, seen["dated"])


def _said(axes: Any, times: Sequence[Any], lines: Lines, rival: str, truth: str | None) -> None:
    """The truth, what the model said of it with its outer quantiles, and what the best baseline did."""
    dot = "o" if len(times) == 1 else None
    if "low" in lines:
        axes.fill_between(
            times, lines["low"], lines["high"], color=ACCENT, alpha=0.2, label="outer quantiles"
        )
    axes.plot(times, lines["truth"], color=INK, label=truth, marker=dot, markersize=3)
    if "rival" in lines:
        style = {"color": WARM, "linewidth": 1, "linestyle": "--", "marker": dot, "markersize": 3}
        axes.plot(times, lines["rival"], label=rival, **style)
    axes.plot(times, lines["model"], color=ACCENT, label="model", marker=dot, markersize=3)


def finished(figure: Any, grid: Any, dated: bool) -> Any:
    """The figure with its dates and, above, a legend of as many columns as its words leave room for."""
    dates(grid.flat[-1], dated)
    handles, labels = grid.flat[0].get_legend_handles_labels()
    widest = max(map(len, labels))
    ncols = max(1, min(len(labels), _LETTERS // (widest + 5)))
    rows = -(-len(labels) // ncols)
    if rows > 1:  # the panels keep their height
        figure.set_figheight(figure.get_figheight() + _ROW * (rows - 1))
    figure.legend(handles, labels, loc="outside upper right", ncols=ncols, columnspacing=1.2)
    return figure


def _errors(seen: Mapping[str, Any], pyplot: Any) -> Any:
    figure, axes = pyplot.subplots(figsize=(WIDTH, 2.5))
    errors = seen["errors"]
    dated = seen["dated"] and errors["times"] is not None
    places = errors["times"] or range(1, len(errors["model"]) + 1)
    times = when(places, dated)
    if "rival" in errors:
        axes.plot(times, errors["rival"], color=WARM, linewidth=1, label=seen["rival"])
    axes.plot(times, errors["model"], color=ACCENT, label="model")
    if errors["times"] is None:
        axes.set_xlabel("the samples, series by series")
    axes.set(ylabel="mean absolute error, scaled", ylim=(0, None))
    dates(axes, dated)
    axes.legend()
    return figure


def _by_step(stories: Sequence[Story], pyplot: Any) -> Any:
    from matplotlib.ticker import MaxNLocator

    figure, axes = pyplot.subplots(figsize=(WIDTH, 2.7))
    if len(stories) == 1:
        lines = list(_contenders(stories[0]))
    else:
        lines = [
            (story.run.title, _steps(story.scores.get("model")), OTHERS[at % len(OTHERS)], 1.3)
            for at, story in enumerate(stories)
        ]
    lines = [line for line in lines if line[1]]
    drawn: list[float] = []
    for label, steps, colour, width in lines:
        style = {"color": colour, "linewidth": width, "marker": "o" if len(steps) < 13 else None}
        axes.plot(list(steps), list(steps.values()), label=label, markersize=3, **style)
        drawn += steps.values()
    scale(axes, drawn, apart=8)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set(xlabel="step", ylabel="mean squared error, scaled")
    axes.legend(fontsize=7.5)
    return figure


def _contenders(story: Story) -> Iterator[tuple[str, dict[int, float], str, float]]:
    """The lines of one run: the model's is the strongest, the best baseline's stands out of the others."""
    best = (story.scores.get("comparison") or {}).get("baseline")
    others = [name for name in story.scores.get("baselines", {}) if name != best]
    shades = dict(zip(others, _SHADES, strict=False))
    for name in [*others, *([best] if best else [])]:
        steps = _steps(story.scores["baselines"].get(name))
        yield name, steps, WARM if name == best else shades.get(name, FAINT), 1.1
    yield "model", _steps(story.scores.get("model")), ACCENT, 1.8


def _steps(values: Mapping[str, Any] | None) -> dict[int, float]:
    """The scaled mean squared error of each step."""
    steps = ((values or {}).get("by") or {}).get("step") or {}
    found = {int(step): dict(flat(each)).get("scaled mse") for step, each in steps.items()}
    return {step: value for step, value in found.items() if value is not None}
