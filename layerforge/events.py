"""What a training run tells while it goes on; the terminal, a log or a notebook listens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from layerforge.records import record


@record
class DataRead:
    """The data are ready: what was read, split, fitted and left out, as the run's `data.json` has it."""

    account: Mapping[str, Any]


@record
class TrainingStarted:
    """Before the first step. `start_epoch` counts finished epochs: 0 unless a run goes on."""

    run: str
    epochs: int
    steps_per_epoch: int
    samples: Mapping[str, int]
    monitor: str
    start_epoch: int = 0


@record
class StepDone:
    """After a training step. Epochs and steps count from 1, seconds from the start of training."""

    epoch: int
    step: int
    logs: Mapping[str, float]
    seconds: float


@record
class EpochDone:
    """After an epoch and its validation. `best` says that no epoch before was as good."""

    epoch: int
    logs: Mapping[str, float]
    seconds: float
    best: bool


@record
class TrainingEnded:
    """After the last step: which epoch's weights are kept, and why training stopped."""

    epochs: int
    best_epoch: int
    seconds: float
    reason: str


@record
class Note:
    """One line for the reader: a default taken, a season inferred, rows dropped."""

    text: str


@record
class SearchStarted:
    """Before the first trial. `trials` is None where the algorithm alone knows how many there will be.

    `done` trials have ended already, where a search goes on; `best` is the number and the score of
    the best of them.
    """

    search: str
    objective: str
    direction: str
    trials: int | None
    workers: int
    done: int = 0
    best: tuple[int, float] | None = None


@record
class TrialStarted:
    """A trial is under way: its point, and how many epochs it may take."""

    number: int
    values: Mapping[str, Any]
    epochs: int


@record
class TrialEpoch:
    """An epoch of a trial is over; `value` is the objective."""

    number: int
    epoch: int
    value: float


@record
class TrialEnded:
    """A trial has ended: its status, its score if it has one, why. `best` so far, or not."""

    number: int
    values: Mapping[str, Any]
    status: str
    score: float | None
    reason: str
    seconds: float
    best: bool


@record
class SearchEnded:
    """No trial is under way any more, and none will be begun now."""

    state: str
    reason: str
    counts: Mapping[str, int]
    seconds: float


Event: TypeAlias = (
    DataRead
    | TrainingStarted
    | StepDone
    | EpochDone
    | TrainingEnded
    | Note
    | SearchStarted
    | TrialStarted
    | TrialEpoch
    | TrialEnded
    | SearchEnded
)
Listener: TypeAlias = Callable[[Event], None]
