"""A backtest as a table."""

from __future__ import annotations

from typing import Any

import pytest

from layerforge.render.folds import folds_text
from layerforge.render.screen import Screen


def fold(number: int, mse: float, rival: float) -> dict[str, Any]:
    comparison = {
        "baseline": "repeat",
        "baseline_score": rival,
        "skill": 1 - mse / rival,
        "beats": mse < rival,
    }
    return {
        "fold": number,
        "from": f"2020-0{number}-01",
        "to": f"2020-0{number}-28",
        "samples": 1200,
        "model": {"scaled": {"mse": mse, "mae": 0.5}, "mape": 0.1, "by": {}},
        "comparison": comparison,
    }


SUMMED = {"scaled": {"mse": {"mean": 0.3, "spread": 0.1}, "mae": {"mean": 0.5, "spread": None}}}
FOUND = {
    "folds": [fold(1, 0.2, 0.4), fold(2, 0.4, 0.3)],
    "refit": True,
    "summary": {"model": SUMMED},
}


def test_each_fold_has_a_row_and_the_mean_stands_below() -> None:
    assert folds_text(FOUND, Screen()) == (
        "backtest: 2 folds, trained again for each\n"
        "\n"
        "fold    from        to          samples  scaled mse  scaled mae  best baseline   there   skill\n"
        "1       2020-01-01  2020-01-28    1,200      0.2000      0.5000  repeat         0.4000   50.0%\n"
        "2       2020-02-01  2020-02-28    1,200      0.4000      0.5000  repeat         0.3000  -33.3%\n"
        "mean                                         0.3000      0.5000\n"
        "spread                                       0.1000           -\n"
        "\n"
        "The model beats the best baseline in 1 of 2 folds.\n"
    )


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_narrow_screen_has_all_of_it(width: int) -> None:
    shown = folds_text(FOUND, Screen(width))
    assert max(map(len, shown.splitlines())) <= width
    assert set(folds_text(FOUND, Screen()).split()) - set(shown.split()) == set()
