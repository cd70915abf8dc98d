"""Evaluation: the same scores as training gave, other files under the run's statistics, changed data."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from layerforge.diagnostics import Faults
from layerforge.events import Note
from layerforge.pipeline import compile_spec
from layerforge.run import baseline, evaluate, train
from tests.run.conftest import BLOBS, FLAT, SINE, Compile, Example, Told, write_data


@pytest.fixture
def moved(sine: Example, tmp_path: Path) -> Path:
    """The whole project in another folder, and the run's path in it."""
    shutil.copytree(sine.folder, tmp_path / "there")
    return tmp_path / "there" / "runs" / "sine" / "1"


def _code(run: Path, data: Path | None = None) -> tuple[str, str]:
    with pytest.raises(Faults) as stop:
        evaluate(run, data, Told())
    return stop.value.diagnostics[0].code, stop.value.diagnostics[0].message


def test_evaluation_gives_exactly_the_scores_of_training(sine: Example, blobs: Example) -> None:
    for example in (sine, blobs):
        told = Told()
        assert evaluate(example.trained.path, None, told) == example.trained.scores
        assert not told.events


def test_the_baselines_are_those_beside_the_model(sine: Example) -> None:
    scores = sine.trained.scores
    assert scores is not None
    alone = baseline(compile_spec(sine.folder / "spec.yaml"))
    ours = ("model", "comparison")
    assert alone == {key: value for key, value in scores.items() if key not in ours}


def test_another_file_is_scored_whole_with_the_statistics_of_the_run(
    sine: Example, tmp_path: Path
) -> None:
    write_data(tmp_path, rows=100)
    scores = evaluate(sine.trained.path, tmp_path / "sine.csv", Told())
    assert (scores["split"], scores["samples"]) == ("data", 100 - 24 - 6 + 1)
    ratio = scores["model"]["original"]["mae"] / scores["model"]["scaled"]["mae"]
    assert sine.trained.scores is not None
    own = sine.trained.scores["model"]
    assert ratio == pytest.approx(own["original"]["mae"] / own["scaled"]["mae"])


@pytest.mark.parametrize("kind", ["forecast", "classification"])
def test_another_file_stands_beside_the_baselines_of_the_run(
    sine: Example, blobs: Example, kind: str
) -> None:
    """Of the very rows of the test split, they score what they score there."""
    example, line = {"forecast": (sine, "least_squares"), "classification": (blobs, "logistic")}[
        kind
    ]
    file = example.folder / ("sine.csv" if kind == "forecast" else "blobs.csv")
    scores, own = evaluate(example.trained.path, file, Told()), example.trained.scores
    assert own is not None
    assert list(scores["baselines"]) == list(own["baselines"])
    count = 280 - 24 - 6 + 1 if kind == "forecast" else 112
    shown = "sine.csv" if kind == "forecast" else "blobs.csv"
    assert scores["notes"] == [
        f"{line} is fitted on the {count} training samples of the run, from {shown}"
    ]
    if kind == "forecast":
        tail = example.folder / "tail.csv"
        lines = file.read_text().splitlines()
        tail.write_text("\n".join([lines[0], *lines[-80 - 24 :]]) + "\n")
        scores = evaluate(example.trained.path, tail, Told())
        for name, values in own["baselines"].items():
            assert scores["baselines"][name]["scaled"] == pytest.approx(values["scaled"])
            assert scores["baselines"][name]["mase"] == pytest.approx(values["mase"])


def test_without_the_data_of_the_run_no_baseline_learns_and_that_is_said(
    moved: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new.csv"
    new.write_bytes((moved.parents[2] / "sine.csv").read_bytes())
    (moved.parents[2] / "sine.csv").write_text("date,a,b\n2020-01-01,1,1\n")
    told = Told()
    scores = evaluate(moved, new, told)
    assert "least_squares" not in scores["baselines"]
    (note,) = [event.text for event in told.events if isinstance(event, Note)]
    assert note.startswith("no baseline that learns stands beside the model: ")


def test_rows_added_behind_the_split_change_nothing_but_are_said(
    compiled: Compile, folder: Path
) -> None:
    split = "data.split={train: 280, validation: 40, test: 80}"
    trained = train(compiled(SINE, split, FLAT, "train.epochs=1"), folder / "runs", Told())
    with (folder / "sine.csv").open("a") as file:
        file.write("2020-01-17 16:00:00,1,1\n")
    told = Told()
    assert evaluate(trained.path, None, told) == trained.scores
    assert [event.text for event in told.events if isinstance(event, Note)] == [
        "`sine.csv` has changed since the run; its training rows are the same"
    ]


def test_a_run_finds_its_data_where_the_project_was_moved_to(moved: Path, sine: Example) -> None:
    assert evaluate(moved, None, Told()) == sine.trained.scores
    (moved.parents[2] / "sine.csv").write_text("date,a,b\n2020-01-01,1,1\n")
    assert _code(moved)[0] == "bad-split"


def test_other_training_rows_are_refused(moved: Path) -> None:
    write_data(moved.parents[2], rows=500)
    code, message = _code(moved)
    assert code == "data-changed"
    assert message == "`sine.csv` has changed since the run, and its training rows with it"


BROKEN = {
    "best.keras": ("", "no epoch of it was completed"),
    "run.json": ("{", "is no JSON"),
    "./run.json": ('{"state": "finished"}', "does not say `spec`"),
    "preprocessing.json": ("[]", "holds no JSON object"),
}


@pytest.mark.parametrize(("name", "text", "said"), [(n, *rest) for n, rest in BROKEN.items()])
def test_a_broken_run_is_a_fault(moved: Path, name: str, text: str, said: str) -> None:
    (moved / name).unlink()
    if text:
        (moved / name).write_text(text)
    code, message = _code(moved)
    assert code == "broken-run"
    assert said in message


def test_a_model_file_cut_in_half_is_a_fault(moved: Path) -> None:
    whole = (moved / "best.keras").read_bytes()
    (moved / "best.keras").write_bytes(whole[: len(whole) // 2])
    assert _code(moved)[0] == "broken-run"


def test_a_file_without_the_columns_is_a_fault(sine: Example, blobs: Example) -> None:
    assert _code(sine.trained.path, blobs.folder / "blobs.csv")[0] == "unknown-column"


def test_a_source_with_its_whole_path_is_found_wherever_the_run_lies(
    compiled: Compile, folder: Path
) -> None:
    text = BLOBS.replace("source: blobs.csv", f"source: {folder / 'blobs.csv'}")
    trained = train(compiled(text, "train.epochs=1"), folder / "elsewhere" / "runs", Told())
    assert evaluate(trained.path, None, Told()) == trained.scores
