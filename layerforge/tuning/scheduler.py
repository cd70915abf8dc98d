"""The course of a search: which trial is begun when, and what becomes of it."""

from __future__ import annotations

import math
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from layerforge.custom.code import loaded_code
from layerforge.diagnostics import Faults, errors
from layerforge.events import (
    Listener,
    SearchEnded,
    TrialEnded,
    TrialEpoch,
    TrialStarted,
)
from layerforge.pipeline import Compiled
from layerforge.records import replace
from layerforge.run.checkpoint import FILE as CHECKPOINT
from layerforge.run.completion import widened
from layerforge.run.interruption import Interruption
from layerforge.space import Space, over_budget
from layerforge.spec import TrainSettings, TuneSettings
from layerforge.spec.folds import Fold
from layerforge.tuning.journal import Journal, Story
from layerforge.tuning.oracles import Answer, make_oracle
from layerforge.tuning.oracles.oracle import dice
from layerforge.tuning.orders import (
    Done,
    Epoch,
    Execution,
    Failed,
    Interrupted,
    Lost,
    Message,
    Order,
    Started,
)
from layerforge.tuning.processes import Engine
from layerforge.tuning.record import TRIALS
from layerforge.tuning.results import write_table
from layerforge.tuning.sharing import SharedData
from layerforge.tuning.trials import (
    COMPLETED,
    FAILED,
    INVALID,
    OVER_BUDGET,
    STOPPED,
    Outcome,
    Trial,
    ranking,
)

_PAUSE: Final = 0.5  # seconds between two looks at the clock
_REPEATABLE: Final = "train.deterministic=true"
_STEPS: Final = 16  # in one call of TensorFlow
_OF_EPOCHS: Final = ("EarlyStopping", "ReduceLROnPlateau", "LearningRateScheduler", "CSVLogger")
_LIVES: Final = 5  # deaths of a trial's process without getting on, after which it has failed


@dataclass(slots=True)
class _Running:
    """A trial under way: when it began here, its size, its objective after each epoch so far."""

    trial: Trial
    began: float
    parameters: int | None
    macs: int | None
    curve: list[float]
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class Search:
    """What a search is made of. `command` is for the records of the trials."""

    folder: Path
    space: Space
    settings: TuneSettings
    written: bytes
    workers: int
    threads: int
    command: tuple[str, ...] = ()


