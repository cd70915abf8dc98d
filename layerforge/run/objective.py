"""What a model is trained for: loss and metrics, chosen by the task where the spec names none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from layerforge.components import Component
from layerforge.components.own import LEVELS
from layerforge.components.table import find
from layerforge.diagnostics import Diagnostic, Related, Span
from layerforge.graph import Call
from layerforge.heads import last_call, quantiles_of
from layerforge.infer import Plan
from layerforge.spec import DataSettings, TrainSettings

Labels = Literal["values", "indices", "one_hot"]

_TAKE_INDICES: Final = {
    "SparseCategoricalCrossentropy",
    "Circle",
    "CategoricalGeneralizedCrossEntropy",
}
_MULTICLASS: Final = ("SparseCategorical", "Categorical", "SparseTopK", "TopK", "KLDivergence")
_OF_PROBABILITIES: Final = ("Crossentropy", "CrossEntropy")
_ACCURACY: Final = {"BinaryAccuracy", "Accuracy"}


@dataclass(frozen=True, slots=True)
class Objective:
    """The loss, the metrics, and how targets are fed: as they are, as class indices, or one-hot.

    `logits` says that the model's outputs become probabilities only by sigmoid or softmax. The
    outputs of a model of `quantiles` have one axis more than the targets.
    """

    loss: Component
    metrics: tuple[Component, ...]
    labels: Labels
    logits: bool = False
    quantiles: tuple[float, ...] | None = None


def choose_objective(plan: Plan, task: str, train: TrainSettings) -> Objective:
    """The objective of a spec: its own loss and metrics, and what the task suggests for the others."""
    quantiles = quantiles_of(plan, train)
    if quantiles is not None:
        loss = train.loss or Component("losses", "Pinball", {"quantiles": quantiles})
        return Objective(loss, train.metrics or (), "values", quantiles=quantiles)
    classifies = task == "classification"
    units = plan.outputs[0][-1]
    loss = train.loss or Component("losses", _default_loss(classifies, units == 1))
    labels: Labels = "values"
    if classifies and units != 1:
        labels = "indices" if _meant(loss) & _TAKE_INDICES else "one_hot"
    logits = classifies and loss.values.get("from_logits") is True
    metrics = train.metrics
    if metrics is None:
        metrics = (Component("metrics", "accuracy" if classifies else "mae"),)
    if logits and units == 1:
        metrics = tuple(_of_logits(metric) for metric in metrics)
    return Objective(loss, metrics, labels, logits)


def _default_loss(classifies: bool, single: bool) -> str:
    if not classifies:
        return "mse"
    return "binary_crossentropy" if single else "sparse_categorical_crossentropy"


def _of_logits(metric: Component) -> Component:
    """Accuracy counts outputs above 1/2 as the second class; of logits those above 0 are."""
    if not (_meant(metric) & _ACCURACY) or "threshold" in metric.values:
        return metric
    name = metric.values.get("name") or metric.name
    return Component("metrics", "BinaryAccuracy", {"name": name, "threshold": 0.0})


def objective_faults(
    objective: Objective, plan: Plan, data: DataSettings, train: TrainSettings
) -> list[Diagnostic]:
    """What Keras would let pass in silence: losses and metrics that do not fit the targets' form."""
    if objective.quantiles is not None:
        return _quantile_faults(objective, train)
    several = [each for each in objective.metrics if _gives_several(each, plan.outputs[0][-1])]
    if several:
        return [_several_numbers(each, train) for each in several]
    if data.task != "classification":
        return _shares_fault(objective.loss, data, train)
    single = plan.outputs[0][-1] == 1
    found = []
    for component in (objective.loss, *objective.metrics):
        key = "loss" if component.category == "losses" else "metrics"
        fault = _misfit(component, objective, single)
        if fault is not None:
            message, help = fault
            found.append(
                Diagnostic("wrong-loss", message, component.span() or train.span(key), help)
            )
    if not found and not objective.logits:
        found += _logits_fault(objective.loss, plan, single)
    return found or _softmax_of_one(plan, single)


def _shares_fault(loss: Component, data: DataSettings, train: TrainSettings) -> list[Diagnostic]:
    """A crossentropy of numbers that are scaled to a mean of 0: no share is below 0."""
    shares = any(name.endswith(_OF_PROBABILITIES) for name in _meant(loss))
    if not shares or data.scale != "standard":
        return []
    message = f"`{loss.name}` compares shares from 0 to 1; `scale: standard` has targets below 0"
    help = "write `scale: minmax` under `data`, and `activation: sigmoid` in the last layer"
    return [Diagnostic("wrong-loss", message, loss.span() or train.span("loss"), help)]


