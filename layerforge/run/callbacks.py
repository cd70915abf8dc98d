"""Callbacks that survive: what of each is kept in a checkpoint, and how their files are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from layerforge.run.files import replacing

# What changes in a callback while it works. All its attributes would be too much: EarlyStopping turns
# the sign of `min_delta` when it first looks at a value, and would turn it back after a resume.
KEPT: Final[Mapping[str, tuple[str, ...]]] = {
    "CSVLogger": ("keys",),
    "EarlyStopping": ("wait", "stopped_epoch", "best", "best_epoch", "best_weights"),
    "ModelCheckpoint": ("best", "_batches_seen_since_last_saving", "_last_batch_seen"),
    "ReduceLROnPlateau": ("wait", "best", "cooldown_counter"),
    "SwapEMAWeights": ("_ema_weights_in_model",),
    "TensorBoard": ("_global_train_batch", "_global_test_batch"),
    "TerminateOnNaN": (),
}
_WRITTEN: Final = "written"  # of CSVLogger: how much of its file belongs to the checkpoint


def forgetful(callbacks: Sequence[Any]) -> list[str]:
    """The names of those that begin anew when a run goes on."""
    return sorted({type(each).__name__ for each in callbacks} - set(KEPT))


def kept(callback: Any) -> dict[str, Any]:
    """What of the callback goes into a checkpoint: numbers, and lists of arrays."""
    state = {name: getattr(callback, name) for name in KEPT.get(type(callback).__name__, ())}
    if type(callback).__name__ == "CSVLogger":
        path = Path(callback.filename)
        state[_WRITTEN] = path.stat().st_size if path.exists() else 0
    return state


def prepare_all(callbacks: Sequence[Any], states: Sequence[Mapping[str, Any]]) -> None:
    """Before training begins: cuts off what was logged after the checkpoint, since it comes again."""
    for callback, state in zip(callbacks, states, strict=False):  # no states: all begin anew
        if type(callback).__name__ == "CSVLogger":
            _cut(callback, state)


def _cut(callback: Any, state: Mapping[str, Any]) -> None:
    path = Path(callback.filename)
    if path.exists() and path.stat().st_size > state[_WRITTEN]:
        with path.open("r+b") as file:
            file.truncate(state[_WRITTEN])
    callback.append = True


def restore(callback: Any, state: Mapping[str, Any]) -> None:
    """After training began, which resets a callback: puts back what was kept."""
    for name in KEPT.get(type(callback).__name__, ()):
        setattr(callback, name, state[name])


def release(callbacks: Sequence[Any]) -> None:
    """Closes what a training that was left on its way would have closed at its end."""
    for each in callbacks:
        if type(each).__name__ == "CSVLogger" and each.csv_file is not None:
            each.csv_file.close()


class SavedWhole:
    """A model for a ModelCheckpoint: what it saves is a whole file or none, whenever it is killed."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def save(self, path: str, **options: Any) -> None:
        with replacing(Path(path)) as temporary:
            self._model.save(temporary, **options)

    def save_weights(self, path: str, **options: Any) -> None:
        with replacing(Path(path)) as temporary:
            self._model.save_weights(temporary, **options)


def save_whole(callbacks: Sequence[Any]) -> None:
    """Has those that save models save them whole."""
    for each in callbacks:
        if type(each).__name__ == "ModelCheckpoint":
            plain = each.set_model
            each.set_model = lambda model, plain=plain: plain(SavedWhole(model))
