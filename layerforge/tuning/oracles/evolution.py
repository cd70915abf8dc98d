"""RegularizedEvolution: an aging population, the best of a sample mutated (Real et al. 2019, algorithm 1)."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Final

from layerforge.space import Point, Space, draw, key, neighbour
from layerforge.tuning.oracles.oracle import Answer, Draws, dice, keys
from layerforge.tuning.trials import Outcome, Trial, ranking

_TRIES: Final = 30  # mutations that only repeat what there was


class RegularizedEvolution:
    """Random points until the population is full; then each trial is a mutation of a good one.

    The population are the latest `population_size` trials that have a score: what is old dies, however
    good it was. A mutation changes one hyperparameter; what becomes active by it is drawn.
    """

    def __init__(
        self, space: Space, seed: int, direction: str, population_size: int, sample_size: int
    ) -> None:
        self._draws, self._direction = Draws(space, seed), direction
        self._population, self._sample = population_size, sample_size

    def ask(
        self, number: int, asked: Mapping[int, Trial], outcomes: Mapping[int, Outcome]
    ) -> Trial | Answer:
        taken = keys(asked)
        scored = sorted(ranking(outcomes, self._direction))
        point = None
        if number >= self._population and scored:
            living = scored[-self._population :]
            point = self._child(number, living, asked, outcomes, taken)
        point = point or self._draws.fresh(number, taken)
        return Answer.END if point is None else Trial(number, point)

    def _child(
        self,
        number: int,
        living: list[int],
        asked: Mapping[int, Trial],
        outcomes: Mapping[int, Outcome],
        taken: set[str],
    ) -> Point | None:
        for attempt in range(_TRIES):
            die = dice(self._draws.seed, number, "mutation", attempt)
            sample = [die.choice(living) for _ in range(self._sample)]
            best = min(sample, key=lambda n: (outcomes[n].cost(self._direction), n))
            child = self._mutated(asked[best].values, die)
            if key(child) not in taken:
                return child
        return None

    def _mutated(self, parent: Point, die: Random) -> Point:
        space = self._draws.space
        active = space.compiled(parent).hyperparameters
        changed = die.choice(list(active.values()))
        values = {**parent, changed.name: neighbour(changed, parent[changed.name], die)}
        return space.near(values, lambda hp: draw(hp, die))
