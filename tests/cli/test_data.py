"""`layerforge data`: the account of the data, as text and JSON, without TensorFlow."""

from __future__ import annotations

import json

from tests.cli.conftest import Run


def test_the_account_says_columns_splits_windows_and_leaks(run: Run) -> None:
    done = run("data", "forecast.yaml", "--sample", "1")
    assert done.status == 0
    for text in (
        "level",
        "fitted on",
        "train",
        "window: 14 rows",
        "no column given with",
        "answers:",
    ):
        assert text in done.out


def test_the_account_is_json_as_the_run_keeps_it(run: Run) -> None:
    done = run("data", "forecast.yaml", "--json")
    account = json.loads(done.out)
    assert account["split"]["train"]["samples"] > 0
    assert {each["name"] for each in account["statistics"]["columns"]} == {"level"}
    assert account["leaks"]["duplicates"] is None


def test_a_fault_of_the_data_is_told_at_its_place(run: Run) -> None:
    done = run("data", "forecast.yaml", "--set", "data.features=[nobody]")
    assert done.status == 1
    assert "there is no column `nobody` in `wave.csv`" in done.err
