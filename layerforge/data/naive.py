"""What a model must beat: predictions made without learning, from the past or the training mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from layerforge.data.prepared import Prepared

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Predictor: TypeAlias = Callable[[NDArray[np.int64]], NDArray[Any]]


def predictors(prepared: Prepared, split: str) -> dict[str, Predictor]:
    """The baselines of the task by name: each takes positions and gives (n, *answer_shape), scaled.

    `majority` gives the training share of each class. There is no `seasonal_naive` where there is
    no season, or where a window of the split begins too early to look a season back.
    """
    if prepared.classes is not None:
        return {"majority": lambda positions: _majority(prepared, positions)}
    if prepared.settings.task == "regression":
        return {"mean": lambda positions: _mean(prepared, positions)}
    found: dict[str, Predictor] = {"repeat": lambda positions: _repeat(prepared, positions)}
    season = prepared.season.length
    if season is not None and _reaches_back(prepared, split, season):
        found["seasonal_naive"] = lambda positions: _seasonal(prepared, positions, season)
    return found


def _repeat(prepared: Prepared, positions: NDArray[np.int64]) -> NDArray[Any]:
    """The last value before the forecast, at every step."""
    import numpy as np

    last = prepared.targets[_origin(prepared, positions) - 1]
    return np.repeat(last[:, None], prepared.horizon or 1, axis=1)


def _seasonal(prepared: Prepared, positions: NDArray[np.int64], season: int) -> NDArray[Any]:
    """The last season before the forecast, over and over."""
    import numpy as np

    steps = np.arange(prepared.horizon or 1) % season
    rows = _origin(prepared, positions)[:, None] - season + steps
    return np.take(prepared.targets, rows, axis=0)


def _origin(prepared: Prepared, positions: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first row of each forecast."""
    return positions + (prepared.frame.answer if prepared.frame is not None else 0)


def _reaches_back(prepared: Prepared, split: str, season: int) -> bool:
    positions = prepared.positions[split]
    return not len(positions) or int(_origin(prepared, positions).min()) >= season


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
