"""Whether the model's output fits the targets: what Keras would broadcast in silence is a fault here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from shlex import quote
from typing import Any, Final

from layerforge.components.own import LEVELS
from layerforge.diagnostics import Diagnostic, Related
from layerforge.graph import Call
from layerforge.infer import Plan
from layerforge.shapes import UNKNOWN, differ, without_batch
from layerforge.spec import DataSettings, TrainSettings

_NAMED: Final = 4  # targets in a command, at most


def head_faults(
    plan: Plan,
    settings: DataSettings,
    targets: int | None = None,
    classes: int | None = None,
    quantiles: Sequence[float] | None = None,
) -> list[Diagnostic]:
    """The fault of a last layer whose shape is not that of the targets, or nothing.

    `targets` and `classes` are counts that only the data know; without them what the spec alone
    says is checked. `quantiles` are on an axis of their own, the last.
    """
    count = targets if targets is not None else _target_count(settings)
    fitting = target_shapes(settings, count, classes)
    if quantiles is not None:
        fitting = [(*shape, len(quantiles)) for shape in fitting]
    if len(plan.outputs) > 1:
        return [_several(plan)]
    if not fitting or not plan.outputs:
        return []
    output = plan.outputs[0][1:]
    if any(len(shape) == len(output) and not any(map(differ, shape, output)) for shape in fitting):
        return []
    given = without_batch(plan.outputs[0])
    wanted = without_batch((UNKNOWN, *fitting[0]))
    last = last_call(plan)
    why = _why(settings, count, classes)
    why += f", each with {len(quantiles)} quantiles" if quantiles is not None else ""
    message = f"the model gives {given}, but the targets are {wanted}: {why}"
    place = settings.span("horizon" if settings.task == "forecast" else "targets")
    related = (Related("the targets are declared here", place),) if place else ()
    help = _help(fitting[0], output) if quantiles is None else None
    if help is not None and last is not None and last.layer.type.name != "Dense":
        help += _draft(settings, output)
    return [Diagnostic("wrong-head", message, last.span if last else None, help, related)]


def _several(plan: Plan) -> Diagnostic:
    """Training takes a model of one output."""
    message = f"the model has {len(plan.outputs)} outputs; training from data needs one"
    help = "list the output that is trained alone under `outputs`, or join them by Concatenate"
    return Diagnostic("several-outputs", message, plan.graph.outputs[1].span, help)


def quantiles_of(plan: Plan, train: TrainSettings | None) -> tuple[float, ...] | None:
    """The quantiles that a model forecasts: those of the `QuantileHead` it ends with, or of its loss.

    None where it forecasts values.
    """
    last = last_call(plan) if plan.outputs else None
    if last is not None and last.layer.type.name == "QuantileHead":
        return _levels(last.layer.values)
    loss = train.loss if train is not None else None
    return _levels(loss.values) if loss is not None and loss.name == "Pinball" else None


def _levels(values: Mapping[str, Any]) -> tuple[float, ...]:
    found: tuple[float, ...] = values.get("quantiles", LEVELS)
    return found


def last_call(plan: Plan) -> Call | None:
    """The call that gives the model's first output; None where that is an input."""
    name = plan.graph.outputs[0].name
    return next((step.call for step in plan.steps if step.call.name == name), None)


def _target_count(settings: DataSettings) -> int | None:
    if settings.targets is not None:
        plain = not any(set("*?[") & set(name) for name in settings.targets)
        return len(settings.targets) if plain else None
    return None


def target_shapes(
    settings: DataSettings, targets: int | None, classes: int | None
) -> list[tuple[int, ...]]:
    """The output shapes that fit, batch left out, the natural one first; none where not enough is known."""
    if settings.task == "classification":
        if classes is None:
            return []
        return [(1,), (2,)] if classes == 2 else [(classes,)]
    if targets is None:
        return []
    if settings.task == "regression":
        return [(targets,)]
    steps = settings.steps or 1
    if targets == 1:
        return [(steps,), (steps, 1)]
    return [(targets,), (1, targets)] if steps == 1 else [(steps, targets)]


def _why(settings: DataSettings, targets: int | None, classes: int | None) -> str:
    if settings.task == "classification":
        return f"{classes} classes"
    columns = f"{targets} column{'' if targets == 1 else 's'}"
    if settings.task == "regression":
        return columns
    steps = settings.steps or 1
    return f"{steps} step{'' if steps == 1 else 's'} of {columns}"


def _help(wanted: tuple[int, ...], output: tuple[object, ...]) -> str:
    if len(wanted) == 1:
        return f"end with `Dense: {wanted[0]}` after a layer that gives a vector"
    product = wanted[0] * wanted[1]
    shape = f"[{wanted[0]}, {wanted[1]}]"
    if output == (product,):
        return f"add `- Reshape: {shape}` as the last item"
    return f"end with `- Dense: {product}` and `- Reshape: {shape}`"


def _draft(settings: DataSettings, output: tuple[Any, ...]) -> str:
    """The command that drafts a model of these targets, where this one is of another number of them."""
    names, steps = settings.targets or (), settings.steps or 1
    known = all(isinstance(each, int) for each in output)
    if settings.task == "classification" or not known or not 0 < len(names) <= _NAMED:
        return ""
    there, rest = divmod(prod(output), steps)
    if rest or there == len(names):
        return ""
    words = " ".join(f"--target {quote(name)}" for name in names)
    return f", or have `layerforge new DATA {words}` draft a spec anew"
