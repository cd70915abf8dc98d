"""Pictures of a search, drawn by matplotlib: the objective over time, each hyperparameter, all at once."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

Told = Mapping[str, Any]  # as `tuning.telling.told()` gives it
# Becomes the colour of the page's text, light or dark; no other colour may be this one.
_INK: Final = "#010203"
_ACCENT, _BEST, _FAINT = "#2b7de9", "#e4572e", "#8a8f98"
_MOST: Final = 9  # hyperparameters that are drawn
_STYLE: Final[Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "layerforge",  # the same picture is the same text
    "font.family": "sans-serif",
    "font.size": 9.0,
    "text.parse_math": False,  # a name with a dollar sign is a name
    "text.color": _INK,
    "axes.edgecolor": _FAINT,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.constrained_layout.use": True,
}


def names_of(told: Told) -> list[str]:
    """The pictures that there are of a search."""
    trials = _scored(told)
    if not trials:
        return []
    return list(FIGURES) if _changing(told, trials) else ["history"]


def svg_of(name: str, told: Told) -> str:
    """One picture as the text of an SVG element, its ink that of the page it stands on."""
    text = io.StringIO()
    _drawn(name, told, lambda figure: figure.savefig(text, format="svg", transparent=True))
    whole = text.getvalue()
    return whole[whole.index("<svg") :].replace(_INK, "currentColor")


def save(name: str, told: Told, path: Path) -> None:
    """Writes one picture as SVG or PNG, after the ending of the file, on white."""
    kind = path.suffix.removeprefix(".").lower()
    _drawn(name, told, lambda figure: figure.savefig(path, format=kind, dpi=150))


def _drawn(name: str, told: Told, use: Callable[[Any], None]) -> None:
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot

    with mpl.rc_context(_STYLE):
        figure = FIGURES[name](told, pyplot)
        use(figure)
        pyplot.close(figure)


def _scored(told: Told) -> list[Told]:
    """The trials with a score, in the order in which they were asked for."""
    found = [trial for trial in told["trials"] if _is_number(trial["score"])]
    return sorted(found, key=lambda trial: trial["number"])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _label(told: Told) -> str:
    return f"{told['objective']} ({'less' if told['direction'] == 'min' else 'more'} is better)"


def _history(told: Told, pyplot: Any) -> Any:
    """The score of each trial, and the best so far."""
    trials = _scored(told)
    better = min if told["direction"] == "min" else max
    numbers = [trial["number"] for trial in trials]
    scores = [trial["score"] for trial in trials]
    best = [better(scores[: at + 1]) for at in range(len(scores))]
    figure, axes = pyplot.subplots(figsize=(7.0, 3.0))
    axes.scatter(numbers, scores, s=22, color=_ACCENT, label="trial")
    axes.step(numbers, best, where="post", color=_BEST, label="best so far")
    without = [
        t["number"] for t in told["trials"] if t["status"] not in ("completed", "unfinished")
    ]
    if without:
        floor = [axes.get_ylim()[0]] * len(without)
        axes.scatter(without, floor, marker="x", color=_FAINT, label="stopped or without a score")
    _scale(axes, scores)
    axes.set(xlabel="trial", ylabel=_label(told))
    axes.legend(frameon=False)
    return figure


def _scale(axes: Any, scores: Sequence[float]) -> None:
    """A logarithmic scale where scores are powers apart."""
    if min(scores) > 0 and max(scores) / min(scores) > 30:
        axes.set_yscale("log")


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
        axes.scatter(places, scores, s=20, c=[_BEST if each else _ACCENT for each in best])
        _show_ticks(axes, places, ticks)
        axes.set_xlabel(_short(name))
    for axes in grid[:, 0]:
        axes.set_ylabel(told["objective"])
        _scale(axes, [trial["score"] for trial in trials])
    return figure


def _parallel(told: Told, pyplot: Any) -> Any:
    """A line for each trial through its values, the better the stronger."""
    trials = _scored(told)
    names = _changing(told, trials)[:_MOST]
    order = sorted(trials, key=lambda t: t["score"], reverse=told["direction"] == "min")
    figure, axes = pyplot.subplots(figsize=(max(5.0, 1.5 * (len(names) + 1)), 3.4))
    columns = [[trial["values"].get(name) for trial in order] for name in names]
    columns.append([trial["score"] for trial in order])
    heights = [_heights(axes, at, values) for at, values in enumerate(columns)]
    for rank, trial in enumerate(order):
        line = [column[rank] for column in heights]
        is_best = trial["number"] == told["best"]
        strength = 0.12 + 0.55 * rank / max(1, len(order) - 1)
        colour, alpha = (_BEST, 1.0) if is_best else (_ACCENT, strength)
        axes.plot(range(len(line)), line, color=colour, alpha=alpha, linewidth=1.2 + is_best)
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
    axes.axvline(at, color=_FAINT, linewidth=0.8)
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
        words = sorted({str(value).lower() for value in values})
        ticks = {float(at): word for at, word in enumerate(words)}
        return [float(words.index(str(value).lower())) for value in values], ticks
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


FIGURES: Final[Mapping[str, Callable[[Told, Any], Any]]] = {
    "history": _history,
    "slices": _slices,
    "parallel": _parallel,
}
