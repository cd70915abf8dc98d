"""The interval of a difference: as wide as theory says, wider where neighbours err together."""

from __future__ import annotations

import numpy as np
import pytest

from layerforge.scores.bootstrap import Interval, Losses, interval


def of(losses: np.ndarray, pieces: int = 3) -> Losses:
    found = Losses(len(losses))
    for part in np.array_split(losses, pieces):
        found.add(part)
    return found


def made(gain: np.ndarray, span: int = 1) -> Interval:
    found = interval(of(np.zeros(len(gain))), of(gain), span)
    assert found is not None
    return found


def test_independent_rows_give_the_textbook_interval() -> None:
    gain = np.random.default_rng(0).normal(1.0, 2.0, 4_000)
    found = made(gain)
    half = 1.96 * gain.std() / np.sqrt(4_000)
    assert found.low == pytest.approx(gain.mean() - half, abs=0.01)
    assert found.high == pytest.approx(gain.mean() + half, abs=0.01)
    assert found.how == "bootstrap of rows drawn one by one, 1,000 resamples, seed 0"


def test_blocks_keep_neighbours_together() -> None:
    """Every value stands 50 times: there is a fiftieth of the information."""
    gain = np.repeat(np.random.default_rng(1).normal(1.0, 2.0, 200), 50)
    alone, together = made(gain), made(gain, span=50)
    wide = (together.high - together.low) / (alone.high - alone.low)
    assert 4 < wide < 9  # the square root of 50 is 7
    assert "blocks of 50 consecutive windows" in together.how


def test_it_is_the_same_every_time() -> None:
    gain = np.random.default_rng(2).normal(size=500)
    assert made(gain, 10) == made(gain, 10)


def test_very_many_samples_are_summed_over_neighbours() -> None:
    gain = np.random.default_rng(3).normal(0.5, 1.0, 90_001)
    losses = of(gain, pieces=17)
    assert len(losses.sums) <= 20_000
    assert losses.mean == pytest.approx(gain.mean())
    found = made(gain)
    half = 1.96 / np.sqrt(90_001)
    assert found.high - found.low == pytest.approx(2 * half, rel=0.15)


def test_few_samples_and_no_numbers_have_no_interval() -> None:
    assert interval(of(np.zeros(5)), of(np.ones(5)), 1) is None
    assert interval(of(np.full(50, np.nan)), of(np.ones(50)), 1) is None
