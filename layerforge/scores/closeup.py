"""Predictions beside the truth, for the eye: some windows, a stretch of time, the spread of the errors.

All is bounded, whatever the size of the data: samples are picked by their place, never by how well
they were predicted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from layerforge.data.prepared import Prepared
from layerforge.scores.naive import baselines_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Predict: TypeAlias = Callable[[NDArray[np.int64]], NDArray[Any]]

_SAMPLES: Final = 2_000  # whose errors are looked at
_VALUES: Final = 4_000_000  # of predictions, at most
_WINDOWS, _STRETCH, _TARGETS = 4, 200, 4  # shown of a forecast
_POINTS: Final = 240  # of a line
_CELLS: Final = 100  # of errors, and of a series, over time
_BINS: Final = 30
_DOTS: Final = 800


@dataclass(frozen=True, slots=True)
class _Tellers:
    """Who says what comes: the model, with its quantiles if it gives some, and the best baseline."""

    predict: Predict
    quantiles: tuple[float, ...] | None
    rival: Predict | None


@dataclass(frozen=True, slots=True)
class _Seen:
    """Samples of numbers in the units of the data: arrays (samples, steps, targets).

    `low` and `high` are the outer quantiles, where the model gives some; `rival` is the best baseline.
    """

    positions: NDArray[np.int64]
    truth: NDArray[np.float64]
    model: NDArray[np.float64]
    low: NDArray[np.float64] | None
    high: NDArray[np.float64] | None
    rival: NDArray[np.float64] | None

    def lines(self, samples: Any, steps: Any, target: int) -> dict[str, list[float]]:
        """The truth and what was said of it: some steps of one sample, or one step of several."""
        return {
            name: _short(values[samples, steps, target])
            for name in ("truth", "model", "low", "high", "rival")
            if (values := getattr(self, name)) is not None
        }


def look_closely(
    prepared: Prepared,
    split: str,
    predict: Predict,
    quantiles: tuple[float, ...] | None = None,
    rival: str | None = None,
) -> dict[str, Any]:
    """What is to be seen of a model's predictions of a split, as JSON; numbers are in the data's units.

    `predict` takes positions and gives predictions as `measure` takes them; `rival` is the baseline
    that stands beside them. `{"split", "samples", "taken", "targets", ...}` with, for a forecast,
    `windows`, `stretch`, `errors` and `course`; for a regression `points`; for both `residuals`; for
    classes `confidence`.
    """
    positions = prepared.positions[split]
    found = {"split": split, "samples": len(positions), "rival": rival}
    if prepared.classes is not None:
        taken = _spread(positions, _most(prepared))
        return {**found, "taken": len(taken), "confidence": _confidence(prepared, taken, predict)}
    names = list(prepared.target_names[:_TARGETS])
    found |= {"targets": names, "all_targets": len(prepared.target_names)}
    baseline = baselines_of(prepared, split).predictors.get(rival) if rival else None
    tellers = _Tellers(predict, quantiles, baseline)
    wide = _seen(prepared, tellers, _spread(positions, _most(prepared)))
    found |= {"taken": len(wide.positions), "residuals": _residuals(wide, names)}
    if prepared.horizon is None:
        return {**found, "points": _points(wide, names)}
    last = _seen(prepared, tellers, _last(prepared, positions))
    return {
        **found,
        "dated": prepared.stamps is not None and prepared.stamps.clock.format is not None,
        "windows": _windows(prepared, wide, names),
        "stretch": _stretch(prepared, last, names),
        "errors": _errors(prepared, wide),
        "course": _course(prepared, names),
    }


def _most(prepared: Prepared) -> int:
    """How many samples are looked at: fewer of those that are large."""
    width = len(prepared.classes) if prepared.classes else prod(prepared.answer_shape)
    return max(min(_SAMPLES, _VALUES // max(width, prepared.flat_width, 1)), 2 * _WINDOWS)


def _spread(positions: NDArray[Any], most: int) -> NDArray[Any]:
    """At most so many of them, evenly spread."""
    import numpy as np

    if len(positions) <= most:
        return positions
    return positions[np.linspace(0, len(positions) - 1, most).astype(np.int64)]


def _last(prepared: Prepared, positions: NDArray[np.int64]) -> NDArray[np.int64]:
    """The last samples that lie one after the other in one series."""
    own = positions
    if prepared.series is not None:
        codes = prepared.series.codes[positions]
        own = positions[codes == codes[-1]]
    return own[-min(_STRETCH, _most(prepared)) :]


def _seen(prepared: Prepared, tellers: _Tellers, positions: NDArray[np.int64]) -> _Seen:
    import numpy as np

    truth = prepared.answers(positions)
    said = np.asarray(tellers.predict(positions), np.float64).reshape(*truth.shape, -1)
    quantiles, rival = tellers.quantiles, tellers.rival
    middle = int(np.abs(np.asarray(quantiles) - 0.5).argmin()) if quantiles else 0
    shape = (len(positions), -1, truth.shape[-1])

    def original(values: NDArray[Any]) -> NDArray[np.float64]:
        return _original(prepared, np.reshape(values, shape))

    return _Seen(
        positions,
        original(truth),
        original(said[..., middle]),
        original(said[..., 0]) if quantiles else None,
        original(said[..., -1]) if quantiles else None,
        original(rival(positions)) if rival is not None else None,
    )


def _original(prepared: Prepared, values: NDArray[Any]) -> NDArray[np.float64]:
    """Scaled values of the targets (..., targets) in the units of the data."""
    import numpy as np

    scales = np.asarray([each.scale for each in prepared.target_encoders])
    offsets = np.asarray([each.offset for each in prepared.target_encoders])
    found: NDArray[np.float64] = np.asarray(values, np.float64) * scales + offsets
    return found


def _windows(prepared: Prepared, seen: _Seen, names: list[str]) -> list[dict[str, Any]]:
    """Some windows, evenly spread: the past that was seen, and what came, as it was and as it was said."""
    import numpy as np

    frame = prepared.frame
    assert frame is not None  # as in every forecast
    steps = _spread(np.arange(seen.truth.shape[1]), _POINTS)
    past = np.asarray(frame.past[-max(3 * len(frame.future), 24) :])
    past = past[-_POINTS:]
    count = min(_WINDOWS, len(seen.positions))
    found = []
    for sample in ((np.arange(count) + 0.5) * len(seen.positions) / count).astype(np.int64):
        start = seen.positions[sample : sample + 1]
        before = _original(prepared, prepared.targets[start + past])
        lines = {
            name: {"past": _short(before[:, at]), **seen.lines(int(sample), steps, at)}
            for at, name in enumerate(names)
        }
        ahead = start + np.asarray(frame.future)[steps]
        own = {"past": _times(prepared, start + past), "future": _times(prepared, ahead)}
        found.append({"series": next(iter(prepared.group_of(start)), None), **own, "lines": lines})
    return found


def _stretch(prepared: Prepared, seen: _Seen, names: list[str]) -> dict[str, Any]:
    """The first step of every window of the last stretch of time."""
    import numpy as np

    assert prepared.frame is not None
    samples = np.arange(len(seen.positions))
    rows = seen.positions + prepared.frame.future[0]
    return {
        "step": prepared.step_names[0],
        "series": next(iter(prepared.group_of(seen.positions[-1:])), None),
        "times": _times(prepared, rows),
        "lines": {name: seen.lines(samples, 0, at) for at, name in enumerate(names)},
    }


def _errors(prepared: Prepared, seen: _Seen) -> dict[str, Any]:
    """The mean absolute error, scaled, over the samples in their order, some neighbours at a time."""
    import numpy as np

    scales = np.asarray([each.scale for each in prepared.target_encoders])
    assert prepared.frame is not None
    cells = np.array_split(np.arange(len(seen.positions)), min(_CELLS, len(seen.positions)))
    rows = [int(seen.positions[cell[0]]) + prepared.frame.future[0] for cell in cells]
    found: dict[str, Any] = {
        "times": _times(prepared, np.asarray(rows)) if prepared.series is None else None
    }
    for name in ("model", "rival"):
        values = getattr(seen, name)
        if values is not None:
            each = np.abs((values - seen.truth) / scales).mean(axis=(1, 2))
            found[name] = _short(np.asarray([each[cell].mean() for cell in cells]))
    return found


def _course(prepared: Prepared, names: list[str]) -> dict[str, Any]:
    """The targets over all rows, some neighbours at a time: the least, the mean, the greatest.

    Of several series it is the first one's.
    """
    import numpy as np

    rows = np.arange(len(prepared.targets))
    series = None
    if prepared.series is not None:
        rows = rows[prepared.series.codes == prepared.series.codes[0]]
        series = prepared.series.names[prepared.series.codes[0]]
    cells = np.array_split(rows, min(3 * _CELLS, len(rows)))
    values = [_original(prepared, prepared.targets[cell]) for cell in cells]
    lines = {}
    for at, name in enumerate(names):
        own = [cell[:, at][np.isfinite(cell[:, at])] for cell in values]
        lines[name] = {
            how: _short(np.asarray([getattr(each, how)() if each.size else np.nan for each in own]))
            for how in ("min", "mean", "max")
        }
    times = _times(prepared, np.asarray([cell[len(cell) // 2] for cell in cells]))
    return {"series": series, "times": times, "lines": lines}


def _residuals(seen: _Seen, names: list[str]) -> dict[str, Any]:
    """How the errors of each target spread: predicted less true, in its units."""
    import numpy as np

    found = {}
    for at, name in enumerate(names):
        errors = (seen.model - seen.truth)[..., at].ravel()
        errors = errors[np.isfinite(errors)]
        if not errors.size:
            continue
        counts, edges = np.histogram(errors, bins=_BINS, range=_middle(errors))
        inside = int(counts.sum())
        found[name] = {
            "edges": _short(edges),
            "counts": counts.tolist(),
            "outside": int(errors.size) - inside,
            "mean": float(errors.mean()),
            "deviation": float(errors.std()),
        }
    return found


def _middle(errors: NDArray[np.float64]) -> tuple[float, float]:
    """From where to where the errors are drawn: all but the outermost thousandths."""
    import numpy as np

    low, high = (float(each) for each in np.quantile(errors, [0.001, 0.999]))
    return (low, high) if low < high else (low - 0.5, high + 0.5)


def _points(seen: _Seen, names: list[str]) -> dict[str, Any]:
    """True and predicted value of samples, evenly spread."""
    import numpy as np

    some = _spread(np.arange(len(seen.positions)), _DOTS)
    return {name: seen.lines(some, 0, at) for at, name in enumerate(names)}


def _confidence(
    prepared: Prepared, positions: NDArray[np.int64], predict: Predict
) -> list[dict[str, Any]]:
    """How often the class was right where the model was so sure of it, in tenths of probability."""
    import numpy as np

    said = np.asarray(predict(positions), np.float64)
    if said.shape[-1] == 1:
        said = np.concatenate([1 - said, said], axis=-1)
    right = said.argmax(axis=-1) == prepared.answers(positions)
    sure = said.max(axis=-1)
    tenth = np.clip((sure * 10).astype(np.int64), 0, 9)
    return [
        {
            "samples": int(own.sum()),
            "sure": float(sure[own].mean()),
            "right": float(right[own].mean()),
        }
        for each in range(10)
        if (own := tenth == each).any()
    ]


def _times(prepared: Prepared, rows: NDArray[np.int64]) -> list[int]:
    """When rows are: whole numbers or microseconds since 1970; without times their numbers from 1."""
    if prepared.stamps is None:
        return [int(row) + 1 for row in rows]
    return [int(prepared.stamps.values[row]) for row in rows]


def _short(values: NDArray[Any]) -> list[float]:
    """Numbers to the six digits that a picture can show."""
    return [float(f"{value:.6g}") for value in values.tolist()]
