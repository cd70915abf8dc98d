"""A search as people read it: its trials, the best first, what each hyperparameter was worth, how it goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from layerforge.events import (
    Event,
    SearchEnded,
    SearchStarted,
    TrialEnded,
    TrialEpoch,
    TrialStarted,
)
from layerforge.render.characters import visible
from layerforge.render.numbers import count, duration, many, score
from layerforge.render.screen import Screen
from layerforge.render.space import shown, values_text
from layerforge.render.table import Column, table, titled

Told = Mapping[str, Any]  # as `tuning.telling.told()` gives it
_SHOWN: Final = 10  # trials in the table
_STYLES: Final = {
    "finished": "good",
    "failed": "error",
    "killed": "error",
    "interrupted": "warning",
}


def search_text(told: Told, screen: Screen, trials: int = _SHOWN) -> str:
    """How a search stands, its best trials, and how much of the scores each hyperparameter explains."""
    return (
        "\n".join([*_head(told, screen), "", *_trials(told, screen, trials), *_worth(told, screen)])
        + "\n"
    )


def _head(told: Told, screen: Screen) -> Iterator[str]:
    state = told["state"]
    reason = f": {told['reason']}" if told["reason"] else ""
    painted = screen.paint(_STYLES[state], state) if state in _STYLES else state
    yield f"{visible(told['search'])} {painted}{reason}, {duration(told['seconds'])}"
    counts = ", ".join(f"{number:,} {status}" for status, number in told["counts"].items())
    goal = f"{told['tuner']} for the {_word(told)} {visible(told['objective'])}"
    yield from screen.lines(f"{goal}; trials: {counts or 'none has ended'}")


def _word(told: Told) -> str:
    return "smallest" if told["direction"] == "min" else "greatest"


def _trials(told: Told, screen: Screen, most: int) -> list[str]:
    names = list(dict.fromkeys(name for trial in told["trials"] for name in trial["values"]))
    changing = [name for name in names if len({_of(trial, name) for trial in told["trials"]}) > 1]
    short = _short(changing)
    head = [Column("trial", True), Column("status"), Column(visible(told["objective"]), True)]
    head += [Column(short[name]) for name in changing]
    head += [Column("parameters", True), Column("epochs", True), Column("took", True)]
    rows = [_row(trial, changing) for trial in told["trials"][:most]]
    more = len(told["trials"]) - len(rows)
    rest = [f"and {many(more, 'other trial')}, in trials.csv"] if more > 0 else []
    reasons = [
        f"trial {trial['number']}: {visible(trial['reason'])}"
        for trial in told["trials"][:most]
        if trial["reason"]
    ]
    told_why = [line for reason in reasons for line in screen.lines(reason)]
    return [*titled(head, rows, screen), *rest, *told_why]


def _of(trial: Told, name: str) -> str:
    return shown(trial["values"][name]) if name in trial["values"] else "-"


def _row(trial: Told, names: list[str]) -> tuple[str, ...]:
    result = "" if trial["score"] is None else score(trial["score"])
    values = [visible(_of(trial, name)) for name in names]
    size = trial.get("parameters")
    epochs, seconds = trial.get("epochs") or "", trial.get("seconds")
    took = "" if seconds is None else duration(seconds)
    parameters = "" if size is None else count(size)
    return (str(trial["number"]), trial["status"], result, *values, parameters, str(epochs), took)


def _short(names: list[str]) -> dict[str, str]:
    """The ends of key paths, as long as it takes to tell them apart."""
    found = {}
    for name in names:
        parts = name.split(".")
        for size in range(1, len(parts) + 1):
            end = parts[-size:]
            if sum(other.split(".")[-size:] == end for other in names) == 1:
                break
        found[name] = visible(".".join(end))
    return found


def _worth(told: Told, screen: Screen) -> Iterator[str]:
    if not told["importance"]:
        return
    yield ""
    yield from screen.lines("share of the scores' variance that each explains by itself:")
    head = (Column(""), Column("", True), Column(""))
    rows = [
        (f"  {visible(name)}", f"{share:.1%}", "#" * round(20 * share))
        for name, share in told["importance"].items()
    ]
    yield from table(head, rows, screen.width)[1:]


class SearchBoard:
    """How a search goes: what runs, what is done, the best so far, the time left."""

    def __init__(self) -> None:
        self.started: SearchStarted | None = None
        self.running: dict[int, TrialStarted] = {}
        self.epochs: dict[int, TrialEpoch] = {}
        self.counts: dict[str, int] = {}
        self.best: tuple[int, float] | None = None
        self._seconds: list[float] = []

    def take(self, event: Event) -> None:
        """One event of the search."""
        if isinstance(event, SearchStarted):
            self.started, self.best = event, event.best
        elif isinstance(event, TrialStarted):
            self.running[event.number] = event
        elif isinstance(event, TrialEpoch):
            self.epochs[event.number] = event
        elif isinstance(event, TrialEnded):
            self.running.pop(event.number, None)
            self.epochs.pop(event.number, None)
            self.counts[event.status] = self.counts.get(event.status, 0) + 1
            if event.status in ("completed", "stopped"):
                self._seconds.append(event.seconds)
            if event.best and event.score is not None:
                self.best = event.number, event.score

    @property
    def done(self) -> int:
        before = self.started.done if self.started is not None else 0
        return before + sum(self.counts.values())

    @property
    def left(self) -> float | None:
        """The seconds to the last trial at the speed so far; None where nobody can know."""
        if self.started is None or self.started.trials is None or not self._seconds:
            return None
        rest = max(0, self.started.trials - self.done)
        return rest * sum(self._seconds) / len(self._seconds) / self.started.workers

    def summary(self) -> str:
        """`7/20 trials, 2 running, best val_loss 0.1234 (trial 3), about 2 min 05 s left`."""
        if self.started is None:
            return ""
        of = f"/{self.started.trials}" if self.started.trials is not None else ""
        parts = [f"{self.done}{of} trials", f"{len(self.running)} running"]
        failed = sum(n for s, n in self.counts.items() if s not in ("completed", "stopped"))
        parts += [f"{failed} without a score"] if failed else []
        if self.best is not None:
            number, value = self.best
            parts.append(f"best {visible(self.started.objective)} {score(value)} (trial {number})")
        parts += [f"about {duration(self.left)} left"] if self.left is not None else []
        return ", ".join(parts)

    def running_rows(self) -> Iterator[tuple[str, str, str, str]]:
        """Number, epoch, score so far and values of each trial under way."""
        for number, started in sorted(self.running.items()):
            epoch = self.epochs.get(number)
            at = f"{epoch.epoch if epoch else 0}/{started.epochs}"
            value = score(epoch.value) if epoch else ""
            yield str(number), at, value, visible(values_text(started.values))


def search_event_text(event: Event, board: SearchBoard) -> str:
    """An event of a search in words on one line; empty for epochs, which are too many."""
    if isinstance(event, SearchStarted):
        of = "" if event.trials is None else f" of {many(event.trials, 'trial')}"
        on = f", {event.done:,} of them done" if event.done else ""
        workers = "1 process" if event.workers == 1 else f"{event.workers} processes"
        name = f"{visible(event.search)}{of}{on}"
        return f"search in {name}, {workers} at a time"
    if isinstance(event, TrialEnded):
        result = "" if event.score is None else f" {score(event.score)}"
        best = "  best so far" if event.best else ""
        why = f": {visible(event.reason)}" if event.reason else ""
        values = visible(values_text(event.values))
        line = f"trial {event.number} {event.status}{result}{why}  {values}"
        return f"{line}  {duration(event.seconds)}{best}  [{board.summary()}]"
    if isinstance(event, SearchEnded):
        counts = ", ".join(f"{number} {status}" for status, number in event.counts.items())
        return f"{event.reason}: {counts or 'no trial has ended'}, {duration(event.seconds)}"
    return ""