class Scheduler:
    """One search, from what its journal tells to the end or the next interruption."""

    def __init__(self, search: Search, story: Story, engine: Engine, listener: Listener) -> None:
        self._search, self._story, self._engine, self._listener = search, story, engine, listener
        self._settings = search.settings
        self._direction = search.settings.objective.direction or "min"
        self._oracle = make_oracle(search.space, search.settings)
        self._shared = SharedData(search.folder)
        self._journal = Journal(search.folder)
        self._running: dict[int, _Running] = {}
        self._skipped: set[int] = set()
        self._began = time.monotonic()
        self._stopping = False

    def run(self) -> SearchEnded:
        """Trains trial after trial. Raises Faults where something is wrong with every one of them."""
        with Interruption() as interruption:
            try:
                while self._begin_all() or self._running:
                    if interruption.asked and not self._stopping:
                        self._stopping = True
                        self._engine.stop()
                    for message in self._engine.messages(_PAUSE):
                        self._hear(message)
            finally:
                self._engine.close()
                self._journal.paused(time.monotonic() - self._began)
                self._journal.close()
        return self._ended(interruption.asked)

    def _begin_all(self) -> bool:
        """Begins trials while there is room; whether any is under way that was not before."""
        begun = False
        while not self._stopping and len(self._running) < self._search.workers:
            trial = self._next()
            if trial is None:
                return begun
            begun = True
            self._begin(trial)
        return begun

    def _next(self) -> Trial | None:
        """The next trial: one that was not brought to its end, or a new one."""
        for trial in self._story.unfinished:
            if trial.number not in self._running:
                return trial
        asked, most = self._story.asked, self._settings.max_trials
        if self._is_late() or (most is not None and len(asked) >= most):
            return None
        number = 0
        while True:
            if number not in asked and number not in self._skipped:
                answer = self._oracle.ask(number, asked, self._story.outcomes)
                if isinstance(answer, Trial):
                    self._journal.asked(answer)
                    asked[number] = answer
                    return answer
                if answer is Answer.END:
                    return None
                if answer is Answer.SKIP:
                    self._skipped.add(number)
            number += 1

    def _is_late(self) -> bool:
        limit = self._settings.max_time
        return limit is not None and self._seconds() >= limit

    def _seconds(self) -> float:
        return self._story.seconds + time.monotonic() - self._began

    def _begin(self, trial: Trial) -> None:
        compiled = self._search.space.compiled(trial.values)
        running = _Running(trial, time.monotonic(), None, None, [])
        if compiled.plan is not None:
            macs = compiled.plan.macs
            running.parameters = compiled.plan.params
            running.macs = macs if isinstance(macs, int) else None
        self._running[trial.number] = running
        too_large = over_budget(compiled, self._settings)
        if not compiled.clean:
            self._end(trial.number, INVALID, str(Faults(*errors(compiled.found))))
        elif too_large is not None:
            self._end(trial.number, OVER_BUDGET, too_large)
        else:
            self._train(trial, compiled)

    def _train(self, trial: Trial, compiled: Compiled) -> None:
        try:
            executions = tuple(
                self._execution(trial, compiled, number, fold)
                for number in range(self._settings.executions_per_trial)
                for fold in folds_of(self._settings)
            )
        except Faults as stop:
            self._end(trial.number, INVALID, str(stop))
            return
        self._engine.start(
            Order(
                trial.number,
                executions,
                self._settings.objective.name,
                self._search.written,
                self._search.command,
                tuple(file.path for file in loaded_code()),
                self._search.threads,
                asks=self._settings.median_stopping is not None,
                keeps=trial.epochs is not None,
            )
        )

    def _execution(
        self, trial: Trial, compiled: Compiled, number: int, fold: Fold | None
    ) -> Execution:
        """One training of a trial. Raises Faults where its data cannot be prepared."""
        data, prepared = self._shared.prepared(compiled, fold)
        own = changes_of(trial, self._story, self._settings, compiled.train, number)
        changes = [*own, _REPEATABLE]
        compiled = self._search.space.compiled(trial.values, changes)
        folder = self._folder(trial.number, number, fold)
        begin = None
        if trial.parent is not None:
            begin = self._folder(trial.parent, number, fold) / CHECKPOINT
        return Execution(widened(compiled, prepared), data, folder, begin)

    def _folder(self, trial: int, execution: int, fold: Fold | None) -> Path:
        folder = self._search.folder / TRIALS / f"{trial:04d}"
        if self._settings.executions_per_trial > 1:
            folder /= str(execution + 1)
        return folder if fold is None else folder / f"fold-{fold.number}"

    def _hear(self, message: Message) -> None:
        running = self._running[message.number]
        if isinstance(message, Started):
            values = running.trial.values
            self._listener(TrialStarted(message.number, values, message.epochs))
        elif isinstance(message, Epoch):
            self._epoch(running, message)
        elif isinstance(message, Done):
            self._done(running, message)
        elif isinstance(message, Failed):
            self._end(message.number, message.status, message.reason)
        elif isinstance(message, Interrupted):
            del self._running[message.number]
        elif isinstance(message, Lost):
            self._lost(message)

    def _epoch(self, running: _Running, message: Epoch) -> None:
        running.epoch = message.epoch
        running.curve = [*running.curve[: message.epoch - 1], message.value]
        self._listener(TrialEpoch(message.number, message.epoch, message.value))
        if self._settings.median_stopping is not None:
            self._engine.answer(message.number, not self._is_hopeless(running, message.epoch))

    def _is_hopeless(self, running: _Running, epoch: int) -> bool:
        """Vizier's median rule: the best so far against the mean so far of the others at that epoch."""
        rule = self._settings.median_stopping
        others = [curve[:epoch] for curve in self._story.curves.values() if len(curve) >= epoch]
        if rule is None or epoch < rule.grace_period or len(others) < rule.min_samples_required:
            return False
        middle = median(sum(curve) / len(curve) for curve in others)
        best = _best(running.curve, self._direction)
        return best is not None and (best > middle if self._direction == "min" else best < middle)

    def _lost(self, message: Lost) -> None:
        number, epoch = message.number, self._running[message.number].epoch
        if not self._stopping:
            self._journal.lost(number, epoch, message.reason)
            if self._story.die(number, epoch) >= _LIVES:
                self._end(number, FAILED, message.reason)
                return
        del self._running[number]  # it will be begun again

    def _done(self, running: _Running, message: Done) -> None:
        number = message.number
        scores = [_best(list(curve), self._direction) for curve in message.curves]
        kept = tuple(score for score in scores if score is not None)
        if len(kept) < len(scores) or not kept:
            self._end(number, FAILED, "no epoch has given the objective a finite value")
            return
        running.curve = list(message.curves[0])
        outcome = Outcome(
            STOPPED if message.stopped else COMPLETED,
            sum(kept) / len(kept),
            "worse than the median of the others" if message.stopped else "",
            kept,
            len(running.curve),
            running.curve.index(kept[0]) + 1,
        )
        self._close(number, outcome)

    def _end(self, number: int, status: str, reason: str) -> None:
        self._close(number, Outcome(status, None, reason, epochs=len(self._running[number].curve)))

    def _close(self, number: int, outcome: Outcome) -> None:
        """A trial is over: the journal first, then all else."""
        running = self._running.pop(number)
        seconds = time.monotonic() - running.began
        outcome = replace(
            outcome, parameters=running.parameters, macs=running.macs, seconds=seconds
        )
        self._journal.ended(number, outcome, running.curve)
        self._story.outcomes[number] = outcome
        self._story.curves[number] = running.curve
        write_table(self._search.folder, self._story)
        best = ranking(self._story.outcomes, self._direction)[:1] == [number]
        values, status = running.trial.values, outcome.status
        told = TrialEnded(number, values, status, outcome.score, outcome.reason, seconds, best)
        self._listener(told)

    def _ended(self, signal: str | None) -> SearchEnded:
        counts = Counter(outcome.status for outcome in self._story.outcomes.values())
        state = "finished" if signal is None else "interrupted"
        reason = f"stopped by {signal}" if signal else self._why()
        return SearchEnded(state, reason, dict(counts), self._seconds())

    def _why(self) -> str:
        most = self._settings.max_trials
        if most is not None and len(self._story.asked) >= most:
            return f"{most} trials done"
        return "the time is up" if self._is_late() else "there is no other point to try"


