"""What a training run tells while it goes on; the terminal, a log or a notebook listens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class DataRead:
    """The data are ready: what was read, split, fitted and left out, as the run's `data.json` has it."""

    account: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TrainingStarted:
    """Before the first step. `start_epoch` counts finished epochs: 0 unless a run goes on."""

    run: str
    epochs: int
    steps_per_epoch: int
    samples: Mapping[str, int]
    monitor: str
    start_epoch: int = 0


@dataclass(frozen=True, slots=True)
class StepDone:
    """After a training step. Epochs and steps count from 1, seconds from the start of training."""

    epoch: int
    step: int
    logs: Mapping[str, float]
    seconds: float


@dataclass(frozen=True, slots=True)
class EpochDone:
    """After an epoch and its validation. `best` says that no epoch before was as good."""

    epoch: int
    logs: Mapping[str, float]
    seconds: float
    best: bool


@dataclass(frozen=True, slots=True)
class TrainingEnded:
    """After the last step: which epoch's weights are kept, and why training stopped."""

    epochs: int
    best_epoch: int
    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class Note:
    """One line for the reader: a default taken, a season inferred, rows dropped."""

    text: str


Event: TypeAlias = DataRead | TrainingStarted | StepDone | EpochDone | TrainingEnded | Note
Listener: TypeAlias = Callable[[Event], None]
