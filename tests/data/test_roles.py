"""Several series, several inputs, sequences of varying length, and what the calendar gives."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from layerforge.data import Prepared, forecast_window, prepare_again
from tests.data.conftest import Prepare, Told

SERIES = """\
source: d.csv
task: forecast
time: t
group: g
features: y
targets: y
window: 3
horizon: 2
scale: none
"""
SEQUENCES = """\
source: d.csv
task: classification
group: id
order: t
features: x
targets: label
scale: none
split: {train: 0.5, test: 0.5}
shuffle: false
"""


def panel(rows: int = 20, series: str = "ab", start: int = 0) -> str:
    """Rows of the series in turn; the value is 100 for each series before, and the day."""
    days = [np.datetime64("2024-01-01") + start + i for i in range(rows)]
    lines = [
        f"{day},{g},{100 * k + start + i},{(start + i) % 7},{g}z"
        for i, day in enumerate(days)
        for k, g in enumerate(series)
    ]
    return "t,g,y,price,kind\n" + "\n".join(lines) + "\n"


def test_no_window_holds_rows_of_two_series(prepared: Prepare) -> None:
    data = prepared(SERIES, d_csv=panel())
    for part in ("train", "validation", "test"):
        x, y = data.batch(data.positions[part])
        assert (x[:, :, 0] // 100 == y[:, :1] // 100).all()
        assert (np.diff(x[:, :, 0], axis=1) == 1).all()
        assert (y[:, 0] == x[:, -1, 0] + 1).all()
    assert data.samples("train") == 2 * (14 - 4)
    assert set(data.group_of(data.positions["test"])) == {"a", "b"}


def test_all_series_are_cut_at_the_same_moment(prepared: Prepare) -> None:
    # The series b begins ten days later and has fewer rows before the cut.
    late = panel(20, "a") + panel(10, "b", 10).partition("\n")[2]
    split = prepared(SERIES, d_csv=late).account["split"]
    assert (split["train"]["to"], split["test"]["from"]) == ("2024-01-14", "2024-01-17")
    assert split["train"]["rows"] == 14 + 4


def test_inputs_are_the_past_the_future_and_what_is_static(prepared: Prepare) -> None:
    more = "known: price\nstatic: kind\ninputs: {history: past, ahead: future, who: static}\n"
    data = prepared(SERIES + more, d_csv=panel())
    assert data.input_shapes == {"history": (3, 2), "ahead": (2, 1), "who": (3,)}
    position = data.positions["train"][:1]
    x, y = data.batch(position)
    assert x["history"][0].tolist() == [[0, 0], [1, 1], [2, 2]]
    assert x["ahead"][0, :, 0].tolist() == [3, 4]
    assert x["who"][0].tolist() == [0, 1, 0]
    assert y[0].tolist() == [3, 4]


def test_chosen_steps_gap_sampling_and_stride_say_which_rows(prepared: Prepare) -> None:
    form = SERIES.replace("horizon: 2", "horizon: [1, 3]") + "gap: 1\nsampling: 2\nstride: 2\n"
    data = prepared(form, d_csv=panel(40))
    x, y = data.batch(data.positions["train"])
    assert x[0, :, 0].tolist() == [0, 2, 4]
    assert y[0].tolist() == [6, 8]
    assert x[1, 0, 0] == 2
    assert data.step_names == ("1", "3")


def test_the_calendar_is_a_point_on_a_circle(prepared: Prepare) -> None:
    data = prepared(SERIES + "calendar: [dayofweek]\n", d_csv=panel())
    assert data.feature_names == ("y", "dayofweek sin", "dayofweek cos")
    # 2024-01-01 was a Monday, the beginning of the week.
    np.testing.assert_allclose(data.features[0, 1:], [0, 1], atol=1e-6)
    np.testing.assert_allclose(data.features[7, 1:], [0, 1], atol=1e-6)


def sequences(prepared: Prepare) -> Prepared:
    rows = [(i, t) for i in range(6) for t in range(2 + i % 3)]
    lines = [f"{i},{t},{10 * i + t + 1},{'ab'[i % 2]}" for i, t in rows]
    return prepared(SEQUENCES, d_csv="id,t,x,label\n" + "\n".join(reversed(lines)) + "\n")


def test_a_sequence_is_one_sample_in_order_and_padded(prepared: Prepare) -> None:
    data = sequences(prepared)
    assert data.input_shapes == {"input": (4, 1)}
    assert [data.samples(part) for part in ("train", "validation", "test")] == [3, 0, 3]
    everything = np.concatenate([data.positions["train"], data.positions["test"]])
    x = {tuple(values) for values in data.inputs(everything)[:, :, 0].tolist()}
    assert x == {
        (1, 2, 0, 0),
        (11, 12, 13, 0),
        (21, 22, 23, 24),
        (31, 32, 0, 0),
        (41, 42, 43, 0),
        (51, 52, 53, 54),
    }


def test_sequences_in_separate_files_may_be_numbered_alike(prepared: Prepare) -> None:
    section = SEQUENCES.replace("source: d.csv", "source: {train: d.csv, test: e.csv}")
    section = section.replace("split: {train: 0.5, test: 0.5}\n", "split: {train: 1.0}\n")
    rows = "id,t,x,label\n1,0,1,a\n1,1,2,a\n2,0,3,b\n"
    data = prepared(section, d_csv=rows, e_csv="id,t,x,label\n1,0,7,b\n2,0,8,a\n2,1,9,a\n")
    assert (data.samples("train"), data.samples("test")) == (2, 2)
    assert data.inputs(data.positions["test"])[:, :, 0].tolist() == [[7, 0], [8, 9]]
    assert data.group_of(data.positions["test"]) == ["1", "2"]


def test_a_label_that_changes_within_a_sequence_is_told_with_its_row(told: Told) -> None:
    rows = "id,t,x,label\n1,0,1,a\n1,1,2,b\n2,0,3,b\n3,0,3,a\n"
    assert told(SEQUENCES, d_csv=rows) == [
        "6:10: `d.csv` line 3, column `label`: the answer `label` changes within one series"
        " [changing-value]"
    ]


def test_an_index_leaves_zero_for_what_training_has_not_seen(prepared: Prepare) -> None:
    table = "source: d.csv\ntask: regression\ntargets: y\nencode: {kind: index}\nshuffle: false\n"
    rows = "kind,y\n" + "b,1\na,2\n" * 4 + "new,3\na,4\n"
    data = prepared(table, d_csv=rows)
    assert data.features[:, 0].tolist() == [2, 1] * 4 + [0, 1]


def test_weights_are_read_and_must_not_be_negative(prepared: Prepare, told: Told) -> None:
    table = "source: d.csv\ntask: regression\ntargets: y\nweights: w\nshuffle: false\n"
    rows = "x,w,y\n" + "".join(f"{i},{i / 2},{i}\n" for i in range(10))
    data = prepared(table, d_csv=rows)
    assert data.weights is not None
    assert data.weights[:3].tolist() == [0, 0.5, 1]
    assert data.feature_names == ("x",)
    assert told(table, d_csv=rows.replace("3,1.5,3", "3,-1,3")) == [
        "4:10: `d.csv` line 5, column `w`: a weight must be 0 or more [out-of-range]"
    ]


def test_new_rows_of_several_series_are_forecast_with_what_is_known_ahead(
    prepared: Prepare, tmp_path: Path
) -> None:
    more = "known: price\nstatic: kind\ninputs: {history: past, ahead: future, who: static}\n"
    saved = json.loads(json.dumps(prepared(SERIES + more, d_csv=panel()).preprocessing()))
    new = panel(8, start=40).splitlines()
    empty = [line.rsplit(",", 3) for line in new[-4:]]
    lines = [*new[:-4], *(f"{first},,{price},{kind}" for first, _, price, kind in empty)]
    path = tmp_path / "new.csv"
    path.write_text("\n".join(lines) + "\n")
    rows = forecast_window(saved, path)
    assert rows.groups == ("a", "a", "b", "b")
    assert rows.index == ("2024-02-16", "2024-02-17") * 2
    assert rows.inputs()["history"][:, :, 0].tolist() == [[43, 44, 45], [143, 144, 145]]
    assert rows.inputs()["ahead"][:, :, 0].tolist() == [[4, 5], [4, 5]]
    again = prepare_again(saved, tmp_path / "d.csv")
    assert again.input_shapes == {"history": (3, 2), "ahead": (2, 1), "who": (3,)}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("inputs: {a: future}\n", "there is no column for an input of the future"),
        ("inputs: {a: [nobody]}\n", "`nobody` is no column that a model is given"),
        ("known: price\ninputs: {a: {future: [y]}}\n", "`y` is not declared to be known ahead"),
    ],
)
def test_an_input_of_columns_that_it_cannot_have_is_refused(
    told: Told, more: str, expected: str
) -> None:
    assert expected in told(SERIES + more, d_csv=panel())[0]
