"""The search space of a spec as people read it, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from layerforge.expressions import Value
from layerforge.render.numbers import count as number
from layerforge.render.numbers import many
from layerforge.render.screen import Screen
from layerforge.render.table import Column, table
from layerforge.space import Examination, Model, count, grid
from layerforge.spec import Hyperparameter

_SHOWN: Final = 8  # values of a hyperparameter in its line


def space_text(examination: Examination, screen: Screen) -> str:
    """What is searched, how many points that makes, and from which model to which."""
    rows = [(hp.name, hp.kind, _values(hp)) for hp in examination.hyperparameters]
    columns = (Column("hyperparameter"), Column("kind"), Column("values"))
    lines = table(columns, rows, screen.width)
    said = [*_points(examination), *_sizes(examination)]
    return "\n".join([*lines, *(part for line in said for part in screen.lines(line))]) + "\n"


def space_record(examination: Examination) -> dict[str, Any]:
    """The same for JSON."""
    return {
        "hyperparameters": [
            {"name": hp.name, "kind": hp.kind, **_arguments(hp)}
            for hp in examination.hyperparameters
        ],
        "points": examination.points,
        "exact": examination.whole,
        "looked_at": examination.looked,
        "valid": examination.valid,
        "over_budget": examination.over_budget,
        "invalid": [
            {"code": each.fault.code, "values": dict(each.values), "points": each.points}
            for each in examination.broken
        ],
        "smallest": _model_record(examination.smallest),
        "largest": _model_record(examination.largest),
        "macs": list(examination.macs) if examination.macs else None,
    }


def _arguments(hp: Hyperparameter) -> dict[str, Any]:
    given = {name: value for name, value in hp.arguments.items() if value is not None}
    return {name: list(v) if isinstance(v, tuple) else v for name, v in given.items()}


def _model_record(model: Model | None) -> dict[str, Any] | None:
    if model is None:
        return None
    return {"parameters": model.parameters, "macs": model.macs, "values": dict(model.point)}


def _values(hp: Hyperparameter) -> str:
    several = count(hp)
    if several is not None and several <= _SHOWN:
        return ", ".join(shown(value) for value in grid(hp))
    low, high = hp.arguments["min_value"], hp.arguments["max_value"]
    sampling, step = hp.arguments.get("sampling") or "linear", hp.arguments.get("step")
    text = f"{shown(low)} to {shown(high)}"
    if step is not None:
        text += f" by {'' if sampling == 'linear' else 'a factor of '}{shown(step)}"
    return text if sampling == "linear" else f"{text}, {sampling}"


def shown(value: Value) -> str:
    """A value as YAML has it, a number to six digits."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _points(examination: Examination) -> Iterator[str]:
    of = "no end of points" if examination.points is None else many(examination.points, "point")
    if examination.whole:
        yield f"{of}, each of them looked at: {_kinds(examination)}"
    else:
        most = "" if examination.points is None else "at most "
        where = "corners and a sample of the inside"
        yield f"{most}{of}; looked at {examination.looked:,}, {where}: {_kinds(examination)}"


def _kinds(examination: Examination) -> str:
    invalid = examination.looked - examination.valid - examination.over_budget
    kinds = [f"{examination.valid:,} valid"]
    kinds += [f"{invalid:,} invalid"] if invalid else []
    kinds += [f"{examination.over_budget:,} over the budget"] if examination.over_budget else []
    return ", ".join(kinds)


def _sizes(examination: Examination) -> Iterator[str]:
    smallest, largest = examination.smallest, examination.largest
    if smallest is None or largest is None:
        return
    if smallest.parameters == largest.parameters:
        yield f"parameters: {number(smallest.parameters)}"
    else:
        yield f"parameters: from {_model(smallest)}"
        yield f"            to {_model(largest)}"
    if examination.macs is not None:
        low, high = examination.macs
        yield f"multiply-adds: {number(low)}" + (f" to {number(high)}" if high != low else "")


def _model(model: Model) -> str:
    return f"{number(model.parameters)} ({values_text(model.point)})"


def values_text(point: Mapping[str, Value]) -> str:
    """`width = 32, kernel = 3`."""
    return ", ".join(f"{name} = {shown(value)}" for name, value in point.items())
