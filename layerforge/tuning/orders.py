"""What the scheduler and the process of a trial say to each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

from layerforge.pipeline import Compiled
from layerforge.records import record


@record
class Execution:
    """One training of a trial: its spec with every value in force, its data, its folder.

    `begin` is the checkpoint of another trial that this one goes on with.
    """

    compiled: Compiled
    data: Path
    folder: Path
    begin: Path | None = None


@record
class Order:
    """A trial for a process. With `asks` it asks after each epoch whether to go on."""

    number: int
    executions: tuple[Execution, ...]
    objective: str
    written: bytes
    command: tuple[str, ...]
    code: tuple[Path, ...]
    threads: int
    asks: bool = False
    keeps: bool = False  # the last state, for a trial that goes on with it


@record
class Started:
    """The first step is about to be taken."""

    number: int
    epochs: int


@record
class Epoch:
    """An epoch of the first execution is over; `value` is the objective."""

    number: int
    epoch: int
    value: float


@record
class Done:
    """Every execution has ended: the objective of each, epoch by epoch."""

    number: int
    curves: tuple[tuple[float, ...], ...]
    stopped: bool = False


@record
class Failed:
    """The trial has no score, for a reason that would be the same a second time."""

    number: int
    status: str
    reason: str


@record
class Interrupted:
    """The trial was told to stop; its state is on disk."""

    number: int


@record
class Lost:
    """The process died without a word."""

    number: int
    reason: str


Message: TypeAlias = Started | Epoch | Done | Failed | Interrupted | Lost
Link: TypeAlias = Any  # multiprocessing.connection.Connection, whose type differs by system
