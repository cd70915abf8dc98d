"""Runs as people read them: a list, one of them, several side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from layerforge.render.characters import visible
from layerforge.render.numbers import duration, memory, score
from layerforge.render.score_parts import cell, flat
from layerforge.render.scores import scores_text
from layerforge.render.screen import Screen
from layerforge.render.table import Column, fits, table, titled

_STYLES: Final = {
    "finished": "good",
    "failed": "error",
    "killed": "error",
    "unreadable": "error",
    "interrupted": "warning",
}
Run = Mapping[str, Any]  # as `run.listing.Listed.told()` gives it
_SAID: Final = ("because", "started", "seed", "best", "versions")
_SCORE: Final = 4  # the column of the list that names the score
_LONGEST: Final = 60  # characters of a value in a comparison


def list_text(runs: Sequence[Run], screen: Screen) -> str:
    """A line for each run: how it stands, and its score beside the best baseline's.

    Where that is too wide and all have the same score, it is named below and not in each line.
    """
    head = [Column("run"), Column("state"), Column("epochs", True), Column("best", True)]
    head += [Column("score"), Column("model", True), Column("baseline", True)]
    head += [Column("started"), Column("took", True)]
    rows = [_row(run) for run in runs]
    styles = [(run["state"], _STYLES.get(run["state"], "")) for run in runs]
    below: list[str] = []
    metrics = {row[_SCORE] for row in rows} - {""}
    if not fits(head, rows, screen.width) and len(metrics) == 1:
        del head[_SCORE]
        rows = [row[:_SCORE] + row[_SCORE + 1 :] for row in rows]
        below = ["", *screen.lines(f"score of the model and of the best baseline: {metrics.pop()}")]
    return "\n".join([*titled(head, rows, screen, styles), *below]) + "\n"


def _row(run: Run) -> tuple[str, ...]:
    record, found = run["record"], run["scores"].get("comparison") or {}
    done, planned = record.get("epochs_done"), record.get("epochs")
    epochs = "" if done is None else f"{done}/{planned}"
    best = str(record.get("best_epoch") or "")
    seconds = run["seconds"]
    return (
        visible(run["run"]),
        run["state"],
        epochs,
        best,
        str(found.get("metric", "")),
        _number(found.get("model_score")),
        _number(found.get("baseline_score")),
        _moment(record.get("started")),
        "" if seconds is None else duration(seconds),
    )


def _number(value: Any) -> str:
    return score(value) if isinstance(value, int | float) else ""


def _moment(text: Any) -> str:
    """A moment in the time of this machine, to the minute."""
    try:
        return datetime.fromisoformat(str(text)).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return ""


def run_text(run: Run, screen: Screen) -> str:
    """One run: what was run, with what, how it ended, its scores and its files."""
    style = _STYLES.get(run["state"])
    title = f"{visible(run['run'])}: {run['state']}"
    lines = [screen.paint(style, title) if style else title]
    for name, value in facts(run):
        line = f"  {name:<9} {visible(value)}"
        # What is copied, a path or a command, stays whole.
        lines += screen.lines(line, " " * 10) if name in _SAID else [line]
    text = "\n".join(lines) + "\n"
    if run["scores"]:
        text += "\n" + scores_text(run["scores"], screen)
    rows = [(visible(name), memory(size)) for name, size in run["files"].items()]
    listed = table((Column("file"), Column("size", True)), rows, screen.width)
    return text + "\n" + "\n".join(listed) + "\n"


def facts(run: Run) -> Iterator[tuple[str, str]]:
    """What is to be said of a run: names with their values."""
    record = run["record"]
    if record.get("reason"):
        yield "because", str(record["reason"])
    if record.get("started"):
        took = "" if run["seconds"] is None else f", {duration(run['seconds'])}"
        yield "started", _moment(record["started"]) + took
    if record.get("command"):
        yield "command", " ".join(map(str, record["command"]))
    yield "folder", run["path"]
    if "spec" in record:
        yield "spec", str(record["spec"])
    data = record.get("data")
    if isinstance(data, Mapping) and "source" in data:
        yield "data", str(data["source"])
    if "seed" in record:
        yield "seed", str(record["seed"])
    if record.get("best_epoch"):
        yield "best", f"epoch {record['best_epoch']} by {record.get('monitor', 'loss')}"
    versions = record.get("versions")
    if isinstance(versions, Mapping):
        yield "versions", ", ".join(f"{name} {number}" for name, number in versions.items())


def comparison_text(
    runs: Sequence[Run], differences: Mapping[str, Sequence[str | None]], screen: Screen
) -> str:
    """The settings in which the runs differ, then their scores, a column for each run."""
    head = (Column(""), *(Column(visible(run["run"]), right=True) for run in runs))
    rows: list[tuple[str, ...]] = [("state", *(run["state"] for run in runs))]
    for path, values in differences.items():
        rows.append((visible(path), *(_value(value) for value in values)))
    scores = [dict(flat(run["scores"].get("model", {}))) for run in runs]
    names = list(dict.fromkeys(name for each in scores for name in each))
    rows += [(name, *(cell(each.get(name)) for each in scores)) for name in names]
    return "\n".join(titled(head, rows, screen)) + "\n"


def _value(value: str | None) -> str:
    text = "-" if value is None else visible(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
