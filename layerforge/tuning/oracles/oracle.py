"""What every algorithm answers when it is asked for a trial, and points that no trial has had."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from enum import Enum
from random import Random
from typing import Final, Protocol

from layerforge.space import Point, Space, draw, key
from layerforge.tuning.trials import Outcome, Trial

_TRIES: Final = 20  # draws that only repeat what there was, before a space is gone through
_LEFT: Final = (
    1_000  # points left of a space among which one is chosen, since there may be no end of them
)


class Answer(Enum):
    """No trial: wait for others to end, go on to the next number, or end the search."""

    WAIT = "wait"
    SKIP = "skip"
    END = "end"


class Oracle(Protocol):
    """An algorithm, asked trial by trial.

    An answer depends on nothing but the seed, the number and what is given here, so that a search
    that was killed goes on as it would have.
    """

    def ask(
        self, number: int, asked: Mapping[int, Trial], outcomes: Mapping[int, Outcome]
    ) -> Trial | Answer:
        """The trial of that number. `asked` are those before, `outcomes` how some of them ended."""
        ...


def dice(seed: int, *parts: object) -> Random:
    """A generator of its own for each seed and purpose; neighbouring seeds share nothing."""
    text = "/".join(str(part) for part in (seed, *parts))
    return Random(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big"))


class Draws:
    """Points at random, by number: the same number gives the same point."""

    def __init__(self, space: Space, seed: int) -> None:
        self.space, self.seed = space, seed
        self._walk: Iterator[Point] = space.points()
        self._walked: list[Point] = []

    def point(self, *number: object) -> Point:
        """Each hyperparameter has dice of its own, whatever else is active."""
        return self.space.complete(lambda hp: draw(hp, dice(self.seed, *number, hp.name)))

    def fresh(self, number: int, taken: Collection[str]) -> Point | None:
        """A point that is not taken; None where there is none.

        Where drawing only repeats what there was, the space is small, or a small part of it is drawn
        nearly always: one of the first points of the grid that are left is chosen.
        """
        for attempt in range(_TRIES):
            point = self.point(number, attempt)
            if key(point) not in taken:
                return point
        left = self._left(taken)
        return dice(self.seed, number, "left").choice(left) if left else None

    def _left(self, taken: Collection[str]) -> list[Point]:
        left = [point for point in self._walked if key(point) not in taken][:_LEFT]
        while len(left) < _LEFT and (point := next(self._walk, None)) is not None:
            self._walked.append(point)
            if key(point) not in taken:
                left.append(point)
        return left


def keys(asked: Mapping[int, Trial]) -> set[str]:
    """The keys of all points asked for so far."""
    return {trial.key for trial in asked.values()}
