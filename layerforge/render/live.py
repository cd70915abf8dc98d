"""Training progress on a terminal: a bar for the epoch that is running, a line for each that is done."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from layerforge.events import Event, StepDone, TrainingEnded, TrainingStarted
from layerforge.render.progress import Curve, Pace, event_text, logs_text
from layerforge.render.screen import Screen


class LiveProgress:
    """A listener that redraws one line; used as a context, so that the terminal is left as it was."""

    def __init__(self, screen: Screen) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._console = Console(stderr=True, no_color=not screen.colour, highlight=False)
        plain: dict[str, Any] = {"markup": False}
        self._progress = Progress(
            TextColumn("{task.description}", **plain),
            BarColumn(20, complete_style="cyan", finished_style="cyan", pulse_style="cyan"),
            TextColumn("{task.fields[step]}", **plain),
            TextColumn("{task.fields[logs]}", **plain),
            TextColumn("{task.fields[curve]}", **plain),
            TextColumn("{task.fields[left]}", **plain),
            console=self._console,
            transient=True,
            refresh_per_second=8,
        )
        self._width = screen.width
        self._pace = Pace()
        self._curve = Curve()
        self._task: Any = None

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def __call__(self, event: Event) -> None:
        self._pace.take(event)
        self._curve.take(event)
        if isinstance(event, StepDone):
            self._show(event)
            return
        text = event_text(event, self._pace.epochs, self._width)
        self._console.print(text, markup=False, soft_wrap=True)
        if isinstance(event, TrainingEnded) and self._task is not None:
            self._progress.update(self._task, visible=False)
        if isinstance(event, TrainingStarted):
            epoch = f"epoch {event.start_epoch + 1}/{event.epochs}"
            fields = {
                "step": "",
                "logs": "",
                "curve": "",
                "left": "the first step is being compiled ...",
            }
            total = event.steps_per_epoch
            self._task = self._progress.add_task(epoch, True, total, 0, True, **fields)

    def _show(self, event: StepDone) -> None:
        self._progress.update(
            self._task,
            completed=event.step,
            description=f"epoch {event.epoch}/{self._pace.epochs}",
            step=self._pace.step_text(),
            logs=logs_text(event.logs),
            curve=self._curve.text(),
            left=self._pace.left_text(),
        )
