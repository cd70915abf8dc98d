"""What a search has found: the table of its trials, and how much each hyperparameter mattered."""

from __future__ import annotations

import csv
import io
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from layerforge.run.files import write_text
from layerforge.tuning.journal import Story
from layerforge.tuning.record import TABLE
from layerforge.tuning.trials import Trial

_GROUPS: Final = 4  # of a hyperparameter with many values
_FEWEST: Final = 4  # scores from which an importance is told


def write_table(folder: Path, story: Story) -> None:
    """Writes `trials.csv`: a row for each trial that has ended, by number.

    It holds nothing that a second search of the same seed would not give, so no times.
    """
    names = names_of(story.asked)
    head = ["trial", "status", "score", *names, "parameters", "macs", "epochs", "best_epoch"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*head, "parent", "reason"])
    for number, outcome in sorted(story.outcomes.items()):
        trial = story.asked[number]
        values = [_cell(trial.values.get(name)) for name in names]
        size = [outcome.parameters, outcome.macs, outcome.epochs, outcome.best_epoch]
        row = [number, outcome.status, _cell(outcome.score), *values, *map(_cell, size)]
        writer.writerow([*row, _cell(trial.parent), outcome.reason])
    write_text(folder / TABLE, text.getvalue())


def names_of(asked: Mapping[int, Trial]) -> list[str]:
    """The hyperparameters of all trials, those that are always active first."""
    points = [trial.values for _, trial in sorted(asked.items())]
    names = list(dict.fromkeys(name for point in points for name in point))
    return sorted(names, key=lambda name: -sum(name in point for point in points))


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, float) else value


def importance(story: Story) -> dict[str, float]:
    """The share of the scores' variance that each hyperparameter explains by itself, from 0 to 1.

    Epsilon squared of a one-way analysis of variance (Kelley 1935), which is about 0 for one that does
    nothing, however few the trials. One with many values is cut into four groups of one size; trials
    in which it is inactive are a group of their own. Empty where fewer than four trials have a score.
    """
    scored = {
        number: outcome.score
        for number, outcome in story.outcomes.items()
        if outcome.score is not None and math.isfinite(outcome.score)
    }
    if len(scored) < _FEWEST:
        return {}
    scores = list(scored.values())
    found = {}
    for name in names_of({number: story.asked[number] for number in scored}):
        values = [story.asked[number].values.get(name) for number in scored]
        found[name] = _epsilon_squared(_grouped(values), scores)
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def _grouped(values: Sequence[Any]) -> list[Any]:
    """A label for each value: itself, or the quarter of the range of values that it is in."""
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(set(numbers)) <= _GROUPS:
        return list(values)
    ordered = sorted(numbers)
    edges = [ordered[len(ordered) * part // _GROUPS] for part in range(1, _GROUPS)]
    return [sum(v >= edge for edge in edges) if v in numbers else v for v in values]


def _epsilon_squared(labels: Sequence[Any], scores: Sequence[float]) -> float:
    groups: dict[Any, list[float]] = defaultdict(list)
    for label, score in zip(labels, scores, strict=True):
        groups[(type(label), label)].append(score)
    mean = sum(scores) / len(scores)
    total = sum((score - mean) ** 2 for score in scores)
    free = len(scores) - len(groups)
    if total == 0 or free <= 0 or len(groups) < 2:
        return 0.0
    within = sum((s - sum(g) / len(g)) ** 2 for g in groups.values() for s in g)
    between = total - within
    return max(0.0, (between - (len(groups) - 1) * within / free) / total)
