"""Training: a compiled spec to a run directory with its best model and scores."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layerforge.build.backend import load_keras
from layerforge.build.components import make_component
from layerforge.build.memory import check_memory
from layerforge.build.model import make_model
from layerforge.components import Component
from layerforge.diagnostics import Diagnostic, Faults, SpecError, did_you_mean
from layerforge.events import DataRead, Listener, Note, TrainingEnded, TrainingStarted
from layerforge.pipeline import Compiled
from layerforge.run import directory, feeding
from layerforge.run.chatter import told
from layerforge.run.files import write_bytes, write_json
from layerforge.run.fingerprint import fingerprint
from layerforge.run.interruption import Interruption
from layerforge.run.preparation import Job, prepare_job
from layerforge.run.process import this_process
from layerforge.run.record import close, now, recorded, versions
from layerforge.run.scoring import score_model
from layerforge.run.watch import Interrupted, Watch, save_model


@dataclass(frozen=True, slots=True)
class Trained:
    """A run that ended: `state` is `finished`, or `interrupted` after Ctrl-C.

    `scores` are those of the best model, in the one form of scores; None where no epoch was
    completed. `history` has the loss and metrics of each epoch; epochs count from 1.
    """

    path: Path
    state: str
    scores: dict[str, Any] | None
    history: tuple[Mapping[str, float], ...]
    best_epoch: int
    monitor: str


def train(
    compiled: Compiled,
    runs: Path,
    listener: Listener,
    command: Iterable[str] = (),
) -> Trained:
    """Trains a spec in a new directory below `runs`, and scores the best model.

    Raises Faults where spec, data and model do not fit (then nothing is on disk) or the training
    fails (then `run.json` says why). The first Ctrl-C ends the training after the step, keeps and
    scores what there is and returns; the second raises KeyboardInterrupt.
    """
    job = prepare_job(compiled)
    written = compiled.path.read_bytes()
    listener(DataRead(job.prepared.account))
    for line in job.notes:
        listener(Note(line))
    load_keras()
    with told(listener):
        model = _make_trainable(job)
        run = directory.create(runs, job.plan.name)
        with recorded(run):
            _open(run, job, written, command)
            return _train(job, model, run, listener)


def _make_trainable(job: Job) -> Any:
    """The compiled Keras model. Raises Faults at what Keras refuses."""
    import keras

    keras.utils.clear_session()  # names made by Keras (`precision_1`) count from the start again
    keras.utils.set_random_seed(job.train.seed)
    check_memory(job.plan)
    model = make_model(job.plan)
    metrics = [_component(metric, job) for metric in job.objective.metrics]
    optimizer, loss = _component(job.train.optimizer, job), _component(job.objective.loss, job)
    model.compile(optimizer=optimizer, loss=loss, metrics=metrics)
    _check_callbacks(job)
    _check_monitors(job, [getattr(metric, "name", metric) for metric in metrics])
    return model


def _component(component: Component, job: Job, folder: Path | None = None) -> Any:
    try:
        return make_component(component, folder)
    except SpecError as error:
        raise Faults(error.at(component.span(error.arg) or job.train.place)) from error


def _check_callbacks(job: Job) -> None:
    """Makes the callbacks once for nothing: what they lack is told before the run has a directory."""
    with tempfile.TemporaryDirectory() as folder:
        for callback in job.train.callbacks:
            _component(callback, job, Path(folder))


def _check_monitors(job: Job, metrics: list[str]) -> None:
    """Refuses callbacks that watch what no epoch logs; Keras only warns, in every epoch."""
    logged = ["loss", *metrics, "learning_rate"]
    if job.samples["validation"]:
        logged += [f"val_{name}" for name in logged[:-1]]
    found = []
    for callback in job.train.callbacks:
        monitor = callback.values.get("monitor")
        if isinstance(monitor, str) and monitor not in logged:
            message = f"{callback.name} watches `{monitor}`, which no epoch logs"
            help = did_you_mean(monitor, logged) or f"there are {', '.join(logged)}"
            found.append(Diagnostic("unknown-monitor", message, callback.span("monitor"), help))
    if found:
        raise Faults(*found)


def _open(run: Path, job: Job, written: bytes, command: Iterable[str]) -> None:
    """What is known before the first step: the run can be read whatever happens next."""
    record = {
        "name": job.plan.name,
        "state": "running",
        "reason": None,
        "started": now(),
        "process": this_process(),
        "command": list(command),
        "overrides": list(job.spec.overrides),
        "choices": dict(job.spec.choices),
        "spec": str(job.spec.path.absolute()),
        "folder": os.path.relpath(job.spec.path.parent, run),
        "seed": job.train.seed,
        "batch_size": job.batch_size,
        "epochs": job.train.epochs,
        "monitor": job.monitor,
        "logits": job.objective.logits,
        "quantiles": job.objective.quantiles,
        "data": fingerprint(job.prepared),
        "versions": versions(),
    }
    write_json(run / directory.RECORD, record)
    write_bytes(run / directory.SPEC, written)
    write_json(run / directory.DATA, job.prepared.account)
    write_json(run / directory.PREPROCESSING, job.prepared.preprocessing())


def _train(job: Job, model: Any, run: Path, listener: Listener) -> Trained:
    callbacks = [_component(callback, job, run) for callback in job.train.callbacks]
    steps = feeding.steps_per_pass(job.samples["train"], job.batch_size)
    steps = job.train.steps_per_epoch or steps
    listener(TrainingStarted(str(run), job.train.epochs, steps, job.samples, job.monitor))
    with Interruption() as interruption:
        watch = Watch(run, model, job.monitor, listener, interruption)
        state, reason = _fit(job, model, steps, [*callbacks, watch.callback()], watch)
        save_model(model, run / directory.LAST)
        epochs, seconds = len(watch.history), watch.seconds
        listener(TrainingEnded(epochs, watch.best_epoch, seconds, reason))
        scores = None
        if watch.best_epoch:
            scores = score_model(run, job.prepared, directory.read_record(run))
            write_json(run / directory.SCORES, scores)
    outcome = {"best_epoch": watch.best_epoch, "epochs_done": epochs, "seconds": seconds}
    close(run, state, reason, **outcome)
    return Trained(run, state, scores, tuple(watch.history), watch.best_epoch, job.monitor)


def _fit(job: Job, model: Any, steps: int, callbacks: list[Any], watch: Watch) -> tuple[str, str]:
    """Trains the model where it stands; the state it leaves, and why it ended."""
    positions, size = job.prepared.positions, job.batch_size
    training = feeding.training_batches(job.table, positions["train"], size, job.train.seed)
    validation = None
    if job.samples["validation"]:
        validation = feeding.ordered_batches(job.table, positions["validation"], size)
    try:
        model.fit(
            training,
            epochs=job.train.epochs,
            steps_per_epoch=steps,
            validation_data=validation,
            callbacks=callbacks,
            verbose=0,
            shuffle=False,
        )
    except Interrupted:
        return "interrupted", f"stopped by Ctrl-C in epoch {watch.epoch}"
    finally:
        watch.keep()
    if len(watch.history) == job.train.epochs:
        return "finished", f"all {job.train.epochs} epochs done"
    stopped = [c for c in callbacks if getattr(c, "stopped_epoch", 0)]
    by = type(stopped[0]).__name__ if stopped else "a callback"
    return "finished", f"{by} stopped it after epoch {len(watch.history)}"
