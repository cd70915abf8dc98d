"""What gives answers away is found: equal samples in two splits, columns that say the target."""

from __future__ import annotations

import numpy as np

from layerforge.run.scoring import data_notes
from tests.data.conftest import Prepare

TABLE = "source: d.csv\ntask: regression\ntargets: y\nshuffle: false\n"


def test_samples_that_stand_in_two_splits_are_counted(prepared: Prepare) -> None:
    noise = np.random.default_rng(1).normal(size=20)
    rows = "x,y\n" + "".join(f"{i % 18},{noise[i]}\n" for i in range(20))
    leaks = prepared(TABLE, d_csv=rows).account["leaks"]
    assert leaks["duplicates"] == {
        "validation in train": 0,
        "test in train": 2,
        "test in validation": 0,
    }
    assert leaks["told"] == ["2 samples of test stand also in train, with the same inputs"]


def test_a_column_that_is_a_line_of_the_target_is_suspicious(prepared: Prepare) -> None:
    noise = np.random.default_rng(1).normal(size=20)
    rows = "x,z,y\n" + "".join(f"{i},{noise[i]},{3 * noise[i] - 7}\n" for i in range(20))
    leaks = prepared(TABLE, d_csv=rows).account["leaks"]
    assert leaks["suspicious"] == ["`z` is a line of `y` in every training row"]


def test_what_gives_answers_away_is_among_the_notes_of_a_run(prepared: Prepare) -> None:
    rows = "x,z,y\n" + "".join(f"{i % 18},{i % 18},{3 * (i % 18) - 7}\n" for i in range(20))
    notes = data_notes(prepared(TABLE, d_csv=rows))
    assert "2 samples of test stand also in train, with the same inputs" in notes
    assert "`z` is a line of `y` in every training row" in notes


def test_a_column_that_tells_the_class_is_suspicious(prepared: Prepare) -> None:
    section = TABLE.replace("regression", "classification")
    rows = "x,code,y\n" + "".join(f"{i % 7},{'pq'[i % 2]},{'ab'[i % 2]}\n" for i in range(20))
    leaks = prepared(section, d_csv=rows).account["leaks"]
    assert leaks["suspicious"] == ["`code` tells the class `y` in every training row"]


def test_a_column_in_the_order_of_the_target_is_suspicious(prepared: Prepare) -> None:
    noise = np.random.default_rng(1).normal(size=40)
    rows = "x,z,y\n" + "".join(f"{i % 18},{-np.exp(each)},{each}\n" for i, each in enumerate(noise))
    leaks = prepared(TABLE, d_csv=rows).account["leaks"]
    assert leaks["suspicious"] == ["`z` rises or falls with `y` in every training row"]
    # One pair of rows in another order is enough: then it only says nearly the same.
    mixed = [*-np.exp(noise[:2][::-1]), *-np.exp(noise[2:])]
    rows = "x,z,y\n" + "".join(
        f"{i % 18},{z},{y}\n" for i, (z, y) in enumerate(zip(mixed, noise, strict=True))
    )
    assert not prepared(TABLE, d_csv=rows).account["leaks"]["suspicious"]


def test_values_that_each_go_with_one_class_are_suspicious(prepared: Prepare) -> None:
    section = TABLE.replace("regression", "classification")
    rows = "x,reason,y\n" + "".join(
        f"{i % 7},{['', 'moved', '', 'dear'][i % 4]},{'ab'[i % 2]}\n" for i in range(40)
    )
    leaks = prepared(section + "missing: {fill: mean}\n", d_csv=rows).account["leaks"]
    assert leaks["suspicious"] == ["`reason` tells the class `y` in every training row"]


def test_a_number_that_parts_the_classes_is_suspicious(prepared: Prepare) -> None:
    section = TABLE.replace("regression", "classification")
    noise = np.random.default_rng(1).normal(size=60)
    rows = "x,z,y\n" + "".join(
        f"{i % 7},{each},{'ab'[int(each > 0.3)]}\n" for i, each in enumerate(noise)
    )
    leaks = prepared(section, d_csv=rows).account["leaks"]
    assert leaks["suspicious"] == ["`z` tells the class `y` in every training row"]


def test_the_past_of_a_forecast_is_no_leak_but_what_is_known_ahead_may_be(
    prepared: Prepare,
) -> None:
    section = "source: d.csv\ntask: forecast\ntargets: y\nwindow: 2\nhorizon: 1\n"
    rows = "y,z\n" + "".join(f"{i},{2 * i}\n" for i in range(20))
    assert not prepared(section, d_csv=rows).account["leaks"]["suspicious"]
    ahead = prepared(section + "known: z\n", d_csv=rows).account["leaks"]
    assert ahead["suspicious"] == ["`z` is a line of `y` in every training row"]
    assert ahead["duplicates"] is None
