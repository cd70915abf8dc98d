"""BayesianOptimization: a Gaussian process of the scores says where it pays to look next.

KerasTuner's algorithm and arguments: a Matern 5/2 kernel, and the lower confidence bound mu - beta * sigma
(Srinivas et al. 2010); the equations are those of Rasmussen and Williams 2006, algorithm 2.1. The bound is
compared over points of the space: none is asked for twice, and a space that is used up ends the search.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from layerforge.expressions import Value
from layerforge.space import Point, Space, draw, key, neighbour, share_of
from layerforge.spec import Hyperparameter
from layerforge.tuning.oracles.oracle import Answer, Draws, dice, keys
from layerforge.tuning.trials import Outcome, Trial, ranking

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

_RANDOM, _NEAR = 1_000, 40  # candidates drawn anywhere, and near each of the best points
_BEST: Final = 5
_MOST: Final = 1_000  # trials that the process learns from
_LENGTHS: Final = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2)  # of the kernel; the likeliest one is taken


class BayesianOptimization:
    """Random points at first (`num_initial_points`, or three for each hyperparameter), then the model's."""

    def __init__(
        self,
        space: Space,
        seed: int,
        direction: str,
        num_initial_points: int | None,
        alpha: float,
        beta: float,
    ) -> None:
        self._draws, self._direction = Draws(space, seed), direction
        self._initial, self._alpha, self._beta = num_initial_points, alpha, beta

    def ask(
        self, number: int, asked: Mapping[int, Trial], outcomes: Mapping[int, Outcome]
    ) -> Trial | Answer:
        scored = ranking(outcomes, self._direction)
        known = self._hyperparameters(asked)
        point = None
        if scored and len(scored) >= (self._initial or max(3, 3 * len(known))):
            point = self._promising(number, known, scored, asked, outcomes)
        point = point or self._draws.fresh(number, keys(asked))
        return Answer.END if point is None else Trial(number, point)

    def _hyperparameters(self, asked: Mapping[int, Trial]) -> dict[str, Hyperparameter]:
        """All that any trial so far made active."""
        known: dict[str, Hyperparameter] = {}
        for trial in asked.values():
            known |= self._draws.space.compiled(trial.values).hyperparameters
        return {name: hp for name, hp in known.items() if hp.kind != "hp.Fixed"}

    def _promising(
        self,
        number: int,
        known: Mapping[str, Hyperparameter],
        scored: list[int],
        asked: Mapping[int, Trial],
        outcomes: Mapping[int, Outcome],
    ) -> Point | None:
        import numpy as np

        # A trial that failed is taken to be as bad as the worst: there nobody need look again.
        ended = _learnt_from(scored, outcomes)
        seen = np.array([_vector(asked[n].values, known) for n in ended])
        worst = outcomes[scored[-1]].cost(self._direction)
        costs = np.array([min(outcomes[n].cost(self._direction), worst) for n in ended])
        process = _Process(seen, costs, self._alpha)
        # Of a trial that still runs the score is taken to be as bad as it may well be.
        running = [n for n in asked if n not in outcomes]
        if running:
            pending = np.array([_vector(asked[n].values, known) for n in running])
            mean, spread = process.at(pending)
            process = _Process(
                np.vstack([seen, pending]), np.concatenate([costs, mean + spread]), self._alpha
            )
        candidates = self._candidates(number, known, [asked[n].values for n in scored[:_BEST]])
        mean, spread = process.at(np.array([_vector(each, known) for each in candidates]))
        taken = keys(asked)
        for index in np.argsort(mean - self._beta * spread, kind="stable"):
            die = dice(self._draws.seed, number, "completing")
            point = self._draws.space.near(
                candidates[index],
                lambda hp, die=die: draw(hp, die),  # type: ignore[misc]
            )
            if key(point) not in taken:
                return point
        return None

    def _candidates(
        self, number: int, known: Mapping[str, Hyperparameter], best: list[Point]
    ) -> list[dict[str, Value]]:
        """Values for every hyperparameter, active or not: anywhere, and near the best points."""
        die = dice(self._draws.seed, number, "candidates")
        found = [{name: draw(hp, die) for name, hp in known.items()} for _ in range(_RANDOM)]
        for point in best:
            for _ in range(_NEAR):
                whole = {n: point[n] if n in point else draw(hp, die) for n, hp in known.items()}
                changed = die.choice(list(known))
                whole[changed] = neighbour(known[changed], whole[changed], die)
                found.append(whole)
        return found


def _learnt_from(scored: list[int], outcomes: Mapping[int, Outcome]) -> list[int]:
    """The trials that the process learns from: all that ended or, of very many, the best and the latest.

    Its time grows with their cube and its memory with their square.
    """
    good = set(scored)
    ended = [*scored, *(number for number in outcomes if number not in good)]
    if len(ended) <= _MOST:
        return ended
    best = scored[: _MOST // 2]
    latest = sorted(set(ended) - set(best))[len(best) - _MOST :]
    return [*best, *latest]


def _vector(values: Mapping[str, Value], known: Mapping[str, Hyperparameter]) -> list[float]:
    """A point in the unit cube: a number by its share of the range, a word by a corner of its own."""
    vector: list[float] = []
    for name, hp in known.items():
        value = values.get(name, hp.default)
        if hp.kind == "hp.Choice" and any(isinstance(v, str) for v in hp.arguments["values"]):
            vector += [float(value == each) for each in hp.arguments["values"]]
        else:
            vector.append(share_of(hp, value))
    return vector


class _Process:
    """A Gaussian process through some values, their mean and spread made 0 and 1."""

    def __init__(self, x: Vector, y: Vector, alpha: float) -> None:
        self._x, self._mean, self._spread = x, y.mean(), y.std() or 1.0
        scaled = (y - self._mean) / self._spread
        fits = [self._fit(length, scaled, alpha) for length in _LENGTHS]
        _, self._length, self._factor, self._weights = max(fits, key=lambda fit: fit[0])

    def _fit(self, length: float, y: Vector, alpha: float) -> tuple[float, float, Vector, Vector]:
        """The log marginal likelihood of a length, and what predicting with it takes."""
        import numpy as np

        covariance = _matern(self._x, self._x, length) + alpha * np.eye(len(y))
        factor = np.linalg.cholesky(covariance)
        weights = np.linalg.solve(factor.T, np.linalg.solve(factor, y))
        likelihood = -0.5 * y @ weights - np.log(np.diag(factor)).sum()
        return float(likelihood), length, np.asarray(factor), np.asarray(weights)

    def at(self, x: Vector) -> tuple[Vector, Vector]:
        """Mean and standard deviation at some points."""
        import numpy as np

        across = _matern(x, self._x, self._length)
        mean = across @ self._weights
        explained = (np.linalg.solve(self._factor, across.T) ** 2).sum(axis=0)
        spread = np.sqrt(np.maximum(1.0 - explained, 1e-12))
        return self._mean + self._spread * mean, self._spread * spread


def _matern(one: Vector, other: Vector, length: float) -> Vector:
    """The Matern 5/2 kernel (Rasmussen and Williams 2006, equation 4.17)."""
    import numpy as np

    squares = ((one[:, None, :] - other[None, :, :]) ** 2).sum(axis=2)
    scaled = np.sqrt(5.0 * squares) / length
    return np.asarray((1.0 + scaled + scaled**2 / 3.0) * np.exp(-scaled))
