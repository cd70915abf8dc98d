"""The section `train`: optimizer, loss, metrics, epochs, callbacks, as Keras's compile and fit take them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from layerforge.arguments import (
    INVALID,
    Choice,
    Either,
    Flag,
    Found,
    ListOf,
    Literal,
    Optional,
    Parameter,
    Real,
    Signature,
    Text,
    Whole,
    read_arguments,
    refuse,
)
from layerforge.components import Component, ComponentOf
from layerforge.components.kinds import Float, MapOf
from layerforge.diagnostics import Diagnostic, Span
from layerforge.records import field, record
from layerforge.source import Mapping as MappingNode
from layerforge.source import Node
from layerforge.spec.data import DataSettings
from layerforge.spec.devices import DEVICES
from layerforge.spec.execution import Execution, ExecutionKind


@record
class CheckpointRule:
    """How often a training is written to disk: every so many steps, or minutes; one of the two."""

    steps: int | None = None
    minutes: float | None = None


_CHECKPOINT = Signature(
    "checkpoint",
    (
        Parameter("steps", Whole(1), None),
        Parameter("minutes", Real(0.0, open_bottom=True), None),
    ),
    "section",
)


@record
class _CheckpointKind:
    """`{steps: 500}` or `{minutes: 5}`."""

    noun: str = "`{steps: N}` or `{minutes: M}`"

    def read(self, node: Node, found: Found) -> Any:
        if not isinstance(node, MappingNode) or len(node.entries) != 1:
            return refuse(found, node, self.noun)
        arguments = read_arguments(_CHECKPOINT, node, node.span, found, bare=False)
        return INVALID if arguments is None else CheckpointRule(**arguments.values)

    def schema(self) -> dict[str, Any]:
        kinds = {parameter.name: parameter.kind.schema() for parameter in _CHECKPOINT.parameters}
        return {
            "type": "object",
            "properties": kinds,
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        }


_CLASS_WEIGHT = Either(
    (
        Literal("balanced", "balanced"),
        MapOf(Text("a class"), Float(Real(0.0)), "a mapping from classes to weights"),
    )
)

DTYPE_POLICIES: Final = ("float32", "mixed_float16", "mixed_bfloat16")  # of layers that write none
SIGNATURE = Signature(
    "train",
    (
        Parameter("optimizer", ComponentOf("optimizers"), Component("optimizers", "adam")),
        Parameter("loss", Optional(ComponentOf("losses")), None),
        Parameter("metrics", Optional(ListOf(ComponentOf("metrics"), single=True)), None),
        Parameter("epochs", Whole(1), 10),
        Parameter("batch_size", Whole(1), 32),
        Parameter("callbacks", ListOf(ComponentOf("callbacks"), single=True), ()),
        Parameter("steps_per_epoch", Optional(Whole(1)), None),
        Parameter("seed", Whole(0), 0),
        Parameter("deterministic", Flag(), False),
        Parameter("checkpoint", Optional(_CheckpointKind()), None),
        Parameter("tensorboard", Flag(), False),
        Parameter("class_weight", Optional(_CLASS_WEIGHT), None),
        Parameter("execution", ExecutionKind(), "auto"),
        Parameter("dtype_policy", Choice(DTYPE_POLICIES), "float32"),
        Parameter("devices", Optional(DEVICES), None),
    ),
    "section",
)


@record
class TrainSettings:
    """The section, read. A `loss` of None is chosen by the task, and so are `metrics` of None.

    `class_weight` is `balanced`, or a weight for classes by name. `devices` of this machine, or `cluster`
    for those of several, share each batch. `spans` says where each value stands, and the name of each
    weighted class, under `class_weight.NAME`.
    """

    optimizer: Component = Component("optimizers", "adam")
    loss: Component | None = None
    metrics: tuple[Component, ...] | None = None
    epochs: int = 10
    batch_size: int = 32
    callbacks: tuple[Component, ...] = ()
    steps_per_epoch: int | None = None
    seed: int = 0
    deterministic: bool = False
    checkpoint: CheckpointRule | None = None
    tensorboard: bool = False
    class_weight: str | Mapping[str, float] | None = None
    execution: Execution = Execution()
    dtype_policy: str = "float32"
    devices: int | str | None = None
    spans: Mapping[str, Span] = field(default_factory=dict, compare=False)
    place: Span | None = field(default=None, compare=False)

    def span(self, key: str) -> Span | None:
        """Where the value of `key` stands, or the section's own place when it was not written."""
        return self.spans.get(key, self.place)


def read_train(node: Node, found: Found) -> TrainSettings | None:
    """The settings of a resolved `train` section, or None after any fault."""
    arguments: Any = read_arguments(SIGNATURE, node, node.span, found, bare=False)
    if arguments is None:
        return None
    values = dict(arguments.values)
    if values.get("deterministic") and values.get("execution", Execution()).jit_compile:
        message = "deterministic operations and XLA cannot stand together"
        help = "leave `jit_compile` out, or `deterministic`"
        place = arguments.spans["execution"]
        found.append(Diagnostic("conflicting-arguments", message, place, help))
        return None
    if values.get("tensorboard"):
        board = Component("callbacks", "TensorBoard", place=arguments.spans["tensorboard"])
        values["callbacks"] = (*values.get("callbacks", ()), board)
    spans = {**arguments.spans, **_weighted_classes(node)}
    return TrainSettings(**values, spans=spans, place=node.span)


def _weighted_classes(node: Node) -> dict[str, Span]:
    """The places of the names of the classes that are given a weight."""
    weights = node.get("class_weight") if isinstance(node, MappingNode) else None
    entries = weights.entries if isinstance(weights, MappingNode) else ()
    return {f"class_weight.{name.text}": name.span for name, _ in entries}


def class_weight_faults(train: TrainSettings, data: DataSettings) -> Found:
    """Where `class_weight` has no meaning: there are no classes, or samples have weights already."""
    if train.class_weight is None:
        return []
    place = train.span("class_weight")
    if data.task != "classification":
        message = f"`class_weight` has a meaning only for classes, not for `task: {data.task}`"
        return [Diagnostic("unused-key", message, place)]
    if data.weights is not None:
        # Keras's fit refuses the two together as well (array_data_adapter.py).
        message = "a sample counts by `data.weights` or by `class_weight`, not by both"
        return [Diagnostic("conflicting-arguments", message, place)]
    return []
