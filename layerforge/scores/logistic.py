"""Logistic regression, the line that a classifier must beat: convex, so it has one answer."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from layerforge.data.prepared import Prepared
from layerforge.scores.least_squares import thinned

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Slope: TypeAlias = Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]]

MOST_VALUES: Final = 40_000_000  # of the training inputs, which are held at once in float32
_ROUNDS: Final = 200
_MEMORY: Final = 10
_PENALTY: Final = 1.0  # on the sum of squares of the weights of standardised inputs, halved


class Logistic:
    """Multinomial logistic regression on standardised inputs with a penalty of 1, by L-BFGS.

    `taken` of `of` training samples were fitted: evenly fewer where all would take too long.
    """

    def __init__(self, prepared: Prepared) -> None:
        import numpy as np

        self.prepared, self.classes = prepared, len(prepared.classes or ())
        positions, width = prepared.positions["train"], prepared.flat_width
        taken = thinned(positions, 4 * _ROUNDS * width * self.classes)
        taken = taken[:: -(-len(taken) * width // MOST_VALUES)]
        self.taken, self.of = len(taken), len(positions)
        inputs = prepared.flat(taken)
        self.mean = inputs.mean(axis=0, dtype=np.float64).astype(np.float32)
        deviation = inputs.std(axis=0, dtype=np.float64)
        self.scale = np.where(deviation > 1e-7, deviation, np.inf).astype(np.float32)
        slope = _slope((inputs - self.mean) / self.scale, prepared.answers(taken), self.classes)
        start = np.zeros((width + 1) * self.classes)
        self.weights = lbfgs(slope, start).reshape(-1, self.classes)

    def __call__(self, positions: NDArray[np.int64]) -> NDArray[Any]:
        """The probability of each class (n, classes)."""
        inputs = (self.prepared.flat(positions) - self.mean) / self.scale
        return _shares(inputs @ self.weights[:-1] + self.weights[-1])


def _slope(inputs: NDArray[np.float32], truth: NDArray[Any], classes: int) -> Slope:
    """The penalised log loss and its gradient as a function of the weights, laid flat."""
    import numpy as np

    rows = np.arange(len(truth))

    def slope(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat.reshape(-1, classes)
        scores = inputs @ weights[:-1].astype(np.float32) + weights[-1]
        shares = _shares(scores)
        loss = -np.log(np.maximum(shares[rows, truth], 1e-300)).sum()
        loss += _PENALTY / 2 * np.square(weights[:-1]).sum()
        shares[rows, truth] -= 1
        gradient = np.empty_like(weights)
        gradient[:-1] = inputs.T @ shares.astype(np.float32) + _PENALTY * weights[:-1]
        gradient[-1] = shares.sum(axis=0)
        return float(loss), gradient.ravel()

    return slope


def _shares(scores: NDArray[Any]) -> NDArray[np.float64]:
    import numpy as np

    powers = np.exp((scores - scores.max(axis=1, keepdims=True)).astype(np.float64))
    shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return shares


def lbfgs(slope: Slope, start: NDArray[np.float64]) -> NDArray[np.float64]:
    """The point where a smooth convex function is least (Nocedal & Wright 2006, algorithm 7.5)."""
    import numpy as np

    point, (value, gradient) = start, slope(start)
    steps: deque[tuple[Any, Any]] = deque(maxlen=_MEMORY)
    tolerance = 1e-5 * max(float(np.abs(gradient).max()), 1e-12)
    for _ in range(_ROUNDS):
        if np.abs(gradient).max() <= tolerance:
            break
        direction = -_curved(gradient, steps)
        found = _descend(slope, point, value, gradient, direction)
        if found is None:
            break
        there, value, slope_there = found
        if (slope_there - gradient) @ (there - point) > 0:
            steps.append((there - point, slope_there - gradient))
        point, gradient = there, slope_there
    return point


def _curved(gradient: NDArray[np.float64], steps: deque[tuple[Any, Any]]) -> NDArray[np.float64]:
    """The gradient times the inverse Hessian that the last steps speak of (algorithm 7.4)."""
    import numpy as np

    found, shares = gradient.copy(), []
    for step, change in reversed(steps):
        shares.append((step @ found) / (step @ change))
        found -= shares[-1] * change
    if steps:
        step, change = steps[-1]
        found *= (step @ change) / (change @ change)
    else:
        found /= max(float(np.linalg.norm(gradient)), 1.0)
    for (step, change), share in zip(steps, reversed(shares), strict=True):
        found += (share - (change @ found) / (step @ change)) * step
    return found


def _descend(
    slope: Slope,
    point: NDArray[np.float64],
    value: float,
    gradient: NDArray[np.float64],
    direction: NDArray[np.float64],
) -> tuple[NDArray[np.float64], float, NDArray[np.float64]] | None:
    """The first point along the way that is lower by Armijo's rule; None where none is."""
    fall, length = gradient @ direction, 1.0
    for _ in range(30):
        there = point + length * direction
        lower, slope_there = slope(there)
        if lower <= value + 1e-4 * length * fall:
            return there, lower, slope_there
        length /= 2
    return None
