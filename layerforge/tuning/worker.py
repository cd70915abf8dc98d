"""The process of one trial: trains its executions and tells how it went."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from layerforge.diagnostics import Faults
from layerforge.events import Event
from layerforge.run import directory
from layerforge.run.checkpoint import FILE, PREVIOUS, read_checkpoint
from layerforge.run.files import sweep
from layerforge.run.preparation import Job, prepare_job
from layerforge.run.record import open_run, recorded
from layerforge.run.state import held
from layerforge.run.trainable import build_all
from layerforge.run.training import Trained, ready, train_job
from layerforge.tuning.orders import (
    Done,
    Epoch,
    Execution,
    Failed,
    Interrupted,
    Link,
    Message,
    Order,
    Started,
)
from layerforge.tuning.sharing import read_shared
from layerforge.tuning.trials import DIVERGED, FAILED, INVALID

_WATCHED: Final = 0.3  # seconds between two looks whether the search is still there
_PATIENCE: Final = 15.0  # seconds in which a process that was orphaned lets its trial go


def work(order: Order, link: Link) -> None:
    """Trains a trial and says over `link` how it ended. The target of a process."""
    _die_with(os.getppid())
    if hasattr(os, "setsid"):
        os.setsid()  # Ctrl-C is the search's to hear, which then asks each trial to stop
    link.send(worked(order, link))
    link.close()


def worked(order: Order, link: Link) -> Message:
    """How the trial went; whatever goes wrong costs this trial alone."""
    try:
        _limit(order.threads)
        for path in order.code:
            from layerforge.custom.code import use_code

            use_code(path)
        return _Work(order, link).message()
    except Faults as stop:
        diverged = any(fault.code == "training-diverged" for fault in stop.diagnostics)
        return Failed(order.number, DIVERGED if diverged else FAILED, str(stop))
    except Exception as error:  # a trial may run code of the user's own, which may raise anything
        return Failed(order.number, FAILED, f"{type(error).__name__}: {error}")


class _Work:
    """A trial while it is trained."""

    def __init__(self, order: Order, link: Link) -> None:
        self._order, self._link = order, link
        self._stopped = False

    def message(self) -> Message:
        number = self._order.number
        curves: list[tuple[float, ...]] = []
        for execution in self._order.executions:
            try:
                job = prepare_job(execution.compiled, read_shared(execution.data))
            except Faults as stop:
                return Failed(number, INVALID, str(stop))
            trained = self._trained(execution, job, first=not curves)
            if trained.state == "interrupted":
                return Interrupted(number)
            curves.append(tuple(epoch[self._order.objective] for epoch in trained.history))
            if self._stopped:
                break
        return Done(number, tuple(curves), self._stopped)

    def _trained(self, execution: Execution, job: Job, first: bool) -> Trained:
        folder = execution.folder
        folder.mkdir(parents=True, exist_ok=True)
        with _held(folder):
            done = _done(folder)
            if done is not None:
                return done
            sweep(folder)
            trained = self._train(execution, job, first)
        if trained.state == "finished":
            _tidy(folder, self._order.keeps)
        return trained

    def _train(self, execution: Execution, job: Job, first: bool) -> Trained:
        """Trains an execution from its checkpoint on, from that of the trial it goes on with, or anew."""
        folder = execution.folder
        with ready(job, _ignore) as model:
            new = not (folder / directory.RECORD).exists()
            if new and execution.begin is not None:
                shutil.copyfile(execution.begin, folder / FILE)
            checkpoint = read_checkpoint(folder)
            if new or checkpoint is None:
                shutil.rmtree(folder / "code", ignore_errors=True)
                open_run(folder, job, self._order.written, self._order.command)
            build_all(model, job)  # as `train` does: the first call moves seeds of dropout
            extra = [self._told(job, model)] if first else []
            with recorded(folder):
                return train_job(job, model, folder, _ignore, checkpoint, extra, scored=False)

    def _told(self, job: Job, model: Any) -> Any:
        """A callback that tells the search of each epoch, and stops where the search says so."""
        import keras

        self._link.send(Started(self._order.number, job.train.epochs))
        return keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: self._epoch(epoch + 1, logs, model)
        )

    def _epoch(self, epoch: int, logs: Any, model: Any) -> None:
        value = float(logs[self._order.objective])
        self._link.send(Epoch(self._order.number, epoch, value))
        if self._order.asks and not self._link.recv():
            self._stopped = model.stop_training = True


def _done(folder: Path) -> Trained | None:
    """What was trained to its end before the search heard of it."""
    if not (folder / directory.RECORD).exists():
        return None
    record = directory.read_record(folder)
    if record["state"] != "finished":
        return None
    history = tuple(directory.read_history(folder))
    return Trained(folder, "finished", None, history, record["best_epoch"], record["monitor"])


def _tidy(folder: Path, keeps: bool) -> None:
    """A trial keeps the model of its best epoch, and its last state only for one that goes on."""
    names = [directory.LAST, PREVIOUS, *([] if keeps else [FILE])]
    for name in names:
        (folder / name).unlink(missing_ok=True)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Nobody else trains in the folder; one whose search was killed lets go in a moment."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            with held(folder):
                yield
                return
        except Faults as stop:
            in_use = [fault.code for fault in stop.diagnostics] == ["run-in-use"]
            if not in_use or time.monotonic() > until:
                raise
            time.sleep(_WATCHED)


def _ignore(event: Event) -> None:
    """Hears nothing."""


def _limit(threads: int) -> None:
    """How many threads TensorFlow takes, said before it takes any."""
    import tensorflow as tf

    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(max(1, min(2, threads)))
    except RuntimeError:
        return  # it has begun already: a process that trains more than one trial


def _die_with(parent: int) -> None:
    """Ends this process when the one that made it has gone, however it went."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_WATCHED)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
