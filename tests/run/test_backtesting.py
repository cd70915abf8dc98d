"""Folds that walk forward over the test rows: where they lie, what they score, what a new training sees."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from layerforge.diagnostics import Faults
from layerforge.events import Note, TrainingStarted
from layerforge.run import backtest, directory, train
from layerforge.run.backtesting import folds_of, summary
from layerforge.run.scoring import model_predictions, same_data
from layerforge.scores import report
from tests.run.conftest import Compile, Example, Told


def test_folds_share_no_row_and_leave_none_out(sine: Example) -> None:
    record = directory.read_record(sine.trained.path)
    saved = directory.read_json(sine.trained.path / directory.PREPROCESSING)
    prepared = same_data(sine.trained.path, record, saved, Told())
    folds = folds_of(prepared, 3)
    assert (folds[0].first, folds[-1].stop) == (320, 400)
    for fold, following in pairwise(folds):
        assert fold.stop == following.first
    for fold in folds:
        origins = fold.prepared.positions["test"] + 24
        assert origins.min() == fold.first
        assert origins.max() + 6 == fold.stop


def test_without_a_new_training_each_fold_is_a_report_on_its_own_windows(sine: Example) -> None:
    run = sine.trained.path
    told = Told()
    found = backtest(run, 3, False, told)
    record = directory.read_record(run)
    saved = directory.read_json(run / directory.PREPROCESSING)
    second = folds_of(same_data(run, record, saved, told), 3)[1]
    expected = report(
        second.prepared, "test", model_predictions(run, second.prepared, "test", record)
    )
    named = found["folds"][1]
    assert {key: named[key] for key in expected} == expected
    assert (named["fold"], named["from"]) == (2, "2020-01-15 10:00:00")
    assert len(told.of(Note)) == 3
    assert found["refit"] is False


def test_the_summary_is_the_mean_and_the_deviation_over_folds(sine: Example) -> None:
    found = backtest(sine.trained.path, 2, False, Told())
    one, other = (fold["model"]["scaled"]["mse"] for fold in found["folds"])
    of_model = found["summary"]["model"]["scaled"]["mse"]
    assert of_model["mean"] == pytest.approx((one + other) / 2)
    assert of_model["spread"] == pytest.approx(abs(one - other) / 2**0.5)
    assert set(found["summary"]["baselines"]) == set(found["folds"][0]["baselines"])


def test_one_fold_has_no_spread() -> None:
    fold = {"model": {"scaled": {"mse": 1.0}, "samples": 3}, "baselines": {}}
    assert summary([fold]) == {
        "model": {"scaled": {"mse": {"mean": 1.0, "spread": None}}},
        "baselines": {},
    }


def test_a_new_training_sees_all_that_lies_before_the_fold(sine: Example) -> None:
    told = Told()
    found = backtest(sine.trained.path, 2, True, told)
    started = [event.samples for event in told.of(TrainingStarted)]
    # 400 rows: 280 + 40 + 80. The second fold is 40 rows later, and so are its training rows.
    assert started == [
        {"train": 280 - 29, "validation": 35, "test": 35},
        {"train": 320 - 29, "validation": 35, "test": 35},
    ]
    assert [fold["samples"] for fold in found["folds"]] == [35, 35]
    assert all(fold["model"]["scaled"]["mse"] < 1 for fold in found["folds"])
    runs = list((sine.folder / "runs").glob("*/*"))
    assert runs == [sine.trained.path], "no run directory is left behind"


def test_more_folds_than_windows_are_refused_with_what_is_possible(sine: Example) -> None:
    with pytest.raises(Faults) as stop:
        backtest(sine.trained.path, 30, False, Told())
    fault = stop.value.diagnostics[0]
    assert (fault.code, fault.help) == ("too-few-rows", "ask for 6 folds or fewer")


def test_the_rows_of_a_table_have_no_order_to_walk_in(blobs: Example) -> None:
    with pytest.raises(Faults, match="the rows of this table have no order"):
        backtest(blobs.trained.path, 3, False, Told())


@pytest.mark.parametrize(
    "time",
    ["time: day", pytest.param("scale: standard", marks=pytest.mark.slow)],
    ids=["times", "places"],
)
def test_folds_of_several_series_are_cut_where_their_split_is(
    compiled: Compile, folder: Path, time: str
) -> None:
    """Two towns, one of which begins later: each new training ends where its fold begins."""
    lines = "".join(
        f"{town},{day},{day % 7}\n" for town in "ab" for day in range(20 * (town == "b"), 200)
    )
    (folder / "d.csv").write_text("town,day,x\n" + lines)
    text = f"""
        name: towns
        data: {{source: d.csv, task: forecast, group: town, {time}, features: [x], targets: [x],
               window: 5, horizon: 3, split: {{train: 0.7, validation: 0.1, test: 0.2, gap: 4}}}}
        model: {{layers: [Flatten, {{Dense: 3}}]}}
        train: {{epochs: 1}}
        """
    run = train(compiled(text), folder / "runs", Told()).path
    told = Told()
    again = backtest(run, 2, True, told)["folds"]
    plain = backtest(run, 2, False, Told())["folds"]
    for fold, other in zip(again, plain, strict=True):
        kept = ("fold", "from", "to", "samples")
        assert [fold[key] for key in kept] == [other[key] for key in kept]
        repeat = fold["baselines"]["repeat"]["original"]["mse"]
        assert repeat == pytest.approx(other["baselines"]["repeat"]["original"]["mse"], rel=1e-4)
    sizes = [event.samples for event in told.of(TrainingStarted)]
    assert sizes[0]["validation"] == sizes[1]["validation"] > 0
    assert sizes[1]["train"] > sizes[0]["train"] > 100


def test_folds_of_files_for_each_part_go_on_from_file_to_file(
    compiled: Compile, folder: Path
) -> None:
    rows = [f"{day},{day % 7}\n" for day in range(200)]
    for name, part in {"one": rows[:150], "two": rows[150:]}.items():
        (folder / f"{name}.csv").write_text("day,x\n" + "".join(part))
    text = """
        name: files
        data: {source: {train: one.csv, test: two.csv}, task: forecast, time: day, window: 5, horizon: 3}
        model: {layers: [Flatten, {Dense: 3}]}
        train: {epochs: 1}
        """
    run = train(compiled(text), folder / "runs", Told()).path
    told = Told()
    again = backtest(run, 2, True, told)["folds"]
    assert [(fold["from"], fold["to"]) for fold in again] == [("150", "174"), ("175", "199")]
    sizes = [event.samples for event in told.of(TrainingStarted)]
    assert [size["train"] for size in sizes] == [135 - 7, 160 - 7]
