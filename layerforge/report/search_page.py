"""The page of a search: one HTML file, light or dark, that needs nothing from a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from layerforge.render.numbers import count, duration, score
from layerforge.render.picture.svg import escaped
from layerforge.render.space import shown
from layerforge.report.html import Column, code, heading, page, table, text, wide_figure
from layerforge.report.search_figures import search_pictures

Told = Mapping[str, Any]  # as `tuning.telling.told()` gives it


def search_page(told: Told, best: str | None, command: Sequence[str]) -> str:
    """The page as HTML. `best` is the text of best.yaml, `command` what the search was begun with."""
    title = f"Search {told['search']}"
    parts = [*_head(told, title), *map(wide_figure, search_pictures(told))]
    parts += [*_worth(told), *_trials(told)]
    if best is not None:
        parts += [heading("The best spec", "best"), code(best)]
    parts += [heading("How to do it again", "again"), code(" ".join(command))]
    return page(title, parts)


def _head(told: Told, title: str) -> Iterator[str]:
    yield f"<h1>{escaped(title)}</h1>"
    reason = f": {told['reason']}" if told["reason"] else ""
    counts = ", ".join(f"{number:,} {status}" for status, number in told["counts"].items())
    yield text(f"{told['state']}{reason}, {duration(told['seconds'])}; {counts}")
    word = "smallest" if told["direction"] == "min" else "greatest"
    goal = f"{told['tuner']} for the {word} {told['objective']}"
    yield text(f"{goal}; the test rows were not touched.", soft=True)


def _worth(told: Told) -> Iterator[str]:
    if not told["importance"]:
        return
    yield heading("What each hyperparameter was worth", "worth")
    yield text("The share of the scores' variance that it explains by itself.", soft=True)
    yield '<div class="wide"><table>'
    for name, share in told["importance"].items():
        bar = f'<span class="bar" style="width: {12 * share:.2f}rem"></span>'
        yield f'<tr><td>{escaped(name)}</td><td class="number">{share:.1%}</td><td>{bar}</td></tr>'
    yield "</table></div>"


def _trials(told: Told) -> Iterator[str]:
    names = list(dict.fromkeys(name for trial in told["trials"] for name in trial["values"]))
    head = [Column("trial", True), Column("status"), Column(told["objective"], True)]
    head += [Column(name) for name in names]
    head += [Column("parameters", True), Column("epochs", True), Column("reason")]
    best = next((i for i, t in enumerate(told["trials"]) if t["number"] == told["best"]), None)
    yield heading("Trials", "trials")
    yield table(head, [_row(trial, names) for trial in told["trials"]], best)


def _row(trial: Told, names: Sequence[str]) -> list[str]:
    size = trial.get("parameters")
    return [
        str(trial["number"]),
        trial["status"],
        "" if trial["score"] is None else score(trial["score"]),
        *(shown(trial["values"][name]) if name in trial["values"] else "-" for name in names),
        "" if size is None else count(size),
        str(trial.get("epochs") or ""),
        trial["reason"],
    ]
