"""RandomSearch and GridSearch: points that depend on no score."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from layerforge.space import Point, Space, key
from layerforge.tuning.oracles.oracle import Answer, Draws
from layerforge.tuning.trials import Outcome, Trial


class RandomSearch:
    """Points drawn at random, none twice; a small space is visited whole.

    The points are those of the seed alone: neither scores nor the number of workers change them.
    """

    def __init__(self, space: Space, seed: int) -> None:
        self._draws = Draws(space, seed)
        self._points: list[Point] = []
        self._taken: set[str] = set()

    def ask(
        self, number: int, asked: Mapping[int, Trial], outcomes: Mapping[int, Outcome]
    ) -> Trial | Answer:
        while len(self._points) <= number:
            point = self._draws.fresh(len(self._points), self._taken)
            if point is None:
                return Answer.END
            self._points.append(point)
            self._taken.add(key(point))
        return Trial(number, self._points[number])


class GridSearch:
    """Every point of the grid, the last hyperparameter that the spec reads changing fastest."""

    def __init__(self, space: Space) -> None:
        self._left: Iterator[Point] = space.points()
        self._points: list[Point] = []

    def ask(
        self, number: int, asked: Mapping[int, Trial], outcomes: Mapping[int, Outcome]
    ) -> Trial | Answer:
        while len(self._points) <= number:
            point = next(self._left, None)
            if point is None:
                return Answer.END
            self._points.append(point)
        return Trial(number, self._points[number])
