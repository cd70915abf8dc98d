"""A layer explained: its formula, what is often got wrong, and the arithmetic of its shapes and weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from layerforge.expand import expand
from layerforge.graph import Graph
from layerforge.infer import Plan, Step, Weight, infer
from layerforge.layers import LayerType
from layerforge.render.catalog import details, family, layer_record, summary
from layerforge.render.characters import folded
from layerforge.render.derivation import derivation
from layerforge.render.ledger import ledger_lines
from layerforge.render.numbers import count
from layerforge.render.plan_record import step_record
from layerforge.render.remarks import REMARKS, Remark
from layerforge.render.screen import Screen
from layerforge.render.table import Column, table
from layerforge.shapes import text
from layerforge.source import read
from layerforge.spec import Scope, Variables, parse


def layer_explained(entry: LayerType, steps: Sequence[Step], screen: Screen) -> str:
    """The layer's page, with the numbers of these steps, or of an example where there are none."""
    lines = [f"{screen.paint('strong', entry.name)} ({family(entry)})", ""]
    for paragraph in (summary(entry), details(entry)):
        lines += _folded(paragraph, screen) if paragraph else []
    remark = REMARKS.get(entry.name)
    if remark is not None:
        lines += ["", *_folded(remark.text, screen)]
    for step in steps:
        place = f"{step.call.span.file}:{step.call.span.line}"
        lines += ["", *_title(f"{step.call.name}, {place}", screen), *account(step, screen)]
    if not steps and remark is not None:
        example = f"for example `{remark.item}` on {remark.shape}"
        lines += ["", *_title(example, screen), *account(example_step(remark), screen)]
    if not steps:
        more = (
            f"layerforge layers {entry.name} shows what it takes; "
            f"layerforge explain {entry.name} --spec SPEC counts with a spec's own numbers"
        )
        lines += ["", *_folded(more, screen)]
    return "\n".join(lines) + "\n"


def layer_explained_record(entry: LayerType, steps: Sequence[Step]) -> dict[str, Any]:
    """The layer for JSON: what it takes, and these steps with how their outputs come about."""
    accounts = [{**step_record(step), "derivation": _derivation_record(step)} for step in steps]
    return {"kind": "layer", **layer_record(entry), "layers": accounts}


def _derivation_record(step: Step) -> list[dict[str, Any]]:
    return [{"axis": each.axis, "formula": each.formula} for each in derivation(step)]


def account(step: Step, screen: Screen) -> list[str]:
    """Shapes, weights and multiply-adds of a step, each with its arithmetic."""
    width = screen.width
    lines = table((Column(""), Column("")), _shapes(step), width)[1:]
    derived = [
        (f"    {each.axis}", _equation(each.formula, count(each.size))) for each in derivation(step)
    ]
    if derived:
        lines += ["  how the output comes about", *table(_TWO, derived, width)[1:]]
    lines += _parameters(step, width)
    lines += _gates(step, width)
    if step.macs != 0:
        lines.append(f"  multiply-adds for one sample: {count(step.macs)}")
    return lines


_TWO = (Column(""), Column(""))
_THREE = (Column(""), Column(""), Column(""))


def _equation(formula: str, result: str) -> str:
    return formula if formula == result else f"{formula} = {result}"


def _shapes(step: Step) -> list[tuple[str, str]]:
    inputs = [
        ("  input", f"{text(shape)} from {source}")
        for source, shape in zip(step.sources, step.input_shapes, strict=False)
    ]
    return [*inputs, *(("  output", text(shape)) for shape in step.outputs)]


def _parameters(step: Step, width: int | None) -> list[str]:
    if step.shared:
        return [f"  parameters: those of {step.call.layer.name}, counted there"]
    if not step.weights:
        return ["  parameters: none"]
    # The layers inside a nested model have names of their own; a plain layer's is in the title.
    rows = [
        _weight(weight, weight.path if step.inner else weight.path.partition("/")[2])
        for weight in step.weights
    ]
    rows.append(("    in all", "", _total(step)))
    return ["  parameters", *table(_THREE, rows, width)[1:]]


def _weight(weight: Weight, name: str) -> tuple[str, str, str]:
    product = " x ".join(f"{dim:,}" for dim in weight.shape) or "1"
    said = _equation(product, count(weight.params))
    return (f"    {name}", text(weight.shape), said if weight.trainable else f"{said}, not trained")


def _total(step: Step) -> str:
    parts = " + ".join(count(weight.params) for weight in step.weights)
    said = _equation(parts, count(step.params))
    fixed = step.params - step.trainable_params
    return f"{said}, {count(fixed)} of them not trained" if fixed else said


def _gates(step: Step, width: int | None) -> list[str]:
    """The recurrent ledger of this step alone, indented."""
    if not step.recurrences:
        return []
    plan = Plan(Graph("", (), (), ()), (step,), ())
    lines = ledger_lines(plan, None if width is None else max(width - 4, 1))[:-1]
    return ["  gate by gate", *(f"    {line}" if line else "" for line in lines)]


def example_step(remark: Remark) -> Step:
    """The step of a remark's example."""
    spec_text = f"model:\n  input: {remark.shape}\n  layers:\n    - {remark.item}\n"
    plan = _plan_of(spec_text)
    return plan.steps[0]


def _plan_of(spec_text: str) -> Plan:
    """The plan of a spec that has no faults."""
    root = read(spec_text, "example", [])
    assert root is not None
    spec = parse(root, "example", [])
    return infer(expand(spec, Scope(Variables({}, {}, [])), []), [])


def _title(title: str, screen: Screen) -> list[str]:
    return [screen.paint("strong", line) for line in _folded(title, screen)]


def _folded(paragraph: str, screen: Screen) -> list[str]:
    return [paragraph] if screen.width is None else folded(paragraph, screen.width)
