"""The recurrent ledger: how the parameters of LSTM, GRU and their kin come about, gate by gate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from layerforge.infer import Plan, Step
from layerforge.layers import Recurrence
from layerforge.render.characters import folded
from layerforge.render.numbers import many
from layerforge.render.table import Column, table

# What each gate is called: Hochreiter & Schmidhuber 1997, Gers et al. 2000; Cho et al. 2014.
_MEANINGS: Final[Mapping[tuple[str, ...], tuple[str, ...]]] = {
    ("i", "f", "c", "o"): ("input gate", "forget gate", "cell", "output gate"),
    ("z", "r", "h"): ("update gate", "reset gate", "candidate"),
    ("h",): ("state",),
}


def ledger_lines(plan: Plan, width: int | None) -> list[str]:
    """The arithmetic of every recurrent layer, a paragraph each; no lines for a model without one."""
    lines: list[str] = []
    for step in plan.steps:
        lines += _step_lines(step, width) if step.recurrences else []
    return lines


def gate_records(step: Step) -> list[dict[str, Any]]:
    """The same for JSON: each direction's gates, the parameters of one gate, and the formula in words."""
    return [
        {
            "direction": each.direction,
            "gates": list(each.gates),
            "per_gate": each.per_gate,
            "formula": formula(each),
            "params": each.params,
        }
        for each in step.recurrences
    ]


def formula(each: Recurrence) -> str:
    """`4 x (32 x (32 + 32) + 32) = 8,320`: gates, units, inputs, units again, biases."""
    if len(each.gates) == 1:
        return f"{_per_gate(each)} = {each.params:,}"
    return f"{len(each.gates)} x ({_per_gate(each)}) = {each.params:,}"


def _per_gate(each: Recurrence) -> str:
    inputs = _times(each.kernel, each.features)
    states = _times(each.recurrent_kernel, each.units)
    product = f"{each.units:,} x ({inputs} + {states})"
    return f"{product} + {_times(each.biases, each.units)}" if each.biases else product


def _times(factor: int, number: int) -> str:
    return f"{number:,}" if factor == 1 else f"{factor:,} x {number:,}"


def _step_lines(step: Step, width: int | None) -> list[str]:
    call = step.call
    lines: list[str] = []
    for number, each in enumerate(step.recurrences, start=1):
        which = each.direction or (f"cell {number}" if len(step.recurrences) > 1 else "")
        title = f"{call.name} ({call.layer.type.name}{', ' + which if which else ''})"
        if lines:
            lines.append("")
        title += f": {many(each.features, 'feature')} in, {many(each.units, 'unit')}"
        lines += folded(title, width) if width else [title]
        lines += _gate_lines(each, width)
    if len(step.recurrences) > 1:
        parts = " + ".join(f"{each.params:,}" for each in step.recurrences)
        total = sum(each.params for each in step.recurrences)
        lines += ["", f"{call.name}: {parts} = {total:,}"]
    return [*lines, ""]


def _gate_lines(each: Recurrence, width: int | None) -> list[str]:
    one = f"{_per_gate(each)} = {each.per_gate:,}"
    meanings = _MEANINGS.get(each.gates, each.gates)
    rows = [(f"  {gate}", word, one) for gate, word in zip(each.gates, meanings, strict=True)]
    if len(each.gates) > 1:
        rows.append(("", f"{len(each.gates)} gates", formula(each)))
    head = (Column(""), Column(""), Column(""))
    return table(head, rows, width)[1:]
