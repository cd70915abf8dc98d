"""What happens beside the training: events, history, the best model, the end at NaN."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from layerforge.diagnostics import Diagnostic, Faults
from layerforge.events import EpochDone, Listener, StepDone
from layerforge.run import directory
from layerforge.run.files import replacing, write_text

_PAUSE: Final = 0.1  # seconds between two events of steps: a reader sees no more
Logs = Mapping[str, float]


class Watch:
    """Follows the training of one model in one run directory.

    `monitor` is the quantity whose smallest value makes an epoch the best one. The weights of that
    epoch stay in memory: a checkpoint holds them, since `best.keras` may be of a later epoch than it.
    """

    def __init__(self, run: Path, model: Any, monitor: str, listener: Listener) -> None:
        self.history: list[dict[str, float]] = []
        self.best_epoch = 0
        self.best_weights: list[Any] = []
        self.epoch = 1
        self._best = math.inf
        self._unsaved = False  # whether `best.keras` is of another epoch than the best one
        self._run, self._model, self._monitor = run, model, monitor
        self._listener = listener
        self._started = time.monotonic()
        self._told = -math.inf

    @property
    def seconds(self) -> float:
        """Since training began, without the time between being killed and going on."""
        return time.monotonic() - self._started

    def callback(self) -> Any:
        """The Keras callback; the last of the list, so that it sees what the others log."""
        import keras

        return keras.callbacks.LambdaCallback(
            on_epoch_begin=lambda epoch, _: self._begin_epoch(epoch),
            on_train_batch_end=lambda batch, logs: self._end_step(batch + 1, logs),
            on_epoch_end=lambda _, logs: self._end_epoch(logs),
        )

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps beside the best weights, as JSON."""
        return {
            "history": self.history,
            "best": self._best,
            "best_epoch": self.best_epoch,
            "epoch": self.epoch,
            "seconds": self.seconds,
        }

    def put_back(self, state: Mapping[str, Any], best_weights: Sequence[Any]) -> None:
        """As it was when the checkpoint was written."""
        self.history = [dict(epoch) for epoch in state["history"]]
        self.best_epoch, self.epoch = state["best_epoch"], state["epoch"]
        self._best, self.best_weights = state["best"], list(best_weights)
        self._unsaved = bool(best_weights)
        self._started = time.monotonic() - state["seconds"]

    def write(self) -> None:
        """Writes the history, and the best model where it is not on disk yet."""
        table, lines = directory.history_texts(self.history)
        write_text(self._run / directory.HISTORY_TABLE, table)
        write_text(self._run / directory.HISTORY_LINES, lines)
        if self._unsaved:
            self._save_best()

    def _save_best(self) -> None:
        now = self._model.get_weights()
        self._model.set_weights(self.best_weights)
        save_model(self._model, self._run / directory.BEST)
        self._model.set_weights(now)
        self._unsaved = False

    def _begin_epoch(self, epoch: int) -> None:
        self.epoch = epoch + 1

    def _end_step(self, step: int, logs: Logs) -> None:
        # The mean over the epoch so far: from the first NaN on it is NaN.
        if not math.isfinite(logs.get("loss", 0.0)):
            raise Faults(_diverged("loss", logs["loss"], f"in epoch {self.epoch}, step {step}"))
        seconds = self.seconds
        if seconds - self._told >= _PAUSE:
            self._told = seconds
            self._listener(StepDone(self.epoch, step, _arranged(logs), seconds))

    def _end_epoch(self, logs: Logs) -> None:
        self.history.append(_arranged(logs))
        best = self._is_best()
        if best:
            self._best, self.best_epoch = self.history[-1][self._monitor], self.epoch
            self.best_weights, self._unsaved = self._model.get_weights(), True
        self._listener(EpochDone(self.epoch, self.history[-1], self.seconds, best))

    def _is_best(self) -> bool:
        value = self.history[-1][self._monitor]
        if not math.isfinite(value):
            raise Faults(_diverged(self._monitor, value, f"after epoch {self.epoch}"))
        return value < self._best


def save_model(model: Any, path: Path, asked: bool = False) -> None:
    """Saves a Keras model whole or not at all."""
    with replacing(path, asked) as temporary:
        model.save(temporary)


def _arranged(logs: Logs) -> dict[str, float]:
    """The loss, the metrics, then the same of the validation; Keras sorts them by the alphabet."""

    def place(name: str) -> tuple[bool, bool, bool]:
        return name == "learning_rate", name.startswith("val_"), not name.endswith("loss")

    return {name: number(logs[name]) for name in sorted(logs, key=place)}


def number(value: Any) -> float:
    """A logged value as a number; of a single class or column Keras logs a list of one."""
    return float(value) if getattr(value, "ndim", 0) == 0 else float(value[0])


def _diverged(name: str, value: float, where: str) -> Diagnostic:
    shown = "NaN" if math.isnan(value) else "infinite"
    help = "lower the learning rate, clip the gradients (`clipnorm: 1.0`), or look at the data"
    return Diagnostic("training-diverged", f"`{name}` is {shown} {where}", help=help)
