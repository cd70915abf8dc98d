"""The long-horizon benchmark on its own files: split, scaling, windows and metrics, to four digits.

The numbers are those of the project's reference table, all windows, no randomness. Least squares on
the window is the exact optimum of NLinear's loss, and so the floor of any training of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from layerforge.data import Prepared, prepare
from layerforge.scores import baselines, report
from layerforge.spec.data import DataSettings

ETT_SPLIT = {"train": 8640, "validation": 2880, "test": 2880}
EXCHANGE_SPLIT = {"train": 0.7, "validation": 0.1, "test": 0.2}

# horizon, windows, repeat MSE and MAE, seasonal naive MSE and MAE
ETTH1 = [
    (96, 2785, 1.2944, 0.7132, 0.5122, 0.4333),
    (192, 2689, 1.3249, 0.7331, 0.5808, 0.4692),
    (336, 2545, 1.3299, 0.7460, 0.6499, 0.5008),
    (720, 2161, 1.3351, 0.7550, 0.6554, 0.5141),
]
EXCHANGE = [
    (96, 1422, 0.0811, 0.1964, 0.0862, 0.2048),
    (192, 1326, 0.1671, 0.2887, 0.1728, 0.2953),
    (336, 1182, 0.3057, 0.3978, 0.3120, 0.4031),
    (720, 798, 0.8101, 0.6764, 0.8193, 0.6813),
]
ETTH1_OT = [
    (24, 2857, 0.0343, 0.1394, 0.0458, 0.1663),
    (96, 2785, 0.0693, 0.2033, 0.0715, 0.2105),
    (192, 2689, 0.0920, 0.2357, 0.0916, 0.2368),
    (336, 2545, 0.1133, 0.2652, 0.1108, 0.2634),
    (720, 2161, 0.1292, 0.2834, 0.1252, 0.2796),
]
# lookback, horizon, least squares MSE and MAE
ETTH1_LINE = [
    (336, 96, 0.3702, 0.3915),
    (336, 192, 0.4034, 0.4112),
    (336, 336, 0.4277, 0.4262),
    (336, 720, 0.4344, 0.4505),
    (96, 96, 0.3833, 0.3917),
    (96, 192, 0.4341, 0.4212),
    (96, 336, 0.4756, 0.4426),
    (96, 720, 0.4697, 0.4615),
]
EXCHANGE_LINE = [
    (336, 96, 0.0857, 0.2020),
    (336, 192, 0.1796, 0.2987),
    (336, 336, 0.3389, 0.4203),
    (336, 720, 0.9846, 0.7454),
    (96, 96, 0.0833, 0.1986),
    (96, 192, 0.1748, 0.2946),
    (96, 336, 0.3299, 0.4138),
    (96, 720, 0.9191, 0.7247),
]
ETTH1_OT_LINE = [
    (336, 24, 0.0260, 0.1222),
    (336, 96, 0.0531, 0.1770),
    (336, 192, 0.0691, 0.2040),
    (336, 336, 0.0810, 0.2259),
    (336, 720, 0.0802, 0.2260),
]
Line = tuple[int, int, float, float]
Row = tuple[int, int, float, float, float, float]


def etth1(shared: Path, horizon: int, window: int, columns: tuple[str, ...] | None) -> Prepared:
    settings = DataSettings(
        "ETTh1.csv",
        "forecast",
        time=("date",),
        features=columns,
        targets=columns,
        window=window,
        horizon=horizon,
        split=ETT_SPLIT,
        season=24,
    )
    return prepare(settings, shared / "forecast")


def exchange(
    shared: Path, horizon: int, split: dict[str, float] | None, window: int = 96
) -> Prepared:
    settings = DataSettings(
        "exchange_rate.csv",
        "forecast",
        time=("date",),
        window=window,
        horizon=horizon,
        split=split,
        season=7,
    )
    return prepare(settings, shared / "forecast")


def measured(prepared: Prepared) -> tuple[float, ...]:
    scores = report(prepared, "test")
    rivals = [scores["baselines"][name]["scaled"] for name in ("repeat", "seasonal_naive")]
    errors = [rival[key] for rival in rivals for key in ("mse", "mae")]
    return (prepared.horizon or 0, scores["samples"], *(round(error, 4) for error in errors))


@pytest.fixture
def no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the baseline that learns, which takes most of the time."""
    monkeypatch.setattr("layerforge.scores.naive.WIDEST", 0)


