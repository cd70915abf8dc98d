"""New rows are treated as the training rows were, and predictions come back in the file's terms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from layerforge.data import forecast_window, prepare_again
from layerforge.diagnostics import Faults
from layerforge.scores import report
from tests.data.conftest import Prepare

SERIES = """\
source: d.csv
task: forecast
time: t
features: [a, b]
targets: [b, a]
window: 4
horizon: 3
season: 2
"""
TABLE = "source: d.csv\ntask: {}\ntargets: [y]\nshuffle: false\n"


def dates(count: int, start: int = 0) -> str:
    rows = [np.datetime64("2020-01-01") + start + i for i in range(count)]
    return "t,a,b\n" + "".join(
        f"{day},{start + i},{(start + i) ** 2}\n" for i, day in enumerate(rows)
    )


def kept(saved: dict[str, Any]) -> dict[str, Any]:
    """As a run keeps it: through JSON and back."""
    loaded: dict[str, Any] = json.loads(json.dumps(saved))
    return loaded


def written(path: Path, content: str) -> Path:
    path.write_text(content)
    return path


def test_scoring_the_same_file_again_uses_the_old_statistics(
    prepared: Prepare, tmp_path: Path
) -> None:
    data = prepared(SERIES, d_csv=dates(50))
    again = prepare_again(kept(data.preprocessing()), tmp_path / "d.csv")
    np.testing.assert_array_equal(again.features, data.features)
    np.testing.assert_array_equal(again.targets, data.targets)
    assert again.encoders == data.encoders
    assert [again.samples(split) for split in ("train", "validation", "test")] == [0, 0, 44]
    assert again.season.length == 2
    # The last windows are the same samples as those of the test part.
    last = again.positions["test"][-data.samples("test") :]
    np.testing.assert_array_equal(last, data.positions["test"])


def test_another_file_is_scaled_by_the_run_and_not_by_itself(
    prepared: Prepare, tmp_path: Path
) -> None:
    saved = kept(prepared(SERIES, d_csv=dates(50)).preprocessing())
    other = written(tmp_path / "other.csv", dates(20, start=100))
    again = prepare_again(saved, other)
    mean, deviation = np.mean(range(35)), np.std(range(35))
    np.testing.assert_allclose(again.features[0, 0], (100 - mean) / deviation, rtol=1e-6)
    found = report(again, "test")
    assert found["samples"] == 14
    assert list(found["baselines"]) == ["repeat", "seasonal_naive", "drift", "window_mean"]
    assert found["notes"] == ["least_squares is left out: there is no training sample"]


def test_a_forecast_continues_the_stamps_in_the_original_units(
    prepared: Prepare, tmp_path: Path
) -> None:
    data = prepared(SERIES, d_csv=dates(50))
    new = written(tmp_path / "new.csv", dates(6, start=60))
    rows = forecast_window(kept(data.preprocessing()), new)
    assert rows.inputs().shape == (1, 4, 2)
    a = data.encoders[0]
    expected = (np.array([62, 63, 64, 65]) - a.offset) / a.scale
    np.testing.assert_allclose(rows.inputs()[0, :, 0], expected, rtol=1e-6)
    truth = np.array([[4356, 66], [4489, 67], [4624, 68]])
    scales = [(truth[:, i] - e.offset) / e.scale for i, e in enumerate(data.target_encoders)]
    answers = rows.answers(np.stack(scales, axis=1)[None].astype(np.float32))
    assert list(answers) == ["t", "b", "a"]
    assert answers["t"] == ["2020-03-07", "2020-03-08", "2020-03-09"]
    np.testing.assert_allclose(answers["b"], truth[:, 0], rtol=1e-5)
    np.testing.assert_allclose(answers["a"], truth[:, 1], rtol=1e-5)


def test_one_window_is_enough_to_forecast_from(prepared: Prepare, tmp_path: Path) -> None:
    saved = kept(prepared(SERIES, d_csv=dates(50)).preprocessing())
    exact = forecast_window(saved, written(tmp_path / "new.csv", dates(4, start=60)))
    assert exact.index == ("2020-03-05", "2020-03-06", "2020-03-07")
    with pytest.raises(Faults, match=r"has 3 rows; the model looks at 4"):
        forecast_window(saved, written(tmp_path / "new.csv", dates(3, start=60)))


def test_months_are_continued_as_months(prepared: Prepare, tmp_path: Path) -> None:
    months = [f"{1950 + i // 12}-{1 + i % 12:02}" for i in range(60)]
    content = "t,a,b\n" + "".join(f"{month},{i},{i}\n" for i, month in enumerate(months))
    data = prepared(SERIES, d_csv=content)
    rows = forecast_window(kept(data.preprocessing()), tmp_path / "d.csv")
    assert rows.index == ("1955-01", "1955-02", "1955-03")


def _business_days(start: str, count: int, skip: tuple[str, ...] = ()) -> list[str]:
    import numpy as np

    first = np.busday_offset(start, 0, roll="forward")
    days = [str(np.busday_offset(first, i)) for i in range(count)]
    return [day for day in days if day not in skip]


def test_a_forecast_after_a_friday_is_of_monday(prepared: Prepare, tmp_path: Path) -> None:
    days = _business_days("2024-01-01", 60, ("2024-01-01", "2024-01-15"))
    text = "t,a,b\n" + "".join(f"{day},{i},{i}\n" for i, day in enumerate(days))
    saved = kept(prepared(SERIES, d_csv=text).preprocessing())
    assert saved["time"]["step"] == {
        "count": 1,
        "unit": "weekday",
        "week": "1111100",
        "day": 1,
    }
    # Six rows show no weekend twice: their step is that of the training rows all the same.
    last = "t,a,b\n" + "".join(f"{day},1,2\n" for day in _business_days("2024-06-07", 6))
    rows = forecast_window(saved, written(tmp_path / "new.csv", last))
    assert rows.index[0] == "2024-06-17"
    assert rows.warnings == ()


def test_rows_of_a_weekend_are_no_business_days(prepared: Prepare, tmp_path: Path) -> None:
    days = _business_days("2024-01-01", 60)
    text = "t,a,b\n" + "".join(f"{day},{i},{i}\n" for i, day in enumerate(days))
    saved = kept(prepared(SERIES, d_csv=text).preprocessing())
    week = "t,a,b\n" + "".join(f"2024-06-{i:02},1,2\n" for i in range(1, 9))  # 8th: a Saturday
    rows = forecast_window(saved, written(tmp_path / "new.csv", week))
    assert rows.index[0] == "2024-06-10"
    told = "the rows are 1 day apart; those the model was trained on, 1 business day"
    assert rows.warnings[0] == told


def test_rows_at_another_distance_are_warned_of(prepared: Prepare, tmp_path: Path) -> None:
    saved = kept(prepared(SERIES, d_csv=dates(50)).preprocessing())
    hours = "t,a,b\n" + "".join(f"2021-01-01 {i:02}:00,1,2\n" for i in range(8))
    rows = forecast_window(saved, written(tmp_path / "new.csv", hours))
    assert rows.warnings == (
        "the rows are 1 hour apart; those the model was trained on, 1 day",
        "the times of the forecast go on by 1 day each, and leave nothing out",
    )


def test_without_a_time_the_steps_are_counted(prepared: Prepare, tmp_path: Path) -> None:
    section = "source: d.csv\ntask: forecast\nwindow: 4\nhorizon: 2\n"
    data = prepared(section, d_csv="y\n" + "".join(f"{i % 7}\n" for i in range(60)))
    rows = forecast_window(kept(data.preprocessing()), tmp_path / "d.csv")
    assert list(rows.answers(np.zeros((1, 2)))) == ["step", "y"]
    assert rows.index == ("1", "2")


def test_a_forecast_needs_its_features_and_not_its_targets(
    prepared: Prepare, tmp_path: Path
) -> None:
    section = SERIES.replace("[a, b]", "[a]").replace("[b, a]", "[b]")
    saved = kept(prepared(section, d_csv=dates(50)).preprocessing())
    alone = "".join(line.rsplit(",", 1)[0] + "\n" for line in dates(10).splitlines())
    rows = forecast_window(saved, written(tmp_path / "new.csv", alone))
    assert rows.target_names == ("b",)
    with pytest.raises(Faults, match=r"there is no column `a` in `new.csv`"):
        forecast_window(saved, written(tmp_path / "new.csv", "t,b\n" + "2020-01-01,1\n"), "new.csv")


def test_rows_of_a_table_are_predicted_one_by_one(prepared: Prepare, tmp_path: Path) -> None:
    content = "kind,x,y\n" + "".join(f"{'ab'[i % 2]},{i},{3 * i}\n" for i in range(20))
    data = prepared(TABLE.format("regression"), d_csv=content)
    new = written(tmp_path / "new.csv", "x,extra,kind\n5,z,b\n7,z,never seen\n")
    rows = forecast_window(kept(data.preprocessing()), new)
    inputs = rows.inputs()
    assert inputs[:, :3].tolist() == [[0, 0, 1], [1, 0, 0]]
    np.testing.assert_array_equal(inputs[0], data.features[5] * [1, 1, 1, 1])
    assert rows.answers(np.zeros((2, 1))) == {
        "row": ["1", "2"],
        "y": [pytest.approx(data.target_encoders[0].mean)] * 2,
    }


def test_classes_are_answered_by_name_with_their_probabilities(
    prepared: Prepare, tmp_path: Path
) -> None:
    content = "x,y\n" + "".join(f"{i},{['low', 'high'][i % 2]}\n" for i in range(20))
    data = prepared(TABLE.format("classification"), d_csv=content)
    rows = forecast_window(kept(data.preprocessing()), tmp_path / "d.csv")
    answers = rows.answers(np.tile([0.25, 0.75], (20, 1)))
    assert answers["y"] == ["low"] * 20
    assert answers["probability of high"] == [0.25] * 20
    assert rows.answers(np.full((20, 1), 0.25))["y"] == ["high"] * 20


def test_labelled_windows_are_predicted_at_their_last_rows(
    prepared: Prepare, tmp_path: Path
) -> None:
    content = "x,y\n" + "".join(f"{i},{'ab'[i % 2]}\n" for i in range(40))
    section = TABLE.format("classification").replace("shuffle: false\n", "window: 3")
    data = prepared(section, d_csv=content)
    rows = forecast_window(
        kept(data.preprocessing()), written(tmp_path / "n.csv", "x\n1\n2\n3\n4\n")
    )
    assert rows.inputs().shape == (2, 3, 1)
    assert rows.index == ("3", "4")


def test_a_dropped_row_keeps_the_numbers_of_the_others(prepared: Prepare, tmp_path: Path) -> None:
    content = "x,y\n" + "".join(f"{i},{i}\n" for i in range(20))
    data = prepared(TABLE.format("regression") + "missing: drop", d_csv=content)
    rows = forecast_window(kept(data.preprocessing()), written(tmp_path / "n.csv", "x\n1\nNA\n3\n"))
    assert rows.index == ("1", "3")


def test_a_hole_in_the_last_window_is_told(prepared: Prepare, tmp_path: Path) -> None:
    saved = kept(prepared(SERIES + "missing: drop", d_csv=dates(50)).preprocessing())
    holed = dates(20).replace(",18,", ",,")
    with pytest.raises(
        Faults,
        match=r"`new.csv` line 20, column `a`: a value is missing in what the model looks at",
    ):
        forecast_window(saved, written(tmp_path / "new.csv", holed), "new.csv")
    early = dates(20).replace(",3,", ",,")
    assert forecast_window(saved, written(tmp_path / "new.csv", early)).inputs().shape == (1, 4, 2)


def test_an_unknown_class_is_told_with_its_row(prepared: Prepare, tmp_path: Path) -> None:
    content = "x,y\n" + "".join(f"{i},{'ab'[i % 2]}\n" for i in range(20))
    saved = kept(prepared(TABLE.format("classification"), d_csv=content).preprocessing())
    other = written(tmp_path / "new.csv", "x,y\n1,a\n2,b\n3,c\n")
    with pytest.raises(
        Faults, match=r"`new.csv` line 4, column `y`: `c` is none of the classes"
    ) as stop:
        prepare_again(saved, other, "new.csv")
    assert stop.value.diagnostics[0].help == "the model knows a, b"


def test_preprocessing_of_another_version_is_refused(prepared: Prepare, tmp_path: Path) -> None:
    saved = kept(prepared(SERIES, d_csv=dates(50)).preprocessing())
    with pytest.raises(Faults, match="in version 99; this layerforge reads 2"):
        prepare_again({**saved, "version": 99}, tmp_path / "d.csv")


def test_one_row_with_a_hole_is_filled_as_the_training_rows_were(
    prepared: Prepare, tmp_path: Path
) -> None:
    rows = "x,y\n" + "".join(f"{i if i % 5 else ''},{i}\n" for i in range(40))
    data = prepared(TABLE.format("regression") + "missing: {fill: mean}\n", d_csv=rows)
    new = written(tmp_path / "new.csv", "x,z\n,1\n")
    found = forecast_window(kept(data.preprocessing()), new)
    assert found.features.tolist() == [[0.0]]


def test_one_row_with_a_hole_that_may_not_be_is_told(prepared: Prepare, tmp_path: Path) -> None:
    rows = "x,y\n" + "".join(f"{i},{i}\n" for i in range(40))
    data = prepared(TABLE.format("regression"), d_csv=rows)
    new = written(tmp_path / "new.csv", "x,z\n,1\n")
    with pytest.raises(Faults) as caught:
        forecast_window(kept(data.preprocessing()), new)
    (fault,) = caught.value.diagnostics
    assert (fault.code, "line 2, column `x`" in fault.message) == ("missing-value", True)
