"""The section `tune`: which algorithm searches, for what, how long, and within which bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from layerforge.arguments import (
    INVALID,
    Choice,
    Flag,
    Found,
    Kind,
    Optional,
    Parameter,
    Real,
    Signature,
    Text,
    Whole,
    read_arguments,
    refuse,
)
from layerforge.diagnostics import Diagnostic, Span, did_you_mean
from layerforge.records import field, record
from layerforge.source import Mapping as MappingNode
from layerforge.source import Node, Scalar
from layerforge.spec.train import TrainSettings


def _tuner(name: str, *parameters: Parameter) -> Signature:
    return Signature(name, parameters, "tuner")


# KerasTuner's tuners with its arguments and defaults (keras_tuner/src/tuners), and regularized evolution
# (Real et al. 2019, "Regularized Evolution for Image Classifier Architecture Search", section 3).
TUNERS: Final[dict[str, Signature]] = {
    "RandomSearch": _tuner("RandomSearch"),
    "GridSearch": _tuner("GridSearch"),
    "BayesianOptimization": _tuner(
        "BayesianOptimization",
        Parameter("num_initial_points", Optional(Whole(1)), None),
        Parameter("alpha", Real(0.0, open_bottom=True), 1e-4),
        Parameter("beta", Real(0.0), 2.6),
    ),
    "Hyperband": _tuner(
        "Hyperband",
        Parameter("max_epochs", Whole(2), 100),
        Parameter("factor", Whole(2), 3),
        Parameter("hyperband_iterations", Whole(1), 1),
    ),
    "RegularizedEvolution": _tuner(
        "RegularizedEvolution",
        Parameter("population_size", Whole(2), 20),
        Parameter("sample_size", Whole(1), 5),
    ),
}

_OBJECTIVE = Signature(
    "objective",
    (Parameter("name", Text()), Parameter("direction", Optional(Choice(("min", "max"))), None)),
    "section",
)
_MEDIAN = Signature(
    "median_stopping",
    (Parameter("grace_period", Whole(1), 3), Parameter("min_samples_required", Whole(2), 5)),
    "section",
)
# What most searches are for; a name that is nearly one of these is a slip of the pen.
_USUAL: Final = ("loss", "val_loss", "accuracy", "val_accuracy", "mae", "val_mae", "val_auc")
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}

# Parts of the names of metrics by which a greater or a smaller value is the better one.
_MORE: Final = (
    *("acc", "auc", "precision", "recall", "sensitivity", "specificity", "f1", "fbeta", "iou"),
    *("io_u", "r2", "cosine_similarity", "true_pos", "true_neg", "pearson", "concordance"),
)
_LESS: Final = (
    *("loss", "error", "mse", "mae", "mape", "msle", "logcosh", "log_cosh", "crossentropy"),
    *("cross_entropy", "hinge", "divergence", "poisson", "false_pos", "false_neg", "huber"),
    *("pinball", "dice", "tversky", "kld"),
)


@record
class Tuner:
    """An algorithm of `TUNERS` and all its arguments."""

    name: str = "RandomSearch"
    values: Mapping[str, Any] = field(default_factory=dict)


@record
class Goal:
    """The quantity of an epoch's log that a search makes small (`min`) or great (`max`)."""

    name: str = "val_loss"
    direction: str | None = None


@record
class MedianRule:
    """A trial ends after an epoch whose best so far is worse than the median of others at that epoch.

    Not before `grace_period` epochs, nor before `min_samples_required` others came so far. The rule
    is Vizier's (Golovin et al. 2017, section 3.2.2), the names are those Ray Tune gives it.
    """

    grace_period: int = 3
    min_samples_required: int = 5


@record
class _TunerKind:
    """`RandomSearch`, or `{Hyperband: {max_epochs: 27}}`."""

    noun: str = "a tuner: " + ", ".join(TUNERS)

    def read(self, node: Node, found: Found) -> Any:
        key, below = node, None
        if isinstance(node, MappingNode) and len(node.entries) == 1:
            key, below = node.entries[0]
        if not isinstance(key, Scalar):
            return refuse(found, node, self.noun)
        if key.text not in TUNERS:
            return refuse(found, key, self.noun, did_you_mean(key.text, TUNERS))
        signature = TUNERS[key.text]
        arguments = read_arguments(signature, below, key.span, found)
        if arguments is None:
            return INVALID
        defaults = {parameter.name: parameter.default for parameter in signature.parameters}
        return Tuner(key.text, {**defaults, **arguments.values})

    def schema(self) -> dict[str, Any]:
        named = {
            name: _object({p.name: p.kind.schema() for p in signature.parameters})
            for name, signature in TUNERS.items()
        }
        one = {**_object(named), "minProperties": 1, "maxProperties": 1}
        return {"anyOf": [{"enum": list(TUNERS)}, one]}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": ["object", "null"], "properties": properties, "additionalProperties": False}


@record
class _Section:
    """A small mapping that becomes a record, or the short form of it."""

    signature: Signature
    made: type
    short: Kind
    noun: str

    def read(self, node: Node, found: Found) -> Any:
        if not isinstance(node, MappingNode):
            return self._short(node, found)
        arguments = read_arguments(self.signature, node, node.span, found, bare=False)
        return INVALID if arguments is None else self.made(**arguments.values)

    def _short(self, node: Node, found: Found) -> Any:
        value = self.short.read(node, found)
        if value is INVALID or value is False:
            return INVALID if value is INVALID else None
        return self.made() if value is True else self.made(value)

    def schema(self) -> dict[str, Any]:
        properties = {p.name: p.kind.schema() for p in self.signature.parameters}
        return {"anyOf": [self.short.schema(), _object(properties)]}


