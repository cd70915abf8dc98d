"""A plan as JSON: what `build --json` prints."""

from __future__ import annotations

from typing import Any

from layerforge.graph import Input
from layerforge.infer import Plan, Step, Weight, input_shape
from layerforge.render.ledger import gate_records
from layerforge.shapes import Dim, Shape


def plan_record(plan: Plan, verified: bool | None) -> dict[str, Any]:
    """The plan for JSON; `verified` says whether Keras agrees, null where it was not asked."""
    layers = [_input_record(each) for each in plan.graph.inputs]
    layers += [step_record(step) for step in plan.steps]
    return {
        "name": plan.name,
        "layers": layers,
        "total_params": plan.params,
        "trainable_params": plan.trainable_params,
        "non_trainable_params": plan.params - plan.trainable_params,
        "macs": _number(plan.macs),
        "verified": verified,
    }


def _input_record(each: Input) -> dict[str, Any]:
    return {
        "name": each.name,
        "type": "InputLayer",
        "inputs": [],
        "output_shape": _shape(input_shape(each)),
        "params": 0,
        "trainable_params": 0,
        "weights": [],
        "macs": 0,
    }


def step_record(step: Step) -> dict[str, Any]:
    outputs = [_shape(shape) for shape in step.outputs]
    record = {
        "name": step.call.name,
        "type": step.call.layer.type.name,
        "inputs": list(step.sources),
        "output_shape": outputs[0] if len(outputs) == 1 else outputs,
        "params": step.params,
        "trainable_params": step.trainable_params,
        "weights": [_weight_record(weight) for weight in step.weights],
        "macs": _number(step.macs),
    }
    gates = gate_records(step)
    return {**record, "gates": gates} if gates else record


def _weight_record(weight: Weight) -> dict[str, Any]:
    return {
        "name": weight.name,
        "path": weight.path,
        "shape": list(weight.shape),
        "trainable": weight.trainable,
    }


def _shape(shape: Shape) -> list[int | None]:
    return [_number(dim) for dim in shape]


def _number(dim: Dim) -> int | None:
    return dim if isinstance(dim, int) else None
