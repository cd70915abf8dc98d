"""Rows as samples: scaling, one-hot categories, classes, shapes, and labelled windows."""

from __future__ import annotations

import json

import numpy as np
import pytest

from layerforge.scores import report
from tests.data.conftest import Prepare

HEAD = "source: d.csv\ntask: {}\ntargets: [y]\nshuffle: false\n"
REGRESSION = HEAD.format("regression")
CLASSIFICATION = HEAD.format("classification")


def rows(*lines: str) -> str:
    return "".join(line + "\n" for line in lines)


def test_columns_are_scaled_by_the_training_rows_alone(prepared: Prepare) -> None:
    content = rows("x,y", *[f"{i},{2 * i}" for i in range(10)])
    data = prepared(REGRESSION, d_csv=content)
    mean, deviation = np.mean(range(7)), np.std(range(7))
    np.testing.assert_allclose(data.features[:, 0], (np.arange(10) - mean) / deviation, rtol=1e-6)
    np.testing.assert_allclose(data.targets[:, 0], data.features[:, 0], rtol=1e-6)
    smallest = prepared(REGRESSION + "scale: minmax", d_csv=content)
    np.testing.assert_allclose(smallest.features[:, 0], np.arange(10) / 6, rtol=1e-6)
    assert smallest.features.dtype == np.float32


def test_a_constant_training_column_keeps_its_scale_and_is_told(prepared: Prepare) -> None:
    content = rows("x,y", *["0.1,1"] * 7, "0.2,2", "0.3,3", "0.4,4")
    data = prepared(REGRESSION, d_csv=content)
    np.testing.assert_allclose(data.features[-1], [0.3], rtol=1e-6)
    assert data.account["warnings"] == ["`x`, `y` are constant in the training rows: 2 in all"]


def test_a_text_column_is_one_hot_with_a_bucket_for_the_unknown(prepared: Prepare) -> None:
    content = rows("kind,y", *[f"{'ab'[i % 2]},{i}" for i in range(8)], "c,8", " a ,9")
    data = prepared(REGRESSION, d_csv=content)
    assert data.feature_names == ("kind=[UNK]", "kind=a", "kind=b")
    assert data.features[[0, 1, 8, 9]].tolist() == [[0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0]]
    assert data.input_shape == (3,)


def test_a_column_that_is_mostly_text_is_a_category(prepared: Prepare) -> None:
    content = rows("code,y", *[f"{'A1' if i % 3 else '7'},{i}" for i in range(20)])
    data = prepared(REGRESSION, d_csv=content)
    assert data.feature_names == ("code=[UNK]", "code=7", "code=A1")


def test_true_and_false_are_numbers(prepared: Prepare) -> None:
    content = rows("x,y", *[f"{['true', 'False'][i % 2]},{i}" for i in range(20)])
    data = prepared(REGRESSION + "scale: none", d_csv=content)
    assert data.features[:2].tolist() == [[1.0], [0.0]]


def test_classes_are_sorted_as_numbers_where_they_are_numbers(prepared: Prepare) -> None:
    content = rows("x,y", *[f"{i},{[10, 9, 2][i % 3]}" for i in range(30)])
    data = prepared(CLASSIFICATION, d_csv=content)
    assert data.classes == ("2", "9", "10")
    assert data.targets.dtype == np.int32
    assert data.targets[:3].tolist() == [2, 1, 0]
    assert data.target_shape == ()


def test_one_number_written_in_several_ways_is_one_class(prepared: Prepare) -> None:
    content = rows("x,y", *[f"{i},{['1', '1.0', '01', '2'][i % 4]}" for i in range(40)])
    assert prepared(CLASSIFICATION, d_csv=content).classes == ("1", "2")


def test_classes_are_counted_for_each_split(prepared: Prepare) -> None:
    content = rows("x,y", *[f"{i},{'no' if i % 4 else 'yes'}" for i in range(200)])
    data = prepared("source: d.csv\ntask: classification\ntargets: [y]\n", d_csv=content)
    split = data.account["split"]
    assert split["train"]["classes"] == {"no": 105, "yes": 35}
    assert split["validation"]["classes"] == {"no": 15, "yes": 5}
    assert split["test"]["classes"] == {"no": 30, "yes": 10}
    assert split["how"] == "shuffled with seed 0, stratified by class"


def test_a_shape_turns_the_columns_of_a_row_into_an_image(prepared: Prepare) -> None:
    names = [f"p{i}" for i in range(6)]
    content = rows(
        ",".join([*names, "y"]), *[",".join(map(str, range(i, i + 7))) for i in range(20)]
    )
    data = prepared(REGRESSION + "features: ['p*']\nshape: [2, 3, 1]\nscale: none", d_csv=content)
    x, y = data.batch(np.array([4, 0]))
    assert data.input_shape == (2, 3, 1)
    assert x.shape == (2, 2, 3, 1)
    assert x[0, :, :, 0].tolist() == [[4, 5, 6], [7, 8, 9]]
    assert y.tolist() == [[10], [6]]


def test_a_labelled_window_has_the_label_of_its_last_row(prepared: Prepare) -> None:
    content = rows("x,y", *[f"{i},{'even' if i % 2 == 0 else 'odd'}" for i in range(50)])
    section = CLASSIFICATION.replace("shuffle: false\n", "window: 4\nscale: none")
    data = prepared(section, d_csv=content)
    x, y = data.batch(data.positions["train"][:2])
    assert x[:, :, 0].tolist() == [[0, 1, 2, 3], [1, 2, 3, 4]]
    assert [data.classes[i] for i in y] == ["odd", "even"]  # type: ignore[index]
    assert data.samples("train") == 35 - 3
    assert data.samples("test") == 10
    assert data.account["split"]["how"] == "in the order of the file"