@record
class _Duration:
    """A number of seconds, or `90s`, `30m`, `2h`, `1d`."""

    noun: str = "a time such as 90s, 30m or 2h"

    def read(self, node: Node, found: Found) -> Any:
        match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)([smhd]?)", getattr(node, "text", ""))
        seconds = float(match[1]) * _UNITS[match[2] or "s"] if match else 0
        return seconds if seconds > 0 else refuse(found, node, self.noun)

    def schema(self) -> dict[str, Any]:
        text = {"type": "string", "pattern": r"^\d{1,9}(\.\d{1,9})?[smhd]?$"}
        return {"anyOf": [{"type": "number", "exclusiveMinimum": 0}, text]}


SIGNATURE = Signature(
    "tune",
    (
        Parameter("tuner", _TunerKind(), "RandomSearch"),
        Parameter(
            "objective",
            _Section(_OBJECTIVE, Goal, Text(), "the name of a metric"),
            "val_loss",
        ),
        Parameter("max_trials", Optional(Whole(1)), None),
        Parameter("executions_per_trial", Whole(1), 1),
        Parameter("folds", Optional(Whole(2)), None),
        Parameter("seed", Whole(0), 0),
        Parameter("max_time", Optional(_Duration()), None),
        Parameter("max_parameters", Optional(Whole(1)), None),
        Parameter("max_macs", Optional(Whole(1)), None),
        Parameter(
            "median_stopping",
            _Section(_MEDIAN, MedianRule, Flag(), "true, or its arguments"),
            None,
        ),
    ),
    "section",
)

MAX_TRIALS: Final = 10  # KerasTuner's default where an algorithm does not end by itself
_ENDS: Final = ("GridSearch", "Hyperband")


@record
class TuneSettings:
    """The section, read. `max_trials` is None where the algorithm alone says when it ends."""

    tuner: Tuner = Tuner()
    objective: Goal = Goal()
    max_trials: int | None = MAX_TRIALS
    executions_per_trial: int = 1
    folds: int | None = None
    seed: int = 0
    max_time: float | None = None
    max_parameters: int | None = None
    max_macs: int | None = None
    median_stopping: MedianRule | None = None
    spans: Mapping[str, Span] = field(default_factory=dict, compare=False)
    place: Span | None = field(default=None, compare=False)

    def span(self, key: str) -> Span | None:
        """Where the value of `key` stands, or the section's own place when it was not written."""
        return self.spans.get(key, self.place)


def read_tune(node: Node, found: Found, train: TrainSettings | None = None) -> TuneSettings | None:
    """The settings of a resolved `tune` section, or None after any fault.

    `train` says what class stands behind the name that a metric was given.
    """
    arguments: Any = read_arguments(SIGNATURE, node, node.span, found, bare=False)
    if arguments is None:
        return None
    values = dict(arguments.values)
    if values.get("max_trials") is None:
        ends = values.get("tuner", Tuner()).name in _ENDS
        values["max_trials"] = None if ends else MAX_TRIALS
    goal = _directed(values.get("objective", Goal()), train)
    settings = TuneSettings(**{**values, "objective": goal}, spans=arguments.spans, place=node.span)
    faults = [*_objective_faults(settings), *_sample_faults(settings)]
    found.extend(faults)
    return None if faults else settings


def _directed(goal: Goal, train: TrainSettings | None) -> Goal:
    """The goal with the direction that its metric has where none was written."""
    if goal.direction is not None:
        return goal
    base = goal.name.removeprefix("val_")
    metrics = (train.metrics if train is not None else None) or ()
    classes = [metric.name for metric in metrics if metric.values.get("name") == base]
    return Goal(goal.name, direction_of(classes[0] if classes else base))


def _objective_faults(settings: TuneSettings) -> Iterator[Diagnostic]:
    goal = settings.objective
    if goal.direction is None:
        message = f"whether a small or a great `{goal.name}` is the better one is not known"
        help = logged_name_meant(goal.name, _USUAL)
        help = help or f"write `objective: {{name: {goal.name}, direction: min}}`, or max"
        place = settings.span("objective")
        yield Diagnostic("missing-argument", message, place, help)


def _sample_faults(settings: TuneSettings) -> Iterator[Diagnostic]:
    if settings.tuner.name != "RegularizedEvolution":
        return
    sample, population = (settings.tuner.values[k] for k in ("sample_size", "population_size"))
    if sample > population:
        message = f"a sample of {sample} cannot be drawn from a population of {population}"
        help = f"write `sample_size: {population}` or less"
        yield Diagnostic("out-of-range", message, settings.span("tuner"), help)


def logged_name_meant(name: str, logged: Sequence[str]) -> str | None:
    """A help line with the name in the log that is nearest; that both begin with `val_` says nothing."""
    bases = [each.removeprefix("val_") for each in logged]
    near = did_you_mean(name.removeprefix("val_"), bases)
    return near and did_you_mean(name, logged)


def direction_of(name: str) -> str | None:
    """`min` or `max` for the name of a loss or of one of Keras's metrics, None for any other."""
    word = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.removeprefix("val_")).lower()
    if any(part in word for part in _LESS):
        return "min"
    return "max" if any(part in word for part in _MORE) else None
