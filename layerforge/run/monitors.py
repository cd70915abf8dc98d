"""What every epoch of a training logs, by name, and who watches a name that no epoch logs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from layerforge.components import Component
from layerforge.components.table import find
from layerforge.diagnostics import Diagnostic, Span
from layerforge.layers.catalog import snake_case
from layerforge.pipeline import Compiled
from layerforge.run.objective import Objective, choose_objective
from layerforge.spec import TrainSettings
from layerforge.spec.tune import logged_name_meant


def logged_names(objective: Objective, validated: bool = True) -> list[str]:
    """The columns of the log of epochs, under the names that Keras gives them."""
    names = ["loss", *metric_names(objective.metrics)]
    return [*names, "learning_rate", *(f"val_{name}" for name in names if validated)]


def metric_names(metrics: Sequence[Component]) -> list[str]:
    """The names under which Keras logs metrics, without Keras.

    It logs one that was given by a second name (`mae`) by that. It numbers those of a class that has
    no default name: `precision`, `precision_1`. Source: `keras.src.utils.naming.auto_name`.
    """
    numbered: Counter[str] = Counter()
    names = []
    for metric in metrics:
        name = _given_name(metric)
        if name is None:
            word = snake_case(_class_of(metric))
            name = f"{word}_{numbered[word]}" if numbered[word] else word
            numbered[word] += 1
        names.append(name)
    return names


def _given_name(metric: Component) -> str | None:
    """The name that a metric has by its arguments or its class, None for one that Keras numbers."""
    entry = find("metrics", metric.name)
    by_second_name = entry is None or metric.name != entry.keras_class
    if not metric.values and by_second_name:
        return metric.name
    if metric.name == "Accuracy" and not metric.values:
        return metric.name  # as `accuracy`, it is what the data make of it
    parameter = entry.signature.parameter("name") if entry is not None else None
    default = parameter.default if parameter is not None else None
    name: str | None = metric.values.get("name") or default
    return name


def _class_of(metric: Component) -> str:
    entry = find("metrics", metric.name)
    return entry.keras_class if entry is not None else metric.name


def monitor_faults(compiled: Compiled, validated: bool = True) -> list[Diagnostic]:
    """What watches a name that no epoch logs: a callback, or the objective of a search.

    Keras only warns of it, in every epoch. `validated` says whether there are validation rows, which
    only the data tell. Of a spec that cannot be trained nothing is said.
    """
    plan, data = compiled.plan, compiled.data
    if plan is None or data is None or len(plan.outputs) != 1:
        return []
    train = compiled.train or TrainSettings()
    logged = logged_names(choose_objective(plan, data.task, train), validated)
    return [
        _fault(who, name, place, logged)
        for who, name, place in _watching(compiled, train)
        if name not in logged
    ]


def _watching(compiled: Compiled, train: TrainSettings) -> Iterator[tuple[str, str, Span | None]]:
    for callback in train.callbacks:
        name = callback.values.get("monitor", _default_monitor(callback.name))
        if isinstance(name, str):
            yield callback.name, name, callback.span("monitor") or train.span("callbacks")
    if compiled.tune is not None:
        yield "the search", compiled.tune.objective.name, compiled.tune.span("objective")


def _default_monitor(name: str) -> str | None:
    entry = find("callbacks", name)
    parameter = entry.signature.parameter("monitor") if entry else None
    return parameter.default if parameter else None


def _fault(who: str, name: str, place: Span | None, logged: list[str]) -> Diagnostic:
    other = name.removeprefix("val_")
    if other != name and other in logged and "val_loss" not in logged:
        message = f"{who} watches `{name}`, but there are no validation rows"
        help: str | None = f"give `data.split` a part `validation`, or watch `{other}`"
    else:
        message = f"{who} watches `{name}`, which no epoch logs"
        help = logged_name_meant(name, logged) or f"there are {', '.join(logged)}"
    return Diagnostic("unknown-monitor", message, place, help)
