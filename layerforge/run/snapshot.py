"""All that a training changes, taken into a checkpoint and put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from layerforge.run import callbacks as kept_callbacks
from layerforge.run.checkpoint import Checkpoint
from layerforge.run.loop import Position
from layerforge.run.watch import Watch

if TYPE_CHECKING:
    from numpy.typing import NDArray

_GROUPS: Final = ("model", "optimizer", "metrics")
Arrays = Mapping[str, "NDArray[Any]"]


def take(model: Any, callbacks: Sequence[Any], watch: Watch, position: Position) -> Checkpoint:
    """The training as it stands after a step or an epoch."""
    arrays = {
        name: variable.numpy()
        for group in _GROUPS
        for name, variable in _variables(model, group).items()
    }
    arrays |= {f"best {i}": value for i, value in enumerate(watch.best_weights)}
    kept = []
    for number, callback in enumerate(callbacks):
        plain, lists = _parted(kept_callbacks.kept(callback))
        kept.append({"class": type(callback).__name__, "plain": plain, "lists": sorted(lists)})
        for name, values in lists.items():
            arrays |= {f"callback {number} {name} {i}": each for i, each in enumerate(values)}
    state = {
        "position": position,
        "groups": _GROUPS,
        "stopped": bool(model.stop_training),
        "watch": watch.state(),
        "callbacks": kept,
    }
    return Checkpoint(state, arrays)


def put_back(checkpoint: Checkpoint, model: Any, callbacks: Sequence[Any], watch: Watch) -> None:
    """Model, optimizer, metrics, callbacks and watch as they were; what they hold now is lost."""
    state = checkpoint.state
    for group in _GROUPS:
        if group in state["groups"]:
            _put_variables(checkpoint.arrays, model, group)
    model.stop_training = state["stopped"]
    watch.put_back(state["watch"], _listed(checkpoint.arrays, "best"))
    for callback, kept in zip(callbacks, callback_states(checkpoint), strict=False):
        kept_callbacks.restore(callback, kept)


def fits(checkpoint: Checkpoint, model: Any, group: str) -> bool:
    """Whether `model`, `optimizer` or `metrics` have the variables that the checkpoint holds."""
    shapes = {name: tuple(each.shape) for name, each in _variables(model, group).items()}
    held = {n: v.shape for n, v in checkpoint.arrays.items() if n.startswith(f"{group} ")}
    return shapes == held


def _put_variables(arrays: Arrays, model: Any, group: str) -> None:
    for name, variable in _variables(model, group).items():
        variable.assign(arrays[name])


def callback_states(checkpoint: Checkpoint) -> list[dict[str, Any]]:
    """What was kept of each callback, in their order."""
    states = []
    for number, each in enumerate(checkpoint.state["callbacks"]):
        lists = {n: _listed(checkpoint.arrays, f"callback {number} {n}") for n in each["lists"]}
        states.append({**each["plain"], **lists})
    return states


def _variables(model: Any, group: str) -> dict[str, Any]:
    """The variables of a group by a name that says their place and their own name.

    Not their path: LossScaleOptimizer's is another where it is built by the first step.
    `model.variables` has the states of dropout's seed generators, which no weights file has.
    """
    if group == "model":
        variables = model.variables
    elif group == "optimizer":
        variables = _optimizer_variables(model.optimizer)
    else:
        variables = model.metrics_variables
    return {f"{group} {i} {each.name}": each for i, each in enumerate(variables)}


def _optimizer_variables(optimizer: Any) -> list[Any]:
    """The variables of an optimizer and of those in it, also such as Keras has lost sight of.

    LossScaleOptimizer turns tracking off while it builds what it wraps, so that Nadam's product of
    momenta is among nobody's `variables` (Keras 3.15).
    """
    import keras

    variables = list(optimizer.variables)
    inner = [
        getattr(optimizer, "inner_optimizer", None),
        *getattr(optimizer, "_inner_optimizers", ()),
    ]
    for each in (optimizer, *inner):
        held = [v for v in vars(each).values() if isinstance(v, keras.Variable)] if each else []
        variables += [v for v in held if all(v is not known for known in variables)]
    return variables


def _listed(arrays: Arrays, name: str) -> list[NDArray[Any]]:
    """Copies of the arrays `NAME 0`, `NAME 1`, ...: what is read is a view of the whole file."""
    found: list[NDArray[Any]] = []
    while (each := arrays.get(f"{name} {len(found)}")) is not None:
        found.append(each.copy())
    return found


def _parted(state: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """The values that JSON can write, and the lists of arrays."""

    def is_arrays(value: Any) -> bool:
        return isinstance(value, list) and bool(value) and hasattr(value[0], "dtype")

    lists = {name: value for name, value in state.items() if is_arrays(value)}
    return {name: _plain(v) for name, v in state.items() if name not in lists}, lists


def _plain(value: Any) -> Any:
    """A number of NumPy's as one of Python's."""
    return value.item() if hasattr(value, "item") else value
