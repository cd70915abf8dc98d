"""What happens beside Keras's fit: events, history, the best model, the end at NaN or Ctrl-C."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from layerforge.diagnostics import Diagnostic, Faults
from layerforge.events import EpochDone, Listener, StepDone
from layerforge.run import directory
from layerforge.run.files import replacing, write_text
from layerforge.run.interruption import Interruption

_PAUSE: Final = 0.1  # seconds between two events of steps: a reader sees no more
_SHARE: Final = 20  # training goes on for so many times what the last saving took
Logs = Mapping[str, float]


class Interrupted(Exception):  # noqa: N818 - it is no error
    """Leaves fit at the end of a step after Ctrl-C."""


class Watch:
    """Follows the training of one model in one run directory.

    `monitor` is the quantity whose smallest value makes an epoch the best one. History and best
    model are kept in memory and written at the end of an epoch, as often as costs a twentieth of
    the time at most: a small table has many epochs in the time that one saving takes.
    """

    def __init__(
        self, run: Path, model: Any, monitor: str, listener: Listener, interruption: Interruption
    ) -> None:
        self.history: list[dict[str, float]] = []
        self.best_epoch = 0
        self.epoch = 1
        self._best = math.inf
        self._weights: list[Any] = []  # of the best epoch, while they are not on disk
        self._run, self._model, self._monitor = run, model, monitor
        self._listener, self._interruption = listener, interruption
        self._started = time.monotonic()
        self._told = -math.inf
        self._keep_from = 0.0

    @property
    def seconds(self) -> float:
        """Since training began."""
        return time.monotonic() - self._started

    def callback(self) -> Any:
        """The Keras callback; the last of the list, so that it sees what the others log."""
        import keras

        return keras.callbacks.LambdaCallback(
            on_epoch_begin=lambda epoch, _: self._begin_epoch(epoch),
            on_train_batch_end=lambda batch, logs: self._end_step(batch + 1, logs),
            on_epoch_end=lambda _, logs: self._end_epoch(logs),
        )

    def keep(self) -> None:
        """Writes the history, and the best model where it is not on disk yet."""
        before = self.seconds
        table, lines = directory.history_texts(self.history)
        write_text(self._run / directory.HISTORY_TABLE, table)
        write_text(self._run / directory.HISTORY_LINES, lines)
        if self._weights:
            self._save_best()
        self._keep_from = self.seconds + _SHARE * (self.seconds - before)

    def _save_best(self) -> None:
        now = self._model.get_weights()
        self._model.set_weights(self._weights)
        save_model(self._model, self._run / directory.BEST)
        self._model.set_weights(now)
        self._weights = []

    def _begin_epoch(self, epoch: int) -> None:
        self.epoch = epoch + 1

    def _end_step(self, step: int, logs: Logs) -> None:
        # The mean over the epoch so far: from the first NaN on it is NaN.
        if not math.isfinite(logs.get("loss", 0.0)):
            raise Faults(_diverged("loss", logs["loss"], f"in epoch {self.epoch}, step {step}"))
        if self._interruption.asked:
            raise Interrupted
        seconds = self.seconds
        if seconds - self._told >= _PAUSE:
            self._told = seconds
            self._listener(StepDone(self.epoch, step, _arranged(logs), seconds))

    def _end_epoch(self, logs: Logs) -> None:
        self.history.append(_arranged(logs))
        best = self._is_best()
        if best:
            self._best, self.best_epoch = self.history[-1][self._monitor], self.epoch
            self._weights = self._model.get_weights()
        if self.seconds >= self._keep_from:
            self.keep()
        self._listener(EpochDone(self.epoch, self.history[-1], self.seconds, best))
        if self._interruption.asked:
            raise Interrupted

    def _is_best(self) -> bool:
        value = self.history[-1][self._monitor]
        if not math.isfinite(value):
            raise Faults(_diverged(self._monitor, value, f"after epoch {self.epoch}"))
        return value < self._best


def save_model(model: Any, path: Path) -> None:
    """Saves a Keras model whole or not at all."""
    with replacing(path) as temporary:
        model.save(temporary)


def _arranged(logs: Logs) -> dict[str, float]:
    """The loss, the metrics, then the same of the validation; Keras sorts them by the alphabet."""

    def place(name: str) -> tuple[bool, bool, bool]:
        return name == "learning_rate", name.startswith("val_"), not name.endswith("loss")

    return {name: float(logs[name]) for name in sorted(logs, key=place)}


def _diverged(name: str, value: float, where: str) -> Diagnostic:
    shown = "NaN" if math.isnan(value) else "infinite"
    help = "lower the learning rate, clip the gradients (`clipnorm: 1.0`), or look at the data"
    return Diagnostic("training-diverged", f"`{name}` is {shown} {where}", help=help)
