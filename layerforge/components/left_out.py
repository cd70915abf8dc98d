"""What Keras has and a spec cannot or must not hold, and what to write instead."""

from collections.abc import Mapping
from typing import Final

from layerforge.records import record


@record
class LeftOut:
    """Why a name is left out, completing "`NAME` ...", and the cure where there is one."""

    reason: str
    help: str | None = None


_ABSTRACT: Final = LeftOut("is the class that the others are made from, and does nothing itself")
_LAYER: Final = LeftOut("is a layer, not an activation", "write it as the next item of the stack")

LEFT_OUT: Final[Mapping[str, Mapping[str, LeftOut]]] = {
    "optimizers": {"Optimizer": _ABSTRACT},
    "losses": {"Loss": _ABSTRACT},
    "metrics": {
        "Metric": _ABSTRACT,
        "MeanMetricWrapper": LeftOut("wraps a function, and a spec holds no code"),
        "Mean": LeftOut("averages values of your code and compares no prediction with its target"),
        "Sum": LeftOut("adds up values of your code and compares no prediction with its target"),
    },
    "callbacks": {
        "Callback": _ABSTRACT,
        "CallbackList": LeftOut("holds the others", "write the callbacks themselves in a list"),
        "LambdaCallback": LeftOut("runs code, and a spec holds none"),
        "LearningRateScheduler": LeftOut(
            "runs code, and a spec holds none",
            "give the optimizer a schedule: `Adam: {learning_rate: {CosineDecay: {...}}}`",
        ),
        "RemoteMonitor": LeftOut(
            "sends the run over the network, which a spec must not do",
            "write `CSVLogger: log.csv` for a file of every epoch",
        ),
        "History": LeftOut("is there in every run", "leave it away"),
        "ProgbarLogger": LeftOut("is there in every run", "leave it away"),
        # Measured: 7 of 14 kills during its save left a backup that never loads again.
        "BackupAndRestore": LeftOut("is not needed: every run can be resumed", "leave it away"),
    },
    "schedules": {"LearningRateSchedule": _ABSTRACT},
    "initializers": {"Initializer": _ABSTRACT},
    "regularizers": {"Regularizer": _ABSTRACT},
    "constraints": {"Constraint": _ABSTRACT},
    "activations": {
        # Keras's layers do not account for it: Dense(6, activation="glu") says 6 and gives 3.
        "glu": LeftOut("halves an axis, which no layer accounts for", "write `ops.glu` as an item"),
        "threshold": LeftOut(
            "needs two numbers, which an activation cannot be given",
            "write `ops.threshold: {threshold: ..., default_value: ...}` as an item",
        ),
        "PReLU": _LAYER,
        "LeakyReLU": LeftOut(_LAYER.reason, "write `leaky_relu`, or the layer as the next item"),
    },
    "dtype_policies": {},
    "optimizer_maps": {},
}


def left_out(category: str, name: str) -> LeftOut | None:
    """Why the name is left out of its category, in whatever spelling, or None."""
    folded = _fold(name)
    for known, entry in LEFT_OUT[category].items():
        if _fold(known) == folded:
            return entry
    return None


def _fold(name: str) -> str:
    return name.replace("_", "").lower()
