"""A trial of a search and how it ended: what oracles are told, and what the journal holds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from layerforge.records import field, record
from layerforge.space import Point, key

COMPLETED: Final = "completed"
# How a trial ends without a score that counts: no model, too large a model, a crash, a loss that is no
# number. `stopped` has a score: it was cut short, being worse than others were at its epoch.
INVALID, OVER_BUDGET, FAILED, DIVERGED = "invalid", "over-budget", "failed", "diverged"
STOPPED: Final = "stopped"


@record
class Trial:
    """A point to be trained. `epochs` is None where the spec says how many; `parent` is gone on with."""

    number: int
    values: Point
    epochs: int | None = None
    parent: int | None = None

    @property
    def key(self) -> str:
        return key(self.values)


@record
class Outcome:
    """How a trial ended. `score` is the mean over the executions; None where there is none.

    `best_epoch` counts from 1 and is that of the first execution, as `epochs` is. `seconds` is
    the time it took, which is no property of the trial.
    """

    status: str
    score: float | None = None
    reason: str = ""
    scores: tuple[float, ...] = ()
    epochs: int = 0
    best_epoch: int = 0
    parameters: int | None = None
    macs: int | None = None
    seconds: float = field(default=0.0, compare=False)

    def cost(self, direction: str) -> float:
        """What a search makes small: infinite where there is no score."""
        if self.score is None or not math.isfinite(self.score):
            return math.inf
        return self.score if direction == "min" else -self.score


def ranking(outcomes: Mapping[int, Outcome], direction: str) -> list[int]:
    """The numbers of the trials that have a score, the best first; of equal ones the earlier."""
    scored = [n for n, outcome in outcomes.items() if math.isfinite(outcome.cost(direction))]
    return sorted(scored, key=lambda number: (outcomes[number].cost(direction), number))
