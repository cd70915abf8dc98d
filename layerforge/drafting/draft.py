"""What could be learnt from a file: the task, its columns, windows and form, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from math import isqrt
from typing import Final

from layerforge.data.survey import Seen, Survey, find_sequences, labels_of
from layerforge.diagnostics import Diagnostic, Faults, SpecError, did_you_mean
from layerforge.drafting.columns import nearly, tell_too_much, useless
from layerforge.drafting.plan import Draft, Form, Task, Wishes
from layerforge.drafting.series import series_draft
from layerforge.tables.cells import called

# Names by which people call what is to be predicted.
_ANSWERS = {"target", "targets", "label", "labels", "class", "y", "outcome", "response"}
_ANSWERS |= {"species", "diagnosis", "income", "survived", "churn"}
_ANSWERS |= {"标签", "标记", "目标", "类别", "分类", "结果"}
_ANSWERS |= {"ziel", "klasse", "cible", "classe", "étiquette", "objetivo", "clase", "etiqueta"}
_NUMBERED: Final = re.compile(r"(\D*)(\d+)(?:(\D+)(\d+))?")  # `p7`, or `p0_7` of a grid
_FEW: Final = 50  # different whole numbers in a column of classes, at most
_SEQUENCE: Final = 24  # numbered columns from which on a row is a sequence
_SMALLEST_IMAGE: Final = 7  # pixels a side


def draft(survey: Survey, wishes: Wishes, test: Survey | None = None) -> Draft:
    """The decisions for a file, `test` being one with the test rows.

    Raises Faults where the file does not tell what is to be predicted, or can no longer be read.
    """
    try:
        return _decided(survey, wishes, test)
    except SpecError as error:
        raise Faults(error.at(None)) from None


def _decided(survey: Survey, wishes: Wishes, test: Survey | None) -> Draft:
    for name in (*wishes.targets, *wishes.known):
        if name not in survey.names:
            help = did_you_mean(name, survey.names) or f"its columns are {_listed(survey.names)}"
            message = f"`{survey.file.shown}` has no column {called(name)}"
            raise Faults(Diagnostic("unknown-column", message, help=help))
    reasons: dict[str, str] = {}
    task = wishes.task or _task(survey, wishes.targets, reasons)
    if task != "classification":
        _check_numbers(survey, wishes.targets, task)
    if task == "forecast":
        _check_values(survey, wishes.targets)
        return series_draft(survey, wishes, reasons)
    if wishes.known:
        message = "`--known` has a meaning only for a forecast"
        raise Faults(Diagnostic("unused-key", message, help=f"this is a {task}"))
    targets = wishes.targets or _answer(survey, reasons)
    _check_values(survey, targets)
    plan = _rows(survey, task, targets, reasons)
    strip = _point_of(survey, test, targets[0]) if test is not None and plan.classes else None
    return replace(plan, strip=strip)


def _check_values(survey: Survey, targets: Sequence[str]) -> None:
    """Raises Faults for a target without a value, from which nothing can be learnt."""
    for name in targets:
        if not survey.column(name).distinct:
            message = f"`{survey.file.shown}`, column {called(name)}: every value is missing"
            raise Faults(Diagnostic("missing-value", message))


def _check_numbers(survey: Survey, targets: Sequence[str], task: Task) -> None:
    """Raises Faults for a target of words, which no forecast and no regression has."""
    for name in targets:
        column = survey.column(name)
        if column.kind == "text":
            message = f"`{survey.file.shown}`: column {called(name)} holds words"
            message += f", {column.distinct:,} different ones, and a {task} is of numbers"
            help = f"`--task classification --target {name}`, if they are classes"
            if column.look is not None:
                help = f"{nearly(column.look)}; or {help}"
            raise Faults(Diagnostic("not-a-number", message, help=help))


def _point_of(survey: Survey, test: Survey, target: str) -> str | None:
    """A full stop, where only that tells the classes of the test rows from those of the others."""
    if target not in test.names:
        return None
    known, others = labels_of(survey, target), labels_of(test, target)
    pointed = not others <= known and {each.rstrip(".") for each in others} <= known
    return "." if pointed else None


def _task(survey: Survey, targets: Sequence[str], reasons: dict[str, str]) -> Task:
    """The task that time and targets suggest."""
    chosen = [survey.column(name) for name in targets]
    called = [survey.column(name) for name in targets or _called(survey)]
    label = called[0] if len(called) == 1 and _is_label(called[0], survey.looked) else None
    if not targets and (label is None or label.name.lower() == "y"):
        label = _label_of_sequences(survey)
    if label is not None and find_sequences(survey, label.name) is not None:
        reasons["task"] = f"`{label.name}` has {label.distinct} different values"
        return "classification"
    if _is_series(survey, label) and all(each.numeric for each in chosen):
        times = survey.times
        told = f"the rows follow `{' '.join(times.columns)}`" if times else "one column of numbers"
        reasons["task"] = told
        return "forecast"
    answers = chosen or [survey.column(name) for name in _answer(survey, {})]
    if len(answers) == 1 and _is_label(answers[0], survey.looked):
        reasons["task"] = f"`{answers[0].name}` has {answers[0].distinct} different values"
        if answers[0].numeric and answers[0].distinct > 2:
            reasons["task"] += "; --task regression takes it as a number"
        return "classification"
    reasons["task"] = "the answer is a number"
    return "regression"


def _is_series(survey: Survey, label: Seen | None) -> bool:
    """Whether rows are moments: there is a time, or one column of numbers beside names of rows.

    A time that goes on in steps of every length is a date of each row where there is a `label` or
    no order; a series keeps steps.
    """
    times = survey.times
    if times is not None:
        return times.stamps.even or (label is None and not times.sort)
    rest = [each for each in survey.columns if not each.numeric]
    return len(survey.columns) - len(rest) == 1 and all(
        each.distinct == survey.looked for each in rest
    )


def _label_of_sequences(survey: Survey) -> Seen | None:
    """The one column of words that is the same in all rows of each sequence, where there are some."""
    if survey.times is not None:
        return None
    words = [c for c in survey.columns if c.kind == "text" and _is_label(c, survey.looked)]
    found = [each for each in words if find_sequences(survey, each.name) is not None]
    return found[0] if len(found) == 1 else None


def _is_label(column: Seen, rows: int) -> bool:
    """Whether a column names classes: few different texts or whole numbers."""
    few = 1 < column.distinct <= _FEW and column.distinct * 3 <= rows
    return column.kind in ("text", "whole", "flag") and few


def _called(survey: Survey) -> list[str]:
    """The columns that are called as answers are; `y` may be a place beside `x`, if another is."""
    called = [name for name in survey.names if name.lower() in _ANSWERS]
    return [name for name in called if name.lower() != "y" or len(called) == 1]


def _answer(survey: Survey, reasons: dict[str, str]) -> tuple[str, ...]:
    """The column to predict: one that is called so, or the label at one end of a file without names."""
    called = _called(survey)
    label = _label_of_sequences(survey) if called in ([], ["y"]) else None
    if label is not None:
        reasons["targets"] = "the same in all rows of a sequence"
        return (label.name,)
    if len(called) == 1:
        reasons["targets"] = "called by its name"
        return (called[0],)
    ends = [survey.columns[0], survey.columns[-1]] if not survey.file.header_lines else []
    labels = [each for each in ends if _is_label(each, survey.looked)]
    if len(labels) == 1:
        reasons["targets"] = "the one column of classes"
        return (labels[0].name,)
    message = f"`{survey.file.shown}` does not tell which column is to be predicted"
    help = f"name it with --target; there are {_listed(survey.names)}"
    raise Faults(Diagnostic("no-target", message, help=help))


def _rows(survey: Survey, task: Task, targets: Sequence[str], reasons: dict[str, str]) -> Draft:
    """A table, a sequence or an image in each row."""
    others = [each for each in survey.columns if each.name not in targets]
    whys = {each.name: useless(each, survey.looked, forecast=False) for each in others}
    left_out = {name: why for name, why in whys.items() if why}
    if others and others[0].counts and len(others) - len(left_out) > 1:
        left_out.setdefault(others[0].name, "a number of each row")
    kept = tuple(each.name for each in others if each.name not in left_out)
    if not kept:
        message = f"`{survey.file.shown}` has no column beside the target that tells anything"
        raise Faults(Diagnostic("unknown-column", message))
    steps = find_sequences(survey, targets[0])
    if steps is not None and steps.group in (survey.times.columns if survey.times else ()):
        steps = None  # all at one moment
    inside = () if steps is None else (steps.group, steps.order)
    if steps is not None and any(name not in inside for name in kept):
        kept = tuple(name for name in kept if name not in inside)
        left_out = {n: why for n, why in left_out.items() if n not in (steps.group, steps.order)}
        reasons["order"] = f"one `{targets[0]}` for each `{steps.group}`: its rows are one sample"
    else:
        steps = None  # or nothing is left that could be seen at a step
    of_steps: tuple[Form, int] = ("steps", 0)
    columns = [survey.column(name) for name in kept]
    form, side = of_steps if steps else _form(columns, others, reasons)
    if form in ("sequence", "image"):  # a pixel that is always 0 has its place all the same
        left_out, kept = {}, tuple(each.name for each in others)
    elif form == "table":
        left_out |= _giveaways(survey, task, targets, kept, reasons)
        kept = tuple(name for name in kept if name not in left_out)
    return Draft(
        task=task,
        form=form,
        group=steps.group if steps else None,
        order=steps.order if steps else None,
        features=kept if left_out else None,
        targets=tuple(targets),
        classes=survey.column(targets[0]).distinct if task == "classification" else 0,
        side=side,
        width=len(kept),
        reasons=reasons,
        left_out=left_out,
    )


def _giveaways(
    survey: Survey,
    task: Task,
    targets: Sequence[str],
    names: Sequence[str],
    reasons: dict[str, str],
) -> dict[str, str]:
    """The columns that say what a target says, unless none would be left; the reasons tell of it then."""
    found: dict[str, str] = {}
    for target in targets:
        found |= tell_too_much(survey, target, names, task == "classification")
    if len(found) < len(names):
        return found
    reasons["features"] = "; ".join(f"`{name}` {why}" for name, why in found.items())
    return {}


def _form(
    kept: Sequence[Seen], others: Sequence[Seen], reasons: dict[str, str]
) -> tuple[Form, int]:
    """Whether the columns are steps of a sequence or pixels of a square image, and its side."""
    if len(others) < _SEQUENCE or not all(each.numeric for each in kept) or not _numbered(others):
        return "table", 0
    side = isqrt(len(others))
    pixels = all(each.kind == "whole" and each.low >= 0 and each.high <= 255 for each in kept)
    if side * side == len(others) and side >= _SMALLEST_IMAGE and pixels:
        reasons["shape"] = (
            f"{len(others)} numbered columns of whole numbers: {side} x {side} pixels"
        )
        return "image", side
    reasons["shape"] = f"{len(others)} numbered columns: the steps of a sequence"
    return "sequence", 0


def _numbered(columns: Sequence[Seen]) -> bool:
    """Whether the names count: one word with rising numbers, or the rows and columns of a grid."""
    matches = [_NUMBERED.fullmatch(each.name) for each in columns]
    parts = [match.groups() for match in matches if match]
    if len(parts) < len(columns) or len({(word, between) for word, _, between, _ in parts}) > 1:
        return False
    first, second = ([int(part[i] or 0) for part in parts] for i in (1, 3))
    if parts[0][3] is None:
        return first == list(range(first[0], first[0] + len(first)))
    side = isqrt(len(parts))
    grid = [(row + first[0], column + second[0]) for row in range(side) for column in range(side)]
    return list(zip(first, second, strict=True)) == grid


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:12])
    return f"{shown}, ... ({len(names)} in all)" if len(names) > 12 else shown
