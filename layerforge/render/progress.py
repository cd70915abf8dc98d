"""What a training run tells, as plain lines: one per epoch, and one now and then inside a long epoch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, TextIO

from layerforge.events import (
    DataRead,
    EpochDone,
    Event,
    Note,
    StepDone,
    TrainingEnded,
    TrainingStarted,
)
from layerforge.render.account import account_text
from layerforge.render.characters import visible
from layerforge.render.numbers import duration, many, score
from layerforge.render.screen import Screen
from layerforge.render.search import SearchBoard, search_event_text

_BARS: Final = "▁▂▃▄▅▆▇█"
_PAUSE: Final = 10.0  # seconds between lines inside an epoch


class PlainProgress:
    """A listener that writes lines to a stream; nothing is ever written over."""

    def __init__(self, stream: TextIO, width: int | None = None) -> None:
        self._stream = stream
        self._width = width
        self._pace = Pace()
        self._curve = Curve()
        self._board = SearchBoard()
        self._spoken = 0.0

    def __call__(self, event: Event) -> None:
        self._pace.take(event)
        self._board.take(event)
        self._curve.take(event)
        curve = self._curve.text() if isinstance(event, TrainingEnded) else ""
        for line in filter(None, (curve, self._line(event))):
            print(line, file=self._stream, flush=True)

    def _line(self, event: Event) -> str:
        if not isinstance(event, StepDone):
            self._spoken = event.seconds if isinstance(event, EpochDone) else self._spoken
            text = event_text(event, self._pace.epochs, self._width)
            return text or search_event_text(event, self._board)
        if event.seconds - self._spoken < _PAUSE:
            return ""
        self._spoken = event.seconds
        parts = [
            f"epoch {event.epoch}/{self._pace.epochs}",
            self._pace.step_text(),
            logs_text(event.logs),
        ]
        return "  ".join([*parts, self._pace.left_text()]).rstrip()


class Pace:
    """How far training is, and how long the rest will take at the speed so far.

    The first step compiles the model, so that the speed is taken from the steps after it.
    """

    def __init__(self) -> None:
        self.epochs = 0
        self.steps = 0
        self.step = 0
        self._start = 0
        self._done = 0
        self._first: tuple[int, float] | None = None
        self._seconds = 0.0

    def take(self, event: Event) -> None:
        if isinstance(event, TrainingStarted):
            self.epochs, self.steps, self._start = (
                event.epochs,
                event.steps_per_epoch,
                event.start_epoch,
            )
        elif isinstance(event, StepDone):
            self.step = event.step
            self._done = (event.epoch - 1 - self._start) * self.steps + event.step
            self._seconds = event.seconds
            if self._first is None:
                self._first = (self._done, event.seconds)

    @property
    def speed(self) -> float | None:
        """Steps per second; None before there is a speed."""
        if self._first is None or self._done <= self._first[0]:
            return None
        seconds = self._seconds - self._first[1]
        return (self._done - self._first[0]) / seconds if seconds > 0 else None

    @property
    def left(self) -> float | None:
        """The seconds to the last epoch; None before there is a speed."""
        if (speed := self.speed) is None:
            return None
        rest = (self.epochs - self._start) * self.steps - self._done
        return max(0, rest) / speed

    def step_text(self) -> str:
        width = len(f"{self.steps:,}")
        speed = "" if self.speed is None else f"  {self.speed:,.3g}/s"
        return f"step {self.step:>{width},}/{self.steps:,}{speed}"

    def left_text(self) -> str:
        """`at most 2 min 05 s left`: training may stop earlier."""
        return "" if self.left is None else f"at most {duration(self.left)} left"


class Curve:
    """How the monitored quantity went, epoch by epoch, and which epoch was the best."""

    def __init__(self) -> None:
        self._monitor = ""
        self._values: list[float] = []
        self._best: tuple[int, float] | None = None

    def take(self, event: Event) -> None:
        if isinstance(event, TrainingStarted):
            self._monitor = event.monitor
        elif isinstance(event, EpochDone) and self._monitor in event.logs:
            self._values.append(event.logs[self._monitor])
            if event.best:
                self._best = event.epoch, self._values[-1]

    def text(self) -> str:
        """`val_loss ▇▅▃▂▁▂ best 0.1234 in epoch 5`; empty before the second epoch."""
        if len(self._values) < 2 or self._best is None:
            return ""
        epoch, value = self._best
        line = spark_line(self._values)
        return f"{visible(self._monitor)} {line} best {score(value)} in epoch {epoch}"


def spark_line(values: Sequence[float], width: int = 20) -> str:
    """The values as bars, the last of them where there are more than fit; what is no number is blank."""
    shown = values[-width:]
    finite = [value for value in shown if math.isfinite(value)]
    low, high = min(finite, default=0.0), max(finite, default=0.0)
    scale = (len(_BARS) - 1) / (high - low) if high > low else 0.0
    return "".join(
        _BARS[round((value - low) * scale)] if math.isfinite(value) else " " for value in shown
    )


def event_text(event: Event, epochs: int, width: int | None = None) -> str:
    """An event in words, most on one line; empty for steps, which are too many."""
    if isinstance(event, Note):
        return "\n".join(Screen(width).lines(f"note: {visible(event.text)}"))
    if isinstance(event, DataRead):
        return account_text(event.account, width) + "\n"
    if isinstance(event, TrainingStarted):
        return _started(event)
    if isinstance(event, EpochDone):
        best = "  best so far" if event.best else ""
        width = len(f"{epochs}")
        number = f"epoch {event.epoch:>{width}}/{epochs}"
        return f"{number}  {logs_text(event.logs)}  {duration(event.seconds)}{best}"
    if isinstance(event, TrainingEnded):
        kept = f"the weights of epoch {event.best_epoch} are" if event.best_epoch else "nothing is"
        return f"{event.reason}, {duration(event.seconds)}; {kept} kept"
    return ""


def _started(event: TrainingStarted) -> str:
    steps = f"{many(event.epochs, 'epoch')} of {many(event.steps_per_epoch, 'step')}"
    resumed = f", from epoch {event.start_epoch + 1} on" if event.start_epoch else ""
    return f"training in {visible(event.run)}: {steps}{resumed}"


def logs_text(logs: Mapping[str, float]) -> str:
    """`loss 0.5123  mae 0.4012  val_loss 0.4988`."""
    return "  ".join(f"{visible(name)} {score(value)}" for name, value in logs.items())
