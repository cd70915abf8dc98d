"""Pictures of the data: the parts on the axis of time, and the targets over all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from layerforge.render.account import samples_noun
from layerforge.render.numbers import many
from layerforge.report.drawing import ACCENT, INK, WARM, WIDTH, Picture, dates, when
from layerforge.report.story import Story

PARTS: Final = ("train", "validation", "test")
_COLOURS: Final = {"train": ACCENT, "validation": "#c98a00", "test": WARM}
Account = Mapping[str, Any]


def data_pictures(story: Story) -> Iterator[Picture]:
    """The parts of the data, and the course of the targets where that was looked at."""
    if story.account.get("split"):
        note = f"Split {story.account['split']['how']}."
        yield Picture("splits", "The parts of the data", note, partial(_splits, story.account))
    course = story.seen.get("course")
    if course:
        of = f" of {course['series']}, the first series" if course["series"] else ""
        note = (
            f"The mean{of}, a few neighbouring rows at a time, within the least and the greatest."
        )
        yield Picture("course", "The targets over time", note, partial(_course, story))


def _splits(account: Account, pyplot: Any) -> Any:
    """A bar for each part: where it lies in time, else how large it is."""
    figure, axes = pyplot.subplots(figsize=(WIDTH, 1.75))
    spans, dated = _spans(account)
    unit = samples_noun(account["task"], (account.get("window") or {}).get("rows"))
    for place, part in enumerate(PARTS):
        told = account["split"][part]
        label = f"{part}: {many(told['rows'], 'row')}"
        label += f", {many(told['samples'], unit)}" if unit != "row" else ""
        if part in spans:
            start, stop = spans[part]
            axes.barh(-place, stop - start, left=start, height=0.42, color=_COLOURS[part])
        at = (0.0, -place + 0.3)
        axes.annotate(label, at, xycoords=("axes fraction", "data"), color=INK, va="bottom")
    axes.set(yticks=[], ylim=(-2.4, 0.85))
    axes.spines["left"].set_visible(False)
    if dated:
        axes.xaxis_date()
        dates(axes, True)
    else:
        axes.set_xlabel("row" if _ordered(account) else "rows, drawn by chance")
    return figure


def _ordered(account: Account) -> bool:
    return any("first_row" in account["split"][part] for part in PARTS)


def _spans(account: Account) -> tuple[dict[str, tuple[Any, Any]], bool]:
    """From where to where each part that has rows reaches, and whether that is in dates."""
    split = account["split"]
    parts = [part for part in PARTS if split[part]["rows"]]
    moments = {part: _moments(account, split[part]) for part in parts}
    if parts and all(moments.values()):
        return {part: ends for part, ends in moments.items() if ends}, True
    if _ordered(account) and account.get("series") is None:
        return {p: (split[p]["first_row"] + 1, split[p]["last_row"] + 2) for p in parts}, False
    found, done = {}, 0
    for part in parts:
        found[part] = (done, done + split[part]["rows"])
        done += split[part]["rows"]
    return found, False


def _moments(account: Account, part: Account) -> tuple[datetime, datetime] | None:
    """The first and the last moment of a part; None where rows have no dates."""
    format = str((account.get("time") or {}).get("format", ""))
    format = format.replace("%.f", ".%f").replace("%#z", "Z")
    try:
        first, last = (datetime.strptime(part[end], format) for end in ("from", "to"))
    except (KeyError, ValueError):
        return None
    return first, last


def _course(story: Story, pyplot: Any) -> Any:
    course, dated = story.seen["course"], story.seen["dated"]
    names = list(course["lines"])
    height = 0.6 + 1.25 * len(names)
    figure, grid = pyplot.subplots(
        len(names), 1, figsize=(WIDTH, height), sharex=True, squeeze=False
    )
    times = when(course["times"], dated)
    for name, axes in zip(names, grid.flat, strict=True):
        line = {how: _numbers(values) for how, values in course["lines"][name].items()}
        axes.fill_between(times, line["min"], line["max"], color=ACCENT, alpha=0.22, linewidth=0)
        axes.plot(times, line["mean"], color=ACCENT, linewidth=1)
        axes.set_title(name)
        _shade(axes, story.account)
    dates(grid.flat[-1], dated)
    return figure


def _shade(axes: Any, account: Account) -> None:
    """The validation and test parts behind a line, where they are known in dates."""
    spans, dated = _spans(account)
    for part in ("validation", "test"):
        if dated and part in spans:
            axes.axvspan(*spans[part], color=_COLOURS[part], alpha=0.13, linewidth=0)


def _numbers(values: list[float | None]) -> list[float]:
    return [float("nan") if value is None else value for value in values]
