"""Pictures of training: the loss and each metric, epoch by epoch, of one run or of several."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

from layerforge.report.drawing import ACCENT, FAINT, OTHERS, WARM, WIDTH, Picture, scale
from layerforge.report.story import Story

_MOST: Final = 6  # metrics that are drawn
_POINTS: Final = 400  # of a line
_Points = tuple[list[int], list[float]]


def curve_pictures(stories: Sequence[Story]) -> Iterator[Picture]:
    """A picture for each quantity that an epoch logs: of one run on training and validation rows.

    Of several runs it is the one on validation rows, where there are some.
    """
    names = dict.fromkeys(
        name.removeprefix("val_") for story in stories for epoch in story.history for name in epoch
    )
    for name in list(names)[:_MOST]:
        slug = re.sub(r"[^A-Za-z0-9_-]+", "-", name) or "metric"
        if len(stories) == 1:
            draw, note = partial(_of_one, stories[0], name), _best(stories[0])
        else:
            draw, note = partial(_of_several, stories, name), ""
        yield Picture(f"curve-{slug}", f"{name}, epoch by epoch", note, draw)


def _best(story: Story) -> str:
    epoch = story.record.get("best_epoch")
    if not epoch:
        return ""
    by = story.record.get("monitor", "loss")
    return f"The dotted line is epoch {epoch}, whose weights are kept: the best by {by}."


def _of_one(story: Story, name: str, pyplot: Any) -> Any:
    figure, axes = pyplot.subplots(figsize=(WIDTH, 2.6))
    drawn: list[float] = []
    lines = ((name, "training", ACCENT), (f"val_{name}", "validation", WARM))
    for key, label, colour in lines:
        epochs, values = _points(story, key)
        if values:
            marker = "o" if len(values) == 1 else None
            axes.plot(epochs, values, color=colour, label=label, marker=marker, markersize=4)
            drawn += values
    if story.record.get("best_epoch"):
        axes.axvline(story.record["best_epoch"], color=FAINT, linestyle=":", linewidth=1)
    _finish(axes, name, drawn)
    return figure


def _of_several(stories: Sequence[Story], name: str, pyplot: Any) -> Any:
    figure, axes = pyplot.subplots(figsize=(WIDTH, 2.8))
    drawn: list[float] = []
    key = f"val_{name}"
    if not any(_points(story, key)[1] for story in stories):
        key = name
    for at, story in enumerate(stories):
        epochs, values = _points(story, key)
        if values:
            axes.plot(epochs, values, color=OTHERS[at % len(OTHERS)], label=story.run.title)
            drawn += values
    _finish(axes, key, drawn)
    return figure


def _finish(axes: Any, name: str, drawn: list[float]) -> None:
    from matplotlib.ticker import MaxNLocator

    scale(axes, drawn)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    low, high = axes.get_xlim()
    if high - low < 1:  # one epoch
        axes.set_xlim(low - 0.5, high + 0.5)
    axes.set(xlabel="epoch", ylabel=name)
    axes.legend()


def _points(story: Story, key: str) -> _Points:
    """Epochs, counted from 1, with their values; of very many, some evenly spread and the last."""
    found = [
        (epoch, logs[key])
        for epoch, logs in enumerate(story.history, start=1)
        if isinstance(logs.get(key), int | float) and math.isfinite(logs[key])
    ]
    width = max(math.ceil(len(found) / _POINTS), 1)
    kept = found[::width]
    if found and kept[-1] != found[-1]:
        kept.append(found[-1])
    return [epoch for epoch, _ in kept], [value for _, value in kept]
