"""What a model must beat without learning much: the past, the mean, a straight line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from layerforge.data.prepared import Prepared
from layerforge.scores.least_squares import WIDEST, Ridge, WindowLeastSquares
from layerforge.scores.logistic import Logistic
from layerforge.tables.series import firsts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Predictor: TypeAlias = Callable[[NDArray[np.int64]], NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Baselines:
    """The predictors of a task by name, and lines about those that are not whole or not there.

    Each takes positions and gives (n, *answer_shape), scaled, or the probability of each class.
    """

    predictors: dict[str, Predictor]
    notes: tuple[str, ...] = ()


def baselines_of(prepared: Prepared, split: str) -> Baselines:
    """The baselines of the task, fitted on the training samples.

    There is no `seasonal_naive` where there is no season, or where a window of the split begins
    too early to look a season back, and no line where fitting it would take too much memory.
    """
    if prepared.classes is not None:
        simple: dict[str, Predictor] = {"majority": lambda at: _majority(prepared, at)}
        fitted = _fitted(
            "logistic", prepared, Logistic, prepared.flat_width * len(prepared.classes)
        )
    elif prepared.horizon is None:
        simple = {"mean": lambda at: _mean(prepared, at)}
        fitted = _fitted("ridge", prepared, Ridge, prepared.flat_width)
    else:
        simple = _of_series(prepared, split)
        fitted = _fitted("least_squares", prepared, WindowLeastSquares, prepared.window or 1)
    return Baselines({**simple, **fitted.predictors}, fitted.notes)


def _of_series(prepared: Prepared, split: str) -> dict[str, Predictor]:
    found: dict[str, Predictor] = {"repeat": lambda at: _repeat(prepared, at)}
    season = prepared.season.length
    if season is not None and _reaches_back(prepared, split, season):
        found["seasonal_naive"] = lambda at: _seasonal(prepared, at, season)
    if (prepared.window or 1) > 1:
        found["drift"] = lambda at: _drift(prepared, at)
        found["window_mean"] = lambda at: _window_mean(prepared, at)
    return found


def _fitted(
    name: str, prepared: Prepared, kind: Callable[[Prepared], Any], unknowns: int
) -> Baselines:
    """A baseline that learns, unless it is too large; a note where it saw not every sample."""
    training = prepared.learnt_from
    if not training.samples("train"):
        return Baselines({}, (f"{name} is left out: there is no training sample",))
    most = WIDEST if kind is not Logistic else 25 * WIDEST
    if unknowns > most:
        why = f"{unknowns:,} unknowns are more than the {most:,} it is fitted for"
        return Baselines({}, (f"{name} is left out: {why}",))
    line = kind(training)
    parts = [f"{line.taken:,} of {line.of:,}" if line.taken < line.of else f"the {line.of:,}"]
    parts += ["training samples"]
    parts += [f"of the run, from {training.file.shown}"] if training is not prepared else []
    line.prepared = prepared  # what it was fitted on, and what it is asked about
    told = f"{name} is fitted on {' '.join(parts)}"
    told += ", evenly spread" if line.taken < line.of else ""
    if line.taken == line.of and training is prepared:
        return Baselines({name: line})
    return Baselines({name: line}, (told,))


def _repeat(prepared: Prepared, positions: NDArray[np.int64]) -> NDArray[Any]:
    """The last value before the forecast, at every step."""
    import numpy as np

    last = prepared.past(positions)[:, -1:]
    return np.repeat(last, prepared.horizon or 1, axis=1)


def _seasonal(prepared: Prepared, positions: NDArray[np.int64], season: int) -> NDArray[Any]:
    """The last season before the forecast, over and over."""
    import numpy as np

    ahead = _ahead(prepared)
    back = ahead - -(-ahead // season) * season
    rows = _last_known(prepared, positions)[:, None] + back
    return np.take(prepared.targets, rows, axis=0)


def _drift(prepared: Prepared, positions: NDArray[np.int64]) -> NDArray[Any]:
    """The line from the window's first value to its last, carried on."""
    past = prepared.past(positions).astype("float64")
    first, last = past[:, :1], past[:, -1:]
    span = prepared.frame.span if prepared.frame is not None else past.shape[1]
    drift: NDArray[Any] = last + _ahead(prepared)[None, :, None] * (last - first) / (span - 1)
    return drift


def _window_mean(prepared: Prepared, positions: NDArray[np.int64]) -> NDArray[Any]:
    """The mean of the window, at every step."""
    import numpy as np

    mean = prepared.past(positions).mean(axis=1, keepdims=True, dtype=np.float64)
    return np.repeat(mean, prepared.horizon or 1, axis=1)


def _ahead(prepared: Prepared) -> NDArray[np.int64]:
    """How many rows after the window's last each answered step is."""
    import numpy as np

    assert prepared.frame is not None
    return np.asarray(prepared.frame.future) - prepared.frame.span + 1


def _last_known(prepared: Prepared, positions: NDArray[np.int64]) -> NDArray[np.int64]:
    """The last row of each window."""
    return positions + (prepared.frame.span - 1 if prepared.frame is not None else 0)


def _reaches_back(prepared: Prepared, split: str, season: int) -> bool:
    """Whether a season before each forecast lies in the same series."""
    import numpy as np

    last = _last_known(prepared, prepared.positions[split])
    start = np.zeros_like(last)
    if prepared.series is not None:
        start = firsts(prepared.series.codes)[last]
    return bool((last - season + 1 >= start).all())


def _mean(prepared: Prepared, positions: NDArray[np.int64]) -> NDArray[Any]:
    """The mean of the training rows."""
    import numpy as np

    means = [(each.mean - each.offset) / each.scale for each in prepared.target_encoders]
    return np.broadcast_to(np.asarray(means), (len(positions), len(means)))


def _majority(prepared: Prepared, positions: NDArray[np.int64]) -> NDArray[Any]:
    """The share of each class among the training rows; the largest is the class predicted."""
    import numpy as np

    counts = np.asarray(prepared.class_counts, np.float64)
    return np.broadcast_to(counts / counts.sum(), (len(positions), len(counts)))
