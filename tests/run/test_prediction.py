"""Predictions: stamps that go on, original units, classes with probabilities, CSV."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import polars
import pytest

from layerforge.diagnostics import Faults
from layerforge.events import Note
from layerforge.run import predict, train
from tests.run.conftest import Compile, Example, Told, write_data


def test_a_forecast_goes_on_behind_the_last_row_in_the_files_own_units(sine: Example) -> None:
    found = predict(sine.trained.path, sine.folder / "sine.csv", Told())
    assert found.columns == ("date", "a")
    stamps, values = zip(*found.rows, strict=True)
    assert stamps == tuple(f"2020-01-17 {16 + i}:00:00" for i in range(6))
    truth = [10 + 3 * math.sin(2 * math.pi * i / 24) for i in range(400, 406)]
    assert max(abs(v - t) for v, t in zip(values, truth, strict=True)) < 1.5


def test_the_last_window_decides_and_other_columns_do_not(sine: Example, tmp_path: Path) -> None:
    lines = (sine.folder / "sine.csv").read_text().splitlines()
    short = [lines[0], *lines[-24:]]
    text = "".join(f"{line},{'note' if i == 0 else 'x'}\n" for i, line in enumerate(short))
    (tmp_path / "short.csv").write_text(text)
    whole = predict(sine.trained.path, sine.folder / "sine.csv", Told())
    cut = predict(sine.trained.path, tmp_path / "short.csv", Told())
    assert list(cut.rows) == list(whole.rows)


def test_fewer_rows_than_a_window_are_a_fault(sine: Example, tmp_path: Path) -> None:
    write_data(tmp_path, rows=23)
    with pytest.raises(Faults) as stop:
        predict(sine.trained.path, tmp_path / "sine.csv", Told())
    assert stop.value.diagnostics[0].code == "too-few-rows"


def test_a_table_has_a_class_and_its_probabilities_for_each_row_without_labels(
    blobs: Example, tmp_path: Path
) -> None:
    (tmp_path / "new.csv").write_text("y,x\n0,0\n-2,2\n")
    found = predict(blobs.trained.path, tmp_path / "new.csv", Told())
    assert found.columns == ("row", "colour", "probability of blue", "probability of red")
    rows = list(found.rows)
    assert [row[1] for row in rows] == ["blue", "red"]
    assert [sum(row[2:]) for row in rows] == pytest.approx([1, 1])


def test_the_csv_holds_what_was_predicted(sine: Example, tmp_path: Path) -> None:
    found = predict(sine.trained.path, sine.folder / "sine.csv", Told())
    found.write(tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        header, *rows = list(csv.reader(file))
    assert tuple(header) == found.columns
    for row, (stamp, value) in zip(rows, found.rows, strict=True):
        assert row[0] == stamp
        assert float(row[1]) == pytest.approx(value, rel=1e-8)
    assert [each.name for each in tmp_path.iterdir()] == ["out.csv"]


def test_a_csv_that_cannot_be_written_is_a_fault(sine: Example, tmp_path: Path) -> None:
    found = predict(sine.trained.path, sine.folder / "sine.csv", Told())
    with pytest.raises(Faults) as stop:
        found.write(tmp_path / "nowhere" / "out.csv")
    assert stop.value.diagnostics[0].code == "unwritable-file"


CLIMB = """
    name: climb
    data: {source: climb.csv, task: forecast, features: [a, b], targets: [b, a], window: 4, horizon: 3}
    model:
      input: [4, 2]
      layers:
        - Flatten
        - Dense: {units: 6, kernel_initializer: zeros}
        - Reshape: [3, 2]
    train: {epochs: 60, batch_size: 16, optimizer: {Adam: {learning_rate: 0.05}}}
    """


def test_beyond_the_horizon_a_forecast_goes_on_from_itself(compiled: Compile, folder: Path) -> None:
    """Two straight lines are learnt, and carried on three times as far as the horizon."""
    rows = "".join(f"{2 * i},{100 - i}\n" for i in range(120))
    (folder / "climb.csv").write_text("a,b\n" + rows)
    run = train(compiled(CLIMB), folder / "runs", Told()).path
    near = predict(run, folder / "climb.csv", Told())
    far = predict(run, folder / "climb.csv", Told(), steps=8)
    assert far.columns == ("step", "b", "a")
    steps, b, a = zip(*far.rows, strict=True)
    assert steps == tuple("12345678")
    assert list(far.rows)[:3] == list(near.rows)
    assert a == pytest.approx([2 * i for i in range(120, 128)], abs=6)
    assert b == pytest.approx([100 - i for i in range(120, 128)], abs=3)
    # The second forecast is that of rows which end in the first.
    grown = rows + "".join(f"{x},{y}\n" for _, y, x in near.rows)
    (folder / "grown.csv").write_text("a,b\n" + grown)
    again = [row[1:] for row in predict(run, folder / "grown.csv", Told()).rows]
    for row, (_, *values) in zip(again, list(far.rows)[3:6], strict=True):
        assert row == pytest.approx(values, rel=1e-4)
    assert len(list(predict(run, folder / "climb.csv", Told(), steps=2).rows)) == 2


def test_a_feature_that_nothing_predicts_ends_at_the_horizon(sine: Example) -> None:
    with pytest.raises(Faults) as stop:
        predict(sine.trained.path, sine.folder / "sine.csv", Told(), steps=7)
    fault = stop.value.diagnostics[0]
    assert fault.code == "cannot-go-on"
    assert fault.message == (
        "7 steps are more than the 6 the model forecasts, and nothing predicts the features b it would"
        " go on from"
    )


def test_steps_mean_nothing_for_a_table(blobs: Example) -> None:
    with pytest.raises(Faults, match="`--steps` has a meaning only for a forecast"):
        predict(blobs.trained.path, blobs.folder / "blobs.csv", Told(), steps=7)


def test_the_ending_of_the_name_decides_the_form(sine: Example, tmp_path: Path) -> None:
    found = predict(sine.trained.path, sine.folder / "sine.csv", Told())
    found.write(tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text()) == found.records()
    found.write(tmp_path / "out.parquet")
    frame = polars.read_parquet(tmp_path / "out.parquet")
    assert frame.columns == list(found.columns)
    assert frame.rows() == list(found.rows)


def test_a_category_that_training_did_not_see_is_told_with_its_row(
    compiled: Compile, folder: Path
) -> None:
    rows = "".join(f"{i % 7},{'red' if i % 2 else 'blue'},{i % 2}\n" for i in range(60))
    (folder / "t.csv").write_text("x,colour,y\n" + rows)
    text = """
        data: {source: t.csv, task: regression, targets: [y]}
        model: {layers: [{Dense: 1}]}
        train: {epochs: 1}
        """
    run = train(compiled(text), folder / "runs", Told()).path
    (folder / "new.csv").write_text("x,colour\n1,red\n2,green\n3,violet\n")
    told = Told()
    assert len(list(predict(run, folder / "new.csv", told).rows)) == 3
    assert [event.text for event in told.of(Note)] == [
        f"`{folder / 'new.csv'}` line 3, column `colour`: `green`, the first of 2, was in no"
        " training row; it is taken as unknown"
    ]