def folds_of(settings: TuneSettings) -> list[Fold | None]:
    """The folds that every point is scored on; None for the spec's own split."""
    if settings.folds is None:
        return [None]
    return [Fold(number + 1, settings.folds) for number in range(settings.folds)]


def changes_of(
    trial: Trial,
    story: Story,
    settings: TuneSettings,
    train: TrainSettings | None,
    execution: int = 0,
) -> list[str]:
    """What an execution of a trial sets beside its values, as `path=value`: seed, epochs, steps in a call.

    It trains on one device, as many trials train beside each other. The seed is of the search's and the
    trial's number alone; a trial that goes on with another has the other's.
    """
    first = trial
    while first.parent is not None:
        first = story.asked[first.parent]
    seed = dice(settings.seed, "trial", first.number, execution).getrandbits(31)
    epochs = [f"train.epochs={trial.epochs}"] if trial.epochs is not None else []
    alone = ["train.devices=null"] if train is not None and train.devices is not None else []
    return [f"train.seed={seed}", *epochs, *alone, *_calls(train or TrainSettings())]


def _calls(train: TrainSettings) -> list[str]:
    """So many steps in a call that Python costs little, where nothing wants to hear of every step.

    A number that is measured would differ from trial to trial, and the last bit of a score with it.
    """
    heard = any(callback.name not in _OF_EPOCHS for callback in train.callbacks)
    if heard or train.execution != TrainSettings().execution:
        return []
    return [f"train.execution={{steps_per_execution: {_STEPS}}}"]


def _best(curve: list[float], direction: str) -> float | None:
    finite = [value for value in curve if math.isfinite(value)]
    if not finite:
        return None
    return min(finite) if direction == "min" else max(finite)
