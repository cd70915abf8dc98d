"""Pictures of errors: their spread, predicted beside true, who was taken for whom, how sure and how right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from layerforge.render.numbers import score
from layerforge.report.drawing import ACCENT, FAINT, INK, WIDTH, Picture
from layerforge.report.story import Story

_NUMBERED: Final = 16  # classes whose counts are written into the confusion matrix
_MOST_CLASSES: Final = 60
_LONGEST: Final = 14  # characters of a class beside the matrix


def error_pictures(story: Story) -> Iterator[Picture]:
    """Those that the task has."""
    seen = story.seen
    if seen.get("points"):
        taken = len(next(iter(seen["points"].values()))["truth"])
        note = f"{taken:,} of {seen['samples']:,} samples; on the line both are the same."
        yield Picture("predicted-true", "Predicted beside true", note, partial(_points, seen))
    if seen.get("residuals"):
        note = f"Predicted less true, of {seen['taken']:,} of {seen['samples']:,} samples: "
        note += "; ".join(_summary(seen["residuals"]))
        yield Picture("residuals", "How the errors spread", f"{note}.", partial(_residuals, seen))
    matrix = (story.scores.get("model") or {}).get("confusion")
    classes = story.scores.get("classes", ())
    if matrix and 1 < len(classes) <= _MOST_CLASSES:
        note = "A row is a true class; the darker a cell, the larger its share of the row."
        draw = partial(_confusion, matrix, classes)
        yield Picture("confusion", "Who was taken for whom", note, draw)
    if seen.get("confidence"):
        note = "The model's own probability of the class it chose, and how often that was right."
        yield Picture("confidence", "How sure, and how right", note, partial(_confidence, seen))


def _summary(residuals: Mapping[str, Any]) -> Iterator[str]:
    for name, told in residuals.items():
        yield f"{name} {score(told['mean'])} in the mean, deviation {score(told['deviation'])}"


def _points(seen: Mapping[str, Any], pyplot: Any) -> Any:
    points = seen["points"]
    figure, grid = pyplot.subplots(
        len(points), 1, figsize=(WIDTH, 0.4 + 3.2 * len(points)), squeeze=False
    )
    for (name, lines), axes in zip(points.items(), grid.flat, strict=True):
        truth, model = lines["truth"], lines["model"]
        ends = [min(*truth, *model), max(*truth, *model)]
        axes.plot(ends, ends, color=FAINT, linewidth=1)
        axes.scatter(truth, model, s=12, color=ACCENT, alpha=0.55, linewidths=0)
        axes.set(xlabel=f"{name}, true", ylabel=f"{name}, predicted")
    return figure


def _residuals(seen: Mapping[str, Any], pyplot: Any) -> Any:
    told = seen["residuals"]
    figure, grid = pyplot.subplots(
        len(told), 1, figsize=(WIDTH, 0.6 + 1.5 * len(told)), squeeze=False
    )
    for (name, each), axes in zip(told.items(), grid.flat, strict=True):
        axes.stairs(each["counts"], each["edges"], fill=True, color=ACCENT, alpha=0.6)
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.set_title(name)
        axes.set_ylabel("values")
    grid.flat[-1].set_xlabel("predicted less true")
    return figure


def _confusion(matrix: Sequence[Sequence[int]], classes: Sequence[str], pyplot: Any) -> Any:
    import numpy as np

    counts = np.asarray(matrix, np.float64)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    size = min(WIDTH, 1.8 + 0.42 * len(classes))
    figure, axes = pyplot.subplots(figsize=(WIDTH, size))
    colours = np.empty((*shares.shape, 4))
    colours[..., :3] = [0.17, 0.49, 0.91]
    colours[..., 3] = 0.04 + 0.66 * shares
    axes.imshow(colours, aspect="auto", interpolation="nearest")
    if len(classes) <= _NUMBERED:
        for (row, column), count in np.ndenumerate(counts):
            axes.text(column, row, f"{int(count):,}", ha="center", va="center", color=INK)
    names = [name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…" for name in classes]
    step = max(len(classes) // 20, 1)
    places = range(0, len(classes), step)
    turned = {"rotation": 45, "ha": "right"} if len(classes) > 4 else {}
    axes.set_xticks(places, names[::step], **turned)
    axes.set_yticks(places, names[::step])
    axes.set(xlabel="predicted", ylabel="true")
    return figure


def _confidence(seen: Mapping[str, Any], pyplot: Any) -> Any:
    told = seen["confidence"]
    figure, axes = pyplot.subplots(figsize=(WIDTH, 3.0))
    axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1)
    most = max(each["samples"] for each in told)
    sizes = [14 + 150 * each["samples"] / most for each in told]
    sure, right = ([each[key] for each in told] for key in ("sure", "right"))
    axes.plot(sure, right, color=ACCENT, linewidth=1)
    axes.scatter(sure, right, s=sizes, color=ACCENT, alpha=0.6, linewidths=0)
    low = max(min(sure) - 0.08, 0)
    axes.set(xlim=(low, 1.03), ylim=(-0.03, 1.05), xlabel="how sure", ylabel="share that was right")
    return figure
