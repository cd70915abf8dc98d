"""The parts of a report of scores: a score in a cell, the confusion matrix, a table of slices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from layerforge.render.numbers import count, score
from layerforge.render.screen import Screen
from layerforge.render.table import Column, titled

Scores = Mapping[str, Any]
_SCALES: Final = ("scaled", "original")
_ASIDE: Final = ("zero_targets", "coverage_meant", "samples")
_MOST_CLASSES: Final = 12  # of a confusion matrix on a screen
# What a table of slices shows of the model, and then of its best rival alone.
_OF_MODEL: Final = (
    *("scaled mse", "scaled mae", "original mae", "r2", "accuracy", "f1_macro"),
    *("precision", "recall", "f1"),
)
_OF_RIVAL: Final = ("scaled mse", "accuracy", "f1")


def flat(values: Scores) -> Iterator[tuple[str, float | None]]:
    """Each score under its name, those of a scale under `scaled mse`; what is no number is left out."""
    for key, value in values.items():
        if key in _SCALES and isinstance(value, Mapping):
            yield from ((f"{key} {name}", number) for name, number in flat(value))
        elif key in _ASIDE:
            continue
        elif value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
            yield key, value


def cell(value: float | None) -> str:
    """A score, or a dash where there is none."""
    return "-" if value is None else score(value)


def confusion_lines(scores: Scores, screen: Screen) -> list[str]:
    """Who was taken for whom by the model; nothing where there is none, or too many classes."""
    matrix = scores.get("model", {}).get("confusion")
    if not matrix or len(matrix) > _MOST_CLASSES or "classes" not in scores:
        return []
    head = (Column("true \\ predicted"), *(Column(name, True) for name in scores["classes"]))
    rows = [(name, *map(count, row)) for name, row in zip(scores["classes"], matrix, strict=True)]
    return ["", *titled(head, rows, screen)]


def slice_lines(scores: Scores, by: str, screen: Screen) -> list[str]:
    """A row for each target, step, class or slice, with scores of the model and its best rival."""
    rival = (scores.get("comparison") or {}).get("baseline")
    columns: list[tuple[str, str, Mapping[str, Any]]] = []
    contenders = {"model": scores["model"]} if "model" in scores else {}
    rivals = scores.get("baselines", {})
    contenders |= {name: rivals[name] for name in rivals if rival in (None, name)}
    for who, values in contenders.items():
        parts = values["by"][by]
        known = dict(flat(next(iter(parts.values()), {})))
        shown = _OF_MODEL if who == "model" else _OF_RIVAL
        columns += [(who, name, parts) for name in shown if name in known]
    labels = list(dict.fromkeys(label for *_, parts in columns for label in parts))
    sized = any("samples" in part for *_, parts in columns for part in parts.values())
    head = [Column(by), *([Column("samples", True)] if sized else [])]
    head += [Column(name if who == "model" else f"{who} {name}", True) for who, name, _ in columns]
    rows = [_row(label, columns, sized) for label in labels]
    return ["", *titled(head, rows, screen)]


def _row(label: str, columns: list[tuple[str, str, Mapping[str, Any]]], sized: bool) -> list[str]:
    own = [parts.get(label, {}) for *_, parts in columns]
    cells = [cell(dict(flat(p)).get(name)) for p, (_, name, _) in zip(own, columns, strict=True)]
    size = [count(next((p["samples"] for p in own if "samples" in p), 0))] if sized else []
    return [label, *size, *cells]
