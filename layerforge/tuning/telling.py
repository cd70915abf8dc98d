"""A search as plain values, for tables, plots and JSON."""

from __future__ import annotations

from typing import Any

from layerforge.diagnostics import Faults
from layerforge.run.directory import is_refused
from layerforge.run.process import is_alive
from layerforge.tuning import record
from layerforge.tuning.results import importance
from layerforge.tuning.search import Searched


def told(searched: Searched) -> dict[str, Any]:
    """What there is to say of a search: how it stands, its trials, the best first, what mattered."""
    story, settings = searched.story, searched.settings
    said = _record(searched)
    return {
        "search": str(searched.folder),
        "state": _state(said),
        "reason": said.get("reason"),
        "tuner": settings.tuner.name,
        "objective": settings.objective.name,
        "direction": searched.direction,
        "max_trials": settings.max_trials,
        "seconds": searched.ended.seconds if searched.ended is not None else story.seconds,
        "counts": _counts(searched),
        "best": searched.best,
        "best_spec": _best_spec(searched),
        "importance": importance(story),
        "trials": [_trial(searched, number) for number in _ordered(searched)],
    }


def _record(searched: Searched) -> dict[str, Any]:
    try:
        return record.read_search(searched.folder)
    except Faults as stop:
        if is_refused(stop):
            raise
        return {}


def _state(said: dict[str, Any]) -> str:
    """What the record says, believed only while the process of the search is there."""
    state = str(said.get("state", "unknown"))
    return "killed" if state == "running" and not is_alive(said.get("process")) else state


def _counts(searched: Searched) -> dict[str, int]:
    counts: dict[str, int] = {}
    for outcome in searched.story.outcomes.values():
        counts[outcome.status] = counts.get(outcome.status, 0) + 1
    left = len(searched.story.unfinished)
    return counts | ({"unfinished": left} if left else {})


def _best_spec(searched: Searched) -> str | None:
    path = searched.folder / record.BEST
    return str(path) if path.exists() else None


def _ordered(searched: Searched) -> list[int]:
    """The trials with a score, the best first, then the others by number."""
    ranked = searched.ranked
    return [*ranked, *sorted(set(searched.story.asked) - set(ranked))]


def _trial(searched: Searched, number: int) -> dict[str, Any]:
    trial, outcome = searched.story.asked[number], searched.story.outcomes.get(number)
    values = {"number": number, "values": dict(trial.values), "parent": trial.parent}
    if outcome is None:
        return {**values, "status": "unfinished", "score": None, "reason": ""}
    fields: dict[str, Any] = {n: getattr(outcome, n) for n in type(outcome).__match_args__}
    return {**values, **fields, "curve": searched.story.curves.get(number, [])}
