"""The page of a search: one HTML file, light or dark, that needs nothing from a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

from layerforge.render.numbers import count, duration, score
from layerforge.render.space import shown
from layerforge.report.figures import names_of, svg_of

Told = Mapping[str, Any]  # as `tuning.telling.told()` gives it
_TITLES: Final = {
    "history": "Scores, trial by trial",
    "slices": "Scores over each hyperparameter",
    "parallel": "Every trial at once",
}
_STYLE: Final = Path(__file__).with_name("page.css")


def search_page(told: Told, best: str | None, command: Sequence[str]) -> str:
    """The page as HTML. `best` is the text of best.yaml, `command` what the search was begun with."""
    title = escape(f"Search {told['search']}")
    parts = [*_head(told, title), *_figures(told), *_worth(told), *_trials(told), *_best(best)]
    parts += ["<h2>How to do it again</h2>", f"<pre>{escape(' '.join(command))}</pre>"]
    body, style = "\n".join(parts), _STYLE.read_text(encoding="utf-8")
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{style}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _head(told: Told, title: str) -> Iterator[str]:
    yield f"<h1>{title}</h1>"
    reason = f": {told['reason']}" if told["reason"] else ""
    counts = ", ".join(f"{number:,} {status}" for status, number in told["counts"].items())
    yield f"<p>{escape(told['state'] + reason)}, {duration(told['seconds'])}; {escape(counts)}</p>"
    word = "smallest" if told["direction"] == "min" else "greatest"
    goal = f"{told['tuner']} for the {word} {told['objective']}"
    yield f'<p class="soft">{escape(goal)}; the test rows were not touched.</p>'


def _figures(told: Told) -> Iterator[str]:
    for name in names_of(told):
        yield f"<h2>{_TITLES[name]}</h2>"
        yield f'<figure class="wide" id="{name}">{svg_of(name, told)}</figure>'


def _worth(told: Told) -> Iterator[str]:
    if not told["importance"]:
        return
    yield "<h2>What each hyperparameter was worth</h2>"
    yield '<p class="soft">The share of the scores\' variance that it explains by itself.</p>'
    yield '<div class="wide"><table>'
    for name, share in told["importance"].items():
        bar = f'<span class="bar" style="width: {12 * share:.2f}rem"></span>'
        yield f'<tr><td>{escape(name)}</td><td class="number">{share:.1%}</td><td>{bar}</td></tr>'
    yield "</table></div>"


def _trials(told: Told) -> Iterator[str]:
    names = list(dict.fromkeys(name for trial in told["trials"] for name in trial["values"]))
    yield "<h2>Trials</h2>"
    yield '<div class="wide"><table><tr><th class="number">trial</th><th>status</th>'
    yield f'<th class="number">{escape(told["objective"])}</th>'
    yield "".join(f"<th>{escape(name)}</th>" for name in names)
    yield '<th class="number">parameters</th><th class="number">epochs</th><th>reason</th></tr>'
    for trial in told["trials"]:
        yield _row(trial, names, trial["number"] == told["best"])
    yield "</table></div>"


def _row(trial: Told, names: Sequence[str], best: bool) -> str:
    value = "" if trial["score"] is None else score(trial["score"])
    size = trial.get("parameters")
    cells = [
        f'<td class="number">{trial["number"]}</td>',
        f"<td>{escape(trial['status'])}</td>",
        f'<td class="number">{value}</td>',
        *(f"<td>{escape(_of(trial, name))}</td>" for name in names),
        f'<td class="number">{"" if size is None else count(size)}</td>',
        f'<td class="number">{trial.get("epochs") or ""}</td>',
        f"<td>{escape(trial['reason'])}</td>",
    ]
    return f"<tr{' class=best' if best else ''}>{''.join(cells)}</tr>"


def _of(trial: Told, name: str) -> str:
    return shown(trial["values"][name]) if name in trial["values"] else "-"


def _best(text: str | None) -> Iterator[str]:
    if text is not None:
        yield "<h2>The best spec</h2>"
        yield f"<pre>{escape(text)}</pre>"
