"""Errors of numbers: sums for each step and target, and every score that follows from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, sqrt
from typing import TYPE_CHECKING, Any

from layerforge.data.prepared import Prepared

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Units:
    """How answers are scaled, (value - offset) / scale, and what a naive forecast errs in training.

    `naive` is for each target the mean absolute error, scaled, of repeating the last season of the
    training rows; 0 or no number where that cannot be had.
    """

    scales: NDArray[np.float64]
    offsets: NDArray[np.float64]
    means: NDArray[np.float64]
    naive: NDArray[np.float64] | None


class Errors:
    """Sums over samples, one for each step and target, in float64.

    With `quantiles` predictions have one more axis, and the one nearest the middle is the forecast.
    """

    def __init__(
        self, shape: tuple[int, ...], units: Units, quantiles: Sequence[float] | None = None
    ) -> None:
        import numpy as np

        self.shape, self.units = shape, units
        self.quantiles = None if quantiles is None else np.asarray(quantiles, np.float64)
        names = ["absolute", "squared", "relative", "symmetric", "zeros", "truth", "spread"]
        names += ["pinball", "covered"] if quantiles is not None else []
        self.sums = {name: np.zeros(shape) for name in names}
        self.samples = 0

    def add(self, predictions: NDArray[Any], truth: NDArray[Any]) -> NDArray[np.float64]:
        """Takes samples (n, *shape) and gives the mean squared error of each (n,)."""
        import numpy as np

        values = np.asarray(predictions, np.float64)
        truth = np.asarray(truth, np.float64)
        if self.quantiles is not None:
            values = self._add_quantiles(values.reshape(*truth.shape, -1), truth)
        values = values.reshape(truth.shape)
        with np.errstate(over="ignore", invalid="ignore"):  # in units that float64 cannot hold
            self._add_relative(values, truth)
        off = truth - self.units.means
        self._sum("truth", off)
        self._sum("spread", np.square(off))
        errors = values - truth
        self._sum("absolute", np.abs(errors))
        squared = np.square(errors)
        self._sum("squared", squared)
        self.samples += len(truth)
        found: NDArray[np.float64] = squared.reshape(len(truth), -1).mean(axis=1)
        return found

    def _sum(self, name: str, values: NDArray[Any]) -> None:
        self.sums[name] += values.sum(axis=0)

    def _add_relative(self, values: NDArray[np.float64], truth: NDArray[np.float64]) -> None:
        """Errors as shares of the true values in their own units; a true value of 0 has none."""
        import numpy as np

        units = self.units
        there = truth * units.scales + units.offsets
        here = values * units.scales + units.offsets
        # What was scaled and is scaled back is 0 only nearly: float32 keeps seven digits.
        zero = np.abs(there) <= 1e-6 * np.maximum(np.abs(units.offsets), units.scales)
        errors = np.abs(here - there)
        size = np.abs(here) + np.abs(there)
        self._sum("zeros", zero)
        self._sum("relative", np.where(zero, 0.0, errors / np.where(zero, 1.0, np.abs(there))))
        self._sum("symmetric", np.where(size > 0, 2 * errors / np.where(size > 0, size, 1.0), 0.0))

    def _add_quantiles(
        self, values: NDArray[np.float64], truth: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Pinball loss (Koenker & Bassett 1978) and coverage; gives the middle quantile."""
        import numpy as np

        assert self.quantiles is not None
        under = truth[..., None] - values
        loss = np.maximum(self.quantiles * under, (self.quantiles - 1) * under)
        self._sum("pinball", loss.mean(axis=-1))
        self._sum("covered", (values[..., 0] <= truth) & (truth <= values[..., -1]))
        return values[..., int(np.abs(self.quantiles - 0.5).argmin())]

    def scores(self) -> dict[str, Any]:
        """Every score over all samples, steps and targets, and under `by` of each target and step."""
        import numpy as np

        everything = np.arange(np.prod(self.shape, dtype=int)).reshape(self.shape)
        with np.errstate(over="ignore", invalid="ignore"):  # what is infinite is no score
            by: dict[str, Any] = {"target": [self._of(cells) for cells in everything.T.tolist()]}
            if everything.ndim == 2:
                by["step"] = [self._of(cells) for cells in everything.tolist()]
            return {**self._of(everything.ravel().tolist()), "by": by}

    def _of(self, cells: Any) -> dict[str, Any]:
        """The scores of some cells of the flattened sums."""
        import numpy as np

        chosen = np.atleast_1d(cells)
        targets = chosen % self.shape[-1]
        sums = {name: values.ravel()[chosen] for name, values in self.sums.items()}
        scales = self.units.scales[targets]
        count = self.samples * len(chosen)
        known = count - sums["zeros"].sum()
        found: dict[str, Any] = {
            "scaled": _means(sums, np.ones(len(chosen)), count),
            # Scaling is linear, so the errors in original units are those times the scale.
            "original": _means(sums, scales, count),
            "mape": number(sums["relative"].sum() / known) if known else None,
            "smape": number(sums["symmetric"].sum() / count),
            "r2": self._r2(sums, targets),
        }
        if self.units.naive is not None:
            found["mase"] = self._mase(sums["absolute"], targets)
        if self.quantiles is not None:
            found["coverage"] = number(sums["covered"].sum() / count)
            found["coverage_meant"] = float(self.quantiles[-1] - self.quantiles[0])
        return {**found, "zero_targets": int(sums["zeros"].sum())}

    def _r2(self, sums: dict[str, NDArray[np.float64]], targets: NDArray[np.int64]) -> float | None:
        """The share of the variance explained, a mean over targets; None where they are constant."""
        import numpy as np

        found = []
        for target in np.unique(targets):
            own = targets == target
            count = self.samples * int(own.sum())
            spread = sums["spread"][own].sum()
            variation = spread - sums["truth"][own].sum() ** 2 / count
            if variation > 1e-10 * max(spread, 1e-30):
                found.append(1 - sums["squared"][own].sum() / variation)
        return number(np.mean(found)) if found else None

    def _mase(self, absolute: NDArray[np.float64], targets: NDArray[np.int64]) -> float | None:
        """Hyndman & Koehler 2006, equation for a seasonal naive in training; a mean over targets."""
        import numpy as np

        assert self.units.naive is not None
        naive = self.units.naive[targets]
        known = naive > 0
        if not known.any():
            return None
        return number(np.mean(absolute[known] / self.samples / naive[known]))


def units_of(prepared: Prepared) -> Units:
    """The scaling of the targets, and what a seasonal naive forecast errs on the training rows."""
    import numpy as np

    encoders = prepared.target_encoders
    scales = np.asarray([each.scale for each in encoders], np.float64)
    offsets = np.asarray([each.offset for each in encoders], np.float64)
    means = (np.asarray([each.mean for each in encoders], np.float64) - offsets) / scales
    return Units(scales, offsets, means, prepared.learnt_from.naive)


def _means(
    sums: Mapping[str, NDArray[np.float64]], scales: NDArray[np.float64], count: int
) -> dict[str, float | None]:
    mse = float((sums["squared"] * scales**2).sum()) / count
    mae = float((sums["absolute"] * scales).sum()) / count
    found = {"mse": number(mse), "mae": number(mae), "rmse": number(sqrt(mse))}
    if "pinball" in sums:
        found["pinball"] = number((sums["pinball"] * scales).sum() / count)
    return found


def number(value: Any) -> float | None:
    """A finite float, or None."""
    found = float(value)
    return found if isfinite(found) else None
