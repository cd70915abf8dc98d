"""Predictions: stamps that go on, original units, classes with probabilities, CSV."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from layerforge.diagnostics import Faults
from layerforge.run import predict
from tests.run.conftest import Example, Told, write_data


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