def test_a_window_without_a_label_is_left_out(prepared: Prepare) -> None:
    labels = ["" if i == 10 else "ab"[i % 2] for i in range(50)]
    content = rows("x,y", *[f"{i},{label}" for i, label in enumerate(labels)])
    section = CLASSIFICATION.replace("shuffle: false\n", "window: 4\nmissing: drop")
    data = prepared(section, d_csv=content)
    assert data.classes == ("a", "b")
    assert data.class_counts == (17, 17)
    assert 7 not in data.positions["train"]
    assert data.samples("train") == 31


def test_a_forecast_of_one_target_or_one_step_leaves_that_axis_out(prepared: Prepare) -> None:
    content = rows("a,b", *[f"{i},{-i}" for i in range(60)])
    section = "source: d.csv\ntask: forecast\nwindow: 5\nscale: none\n"
    shapes = {}
    for horizon in (1, 3):
        for targets in ("[b]", "[a, b]", "[b, a]"):
            data = prepared(f"{section}horizon: {horizon}\ntargets: {targets}", d_csv=content)
            x, y = data.batch(np.array([7]))
            assert x[0].tolist() == [[i, -i] for i in range(7, 12)]
            assert y.shape[1:] == data.target_shape
            assert data.accepts(data.target_shape)
            assert data.accepts(data.answer_shape)
            shapes[horizon, targets] = (data.target_shape, y.ravel().tolist())
    assert shapes == {
        (1, "[b]"): ((1,), [-12]),
        (1, "[a, b]"): ((2,), [12, -12]),
        (1, "[b, a]"): ((2,), [-12, 12]),
        (3, "[b]"): ((3,), [-12, -13, -14]),
        (3, "[a, b]"): ((3, 2), [12, -12, 13, -13, 14, -14]),
        (3, "[b, a]"): ((3, 2), [-12, 12, -13, 13, -14, 14]),
    }


def test_targets_that_are_features_side_by_side_take_no_memory_of_their_own(
    prepared: Prepare,
) -> None:
    content = rows("a,b,c", *[f"{i},{-i},{i % 7}" for i in range(60)])
    section = "source: d.csv\ntask: forecast\nwindow: 5\nhorizon: 2\ntargets: {}\n"
    assert np.shares_memory(*_arrays(prepared, section.format("[b, c]"), content))
    assert not np.shares_memory(*_arrays(prepared, section.format("[a, c]"), content))


def _arrays(prepared: Prepare, section: str, content: str) -> tuple[object, object]:
    data = prepared(section, d_csv=content)
    return data.features, data.targets


def test_windows_are_gathered_and_never_held_for_all(prepared: Prepare) -> None:
    content = rows("y", *map(str, range(5000)))
    section = "source: d.csv\ntask: forecast\nwindow: 1000\nhorizon: 1\n"
    data = prepared(section, d_csv=content)
    held = data.features.nbytes + sum(each.nbytes for each in data.positions.values())
    assert held < 5000 * 4 * 4
    assert data.batch(data.positions["test"][-3:])[0].shape == (3, 1000, 1)


def test_the_account_says_everything_as_json(prepared: Prepare) -> None:
    content = rows("t,x,y,z", *[f"2020-01-{i:02},{i},{i % 3},{i}" for i in range(1, 31)])
    section = """\
        source: d.csv
        task: forecast
        time: t
        features: [x, y]
        targets: [y]
        window: 3
        horizon: 2
        split: {train: 15, validation: 5, test: 8}
    """
    account = prepared(section, d_csv=content).account
    assert json.loads(json.dumps(account)) == account
    assert account["columns"][0] == {
        "name": "x",
        "roles": ["features"],
        "type": "number",
        "missing": 0,
        "min": 1.0,
        "max": 30.0,
    }
    assert account["unused_columns"] == ["z"]
    assert account["time"] == {
        "column": "t",
        "format": "%Y-%m-%d",
        "first": "2020-01-01",
        "last": "2020-01-30",
        "step": "1 day",
    }
    assert account["split"]["rows_unused"] == 2
    assert account["split"]["validation"] == {
        "rows": 5,
        "samples": 4,
        "first_row": 15,
        "last_row": 19,
        "from": "2020-01-16",
        "to": "2020-01-20",
        "windows_discarded": {"too little past": 0, "missing values": 0},
    }
    assert account["statistics"]["columns"][0]["fitted_on"] == 15
    assert account["statistics"]["columns"][0]["mean"] == pytest.approx(8.0)
    assert account["input_shape"] == [3, 2]
    assert account["target_shape"] == [2]


def test_a_classification_is_scored_against_the_majority(prepared: Prepare) -> None:
    content = rows("x,y", *[f"{i},{'no' if i % 4 else 'yes'}" for i in range(200)])
    data = prepared("source: d.csv\ntask: classification\ntargets: [y]\n", d_csv=content)
    scores = report(data, "test")["baselines"]["majority"]
    assert scores["accuracy"] == 0.75
    assert scores["balanced_accuracy"] == 0.5
    assert scores["log_loss"] == pytest.approx(-(0.75 * np.log(0.75) + 0.25 * np.log(0.25)))


def test_a_regression_is_scored_against_the_training_mean(prepared: Prepare) -> None:
    content = rows("x,y", *[f"{i},{i}" for i in range(10)])
    scores = report(prepared(REGRESSION, d_csv=content), "test")["baselines"]["mean"]
    assert scores["original"]["mae"] == pytest.approx((8 - 3 + 9 - 3) / 2)
    assert scores["scaled"]["mae"] == pytest.approx(5.5 / np.std(range(7)))
