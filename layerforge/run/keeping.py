"""When a training is written to disk: as often as was asked for, or as costs little; and at its end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from layerforge.run.checkpoint import write_checkpoint
from layerforge.run.interruption import Interruption
from layerforge.run.loop import Position
from layerforge.run.snapshot import take
from layerforge.run.watch import Watch
from layerforge.spec import TrainSettings

_FIRST: Final = 1.0  # seconds before the first one, where nothing else was asked for
_SHARE: Final = 50  # training goes on for so many times what the last one took


class Interrupted(Exception):  # noqa: N818 - it is no error
    """Leaves the training at the end of a step, after all was saved."""


class Keeper:
    """Writes the checkpoint of one training, and with it its history and best model.

    Without a rule a fiftieth of the time at most goes into it: what is lost when the process is
    killed is little beside what was done, for a small table as for a large model. The processes of a
    cluster read their metrics together, and so all of them at the same steps: at the end of each epoch.
    """

    def __init__(
        self,
        run: Path,
        model: Any,
        callbacks: Sequence[Any],
        watch: Watch,
        interruption: Interruption,
        settings: TrainSettings,
        begun: int = 0,
    ) -> None:
        self._run, self._model, self._callbacks, self._watch = run, model, callbacks, watch
        self._interruption = interruption
        self._epochs, self._rule = settings.epochs, settings.checkpoint
        self._alone = settings.devices != "cluster"
        self._steps = 0  # since the last one
        self._passed = begun  # steps of this epoch
        self._due = time.monotonic() + self._pause(_FIRST / _SHARE)
        self._kept: Position | None = None

    def passed(self, position: Position) -> None:
        """After a step or an epoch: saves where it is time. Raises Interrupted where that was asked for."""
        self._steps += max(0, position.step - self._passed)
        self._passed = position.step
        if self._interruption.asked:
            if not self._alone:
                raise KeyboardInterrupt  # the others, who were not asked, wait for the next step
            self.save(position)
            raise Interrupted
        if self._is_due(position) or self._is_last(position):
            self.save(position)

    def save(self, position: Position) -> None:
        """Writes everything now, unless nothing has happened since."""
        if position == self._kept:
            return
        before = time.monotonic()
        self._watch.write()
        write_checkpoint(self._run, take(self._model, self._callbacks, self._watch, position))
        self._kept, self._steps = position, 0
        now = time.monotonic()
        self._due = now + self._pause(now - before)

    def _is_due(self, position: Position) -> bool:
        if self._rule is not None and self._rule.steps is not None:
            return self._steps >= self._rule.steps
        if not self._alone:
            return not position.step
        return time.monotonic() >= self._due

    def _is_last(self, position: Position) -> bool:
        """Whether nothing is trained any more: what comes next may die, but need not train again."""
        done = position.epoch >= self._epochs or self._model.stop_training
        return not position.step and done

    def _pause(self, cost: float) -> float:
        """Seconds to the next one, where the last took `cost`."""
        if self._rule is not None and self._rule.minutes is not None:
            return 60 * self._rule.minutes
        return _SHARE * cost
