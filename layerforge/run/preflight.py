"""What Keras lets pass in silence, looked for before the first epoch: warnings, which stop nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from layerforge.components.table import find
from layerforge.data import Prepared
from layerforge.diagnostics import Diagnostic
from layerforge.graph import Call
from layerforge.heads import last_call
from layerforge.infer import Plan
from layerforge.memory import estimate
from layerforge.memory.machine import installed_memory
from layerforge.run.objective import Objective
from layerforge.spec import TrainSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FAR: Final = 10.0  # a column whose mean or deviation is beyond this slows every optimizer down
_GIB: Final = 2**30
_SAMPLES: Final = 10_000
# First layers that bring numbers of any size to where others can use them.
_SCALERS: Final = frozenset(
    {
        *("BatchNormalization", "GroupNormalization", "LayerNormalization", "RMSNormalization"),
        *("Normalization", "UnitNormalization", "Rescaling", "RevIN", "Embedding"),
        *("Discretization", "CategoryEncoding", "Hashing", "IntegerLookup"),
    }
)
_FEW: Final = 5  # columns that a message names
_TOO_MUCH: Final = 5.0  # times the expected loss, which outputs of variance 1 do not reach
# What an activation's values lie between.
_RANGES: Final = {
    "relu": (0.0, math.inf),
    "softplus": (0.0, math.inf),
    "exponential": (0.0, math.inf),
    "relu6": (0.0, 6.0),
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
}


def data_cautions(prepared: Prepared, plan: Plan, objective: Objective) -> list[Diagnostic]:
    """Warnings about data beside a model that they fit: columns not scaled, targets out of its reach."""
    return [*_unscaled(prepared, plan), *_unreachable(prepared, plan, objective)]


def _unscaled(prepared: Prepared, plan: Plan) -> Iterator[Diagnostic]:
    """Numbers that are far from 0 and 1 as the first layers with weights get them."""
    if _begins_with_scaling(plan):
        return
    values = prepared.features[_some(prepared)]
    ends = list(accumulate(len(encoder.names) for encoder in prepared.encoders))
    far = [
        f"`{encoder.name}`"
        for encoder, end in zip(prepared.encoders, ends, strict=True)
        if encoder.kind == "number" and _is_far(values[:, end - 1])
    ]
    if far:
        is_or_are = "is" if len(far) == 1 else "are"
        shown = ", ".join(far[:_FEW]) + (", ..." if len(far) > _FEW else "")
        message = f"{shown} {is_or_are} far from 0 and 1 as the model gets them: {len(far)} in all"
        place = prepared.settings.span("scale" if "scale" in prepared.settings.spans else "source")
        help = "write `scale: standard`"
        yield Diagnostic("unscaled-column", message, place, help, severity="warning")


def _begins_with_scaling(plan: Plan) -> bool:
    inputs = {each.name for each in plan.graph.inputs}
    calls = [call for call in plan.graph.calls if inputs & {ref.name for ref in call.refs()}]
    return any(call.layer.type.name in _SCALERS for call in calls)


def _is_far(values: NDArray[np.float32]) -> bool:
    return max(abs(float(values.mean())), float(values.std())) > _FAR


def _some(prepared: Prepared) -> NDArray[np.int64]:
    """Positions of training samples, some thousands at most: enough to see a scale."""
    rows = prepared.positions["train"]
    return rows[:: max(1, len(rows) // _SAMPLES)]


def _unreachable(prepared: Prepared, plan: Plan, objective: Objective) -> Iterator[Diagnostic]:
    """Targets beyond what the last activation gives."""
    call = last_call(plan)
    if prepared.classes is not None or call is None or objective.quantiles is not None:
        return
    activation = _activation(call)
    low, high = _RANGES.get(activation, (-math.inf, math.inf))
    values = prepared.answers(_some(prepared))
    beyond = float(((values < low) | (values > high)).mean())
    if beyond > 0:
        span = f"{low:g} to {high:g}" if math.isfinite(high) else f"{low:g} or more"
        message = f"`{activation}` gives {span}, but {beyond:.0%} of the scaled targets are beyond"
        help = "leave the activation of the last layer away"
        yield Diagnostic("unreachable-target", message, call.span, help, severity="warning")


def _activation(call: Call) -> str:
    """The last layer's activation by Keras's name; empty where it has none."""
    value = call.layer.values.get("activation")
    return str(getattr(value, "name", value) or "")


def memory_notes(plan: Plan, batch_size: int, train: TrainSettings) -> list[str]:
    """A line where training is estimated to need more memory than the machine has."""
    needed = estimate(plan, batch_size, train.optimizer, train.dtype_policy).training
    there = installed_memory()
    if not isinstance(needed, int) or there is None or needed <= there:
        return []
    sizes = f"{needed / _GIB:,.1f} GiB, and this machine has {there / _GIB:,.1f} GiB"
    return [f"training on batches of {batch_size:,} is estimated to take {sizes}"]


def expected_loss(prepared: Prepared, objective: Objective) -> tuple[float, str] | None:
    """What the loss of a model that knows nothing is about, and why; None for losses that vary.

    A guess that gives each of C classes 1 / C costs ln C; one that gives 0 the mean square, or mean
    absolute value, of the scaled targets.
    """
    entry = find("losses", objective.loss.name)
    name = (entry.keras_class or entry.name) if entry is not None else ""
    if prepared.classes is not None and name.lower().replace("_", "").endswith("crossentropy"):
        count = len(prepared.classes)
        return math.log(count), f"ln {count}"
    if prepared.classes is None and objective.quantiles is None:
        values = prepared.answers(_some(prepared))
        if name in ("MeanSquaredError", "mse", "mean_squared_error"):
            return float((values**2).mean()), "the mean square of the targets"
        if name in ("MeanAbsoluteError", "mae", "mean_absolute_error"):
            return float(abs(values).mean()), "the mean absolute target"
    return None


def loss_caution(loss: float, prepared: Prepared, objective: Objective) -> Diagnostic | None:
    """The warning of a first loss far from its expected value."""
    expected = expected_loss(prepared, objective)
    if expected is None:
        return None
    value, why = expected
    if math.isfinite(loss) and loss <= _TOO_MUCH * (value + 1.0):
        return None
    message = f"the first loss is {loss:.4g}, where about {value:.4g} ({why}) is expected"
    help = "look at the scale of the columns and at the last activation"
    return Diagnostic("unexpected-loss", message, objective.loss.span(), help, severity="warning")
