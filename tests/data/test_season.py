"""The season: of what length, when there is none, and why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from layerforge.data import prepare
from layerforge.data.season import find_season, likely_lengths
from layerforge.scores import report
from layerforge.spec.data import DataSettings
from layerforge.tables.steps import MICROSECONDS, Step
from tests.data.conftest import Prepare

HOUR = Step(MICROSECONDS["hour"], "microsecond")
DAY = Step(MICROSECONDS["day"], "microsecond")
WEEK = Step(MICROSECONDS["week"], "microsecond")

LIKELY = [
    (Step(MICROSECONDS["minute"], "microsecond"), [60, 1440, 10080]),
    (Step(15 * MICROSECONDS["minute"], "microsecond"), [4, 96, 672]),
    (Step(30 * MICROSECONDS["minute"], "microsecond"), [48, 336]),
    (HOUR, [24, 168]),
    (DAY, [7, 365]),
    (WEEK, [52]),
    (Step(1, "month"), [12]),
    (Step(3, "month"), [4]),
    (Step(12, "month"), []),
    (Step(5, "month"), []),
    (Step(1, "weekday", "1111100"), [5, 261]),
    (Step(1, "weekday", "1111110"), [6, 313]),
    (Step(1, "weekday", "0100100"), [104]),
    (Step(2, "weekday", "1111100"), []),
]


@pytest.mark.parametrize(("step", "lengths"), LIKELY, ids=[str(step) for step, _ in LIKELY])
def test_likely_seasons_follow_from_the_step(step: Step, lengths: list[int]) -> None:
    assert likely_lengths(step) == lengths


def wave(rows: int, length: int, noise: float, seed: int = 0) -> np.ndarray:
    time = np.arange(rows)
    noisy = np.sin(2 * np.pi * time / length) + 0.01 * time
    return (noisy + noise * np.random.default_rng(seed).normal(size=rows))[:, None]


@pytest.mark.parametrize("noise", [0.0, 0.5])
@pytest.mark.parametrize(
    ("step", "length", "rows"),
    [(HOUR, 24, 700), (HOUR, 168, 2000), (DAY, 7, 200), (DAY, 365, 1500), (WEEK, 52, 300)],
    ids=str,
)
def test_a_season_is_found_under_trend_and_noise(
    step: Step, length: int, rows: int, noise: float
) -> None:
    season = find_season(step, wave(rows, length, noise))
    assert season.length == length
    assert season.inferred
    assert f"at {length} steps of {step}" in season.why


@pytest.mark.parametrize("seed", range(10))
def test_a_random_walk_has_no_season(seed: int) -> None:
    walk = np.random.default_rng(seed).normal(size=(3000, 1)).cumsum(axis=0)
    assert find_season(HOUR, walk).length is None
    assert find_season(None, walk).length is None


def test_without_a_time_the_series_alone_tells() -> None:
    rng = np.random.default_rng(1)
    sawtooth = (np.arange(900) % 11 + 0.3 * rng.normal(size=900))[:, None]
    assert find_season(None, sawtooth).length == 11


def test_a_constant_or_a_tiny_series_has_no_season() -> None:
    assert find_season(HOUR, np.ones((500, 2))).length is None
    assert find_season(None, np.ones((500, 1))).length is None
    assert find_season(None, np.ones((4, 1))).length is None
    assert find_season(DAY, wave(15, 7, 0.0)).length is None


FOUND = [
    ("ETTh1.csv", "date", None, 24),
    ("exchange_rate.csv", "date", None, None),
    ("airline-passengers.csv", "Month", None, 12),
    ("daily-min-temperatures.csv", "Date", None, 365),
    ("seattle-weather.csv", "date", ("temp_max",), 365),
    ("taylor.csv", None, None, 336),
    ("shampoo.csv", None, ("Sales",), None),
]


@pytest.mark.parametrize(("file", "time", "columns", "length"), FOUND, ids=lambda value: str(value))
def test_public_series_have_the_season_that_people_give_them(
    shared: Path, file: str, time: str | None, columns: tuple[str, ...] | None, length: int | None
) -> None:
    stamped = None if time is None else (time,)
    settings = DataSettings(
        file, "forecast", stamped, features=columns, targets=columns, window=3, horizon=1
    )
    assert prepare(settings, shared / "forecast").season.length == length


SECTION = "source: d.csv\ntask: forecast\nscale: none\n"


def test_a_given_season_is_taken_and_said(prepared: Prepare) -> None:
    rows = "".join(f"{i % 5}\n" for i in range(80))
    data = prepared(SECTION + "window: 2\nhorizon: 7\nseason: 5", d_csv="y\n" + rows)
    assert data.account["season"] == {"length": 5, "inferred": False, "why": "given as `season`"}
    # The window is shorter than the season: the baseline looks at the rows before it.
    assert report(data, "test")["baselines"]["seasonal_naive"]["scaled"]["mse"] == 0.0


def test_without_a_season_there_is_no_seasonal_baseline_and_the_account_says_so(
    prepared: Prepare,
) -> None:
    rng = np.random.default_rng(0)
    rows = "".join(f"{value}\n" for value in rng.normal(size=100).cumsum())
    data = prepared(SECTION + "window: 2\nhorizon: 1", d_csv="y\n" + rows)
    assert "seasonal_naive" not in report(data, "test")["baselines"]
    assert data.account["warnings"][-1] == (
        "no seasonal naive baseline: the training rows show no season of up to 23 rows"
    )


def test_windows_that_begin_before_a_season_has_passed_get_no_seasonal_baseline(
    prepared: Prepare,
) -> None:
    rows = "".join(f"{i % 5}\n" for i in range(60))
    data = prepared(SECTION + "window: 2\nhorizon: 1\nseason: 5", d_csv="y\n" + rows)
    assert "seasonal_naive" not in report(data, "train")["baselines"]
    assert "seasonal_naive" in report(data, "validation")["baselines"]
