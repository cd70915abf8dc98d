"""Scores of folds as people read them: a row for each, the mean and the spread below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from layerforge.render.numbers import count, many
from layerforge.render.score_parts import cell, flat
from layerforge.render.screen import Screen
from layerforge.render.table import Column, titled

Scores = Mapping[str, Any]
_SHOWN: Final = ("scaled mse", "scaled mae", "original mae", "accuracy", "f1_macro")


def folds_text(found: Scores, screen: Screen, what: str = "backtest") -> str:
    """The table of a backtest or of trained folds, and in how many the model beats the best baseline."""
    folds: Sequence[Scores] = found["folds"]
    known = dict(flat(folds[0]["model"]))
    names = [name for name in _SHOWN if name in known]
    head = [Column("fold"), *(Column(name) for name in _times(folds)), Column("samples", True)]
    head += [Column(name, True) for name in names]
    head += [Column("best baseline"), Column("there", True), Column("skill", True)]
    rows = [_row(fold, names) for fold in folds]
    empty = ["" for _ in _times(folds)]
    for name in ("mean", "spread"):
        values = dict(_summed(found["summary"]["model"], name))
        rows.append([name, *empty, "", *(cell(values.get(each)) for each in names), "", "", ""])
    how = "trained again for each" if found["refit"] else "one model for all"
    title = f"{what}: {many(len(folds), 'fold')}, {how}"
    sentence, won = _sentence(folds)
    shown = [*screen.lines(title, "", "strong"), "", *titled(head, rows, screen), ""]
    return "\n".join([*shown, *screen.lines(sentence, "", "good" if won else "warning")]) + "\n"


def _times(folds: Sequence[Scores]) -> list[str]:
    """The columns that say when the folds are, which those of a table do not."""
    return [name for name in ("from", "to") if name in folds[0]]


def _row(fold: Scores, names: Sequence[str]) -> list[str]:
    model, rival = dict(flat(fold["model"])), fold["comparison"] or {}
    skill = rival.get("skill")
    return [
        *(str(fold["fold"]), *(str(fold[name]) for name in _times([fold])), count(fold["samples"])),
        *(cell(model.get(name)) for name in names),
        *(str(rival.get("baseline", "-")), cell(rival.get("baseline_score"))),
        "-" if skill is None else f"{skill:.1%}",
    ]


def _summed(values: Scores, kind: str) -> list[tuple[str, float | None]]:
    found: list[tuple[str, float | None]] = []
    for key, value in values.items():
        if key in ("scaled", "original"):
            found += [(f"{key} {name}", number) for name, number in _summed(value, kind)]
        else:
            found.append((key, value[kind]))
    return found


def _sentence(folds: Sequence[Scores]) -> tuple[str, bool]:
    compared = [fold["comparison"] for fold in folds if fold["comparison"]]
    won = sum(bool(each["beats"]) for each in compared)
    where = f"{won} of {many(len(compared), 'fold')}"
    if won == len(compared):
        return f"The model beats the best baseline in every fold ({where}).", True
    return f"The model beats the best baseline in {where}.", False
