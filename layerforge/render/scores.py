"""Scores as people read them: the model beside each baseline, and whether it beats the best of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from layerforge.render.numbers import many, score
from layerforge.render.score_parts import cell, confusion_lines, flat, slice_lines
from layerforge.render.screen import Screen
from layerforge.render.table import Column, titled

Scores = Mapping[str, Any]
Flat = Mapping[str, float | None]
# Of all scores shown, those of which more is better; the others are errors or losses.
_HIGHER: Final = frozenset(("accuracy", "balanced_accuracy", "f1_macro", "auc", "r2"))


def scores_text(scores: Scores, screen: Screen, unit: str = "sample", by: str | None = None) -> str:
    """The table of scores, what is to be said of them, and where there is a model the sentence on it.

    `by` adds the table of each target, step, class or slice.
    """
    sides = {name: dict(flat(values)) for name, values in contenders(scores)}
    names = list(dict.fromkeys(key for values in sides.values() for key in values))
    head = (Column(""), *(Column(name, True) for name in sides))
    cells = [(key, *(cell(each.get(key)) for each in sides.values())) for key in names]
    said = verdict(scores)
    title = f"{scores['split']}: {many(scores['samples'], unit)}"
    shown = [screen.paint("strong", title), "", *titled(head, cells, screen)]
    shown += confusion_lines(scores, screen)
    if by is not None:
        shown += slice_lines(scores, by, screen)
    if said is not None:
        sentence, won = said
        shown += ["", *screen.lines(sentence, "", "good" if won else "warning")]
        shown += [] if won else screen.lines(_to_try(sides["model"]))
    shown += [part for line in notes_of(scores) for part in screen.lines(f"note: {line}")]
    return "\n".join(shown) + "\n"


def verdict(scores: Scores) -> tuple[str, bool] | None:
    """Whether the model beats the best baseline, in a sentence; None where there is nothing to compare."""
    if "model" not in scores or not scores.get("baselines"):
        return None
    model = dict(flat(scores["model"]))
    rivals = {name: dict(flat(values)) for name, values in scores["baselines"].items()}
    key = next((key for key in model if any(key in values for values in rivals.values())), None)
    if key is None:
        return None
    higher = key.rpartition(" ")[2] in _HIGHER
    known = {name: v for name, values in rivals.items() if (v := values.get(key)) is not None}
    known = {name: value for name, value in known.items() if math.isfinite(value)}
    if not known:
        return None
    best = (max if higher else min)(known, key=lambda name: known[name])
    sentence, won = _sentence(key, model[key], best, known[best], higher)
    sentence += _surely(scores.get("comparison"), best, key)
    return (sentence + _otherwise(key, model, rivals) if won else sentence), won


def _surely(comparison: Scores | None, best: str, key: str) -> str:
    """How sure the difference is, where that was computed for this score and this baseline."""
    found = comparison and comparison.get("interval")
    if not comparison or not found:
        return ""
    if (comparison["metric"], comparison["baseline"]) != (key, best):
        return ""
    low, high = found["low"], found["high"]
    if low == high == 0:  # alike on every sample
        return ""
    chance = " That may be chance:" if low <= 0 <= high else ""
    way = "the model is better by" if chance or low > 0 else "the baseline is better by"
    low, high = (low, high) if chance or low > 0 else (-high, -low)
    lead = f"{chance} {way}" if chance else f" {way[0].upper()}{way[1:]}"
    return f"{lead} {score(low)} to {score(high)} in {found['level']:.0%} of a {found['how']}."


def _to_try(model: Flat) -> str:
    """What to do where the model is no better than a baseline."""
    if model.get("accuracy") == 1:
        return "Nothing is left to beat: ask `layerforge data` whether a column tells the answer."
    return (
        "To try: other columns or a longer window, a lower learning rate, a smaller or larger model;"
        " `layerforge tune` searches, `layerforge data` shows what the model is given."
    )


def notes_of(scores: Scores) -> list[str]:
    """What was left out of a score, and how much is meant to be covered."""
    model: Scores = next((values for _, values in contenders(scores)), {})
    lines = list(scores.get("notes", ()))
    if zeros := model.get("zero_targets"):
        lines.append(f"mape leaves out {many(zeros, 'true value')} of 0")
    if (meant := model.get("coverage_meant")) is not None:
        lines.append(f"coverage is meant to be {meant:.3g}")
    return lines


def _sentence(
    key: str, mine: float | None, rival: str, theirs: float, higher: bool
) -> tuple[str, bool]:
    if mine is None or not math.isfinite(mine):
        return f"The model gives no number for {key}, so it does not beat {rival}.", False
    if mine == theirs:
        return f"The model is as good as the best baseline, {rival}: {key} {score(mine)}.", False
    won = mine > theirs if higher else mine < theirs
    figures = f"{key} {score(mine)} against {score(theirs)}"
    if not won:
        return f"The model does not beat the best baseline, {rival}: {figures}.", False
    gain = f", {abs(mine - theirs) / abs(theirs):.1%} less" if theirs and not higher else ""
    return f"The model beats the best baseline, {rival}: {figures}{gain}.", True


def _otherwise(key: str, model: Flat, rivals: Mapping[str, Flat]) -> str:
    """The scores of the same scale by which a baseline is better all the same: a win is told whole."""
    scale, _, first = key.rpartition(" ")
    lost = []
    for name, mine in model.items():
        here, _, kind = name.rpartition(" ")
        # The root of the mean square orders models as the mean square does.
        if here != scale or kind in (first, "rmse") or mine is None:
            continue
        better = max if kind in _HIGHER else min
        known = {rival: value for rival, v in rivals.items() if (value := v.get(name)) is not None}
        best = better(known, key=lambda rival: known[rival]) if known else None
        if best is not None and better(mine, known[best]) != mine:
            figures = f"{score(mine)} against {best}'s {score(known[best])}"
            lost.append(f" By {name} it does not: {figures}.")
    return "".join(lost)


def contenders(scores: Scores) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The model, where there is one, and the baselines, each with its scores."""
    if "model" in scores:
        yield "model", scores["model"]
    yield from scores.get("baselines", {}).items()