def _gives_several(metric: Component, units: object) -> bool:
    """Whether Keras would log a number for each class or column, and not one that an epoch has."""
    names = {"F1Score": "average", "FBetaScore": "average", "R2Score": "class_aggregation"}
    argument = next((names[each] for each in _meant(metric) if each in names), None)
    if argument is None or units == 1:
        return False
    return metric.values.get(argument, "mean" if argument != "average" else None) is None


def _several_numbers(metric: Component, train: TrainSettings) -> Diagnostic:
    key, word = (
        ("average", "macro")
        if metric.name != "R2Score"
        else ("class_aggregation", "uniform_average")
    )
    message = (
        f"`{metric.name}` gives a number for each class or column, and a log has one of each epoch"
    )
    place = metric.span() or train.span("metrics")
    return Diagnostic("wrong-loss", message, place, f"write `{{{metric.name}: {{{key}: {word}}}}}`")


def _softmax_of_one(plan: Plan, single: bool) -> list[Diagnostic]:
    """Softmax over one unit is 1 whatever the model says, so that nothing is learnt."""
    call = last_call(plan)
    activation = call.layer.values.get("activation") if call is not None else None
    if call is None or not single or getattr(activation, "name", activation) != "softmax":
        return []
    message = "softmax over one unit is always 1"
    help = "write `activation: sigmoid`, or give the layer a unit per class"
    return [Diagnostic("wrong-head", message, call.span, help)]


def _quantile_faults(objective: Objective, train: TrainSettings) -> list[Diagnostic]:
    """Another loss than that of the head's quantiles, and metrics that compare single values."""
    levels = objective.quantiles or ()
    written = ", ".join(f"{level:g}" for level in levels)
    loss, found = objective.loss, []
    if loss.name != "Pinball" or tuple(loss.values.get("quantiles", LEVELS)) != levels:
        message = f"the model forecasts the quantiles {written}, which `{loss.name}` does not train"
        place = loss.span("quantiles") or train.span("loss")
        help = f"leave `loss` out, or write `{{Pinball: {{quantiles: [{written}]}}}}`"
        found.append(Diagnostic("wrong-loss", message, place, help))
    for metric in objective.metrics:
        message = f"`{metric.name}` compares single values, but the model forecasts quantiles"
        place = metric.span() or train.span("metrics")
        found.append(Diagnostic("wrong-loss", message, place, "leave `metrics` out"))
    return found


def _misfit(
    component: Component, objective: Objective, single: bool
) -> tuple[str, str | None] | None:
    meant = sorted(_meant(component))
    if len(meant) != 1 or not (name := meant[0]).startswith(_MULTICLASS):
        return None
    if single:
        message = f"`{component.name}` compares several classes, but the model gives one number"
        return message, _single_help(component)
    sparse = name.startswith("Sparse")
    if component.category == "losses" or sparse == (objective.labels == "indices"):
        return None
    given = "class indices" if objective.labels == "indices" else "one-hot labels"
    taken = "class indices" if sparse else "one-hot labels"
    message = f"`{component.name}` takes {taken}, but `{objective.loss.name}` is given {given}"
    other = name.removeprefix("Sparse") if sparse else f"Sparse{name}"
    return message, f"write `{other}`" if find("metrics", other) else None


def _single_help(component: Component) -> str:
    if component.category == "losses":
        return "write `loss: binary_crossentropy`, or give the last layer a unit per class"
    return "write `accuracy`, or give the last layer a unit per class"


def _logits_fault(loss: Component, plan: Plan, single: bool) -> list[Diagnostic]:
    """A crossentropy of probabilities behind a layer without activation trains on garbage."""
    call = last_call(plan)
    classes = sorted(_meant(loss))
    if (
        call is None
        or not _is_linear(call)
        or not any(n.endswith(_OF_PROBABILITIES) for n in classes)
    ):
        return []
    activation = "sigmoid" if single else "softmax"
    message = (
        f"`{loss.name}` takes probabilities, but this {call.layer.type.name} has no activation"
    )
    wanted = classes[0] if len(classes) == 1 else "SparseCategoricalCrossentropy"
    help = f"add `activation: {activation}`, or write `loss: {{{wanted}: {{from_logits: true}}}}`"
    related = _related(loss.span())
    return [Diagnostic("logits-not-probabilities", message, call.span, help, related)]


def _related(place: Span | None) -> tuple[Related, ...]:
    return (Related("the loss is chosen here", place),) if place is not None else ()


def _is_linear(call: Call) -> bool:
    """Whether the layer has the argument `activation` and gives its outputs as they are."""
    parameter = call.layer.type.signature.parameter("activation")
    if parameter is None:
        return False
    activation = call.layer.values.get("activation", parameter.default)
    return activation is None or getattr(activation, "name", activation) == "linear"


def _meant(component: Component) -> set[str]:
    """The Keras classes that a name may stand for: one, or for `crossentropy` three."""
    entry = find(component.category, component.name)
    if entry is None:
        return set()
    return {entry.keras_class} if entry.keras_class else set(entry.instead)