@pytest.mark.usefixtures("no_line")
@pytest.mark.parametrize("row", ETTH1, ids=lambda row: str(row[0]))
def test_etth1_gives_the_published_baselines(shared: Path, row: Row) -> None:
    assert measured(etth1(shared, row[0], 96, None)) == row


@pytest.mark.usefixtures("no_line")
@pytest.mark.parametrize("row", EXCHANGE, ids=lambda row: str(row[0]))
def test_exchange_gives_the_published_baselines(shared: Path, row: Row) -> None:
    assert measured(exchange(shared, row[0], EXCHANGE_SPLIT)) == row


@pytest.mark.usefixtures("no_line")
@pytest.mark.parametrize("row", ETTH1_OT, ids=lambda row: str(row[0]))
def test_the_univariate_series_gives_the_published_baselines(shared: Path, row: Row) -> None:
    assert measured(etth1(shared, row[0], 336, ("OT",))) == row


def line_of(prepared: Prepared) -> Line:
    line = baselines(prepared)["least_squares"]["scaled"]
    errors = round(line["mse"], 4), round(line["mae"], 4)
    return (prepared.window or 0, prepared.horizon or 0, *errors)


def rows(lines: list[Line]) -> list[Any]:
    """The rows as cases; those of long horizons take seconds each."""
    return [
        pytest.param(row, id=f"{row[0]}-{row[1]}", marks=pytest.mark.slow if row[1] > 96 else ())
        for row in lines
    ]


@pytest.mark.parametrize("row", rows(ETTH1_LINE))
def test_etth1_gives_the_least_squares_rows(shared: Path, row: Line) -> None:
    assert line_of(etth1(shared, row[1], row[0], None)) == row


@pytest.mark.parametrize("row", rows(EXCHANGE_LINE))
def test_exchange_gives_the_least_squares_rows(shared: Path, row: Line) -> None:
    assert line_of(exchange(shared, row[1], EXCHANGE_SPLIT, row[0])) == row


@pytest.mark.parametrize("row", rows(ETTH1_OT_LINE))
def test_the_univariate_series_gives_the_least_squares_rows(shared: Path, row: Line) -> None:
    assert line_of(etth1(shared, row[1], row[0], ("OT",))) == row


def test_the_number_of_test_windows_does_not_depend_on_the_lookback(shared: Path) -> None:
    counts = {etth1(shared, 96, window, None).samples("test") for window in (24, 336, 720)}
    assert counts == {2785}


def test_the_default_split_of_exchange_is_the_benchmarks(shared: Path) -> None:
    split = exchange(shared, 96, None).account["split"]
    assert [split[part]["rows"] for part in ("train", "validation", "test")] == [5311, 760, 1517]


def test_rows_after_the_parts_are_told_to_be_unused(shared: Path) -> None:
    account = etth1(shared, 96, 96, None).account
    assert account["split"]["rows_unused"] == 3020
    assert "3,020 rows after the test part are unused" in account["warnings"]


@pytest.mark.usefixtures("no_line")
def test_a_perfect_prediction_scores_nothing(shared: Path) -> None:
    prepared = etth1(shared, 24, 96, None)
    positions = prepared.positions["test"]
    pieces = (prepared.answers(positions[i : i + 500]) for i in range(0, len(positions), 500))
    model = report(prepared, "test", pieces)["model"]
    assert model["scaled"] == model["original"] == {"mse": 0.0, "mae": 0.0, "rmse": 0.0}
    assert (model["mase"], model["smape"], model["r2"]) == (0.0, 0.0, 1.0)
