"""The page of one run: its scores, its model, its data, how it was trained, what it predicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from layerforge.render.ledger import ledger_lines
from layerforge.render.numbers import many, memory
from layerforge.render.picture import picture_levels, scene_of
from layerforge.render.picture.svg import escaped
from layerforge.render.plan import layer_rows
from layerforge.render.runs import facts
from layerforge.render.score_parts import cell, flat
from layerforge.render.scores import contenders, notes_of, verdict
from layerforge.report.drawing import Picture
from layerforge.report.gallery import run_pictures
from layerforge.report.html import (
    Column,
    code,
    contents,
    figures,
    folded,
    heading,
    page,
    table,
    text,
)
from layerforge.report.story import Story
from layerforge.report.timeline import PARTS

_MOST_ROWS: Final = 300  # of a table
_SECTIONS: Final = {
    "scores": "Scores",
    "predictions": "Predictions",
    "training": "Training",
    "data": "Data",
    "model": "Model",
    "again": "How to do it again",
}
_PREDICTIONS: Final = (
    *(f"forecast-{number}" for number in range(1, 5)),
    *("ahead", "error-by-step", "error-over-time"),
    *("predicted-true", "residuals", "confusion", "confidence"),
)


def run_page(story: Story) -> str:
    """The page as HTML."""
    pictures = run_pictures(story)
    title = f"Run {story.run.title}"
    parts = [*_head(story, title), contents(_SECTIONS.items())]
    parts += [*_scores(story), *_predictions(pictures), *_training(story, pictures)]
    parts += [*_data(story, pictures), *_model(story), *_again(story)]
    return page(title, parts)


def _section(name: str) -> str:
    return heading(_SECTIONS[name], name)


def _head(story: Story, title: str) -> Iterator[str]:
    yield f"<h1>{escaped(title)}</h1>"
    yield text(headline(story), soft=True)
    yield said(story)
    if story.missing:
        lines = "".join(f"<li>{escaped(line)}</li>" for line in story.missing)
        yield f'<div class="missing"><p>Not on this page:</p><ul>{lines}</ul></div>'


def headline(story: Story) -> str:
    """How the run stands and what it is about, in a line."""
    words = [story.run.state]
    if story.record.get("reason"):
        words.append(str(story.record["reason"]))
    account = story.account
    if account:
        targets = [c["name"] for c in account["columns"] if "targets" in c["roles"]]
        shown = ", ".join(targets[:6]) + (", ..." if len(targets) > 6 else "")
        words.append(f"{account['task']} of {shown} from {account['source']}")
    return "; ".join(words)


def said(story: Story) -> str:
    """The sentence on the model and the best baseline."""
    told = verdict(story.scores)
    if told is None:
        return text("There are no scores to judge the model by.")
    sentence, won = told
    interval = (story.scores.get("comparison") or {}).get("interval") or {"low": 1}
    sure = won and interval["low"] > 0
    return f'<p class="verdict{" won" * sure}">{escaped(sentence)}</p>'


def _scores(story: Story) -> Iterator[str]:
    yield _section("scores")
    scores = story.scores
    if not scores:
        yield text("There are none yet.")
        return
    sides = {name: dict(flat(values)) for name, values in contenders(scores)}
    names = dict.fromkeys(key for values in sides.values() for key in values)
    yield text(f"On {many(scores['samples'], 'sample')} of the part {scores['split']}.", soft=True)
    head = [Column(""), *(Column(name, True) for name in sides)]
    yield table(head, [[key, *(cell(each.get(key)) for each in sides.values())] for key in names])
    yield from (text(line, soft=True) for line in notes_of(scores))
    for what, parts in (scores.get("model", {}).get("by") or {}).items():
        if len(parts) > 1:
            yield folded(f"The model's scores by {what}", [_by(what, parts)])


def _by(what: str, parts: Mapping[str, Any]) -> str:
    rows = {name: dict(flat(values)) for name, values in list(parts.items())[:_MOST_ROWS]}
    names = dict.fromkeys(key for values in rows.values() for key in values)
    head = [Column(what), *(Column(name, True) for name in names)]
    lines = [[name, *(cell(each.get(key)) for key in names)] for name, each in rows.items()]
    return table(head, lines) + _rest(len(parts))


def _rest(count: int) -> str:
    """What is said where a table is too long to be shown whole."""
    left = count - _MOST_ROWS
    return text(f"and {left:,} more, which are in the run's files", soft=True) if left > 0 else ""


def _predictions(pictures: Mapping[str, Picture]) -> Iterator[str]:
    yield _section("predictions")
    shown = figures(pictures.get(name) for name in _PREDICTIONS)
    yield shown or text("There are none to show.")


def _training(story: Story, pictures: Mapping[str, Picture]) -> Iterator[str]:
    yield _section("training")
    curves = [each for name, each in pictures.items() if name.startswith("curve-")]
    done, planned = len(story.history), story.record.get("epochs")
    words = f"{many(done, 'epoch')} done" + (f" of {planned:,}" if planned else "")
    best = story.record.get("best_epoch")
    words += f"; epoch {best} was best by {story.record.get('monitor', 'loss')}" if best else ""
    yield text(f"{words}.")
    yield figures(curves)


def _data(story: Story, pictures: Mapping[str, Picture]) -> Iterator[str]:
    yield _section("data")
    account = story.account
    if not account:
        yield text("There is no account of them.")
        return
    yield text(f"{account['source']}: {many(account['rows'], 'row')}.")
    yield figures([pictures.get("splits"), pictures.get("course")])
    yield _parts(account["split"])
    for line in _remarks(account):
        yield text(line, soft=True)
    yield folded(many(len(account["columns"]), "column"), [_columns(account)])


def _parts(split: Mapping[str, Any]) -> str:
    head = [Column("part"), Column("rows", True), Column("samples", True)]
    head += [Column("from"), Column("to"), Column("windows left out")]
    rows = []
    for part in PARTS:
        told = split[part]
        out = (told.get("windows_discarded") or {}).items()
        why = ", ".join(f"{number:,} ({reason})" for reason, number in out if number)
        ends = (str(told.get("from", "")), str(told.get("to", "")))
        rows.append([part, f"{told['rows']:,}", f"{told['samples']:,}", *ends, why])
    return table(head, rows)


def _remarks(account: Mapping[str, Any]) -> Iterator[str]:
    scale, time = account["statistics"]["scale"], account.get("time")
    how = "Numbers are not scaled" if scale == "none" else f"Numbers are scaled ({scale})"
    yield f"{how}; every statistic is fitted on {account['statistics']['fitted_on']} alone."
    if time and time.get("step"):
        yield f"One row every {time['step']}, by the column {time['column']}."
    if account.get("series"):
        yield f"{account['series']:,} series."
    if account["rows_dropped"]:
        yield f"{many(account['rows_dropped'], 'row')} dropped, since values are missing there."
    yield from account["warnings"]
    yield from (account.get("leaks") or {}).get("told", ())


def _columns(account: Mapping[str, Any]) -> str:
    head = [Column("column"), Column("used as"), Column("type"), Column("missing", True)]
    head += [Column("least", True), Column("greatest", True)]
    rows = []
    for each in account["columns"][:_MOST_ROWS]:
        kind = each["type"]
        kind += f" of {each['values']:,} values" if "values" in each else ""
        ends = [f"{each[end]:.6g}" if each.get(end) is not None else "" for end in ("min", "max")]
        rows.append([each["name"], ", ".join(each["roles"]), kind, f"{each['missing']:,}", *ends])
    return table(head, rows) + _rest(len(account["columns"]))


def _model(story: Story) -> Iterator[str]:
    yield _section("model")
    plan = story.plan
    if plan is None:
        yield text("It could not be read.")
        return
    trained = f"{plan.trainable_params:,} trained" if plan.params else "none"
    macs = f"{plan.macs:,}" if isinstance(plan.macs, int) else "an unknown number of"
    yield text(
        f"{many(len(plan.steps), 'layer')}; {plan.params:,} parameters ({trained}), "
        f"{memory(4 * plan.params)} as float32; {macs} multiply-adds for one sample."
    )
    yield folded("Picture", picture_levels(scene_of(plan), opened=False), opened=True)
    head = [Column("layer"), Column("type"), Column("from"), Column("output")]
    head += [Column(name, True) for name in ("params", "%", "MACs")]
    rows = layer_rows(plan)
    yield table(head, rows[:_MOST_ROWS]) + _rest(len(rows))
    ledger = ledger_lines(plan, None)
    if ledger:
        yield "<h3>Gate by gate: units x (inputs + units) + biases</h3>"
        yield code("\n".join(ledger[: 4 * _MOST_ROWS]).rstrip())


def _again(story: Story) -> Iterator[str]:
    yield _section("again")
    record = story.record
    if record.get("command"):
        yield code(" ".join(map(str, record["command"])))
    rows = [[name, str(value)] for name, value in facts(story.run.told()) if name != "command"]
    data = record.get("data") or {}
    if "sha256" in data:
        rows.append(["sha256", str(data["sha256"])])
    yield table([Column("what"), Column("which", code=True)], rows)
    if record.get("choices"):
        chosen = [[name, str(value)] for name, value in record["choices"].items()]
        yield table([Column("hyperparameter"), Column("value")], chosen)
    if story.spec is not None:
        yield folded("The spec, as it was run", [code(story.spec)])
