"""A draft as the text of a spec, with comments that say why it is so and what to try."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from layerforge.data.survey import Survey
from layerforge.drafting.models import model_lines
from layerforge.drafting.plan import Draft
from layerforge.writing.values import text

Sources: TypeAlias = str | Mapping[str, str]  # one file, or one for each part
_COLUMN: Final = 56  # where comments behind a line begin
_WIDTH: Final = 100
_LONGEST: Final = 300  # characters of a name in a comment
_TOLD: Final = 12  # columns in a comment
_SMALL: Final = 20.0  # that numbers may be which a model is given as they are
_FEW: Final = 300  # samples
_STEPS: Final = 6_000  # of training, at most, that a first try may take


def draft_text(plan: Draft, survey: Survey, sources: Sources, name: str, file: str) -> str:
    """The spec. `sources` are the data as seen from the spec, `file` how the user calls the spec."""
    lines = [*_top(plan, survey, name, file), "", *_data(plan, survey, sources), ""]
    lines += ["model:", *_form(plan), "  layers:"]
    lines += [_commented(f"    {line}" if line else "", why) for line, why in model_lines(plan)]
    return "\n".join([*lines, "", *_train(plan, _samples(plan, survey))]) + "\n"


def _plain(words: str) -> str:
    """Words of the data for a comment: no character in them ends it, or is none that YAML allows."""
    plain = "".join(c if c.isprintable() else " " for c in words[:_LONGEST])
    return f"{plain}..." if len(words) > _LONGEST else plain


def _commented(line: str, why: str) -> str:
    """The line with the comment behind it, or above it where that would be too long."""
    if not why:
        return line
    why = _plain(why)
    behind = f"{line:<{_COLUMN}}  # {why}"
    indent = " " * (len(line) - len(line.lstrip(" ")))
    return behind if len(behind) <= _WIDTH else f"{indent}# {why}\n{line}"


def _top(plan: Draft, survey: Survey, name: str, file: str) -> Iterator[str]:
    yield f"# {_plain(_purpose(plan))}"
    yield f"# Made from a look at the {survey.file.rows:,} rows of {_plain(survey.file.shown)}."
    yield "# Change what you know better, then"
    yield "#"
    yield f"#   layerforge check {file}       is anything wrong with it?"
    yield f"#   layerforge train {file}       how good does it get?"
    yield "layerforge: 1"
    yield f"name: {text(name)}"
    if plan.form == "series":
        yield ""
        yield "vars:"
        yield _commented(f"  window: {plan.window}", "rows the model sees")
        yield _commented(f"  horizon: {plan.horizon}", "rows it forecasts")


def _purpose(plan: Draft) -> str:
    names = ", ".join(plan.targets[:4]) + (", ..." if len(plan.targets) > 4 else "")
    if plan.form == "series":
        return f"Forecasts {plan.horizon} steps of {names} from the {plan.window} before."
    what = {"table": "columns", "sequence": "a sequence", "image": "an image"}
    what["steps"] = "a sequence of steps"
    verb = "Tells" if plan.task == "classification" else "Estimates"
    return f"{verb} {names} from {what[plan.form]}."


def _data(plan: Draft, survey: Survey, sources: Sources) -> Iterator[str]:
    why = plan.reasons
    yield "data:"
    yield f"  source: {text(sources)}"
    yield from _reading(plan, survey)
    yield _commented(f"  task: {plan.task}", why.get("task", ""))
    yield from _time(plan, survey)
    if plan.group is not None:
        yield _commented(f"  group: {text(plan.group)}", "several series" if plan.time else "")
    if plan.order is not None:
        yield _commented(f"  order: {text(plan.order)}", why["order"])
    if plan.features is not None:
        yield f"  features: {text(list(plan.features))}"
    if "features" in why:
        yield f"    # {_plain(why['features'])}"
    for name, reason in plan.left_out.items():
        yield f"    # left out: {_plain(name) or 'the column without a name'} ({_plain(reason)})"
    yield from _categories(plan, survey)
    yield _commented(f"  targets: {text(list(plan.targets))}", why.get("targets", ""))
    yield from _ahead(plan)
    yield from _form_of_samples(plan)
    yield from _missing(plan, survey)
    ordered = "in the order of time" if plan.form == "series" else "drawn by `seed`"
    if isinstance(sources, str):
        yield _commented("  split: {train: 0.7, validation: 0.1, test: 0.2}", ordered)
    else:
        yield _commented(
            "  split: {train: 0.8, validation: 0.2}", f"of the file for training, {ordered}"
        )
    yield _scale(plan, survey)


def _time(plan: Draft, survey: Survey) -> Iterator[str]:
    """The time of the rows, and what is said of rows that are not all equally far apart."""
    times = survey.times
    if not plan.time or times is None:
        return
    yield f"  time: {text(plan.time if len(plan.time) > 1 else plan.time[0])}"
    if plan.sort:
        yield _commented("  sort: true", "the rows do not stand in the order of time")
    if times.repeated:
        rows = "row repeats" if times.repeated == 1 else "rows repeat"
        told = f"{times.repeated:,} {rows} a moment, as when summer time ends"
        yield _commented("  duplicates: mean", told)
    if plan.gaps:
        moments = "1 moment is" if plan.gaps == 1 else f"{plan.gaps:,} moments are"
        yield _commented("  gaps: fill", f"{moments} absent")
        return
    for warning in times.stamps.warnings:
        yield f"  # {_plain(warning)}"
        if times.stamps.even:
            yield "  # A forecast goes on by that step and leaves nothing out; `gaps: fill` puts rows in."
        else:
            yield "  # The times of a forecast go on by the middle step; means of hours would be even."


def _scale(plan: Draft, survey: Survey) -> str:
    """The steps of a sequence are one quantity: scaled one by one, its shapes would be lost."""
    if plan.form == "sequence":
        columns = [survey.column(n) for n in survey.names if n not in plan.targets]
        ends = [end for each in columns for end in (abs(each.low), abs(each.high))]
        if 0.5 <= max(ends) <= _SMALL:
            return _commented("  scale: none", "the steps are one quantity, of a size that suits")
    scale = "minmax" if plan.form == "image" else "standard"
    return _commented(f"  scale: {scale}", "fitted on the training rows alone")


def _reading(plan: Draft, survey: Survey) -> Iterator[str]:
    """How the file is to be read, where that is not told by itself."""
    wording = survey.file.wording
    if plan.strip is not None:
        ends = plan.strip + (wording.strip or "")
        yield _commented(f"  strip: {text(ends)}", "the test rows' classes end in one")
    elif wording.strip:
        units = "units and " if any(each.isalpha() for each in wording.strip) else ""
        yield _commented(f"  strip: {text(wording.strip)}", f"{units}signs around the numbers")
    if wording.decimal == ",":
        yield _commented('  decimal: ","', "as the numbers are written")
    if wording.thousands:
        yield _commented(f"  thousands: {text(wording.thousands)}", "between every three digits")
    if not survey.file.header_lines and survey.file.format == "text":
        yield _commented("  header: false", "the columns are called 0, 1, 2, ...")


def _categories(plan: Draft, survey: Survey) -> Iterator[str]:
    """What is said of texts: each different one becomes a column of 0 and 1."""
    names = plan.features if plan.features is not None else survey.names
    found = [
        c for c in map(survey.column, names) if c.kind == "text" and c.name not in plan.targets
    ]
    if plan.form == "steps":
        found = [c for c in found if c.name not in (plan.group, plan.order)]
    told = [f"{_plain(each.name)} ({each.distinct:,})" for each in found[:_TOLD]]
    if told:
        more = f", and {len(found) - len(told):,} more" if len(found) > len(told) else ""
        yield f"    # categories, with how many different ones: {', '.join(told)}{more}"
    mixed = [each.name for each in found if each.look and each.look.kind == "mixed"]
    called = [each.name for each in found] if plan.form == "series" else mixed
    if called:
        types = text(dict.fromkeys(called, "category"))
        yield _commented(
            f"  types: {types}", "" if plan.form == "series" else "words among numbers"
        )


def _ahead(plan: Draft) -> Iterator[str]:
    """What is known of the steps to come."""
    if plan.known:
        told = "known ahead: what `predict` reads ends with rows of these"
        yield _commented(f"  known: {text(list(plan.known))}", told)
    elif plan.form == "series" and len(plan.features or ()) > len(plan.targets):
        yield "  # Is any other column known ahead, as prices and holidays are? Name it with --known."
    if plan.calendar:
        cycles = {"month": "year", "hour": "day", "dayofweek": "week", "dayofyear": "year"}
        told = ", ".join(dict.fromkeys(cycles[each] for each in plan.calendar))
        yield _commented(
            f"  calendar: {text(list(plan.calendar))}", f"the place of a row in the {told}"
        )


def _form_of_samples(plan: Draft) -> Iterator[str]:
    why = plan.reasons
    if plan.form == "series":
        yield "  window: $(window)"
        yield "  horizon: $(horizon)"
        if plan.season is not None:
            yield _commented(f"  season: {plan.season}", why["season"])
    elif plan.form == "image":
        yield _commented(f"  shape: [{plan.side}, {plan.side}, 1]", why["shape"])
    elif plan.form == "sequence":
        yield _commented(f"  shape: [{plan.width}, 1]", why["shape"])


def _missing(plan: Draft, survey: Survey) -> Iterator[str]:
    """What is done about missing values, where there are some in a column in use."""
    used: Sequence[str] = survey.names
    if plan.features is not None:
        used = (*plan.features, *plan.known, *plan.targets)
    columns = [survey.column(name) for name in dict.fromkeys(used)]
    # Among categories a word for nothing is one more of them; among numbers it must be said.
    words = sorted({word for each in columns if each.numeric for word in each.sentinels})
    holes = [c.name for c in columns if (c.blank if c.kind == "text" else c.missing)]
    parts = {"sentinels": [_mark(word) for word in words]} if words else {}
    fill = {"fill": "previous" if plan.form == "series" else "mean"}
    if holes or plan.gaps:
        told = f"values are missing in {', '.join(holes[:3])}" if holes else "in rows put in"
        told += f", and {len(holes) - 3:,} more" if len(holes) > 3 else ""
        yield _commented(f"  missing: {text({**parts, **fill})}", told)


def _mark(word: str) -> str | float:
    """A word for nothing as the spec has it: -9999 is a number."""
    if re.fullmatch(r"-?\d+(\.\d+)?", word) is None:
        return word
    return float(word) if "." in word else int(word)


def _form(plan: Draft) -> Iterator[str]:
    if plan.ahead:
        yield "  inputs:"
        yield _commented(f"    past: [$(window), {plan.width}]", "rows, features")
        yield _commented(f"    future: [$(horizon), {plan.ahead}]", "steps, what is known of them")
    elif plan.form == "series":
        yield _commented(f"  input: [$(window), {plan.width}]", "rows, features")
    elif plan.form == "steps":
        yield _commented(f"  input: [null, {plan.width}]", "steps, as many as there are; features")


def _samples(plan: Draft, survey: Survey) -> int:
    """About how many samples there are: rows, or sequences of them."""
    alone = plan.order is None or plan.group is None
    return survey.file.rows if alone else survey.column(str(plan.group)).distinct


def _train(plan: Draft, samples: int) -> Iterator[str]:
    classes, series = plan.task == "classification", plan.form == "series"
    # Of few samples an epoch is a few steps: smaller batches, and as many epochs as make a training.
    batch = 8 if samples < _FEW else 32
    epochs = min(max(_STEPS * batch // samples, 20), 200)
    patience = max(epochs // 6, 5)
    yield "train:"
    yield f"  optimizer: {{Adam: {{learning_rate: {0.003 if series else 0.001}}}}}"
    yield f"  loss: {'sparse_categorical_crossentropy' if classes else 'mse'}"
    yield f"  metrics: [{'accuracy' if classes else 'mae'}]"
    yield f"  epochs: {epochs}"
    if samples > _STEPS * 32 // epochs:
        steps = f"  steps_per_epoch: {_STEPS // epochs}"
        yield _commented(steps, f"of {samples // 32:,} batches, so that a first try takes minutes")
    yield f"  batch_size: {batch}"
    yield "  seed: 7"
    yield "  callbacks:"
    monitor = f"{{monitor: val_loss, patience: {patience}, restore_best_weights: true}}"
    yield f"    - EarlyStopping: {monitor}"
    if series:
        slower = f"{{monitor: val_loss, factor: 0.5, patience: {max(patience // 3, 2)}}}"
        yield f"    - ReduceLROnPlateau: {slower}"
