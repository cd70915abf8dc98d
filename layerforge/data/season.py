"""The length of the season, which the seasonal naive baseline needs, from the training rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from layerforge.tables.steps import MICROSECONDS, Step

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CLEAR: Final = 0.2  # a season must lift the autocorrelation by so much over half its length
_SECOND_BEST: Final = 0.02  # a longer season must beat a shorter one by more than this
_LONGEST: Final = 2_000  # steps, where no time says which lengths are likely
_MOST_ROWS: Final = 200_000  # of the training rows, the latest, are looked at


@dataclass(frozen=True, slots=True)
class Season:
    """So many steps, or None where there is no season; `why` says how that was found."""

    length: int | None
    inferred: bool
    why: str


def find_season(step: Step | None, series: NDArray[Any]) -> Season:
    """The season of the training rows (rows, targets).

    Likely lengths follow from the step (a day and a week of hours, a year of months). One is taken
    where the autocorrelation, without its linear trend, peaks at it and is clearly higher than at
    half of it, which a random walk's is not. Without a time the differenced series alone is asked.
    """
    import numpy as np

    recent = np.asarray(series[-_MOST_ROWS:], np.float64)
    # The units do not matter, and squares of numbers such as 1e300 are no numbers.
    recent = recent / np.maximum(np.abs(recent).max(axis=0, initial=0), 1e-300)
    if step is None or step.unit == "number":
        return _from_peaks(recent)
    lengths = [length for length in likely_lengths(step) if 5 * length <= 2 * len(recent)]
    if not lengths:
        why = f"no season is likely at a step of {step} in {len(recent):,} training rows"
        return Season(None, True, why)
    correlation = _autocorrelation(_detrended(recent), 2 * max(lengths))
    lifts = {length: _lift(correlation, length) for length in lengths}
    clear = [length for length in lengths if lifts[length] >= CLEAR]
    if not clear:
        tried = " or ".join(map(str, lengths))
        return Season(None, True, f"the training rows show no season of {tried} steps of {step}")
    best = clear[0]
    for length in clear[1:]:
        if correlation[length] > correlation[best] + _SECOND_BEST:
            best = length
    value = f"autocorrelation {correlation[best]:.2f} at {best} steps of {step}"
    return Season(best, True, f"{value} in the training rows")


def likely_lengths(step: Step) -> list[int]:
    """The numbers of steps in an hour, a day, a week or a year, the shortest first."""
    if step.unit == "month":
        return [12 // step.count] if 12 % step.count == 0 and step.count <= 4 else []
    if step.unit == "weekday":
        days = step.week.count("1")
        return [days, round(days * 365.25 / 7)][days < 3 :] if step.count == 1 else []
    day, week = MICROSECONDS["day"], MICROSECONDS["week"]
    cycles = [MICROSECONDS["minute"], MICROSECONDS["hour"], day, week]
    lengths = [cycle // step.count for cycle in cycles if cycle % step.count == 0]
    # A year is no whole number of days or weeks; nearly so is near enough for those.
    year = {day: 365, week: 52}.get(step.count)
    return [length for length in lengths if length > 2] + ([year] if year else [])


def naive_error(
    season: Season,
    targets: NDArray[Any],
    trained: Sequence[range],
    absent: NDArray[np.bool_] | None,
) -> NDArray[np.float64]:
    """What repeating the last season errs, for each target: NaN where no two rows are a season apart.

    It is the mean absolute difference of training rows, one row apart where there is no season,
    within a series and where both are there.
    """
    import numpy as np

    apart, total, count = season.length or 1, np.zeros(targets.shape[1]), 0
    for stretch in trained:
        rows = targets[stretch.start : stretch.stop].astype(np.float64)
        errors = np.abs(rows[apart:] - rows[:-apart])
        if absent is not None:
            holes = absent[stretch.start : stretch.stop]
            errors = errors[~(holes[apart:] | holes[:-apart])]
        total, count = total + errors.sum(axis=0), count + len(errors)
    return np.asarray(total / count if count else np.full(len(total), np.nan))


def _lift(correlation: NDArray[np.float64], length: int) -> float:
    """How far the autocorrelation at a season rises over half a season, if it peaks there."""
    aside = max(length // 8, 1)
    around = max(correlation[length - aside], correlation[length + aside])
    if correlation[length] < around:
        return 0.0
    return float(correlation[length] - correlation[length // 2])


def _from_peaks(series: NDArray[np.float64]) -> Season:
    import numpy as np

    rows = len(series)
    longest = min(rows // 3, _LONGEST)
    if longest < 3:
        return Season(None, True, f"{rows:,} training rows are too few to show a season")
    correlation = _autocorrelation(np.diff(series, axis=0), longest + 1)
    inner = correlation[2:-1]
    peaks = 2 + np.flatnonzero((inner >= correlation[1:-2]) & (inner >= correlation[3:]))
    peaks = peaks[correlation[peaks] >= max(CLEAR, 4 / np.sqrt(rows))]
    if not len(peaks):
        why = f"the training rows show no season of up to {longest:,} rows"
        return Season(None, True, why)
    best = int(peaks[np.argmax(correlation[peaks])])
    for peak in peaks:
        if correlation[peak] > correlation[best] - _SECOND_BEST:
            best = int(peak)
            break
    value = f"autocorrelation {correlation[best]:.2f} of the differences at {best} rows"
    return Season(best, True, f"{value} in the training rows")


def _detrended(series: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each column without its straight line."""
    import numpy as np

    time = np.linspace(-1.0, 1.0, len(series))[:, None]
    centred = series - series.mean(axis=0)
    slope = (time * centred).sum(axis=0) / (time * time).sum()
    rest: NDArray[np.float64] = centred - time * slope
    return rest


def _autocorrelation(series: NDArray[np.float64], lags: int) -> NDArray[np.float64]:
    """At lags 0 to `lags`, by the Fourier transform; the mean over the columns that vary.

    Each lag is divided by the number of its pairs, for a long season has few of them.
    """
    import numpy as np

    centred = series - series.mean(axis=0)
    varying = centred[:, (centred != 0).any(axis=0)]
    rows = len(varying)
    if not varying.shape[1]:
        return np.zeros(lags + 1)
    size = 1 << (2 * rows - 1).bit_length()
    total = np.zeros(lags + 1)
    for column in varying.T:
        power = np.abs(np.fft.rfft(column, size)) ** 2
        products = np.fft.irfft(power, size)[: lags + 1]
        pairs = np.maximum(rows - np.arange(len(products)), 1)
        total[: len(products)] += (products / pairs) / (products[0] / rows)
    mean: NDArray[np.float64] = total / varying.shape[1]
    return mean
