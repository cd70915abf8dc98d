"""Pictures of a search: the objective over time, each hyperparameter, all at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import accumulate
from typing import Any, Final

from layerforge.report.drawing import ACCENT, FAINT, WARM, Picture, scale

Told = Mapping[str, Any]  # as `tuning.telling.told()` gives it
_MOST: Final = 9  # hyperparameters that are drawn
_SHAPES: Final = 1_000  # points that are drawn one by one
_LINES: Final = 250  # trials of which lines are told apart


def search_pictures(told: Told) -> Iterator[Picture]:
    """The pictures that there are of a search."""
    trials = _scored(told)
    for name, (title, draw) in FIGURES.items() if trials else ():
        if name == "history" or _changing(told, trials):
            yield Picture(name, title, "", partial(draw, told))


def _scored(told: Told) -> list[Told]:
    """The trials with a score, in the order in which they were asked for."""
    found = [trial for trial in told["trials"] if _is_number(trial["score"])]
    return sorted(found, key=lambda trial: trial["number"])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _marks(trials: Sequence[Any]) -> dict[str, Any]:
    """How points are drawn: many small, seen through, and as pixels, which are not megabytes of shapes."""
    if len(trials) > _SHAPES:
        return {"s": 4, "alpha": 0.3, "linewidths": 0, "rasterized": True}
    return {"s": 22}


def _label(told: Told) -> str:
    return f"{told['objective']} ({'less' if told['direction'] == 'min' else 'more'} is better)"


def _history(told: Told, pyplot: Any) -> Any:
    """The score of each trial, and the best so far."""
    trials = _scored(told)
    better = min if told["direction"] == "min" else max
    numbers = [trial["number"] for trial in trials]
    scores = [trial["score"] for trial in trials]
    best = list(accumulate(scores, better))
    figure, axes = pyplot.subplots(figsize=(7.0, 3.0))
    axes.scatter(numbers, scores, color=ACCENT, label="trial", **_marks(trials))
    axes.step(numbers, best, where="post", color=WARM, label="best so far")
    without = [
        t["number"] for t in told["trials"] if t["status"] not in ("completed", "unfinished")
    ]
    if without:
        floor = [axes.get_ylim()[0]] * len(without)
        marks = {"marker": "x", "rasterized": len(without) > _SHAPES}
        axes.scatter(without, floor, color=FAINT, label="stopped or without a score", **marks)
    scale(axes, scores)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set(xlabel="trial", ylabel=_label(told))
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3)
    return figure


def _slices(told: Told, pyplot: Any) -> Any:
    """The score over the values of each hyperparameter that changes, the weightiest first."""
    trials = _scored(told)
    names = _changing(told, trials)[:_MOST]
    columns = min(3, max(1, len(names)))
    rows = max(1, math.ceil(len(names) / columns))
    figure, grid = pyplot.subplots(
        rows, columns, figsize=(2.5 * columns + 0.6, 2.3 * rows + 0.2), sharey=True, squeeze=False
    )
    for axes in grid.flat[len(names) :]:
        axes.set_visible(False)
    for name, axes in zip(names, grid.flat, strict=False):
        own = [trial for trial in trials if name in trial["values"]]
        places, ticks = _places([trial["values"][name] for trial in own])
        scores = [trial["score"] for trial in own]
        best = [trial["number"] == told["best"] for trial in own]
        colours = [WARM if each else ACCENT for each in best]
        axes.scatter(places, scores, c=colours, **_marks(own))
        _show_ticks(axes, places, ticks)
        axes.set_xlabel(_short(name))
    for axes in grid[:, 0]:
        axes.set_ylabel(told["objective"])
        scale(axes, [trial["score"] for trial in trials])
    return figure


def _parallel(told: Told, pyplot: Any) -> Any:
    """A line for each of the best trials through its values, the better the stronger."""
    from matplotlib.collections import LineCollection

    trials = _scored(told)
    names = _changing(told, trials)[:_MOST]
    order = sorted(trials, key=lambda t: t["score"], reverse=told["direction"] == "min")[-_LINES:]
    figure, axes = pyplot.subplots(figsize=(max(5.0, 1.5 * (len(names) + 1)), 3.4))
    columns = [[trial["values"].get(name) for trial in order] for name in names]
    columns.append([trial["score"] for trial in order])
    heights = [_heights(axes, at, values) for at, values in enumerate(columns)]
    lines = [list(enumerate(line)) for line in zip(*heights, strict=True)]
    best = [trial["number"] == told["best"] for trial in order]
    strengths = [0.12 + 0.55 * rank / max(1, len(order) - 1) for rank in range(len(order))]
    colours = [(WARM, 1.0) if b else (ACCENT, a) for b, a in zip(best, strengths, strict=True)]
    axes.add_collection(
        LineCollection(
            lines,
            colors=colours,
            linewidths=[1.2 + each for each in best],
            zorder=2,
        )
    )
    axes.autoscale_view()
    if len(order) < len(trials):
        axes.set_title(f"the best {len(order)} of {len(trials):,}")
    axes.set_xticks(range(len(columns)), [*map(_short, names), told["objective"]], rotation=20)
    axes.set_yticks([])
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    return figure


def _heights(axes: Any, at: int, values: Sequence[Any]) -> list[float]:
    """Where the values stand on an upright axis from 0 to 1; what is inactive stands below it."""
    known = [value for value in values if value is not None]
    places, ticks = _places(known)
    low, high = min(places, default=0.0), max(places, default=0.0)
    width = (high - low) or 1.0
    axes.axvline(at, color=FAINT, linewidth=0.8)
    texts = ticks if ticks is not None else {low: f"{min(known):.4g}", high: f"{max(known):.4g}"}
    for place, text in texts.items():
        axes.annotate(text, (at, (place - low) / width), (3, 0), textcoords="offset points")
    found = iter(places)
    return [-0.12 if value is None else (next(found) - low) / width for value in values]


def _changing(told: Told, trials: Sequence[Told]) -> list[str]:
    """The hyperparameters that have more than one value, the weightiest first."""
    names = dict.fromkeys([*told["importance"], *(n for t in trials for n in t["values"])])
    return [n for n in names if len({repr(trial["values"].get(n)) for trial in trials}) > 1]


def _places(values: Sequence[Any]) -> tuple[list[float], dict[float, str] | None]:
    """Numbers where they are, on the scale that spreads them; words side by side, with their ticks."""
    numbers = [value for value in values if _is_number(value) and not isinstance(value, bool)]
    if len(numbers) < len(values):
        words = {
            word: float(at) for at, word in enumerate(sorted({str(v).lower() for v in values}))
        }
        return [words[str(v).lower()] for v in values], {at: word for word, at in words.items()}
    if numbers and min(numbers) > 0 and max(numbers) / min(numbers) >= 30:
        return [math.log10(value) for value in numbers], None
    return [float(value) for value in numbers], None


def _show_ticks(axes: Any, places: Sequence[float], ticks: dict[float, str] | None) -> None:
    if ticks is not None:
        axes.set_xticks(list(ticks), list(ticks.values()))
        axes.margins(x=0.3)
    elif places and max(places) < 1 and min(places) <= -1:  # powers of ten
        whole = range(math.floor(min(places)), math.ceil(max(places)) + 1)
        axes.set_xticks(list(whole), [f"1e{power}" for power in whole])


def _short(name: str) -> str:
    return ".".join(name.split(".")[-2:])


FIGURES: Final[Mapping[str, tuple[str, Callable[[Told, Any], Any]]]] = {
    "history": ("Scores, trial by trial", _history),
    "slices": ("Scores over each hyperparameter", _slices),
    "parallel": ("Values and score of each trial", _parallel),
}
