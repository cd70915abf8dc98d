"""What is seen of predictions, held against numbers that are known beforehand; no Keras."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from layerforge.data import Prepared, prepare
from layerforge.pipeline import compile_spec
from layerforge.scores import look_closely

SERIES = "task: forecast, time: t, features: [a, b], targets: [a, b], window: 4, horizon: 3"
Make = Callable[..., Prepared]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Data from a function of the row: columns `t`, `a`, `b`, `g`."""

    def prepared(words: str, rows: int = 200, more: str = "") -> Prepared:
        lines = [f"{n},{n}.5,{n % 5 - n},{'left' if n % 2 else 'right'}" for n in range(rows)]
        (tmp_path / "x.csv").write_text("\n".join(["t,a,b,g", *lines]) + "\n")
        spec = f"data: {{source: x.csv, {words}}}\nmodel: {{input: [4], layers: [{{Dense: 1}}]}}\n"
        (tmp_path / "spec.yaml").write_text(dedent(spec) + more)
        settings = compile_spec(tmp_path / "spec.yaml").data
        assert settings is not None
        return prepare(settings, tmp_path)

    return prepared


def off_by(prepared: Prepared, amount: float) -> Callable[[NDArray[np.int64]], NDArray[Any]]:
    """A model that says the truth and so much more, in the units of the data."""
    scales = np.asarray([each.scale for each in prepared.target_encoders])
    return lambda positions: prepared.answers(positions) + amount / scales


def test_errors_are_in_the_units_of_the_data(make: Make) -> None:
    prepared = make(SERIES)
    seen = look_closely(prepared, "test", off_by(prepared, 2.0), rival="repeat")
    for told in seen["residuals"].values():
        assert told["mean"] == pytest.approx(2.0, abs=1e-4)
        assert told["deviation"] == pytest.approx(0.0, abs=1e-4)
        assert sum(told["counts"]) + told["outside"] == 3 * seen["taken"]


def test_a_window_shows_the_rows_of_the_file(make: Make) -> None:
    prepared = make(SERIES)
    seen = look_closely(prepared, "test", off_by(prepared, 2.0), rival="repeat")
    assert len(seen["windows"]) == 4
    for window in seen["windows"]:
        a = window["lines"]["a"]
        assert a["past"] == pytest.approx([time + 0.5 for time in window["past"]], abs=1e-3)
        assert a["truth"] == pytest.approx([time + 0.5 for time in window["future"]], abs=1e-3)
        assert a["model"] == pytest.approx([time + 2.5 for time in window["future"]], abs=1e-3)
        assert a["rival"] == pytest.approx([a["past"][-1]] * 3, abs=1e-3)
        assert window["future"][0] == window["past"][-1] + 1


def test_a_model_that_looks_further_back_is_seen_at_the_same_windows(make: Make) -> None:
    looks = []
    for window in (4, 9):
        prepared = make(SERIES.replace("window: 4", f"window: {window}"))
        looks.append(look_closely(prepared, "test", off_by(prepared, 1.0)))
    futures = [[window["future"] for window in seen["windows"]] for seen in looks]
    assert futures[0] == futures[1]
    assert looks[0]["stretch"]["times"] == looks[1]["stretch"]["times"]


def test_the_stretch_is_the_first_step_of_the_last_windows(make: Make) -> None:
    prepared = make(SERIES, rows=4_000)
    seen = look_closely(prepared, "test", off_by(prepared, 0.0))
    times = seen["stretch"]["times"]
    assert times == list(range(times[0], times[0] + 200))
    assert times[-1] == 3_997  # the last window's steps are the rows 3,997 to 3,999
    assert "rival" not in seen["stretch"]["lines"]["a"]


def test_outer_quantiles_are_low_and_high(make: Make) -> None:
    prepared = make(SERIES)
    off = [off_by(prepared, amount) for amount in (-3.0, 0.0, 3.0)]
    seen = look_closely(
        prepared, "test", lambda at: np.stack([each(at) for each in off], axis=-1), (0.1, 0.5, 0.9)
    )
    line = seen["windows"][0]["lines"]["b"]
    assert line["model"] == pytest.approx(line["truth"], abs=1e-3)
    assert line["low"] == pytest.approx([value - 3 for value in line["truth"]], abs=1e-3)
    assert line["high"] == pytest.approx([value + 3 for value in line["truth"]], abs=1e-3)


def test_each_series_keeps_to_itself(make: Make) -> None:
    prepared = make(f"{SERIES}, group: g")
    seen = look_closely(prepared, "test", off_by(prepared, 1.0))
    assert {window["series"] for window in seen["windows"]} == {"left", "right"}
    assert len({time % 2 for time in seen["stretch"]["times"]}) == 1
    assert seen["errors"]["times"] is None


def test_what_is_seen_is_bounded(make: Make) -> None:
    prepared = make(SERIES, rows=60_000)
    asked: list[int] = []
    tell = off_by(prepared, 1.0)

    def predict(positions: NDArray[np.int64]) -> NDArray[Any]:
        asked.append(len(positions))
        return tell(positions)

    seen = look_closely(prepared, "train", predict, rival="least_squares")
    assert sum(asked) <= 2_200
    assert seen["taken"] == 2_000
    assert seen["samples"] > 40_000
    assert len(json.dumps(seen)) < 200_000


def test_a_regression_shows_pairs(make: Make) -> None:
    prepared = make("task: regression, features: [a, t], targets: [b]")
    seen = look_closely(prepared, "test", off_by(prepared, 1.0))
    pairs = seen["points"]["b"]
    assert pairs["model"] == pytest.approx([value + 1 for value in pairs["truth"]], abs=1e-3)
    assert "windows" not in seen


@pytest.mark.parametrize("columns", [1, 2])
def test_how_sure_and_how_right_by_hand(make: Make, columns: int) -> None:
    """A model that is always sure by 0.75 and right about the first half of the samples alone."""
    prepared = make("task: classification, features: [a, b], targets: g")

    def predict(positions: NDArray[np.int64]) -> NDArray[Any]:
        right = np.arange(len(positions)) < len(positions) // 2
        second = np.where((prepared.answers(positions) == 1) == right, 0.75, 0.25)
        return np.stack([1 - second, second], axis=-1)[:, -columns:]

    (told,) = look_closely(prepared, "test", predict)["confidence"]
    assert told["samples"] == prepared.samples("test")
    assert told["sure"] == pytest.approx(0.75)
    assert told["right"] == pytest.approx(0.5, abs=0.03)
