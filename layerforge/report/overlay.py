"""Forecasts of several runs over each other: the same windows, the same truth, a line for each run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from math import isclose
from typing import Any, Final

from layerforge.report.drawing import FAINT, INK, OTHERS, Picture, when
from layerforge.report.forecasts import finished, panels
from layerforge.report.story import Story

Seen = Mapping[str, Any]
Named = tuple[str, Seen]  # a run's title, and what of its forecasts is laid over the others'
_BY_PLACE: Final = "Picked by its place among the samples, not by how good it is."
_MOMENTS: Final = 60  # of a stretch of time: more of them, several lines each, are a thicket
_ALIKE: Final = 1e-4  # of the range of the truth: numbers are kept to six digits


def overlay_pictures(stories: Sequence[Story]) -> Iterator[Picture]:
    """The windows that at least two of the runs forecast, and the stretch of time that they do."""
    seen = [(story.run.title, story.seen) for story in stories if story.seen.get("windows")]
    if len(seen) < 2:
        return
    drawn = list(_windows(seen))
    for at, (base, runs) in enumerate(drawn):
        of = f" of {base['series']}" if base["series"] else ""
        title = f"Forecast {at + 1} of {len(drawn)}{of}"
        draw = partial(_window, base, runs, _targets(runs), seen[0][1]["dated"])
        yield Picture(f"forecast-{at + 1}", title, _note(_BY_PLACE, runs, seen), draw)
    yield from _ahead(seen)


def _note(words: str, runs: Sequence[Named], seen: Sequence[Named]) -> str:
    """The words, and which runs forecast this not."""
    there = {name for name, _ in runs}
    others = [name for name, _ in seen if name not in there]
    return words + (f" Not forecast by {', '.join(others)}." if others else "")


def _windows(seen: Sequence[Named]) -> Iterator[tuple[Seen, list[Named]]]:
    """The windows of the run that shares most, each with the runs that have it, itself among them."""
    found: list[list[tuple[Seen, list[Named]]]] = []
    for _, base in seen:
        shared = [(window, _having(base, window, seen)) for window in base["windows"]]
        found.append([each for each in shared if len(each[1]) > 1])
    yield from max(found, key=lambda each: sum(len(runs) for _, runs in each))


def _having(base: Seen, window: Seen, seen: Sequence[Named]) -> list[Named]:
    """The runs with a window of the same series at the same time, in which the same came."""
    return [
        (name, each)
        for name, other in seen
        for each in other["windows"]
        if other["dated"] == base["dated"]
        and (each["series"], each["future"]) == (window["series"], window["future"])
        and _same_truth(window["lines"], each["lines"])
    ]


def _same_truth(lines: Seen, others: Seen) -> bool:
    """Whether two runs have a target in common, and saw the same of each that they have."""
    both = [name for name in lines if name in others]
    return bool(both) and all(_alike(lines[n]["truth"], others[n]["truth"]) for n in both)


def _alike(values: Sequence[Any], others: Sequence[Any]) -> bool:
    known = [value for value in values if value is not None]
    near = _ALIKE * (max(known) - min(known) or abs(known[0]) or 1.0) if known else 0.0
    return len(values) == len(others) and all(
        a == b or (None not in (a, b) and isclose(a, b, rel_tol=_ALIKE, abs_tol=near))
        for a, b in zip(values, others, strict=True)
    )


def _targets(runs: Sequence[Named]) -> list[str]:
    """The targets of all these runs, in the order of the first."""
    return [name for name in runs[0][1]["lines"] if all(name in each["lines"] for _, each in runs)]


def _ahead(seen: Sequence[Named]) -> Iterator[Picture]:
    """The forecasts of the same step for the last moments that these runs forecast."""
    group = max((_beside(base, seen) for _, base in seen), key=len)
    times = sorted(set.intersection(*(set(each["stretch"]["times"]) for _, each in group)))
    times = times[-_MOMENTS:]
    cut = [(name, _at(each["stretch"], times)) for name, each in group]
    runs = [(name, each) for name, each in cut if _same_truth(cut[0][1]["lines"], each["lines"])]
    if len(runs) < 2 or len(times) < 2:
        return
    dated, stretch = group[0][1]["dated"], group[0][1]["stretch"]
    of = f" of {stretch['series']}" if stretch["series"] else ""
    words = f"The last {len(times):,} forecasts that these runs have in common."
    draw = partial(_stretch, times, runs, _targets(runs), dated)
    yield Picture("ahead", f"Step {stretch['step']} ahead{of}", _note(words, runs, seen), draw)


def _beside(base: Seen, seen: Sequence[Named]) -> list[Named]:
    """The runs that forecast some of the same moments, the same step ahead, of the same series."""
    own, moments = base["stretch"], set(base["stretch"]["times"])
    kind = (base["dated"], own["step"], own["series"])
    return [
        (name, each)
        for name, each in seen
        if (each["dated"], each["stretch"]["step"], each["stretch"]["series"]) == kind
        and not moments.isdisjoint(each["stretch"]["times"])
    ]


def _at(stretch: Seen, times: Sequence[int]) -> dict[str, Any]:
    """What a stretch holds of these moments alone."""
    place = {time: at for at, time in enumerate(stretch["times"])}
    places = [place[time] for time in times]
    lines = {
        name: {who: [values[at] for at in places] for who, values in each.items()}
        for name, each in stretch["lines"].items()
    }
    return {"lines": lines}


def _window(
    base: Seen, runs: Sequence[Named], targets: Sequence[str], dated: bool, pyplot: Any
) -> Any:
    figure, grid = panels(targets, pyplot)
    past, future = (when(base[part], dated) for part in ("past", "future"))
    for name, axes in zip(targets, grid.flat, strict=True):
        lines = base["lines"][name]
        axes.plot(past, lines["past"], color=INK, label="past and truth")
        axes.axvline(past[-1], color=FAINT, linestyle=":", linewidth=1)
        axes.plot(future, lines["truth"], color=INK, marker=_dot(future), markersize=3)
        _laid_over(axes, future, name, runs)
    return finished(figure, grid, dated)


def _stretch(
    times: Sequence[int], runs: Sequence[Named], targets: Sequence[str], dated: bool, pyplot: Any
) -> Any:
    figure, grid = panels(targets, pyplot)
    moments = when(times, dated)
    for name, axes in zip(targets, grid.flat, strict=True):
        axes.plot(moments, runs[0][1]["lines"][name]["truth"], color=INK, label="truth")
        _laid_over(axes, moments, name, runs)
    return finished(figure, grid, dated)


def _laid_over(axes: Any, times: Sequence[Any], target: str, runs: Sequence[Named]) -> None:
    """What each run said of a target, in its colour; beyond as many as there are colours, dashed."""
    for at, (title, each) in enumerate(runs):
        style = "--" if at >= len(OTHERS) else "-"
        colour = OTHERS[at % len(OTHERS)]
        said = each["lines"][target]["model"]
        dot = {"marker": _dot(times), "markersize": 3}
        axes.plot(times, said, color=colour, linestyle=style, linewidth=1.1, label=title, **dot)
    axes.set_title(target)


def _dot(times: Sequence[Any]) -> str | None:
    return "o" if len(times) == 1 else None
