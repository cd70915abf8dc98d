"""Hyperband: many points for few epochs, the best of them for more (Li et al. 2018, algorithm 1)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from layerforge.records import record
from layerforge.space import Point, Space, key
from layerforge.tuning.oracles.oracle import Answer, Draws
from layerforge.tuning.trials import Outcome, Trial, ranking


@record
class _Slot:
    """The place of a trial: its bracket, the round in it, its rank among those of the round before.

    `before` are the numbers of the round before, `epochs` how many are done at the end of this round.
    """

    rank: int
    epochs: int
    before: tuple[int, ...]


class Hyperband:
    """Brackets of successive halving, with the sizes and epochs of KerasTuner's Hyperband.

    Each trial has its place from the start, so the trials do not depend on which of them ends first.
    While a round is not over, the next bracket begins.
    """

    def __init__(
        self,
        space: Space,
        seed: int,
        direction: str,
        max_epochs: int,
        factor: int,
        hyperband_iterations: int,
    ) -> None:
        self._draws, self._direction = Draws(space, seed), direction
        self._slots = tuple(_slots(max_epochs, factor, hyperband_iterations))
        self._first = [number for number, slot in enumerate(self._slots) if not slot.before]
        self._points: list[Point | None] = []  # of the first rounds, in the order of their numbers

    def ask(
        self, number: int, asked: Mapping[int, Trial], outcomes: Mapping[int, Outcome]
    ) -> Trial | Answer:
        if number >= len(self._slots):
            return Answer.END
        slot = self._slots[number]
        if not slot.before:
            point = self._point(self._first.index(number))
            return Answer.SKIP if point is None else Trial(number, point, slot.epochs)
        known = [each for each in slot.before if each in asked]
        if any(each not in outcomes for each in known):
            return Answer.WAIT
        left = [each for each in slot.before if each not in asked]
        if any(self.ask(each, asked, outcomes) is not Answer.SKIP for each in left):
            return Answer.WAIT
        best = ranking({each: outcomes[each] for each in known}, self._direction)
        if slot.rank >= len(best):
            return Answer.SKIP
        parent = asked[best[slot.rank]]
        return Trial(number, parent.values, slot.epochs, parent.number)

    def _point(self, index: int) -> Point | None:
        while len(self._points) <= index:
            taken = {key(point) for point in self._points if point is not None}
            self._points.append(self._draws.fresh(len(self._points), taken))
        return self._points[index]


def _slots(max_epochs: int, factor: int, iterations: int) -> Iterator[_Slot]:
    brackets = _whole_log(max_epochs, factor) + 1
    number = 0
    for _ in range(iterations):
        for bracket in reversed(range(brackets)):
            before: tuple[int, ...] = ()
            for turn in range(bracket + 1):
                size = _size(max_epochs, factor, bracket, turn)
                epochs = math.ceil(max_epochs / factor ** (bracket - turn))
                yield from (_Slot(rank, epochs, before) for rank in range(size))
                before = tuple(range(number, number + size))
                number += size


def _size(max_epochs: int, factor: int, bracket: int, turn: int) -> int:
    """Trials of a round (keras_tuner/src/tuners/hyperband.py, `_get_size`)."""
    end = math.ceil(1 + math.log(max_epochs, factor))
    return math.ceil(end / (bracket + 1) * float(factor ** (bracket - turn)))


def _whole_log(value: int, base: int) -> int:
    """The greatest power of the base that is not above the value, without the errors of floats."""
    power = 0
    while base ** (power + 1) <= value:
        power += 1
    return power
