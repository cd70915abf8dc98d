"""Scores of the samples that share a value of a column."""

from __future__ import annotations

import numpy as np
import pytest

from layerforge.diagnostics import Faults
from layerforge.scores import report
from layerforge.scores.slices import slices_of
from tests.data.conftest import Prepare

TABLE = "source: d.csv\ntask: regression\ntargets: [y]\nfeatures: [x]\nmissing: drop\n"
SERIES = "source: d.csv\ntask: forecast\nfeatures: [x]\nwindow: 4\nhorizon: 2\nseason: 3\n"


def test_each_value_of_a_column_has_the_scores_of_its_samples(prepared: Prepare) -> None:
    lines = (f"{i},{i % 5},{'' if i == 3 else ('north', 'south')[i % 2]}\n" for i in range(100))
    data = prepared(TABLE, d_csv="x,y,town\n" + "".join(lines))
    rows = data.positions["test"]
    truth = data.answers(rows)
    guess = truth + (rows % 2)[:, None]
    found = report(data, "test", guess, by="town")["model"]["by"]["town"]
    assert found["north"]["scaled"]["mse"] == 0.0
    assert found["south"]["scaled"]["mse"] == pytest.approx(1.0)
    assert found["south"]["samples"] == int(((rows % 2) & (rows != 3)).sum())
    assert sum(each["samples"] for each in found.values()) == len(rows)


def test_a_window_belongs_to_the_first_row_of_its_answer(prepared: Prepare) -> None:
    lines = "".join(f"{i},{'abc'[i % 3]}\n" for i in range(60))
    data = prepared(SERIES, d_csv="x,turn\n" + lines)
    found = slices_of(data, "test", "turn")
    first = data.positions["test"] + 4
    assert [found.labels[place] for place in found.places] == ["abc"[row % 3] for row in first]


def test_rows_that_were_dropped_do_not_shift_the_others(prepared: Prepare) -> None:
    lines = "".join(f"{'' if i == 1 else i},{i},r{i % 4}\n" for i in range(80))
    data = prepared(TABLE, d_csv="x,y,turn\n" + lines)
    found = slices_of(data, "test", "turn")
    values = data.answers(data.positions["test"])[:, 0]
    encoder = data.target_encoders[0]
    rows = np.rint(values * encoder.scale + encoder.offset).astype(int)
    assert [found.labels[place] for place in found.places] == [f"r{row % 4}" for row in rows]


def test_numbers_of_many_values_are_told_apart_by_quarters(prepared: Prepare) -> None:
    lines = "".join(f"{i},{i % 5},{i * 1.5}\n" for i in range(1000))
    data = prepared(TABLE, d_csv="x,y,size\n" + lines)
    found = slices_of(data, "test", "size")
    assert len(found.labels) == 4
    assert max(np.bincount(found.places)) - min(np.bincount(found.places)) <= 1
    assert [float(label.split(" to ")[0]) for label in found.labels] == sorted(
        float(label.split(" to ")[0]) for label in found.labels
    )


def test_the_rarest_of_many_words_share_a_slice(prepared: Prepare) -> None:
    lines = "".join(f"{i},{i % 5},w{min(i % 400, 300)}\n" for i in range(2000))
    data = prepared(TABLE, d_csv="x,y,word\n" + lines)
    found = slices_of(data, "test", "word")
    assert len(found.labels) == 51
    assert found.labels[-1] == "(others)"
    assert "w300" in found.labels


def test_an_unknown_column_is_a_fault_with_the_nearest(prepared: Prepare) -> None:
    lines = "".join(f"{i},{i % 5}\n" for i in range(60))
    data = prepared(TABLE, d_csv="x,y\n" + lines)
    with pytest.raises(Faults) as stop:
        report(data, "test", by="targt")
    fault = stop.value.diagnostics[0]
    assert (fault.code, fault.help) == ("unknown-column", "did you mean `target`?")
    with pytest.raises(Faults) as stop:
        report(data, "test", by="step")
    assert stop.value.diagnostics[0].help == "write `target` or a column's name"


def test_several_series_are_told_apart_by_their_group(prepared: Prepare) -> None:
    lines = "".join(f"{town},{i},{i % 5 + k}\n" for k, town in enumerate("ab") for i in range(60))
    section = SERIES.replace("features: [x]", "group: town\ntime: t\nfeatures: [x]\ntargets: [x]")
    data = prepared(section, d_csv="town,t,x\n" + lines)
    found = report(data, "test", by="group")["baselines"]["repeat"]["by"]["group"]
    assert list(found) == ["a", "b"]
    assert sum(each["samples"] for each in found.values()) == data.samples("test")
