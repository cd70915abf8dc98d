"""Least squares from sums gathered piece by piece, so that no design matrix is ever held whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from layerforge.data.prepared import Prepared

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WIDEST: Final = 4_000  # unknowns of one output; solving for so many takes seconds
MOST_WORK: Final = 100_000_000_000  # multiply-adds while the sums are gathered, seconds as well
_VALUES_AT_ONCE: Final = 4_000_000
_WINDOW_RIDGE: Final = 1e-6  # for each window: enough to be solvable, too little to be seen
_TABLE_RIDGE: Final = 1.0  # on standardised columns


class NormalEquations:
    """Sums of x x' and x y' over samples, with a one beside every x for the intercept."""

    def __init__(self, inputs: int, outputs: int) -> None:
        import numpy as np

        self.gram = np.zeros((inputs + 1, inputs + 1))
        self.moments = np.zeros((inputs + 1, outputs))

    def add(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
        """Takes samples (n, inputs) and their answers (n, outputs)."""
        self.gram[:-1, :-1] += x.T @ x
        self.gram[:-1, -1] += x.sum(axis=0)
        self.gram[-1, -1] += len(x)
        self.moments[:-1] += x.T @ y
        self.moments[-1] += y.sum(axis=0)

    def solve(self, ridge: float) -> NDArray[np.float64]:
        """The weights (inputs + 1, outputs), the intercept last; only the others are held small."""
        import numpy as np

        self.gram[-1, :-1] = self.gram[:-1, -1]
        penalty = np.full(len(self.gram), ridge)
        penalty[-1] = 0.0
        return np.asarray(np.linalg.solve(self.gram + np.diag(penalty), self.moments), np.float64)


class WindowLeastSquares:
    """A straight line from the window to every step, the same for all targets, around the last value.

    It is the exact optimum of NLinear's loss (Zeng et al. 2023, arXiv:2205.13504) on the training
    windows, for each window a ridge of 1e-6. `taken` of `of` training windows were fitted.
    """

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        positions = prepared.positions["train"]
        taken = thinned(positions, window_work(prepared))
        self.taken, self.of = len(taken), len(positions)
        window, steps, targets = prepared.window or 1, *prepared.answer_shape
        equations = NormalEquations(window, steps)
        for piece in _pieces(taken, (window + steps) * targets):
            past, last = self._past(piece)
            future = prepared.answers(piece).astype("float64") - last
            for target in range(targets):
                equations.add(past[:, :, target], future[:, :, target])
        self.weights = equations.solve(_WINDOW_RIDGE * self.taken)

    def __call__(self, positions: NDArray[np.int64]) -> NDArray[Any]:
        """The forecasts (n, steps, targets), scaled as the targets are."""
        import numpy as np

        past, last = self._past(positions)
        line = np.einsum("nwc,wh->nhc", past, self.weights[:-1], optimize=True)
        return np.asarray(line + self.weights[-1][None, :, None] + last)

    def _past(
        self, positions: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The windows of the targets less their last value, and that value (n, 1, targets)."""
        past = self.prepared.past(positions).astype("float64")
        last = past[:, -1:]
        return past - last, last


def window_work(prepared: Prepared) -> int:
    """How many multiply-adds the sums take for one window."""
    window, (steps, targets) = prepared.window or 1, prepared.answer_shape
    return targets * window * (window + steps)


class Ridge:
    """Ridge regression on standardised inputs, with a penalty of 1."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        positions = prepared.positions["train"]
        width, outputs = prepared.flat_width, prepared.answer_shape[0]
        taken = thinned(positions, width * (width + outputs))
        self.taken, self.of = len(taken), len(positions)
        equations = NormalEquations(width, outputs)
        for piece in _pieces(taken, width + outputs):
            answers = prepared.answers(piece).astype("float64")
            equations.add(prepared.flat(piece).astype("float64"), answers)
        self.weights = _standardised(equations)

    def __call__(self, positions: NDArray[np.int64]) -> NDArray[Any]:
        """The predictions (n, targets), scaled as the targets are."""
        found: NDArray[Any] = self.prepared.flat(positions) @ self.weights[:-1] + self.weights[-1]
        return found


def _standardised(equations: NormalEquations) -> NDArray[np.float64]:
    """The weights on the inputs as they are of a ridge on inputs of mean 0 and deviation 1."""
    import numpy as np

    count = equations.gram[-1, -1]
    mean, answer = equations.gram[:-1, -1] / count, equations.moments[-1] / count
    covariance = equations.gram[:-1, :-1] / count - np.outer(mean, mean)
    deviation = np.sqrt(np.maximum(np.diag(covariance), 0))
    known = deviation > 1e-7 * np.maximum(np.abs(mean), 1)
    scale = np.where(known, deviation, 1.0)
    correlation = covariance / np.outer(scale, scale)
    shared = (equations.moments[:-1] / count - np.outer(mean, answer)) / scale[:, None]
    penalty = np.eye(len(scale)) * (_TABLE_RIDGE / count)
    weights = np.linalg.solve(correlation + penalty, shared) / scale[:, None]
    weights[~known] = 0.0
    return np.vstack([weights, answer - mean @ weights])


def thinned(positions: NDArray[np.int64], work: int) -> NDArray[np.int64]:
    """Every position, or evenly so many that the work for all of them is bearable."""
    import numpy as np

    most = max(MOST_WORK // max(work, 1), 1)
    if len(positions) <= most:
        return positions
    return positions[np.linspace(0, len(positions) - 1, most).astype(np.int64)]


def _pieces(positions: NDArray[np.int64], values: int) -> Iterator[NDArray[np.int64]]:
    size = max(_VALUES_AT_ONCE // values, 1)
    for start in range(0, len(positions), size):
        yield positions[start : start + size]
