"""How sure a difference of two scores is: the same samples drawn again, neighbours together.

Windows that overlap err together, so whole blocks of consecutive windows are drawn, around the end
to the beginning (the circular block bootstrap of Politis & Romano 1992). The rows of a table are
drawn one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RESAMPLES: Final = 1_000
SEED: Final = 0
LEVEL: Final = 0.95
_MOST_CELLS: Final = 20_000  # of consecutive samples; more samples share a cell
_LEAST_BLOCKS: Final = 2
_AT_ONCE: Final = 2_000_000


class Losses:
    """The loss of every sample in order, summed over so many neighbours that they fit in memory."""

    def __init__(self, samples: int) -> None:
        import numpy as np

        self.width = max(ceil(samples / _MOST_CELLS), 1)
        self.sums = np.zeros(ceil(samples / self.width))
        self.sizes = np.zeros(len(self.sums))
        self.seen = 0

    def add(self, losses: NDArray[np.float64]) -> None:
        import numpy as np

        cells = (self.seen + np.arange(len(losses))) // self.width
        np.add.at(self.sums, cells, losses)
        np.add.at(self.sizes, cells, 1.0)
        self.seen += len(losses)

    @property
    def mean(self) -> float:
        """The mean loss of all samples."""
        return float(self.sums.sum() / self.seen)


@dataclass(frozen=True, slots=True)
class Interval:
    """The middle `LEVEL` of the differences drawn, and how they were drawn in words."""

    low: float
    high: float
    how: str

    def saved(self) -> dict[str, Any]:
        """The same as JSON."""
        return {"low": self.low, "high": self.high, "level": LEVEL, "how": self.how}


def interval(ours: Losses, theirs: Losses, span: int) -> Interval | None:
    """Of their mean loss less ours, on the same samples; None where they are too few.

    `span` is for how many samples on a sample tells of the same rows: 1 in a table.
    """
    import numpy as np

    gain = theirs.sums - ours.sums
    cells, samples = len(gain), ours.seen
    if not np.isfinite(gain).all() or samples < 8:
        return None
    block = 1
    if span > 1:
        # Never shorter than what overlaps, nor than n^(1/3), which grows fast enough for the limit.
        block = max(ceil(max(span, samples ** (1 / 3)) / ours.width), 1)
        block = min(block, max(cells // _LEAST_BLOCKS, 1))
    means = _resampled(gain, ours.sizes, block)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(low), float(high), _how(block * ours.width, span))


def _how(length: int, span: int) -> str:
    drawn = "rows drawn one by one" if span == 1 else f"blocks of {length:,} consecutive windows"
    return f"bootstrap of {drawn}, {RESAMPLES:,} resamples, seed {SEED}"


def _resampled(
    gain: NDArray[np.float64], sizes: NDArray[np.float64], block: int
) -> NDArray[np.float64]:
    """The mean gain of each resample, made of as many blocks as the whole holds."""
    import numpy as np

    cells = len(gain)
    draws = ceil(cells / block)
    rng = np.random.default_rng(SEED)
    gains, counts = _block_sums(gain, block), _block_sums(sizes, block)
    means = []
    for _ in range(ceil(RESAMPLES * draws / _AT_ONCE)):
        rows = min(max(_AT_ONCE // draws, 1), RESAMPLES)
        starts = rng.integers(0, cells, (rows, draws))
        means.append(gains[starts].sum(axis=1) / counts[starts].sum(axis=1))
    return np.concatenate(means)[:RESAMPLES]


def _block_sums(values: NDArray[np.float64], block: int) -> NDArray[np.float64]:
    """The sum of the block that begins at each cell, the last ones going on at the first."""
    import numpy as np

    around = np.concatenate([[0.0], np.cumsum(np.concatenate([values, values[:block]]))])
    sums: NDArray[np.float64] = around[block : block + len(values)] - around[: len(values)]
    return sums
