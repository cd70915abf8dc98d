"""Training: a compiled spec to a run directory with its best model and scores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from layerforge.build.backend import load_keras
from layerforge.diagnostics import Diagnostic
from layerforge.events import DataRead, Listener, Note, TrainingEnded, TrainingStarted
from layerforge.pipeline import Compiled
from layerforge.run import callbacks as enduring
from layerforge.run import directory, feeding
from layerforge.run.chatter import told
from layerforge.run.checkpoint import PREVIOUS, Checkpoint
from layerforge.run.cluster import is_first, own_runs
from layerforge.run.determinism import DETERMINISTIC, deterministic
from layerforge.run.directory import update_record
from layerforge.run.distribution import on_its_devices, spread_notes, spread_of
from layerforge.run.execution import (
    MOST,
    Executor,
    Stretch,
    Way,
    is_told_of_steps,
    limit_threads,
    way_text,
)
from layerforge.run.files import write_json
from layerforge.run.interruption import Interruption
from layerforge.run.keeping import Interrupted, Keeper
from layerforge.run.loop import Course, Execute, Position, run_course
from layerforge.run.preflight import loss_caution
from layerforge.run.preparation import Job, prepare_job
from layerforge.run.record import close, open_run, recorded
from layerforge.run.scoring import score_model
from layerforge.run.snapshot import callback_states, put_back
from layerforge.run.state import held
from layerforge.run.trainable import build_all, component, make_trainable
from layerforge.run.watch import Watch, save_model


@dataclass(frozen=True, slots=True)
class Trained:
    """A run that ended: `state` is `finished`, or `interrupted` after the signal that `by` names.

    `scores` are those of the best model, in the one form of scores; None where no epoch was
    completed. `history` has the loss and metrics of each epoch; epochs count from 1.
    """

    path: Path
    state: str
    scores: dict[str, Any] | None
    history: tuple[Mapping[str, float], ...]
    best_epoch: int
    monitor: str
    by: str | None = None


class _Ending(NamedTuple):
    state: str
    reason: str
    by: str | None = None  # the signal


def train(
    compiled: Compiled,
    runs: Path,
    listener: Listener,
    command: Iterable[str] = (),
    resolved: str | None = None,
    **recorded_too: Any,
) -> Trained:
    """Trains a spec in a new directory below `runs`, and scores the best model.

    `resolved` is the text of the spec with every value in force, for the reader of the run; what is
    `recorded_too` stands in its `run.json` beside the rest.
    Raises Faults where spec, data and model do not fit (then nothing is on disk) or the training
    fails (then `run.json` says why). The first Ctrl-C, SIGTERM or SIGHUP ends the training after the step
    and keeps what there is; after Ctrl-C it is scored. A second one raises KeyboardInterrupt.
    """
    job = prepare_job(compiled)
    written = compiled.path.read_bytes()
    with own_runs(job.train, runs) as runs, ready(job, listener) as model:
        run = directory.create(runs, job.plan.name)
        with held(run), recorded(run):
            open_run(run, job, written, command, resolved, **recorded_too)
            caution = loss_caution(build_all(model, job), job.prepared, job.objective)
            if caution is not None:
                listener(_as_note(caution))
            return train_job(job, model, run, listener)


@contextmanager
def ready(job: Job, listener: Listener) -> Iterator[Any]:
    """The compiled model of a job, once its data and notes are told; warnings are told meanwhile."""
    listener(DataRead(job.prepared.account))
    for line in job.notes:
        listener(Note(line))
    for caution in job.cautions:
        listener(_as_note(caution))
    if job.train.deterministic:
        listener(Note(DETERMINISTIC))
    load_keras()
    refused = limit_threads(job.train.execution.threads)
    if refused is not None:
        listener(Note(refused))
    with told(listener), deterministic(job.train.deterministic):
        model = make_trainable(job)
        for line in spread_notes(model, job.train):
            listener(Note(line))
        yield model


def _as_note(caution: Diagnostic) -> Note:
    return Note(f"{caution.message} [{caution.code}]")


def train_job(
    job: Job,
    model: Any,
    run: Path,
    listener: Listener,
    checkpoint: Checkpoint | None = None,
    extra: Sequence[Any] = (),
    scored: bool = True,
) -> Trained:
    """Trains a job's model in a folder, from a checkpoint on if there is one, and scores the best epoch.

    `extra` are Keras callbacks beside the spec's own. Without `scored` the test rows are not touched,
    as in the trials of a search. `run.json` in the folder says how it ended.
    """
    scored = scored and is_first(job.train)
    callbacks = [*(component(each, job, run) for each in job.train.callbacks), *extra]
    enduring.save_whole(callbacks)
    _tell_start(job, run, callbacks, checkpoint, listener)
    with Interruption() as interruption:
        watch = Watch(run, model, job.monitor, listener)
        with on_its_devices(model):
            course = _course(job, model, callbacks, watch, checkpoint)
            begun = course.start.step
            keeper = Keeper(run, model, callbacks, watch, interruption, job.train, begun)
            execute = _executor(job, model, run, course, callbacks, listener)
            try:
                run_course(model, course, [*callbacks, watch.callback()], keeper.passed, execute)
                ending = _Ending("finished", _why_ended(job, callbacks, watch))
            except Interrupted:
                reason = f"stopped by {interruption.asked} in epoch {watch.epoch}"
                ending = _Ending("interrupted", reason, interruption.asked)
            finally:
                enduring.release(callbacks)
                watch.write()
            save_model(model, run / directory.LAST)
        return _end(job, model, run, watch, listener, ending, scored)


def _tell_start(
    job: Job,
    run: Path,
    callbacks: Sequence[Any],
    checkpoint: Checkpoint | None,
    listener: Listener,
) -> None:
    for name in enduring.forgetful(callbacks):
        listener(Note(f"{name} begins anew where the run goes on after an interruption"))
    done = checkpoint.state["position"][0] if checkpoint else 0
    samples, monitor = job.samples, job.monitor
    listener(TrainingStarted(str(run), job.train.epochs, job.steps, samples, monitor, done))


def _course(
    job: Job, model: Any, callbacks: Sequence[Any], watch: Watch, checkpoint: Checkpoint | None
) -> Course:
    """The way from the checkpoint, or from the beginning, to the last epoch."""
    start = Position(*checkpoint.state["position"]) if checkpoint else Position()
    restore = None
    if checkpoint is not None:
        enduring.prepare_all(callbacks, callback_states(checkpoint))
        restore = partial(put_back, checkpoint, model, callbacks, watch)
    positions, size = job.prepared.positions, job.batch_size
    first = start.epoch * job.steps + start.step
    training = partial(
        feeding.training_batches, job.table, positions["train"], size, job.train.seed, first
    )
    epochs, spread = job.train.epochs, spread_of(model)
    if spread is not None:
        validate = spread.validation(model, job.table, positions["validation"], size)
        given = spread.distributed(lambda share: training(share=share))
        return Course(given, None, job.steps, epochs, start, restore, validate)
    validation = None
    if job.samples["validation"]:
        validation = feeding.ordered_batches(job.table, positions["validation"], size)
    return Course(training(), validation, job.steps, epochs, start, restore)


def _executor(
    job: Job, model: Any, run: Path, course: Course, callbacks: Sequence[Any], listener: Listener
) -> Execute | None:
    """What makes the steps of the course; the way that it finds the fastest is kept in the run.

    None, for Keras's own function, where bits count: a convolution in a loop of TensorFlow's differs
    from one outside of it in the last of them.
    """
    spread = spread_of(model)
    if spread is not None:
        update_record(run, devices=spread.devices)
        return spread.steps(model, course.training)
    if job.train.deterministic and job.train.execution.steps_per_execution is None:
        return None

    def told(way: Way, why: str) -> None:
        update_record(run, execution=way._asdict())
        if why:
            listener(Note(f"execution: {way_text(way)} ({why})"))

    rule, known = job.train.checkpoint, directory.read_record(run).get("execution")
    most = MOST if rule is None or rule.steps is None else min(MOST, rule.steps)
    if any(map(is_told_of_steps, callbacks)):
        most = 1
    first = course.start.epoch * course.steps + course.start.step
    samples, size = job.samples["train"], job.batch_size
    stretch = Stretch(
        first,
        course.epochs * course.steps - first,
        feeding.steps_per_pass(samples, size),
        samples % size > 0,
    )
    way = Way(**known) if known else None
    return Executor(model, job.train.execution, stretch, told, way, most)


def _why_ended(job: Job, callbacks: Sequence[Any], watch: Watch) -> str:
    stopped = [c for c in callbacks if getattr(c, "stopped_epoch", 0)]
    if stopped or len(watch.history) < job.train.epochs:
        by = type(stopped[0]).__name__ if stopped else "a callback"
        return f"{by} stopped it after epoch {len(watch.history)}"
    return f"all {job.train.epochs} epochs done"


def _end(
    job: Job,
    model: Any,
    run: Path,
    watch: Watch,
    listener: Listener,
    ending: _Ending,
    scored: bool,
) -> Trained:
    """The scores of the best model, and the end of the record.

    Whoever sends SIGTERM or SIGHUP does not wait long, and the scores can be had by going on.
    """
    epochs, seconds = len(watch.history), watch.seconds
    listener(TrainingEnded(epochs, watch.best_epoch, seconds, ending.reason))
    scores = None
    if scored and watch.best_epoch and ending.by in (None, "Ctrl-C"):
        scores = score_model(run, job.prepared, directory.read_record(run))
        write_json(run / directory.SCORES, scores)
    (run / PREVIOUS).unlink(missing_ok=True)  # the last checkpoint is whole
    outcome = {"best_epoch": watch.best_epoch, "epochs_done": epochs, "seconds": seconds}
    close(run, ending.state, ending.reason, **outcome)
    history = tuple(watch.history)
    return Trained(run, ending.state, scores, history, watch.best_epoch, job.monitor, ending.by)
