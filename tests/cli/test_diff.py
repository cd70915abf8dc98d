"""`layerforge diff` as it is typed: as diff does, nothing and 0 where two specs are equal, else 1."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run


def _other(folder: Path, old: str, new: str) -> None:
    text = (folder / "good.yaml").read_text(encoding="utf-8")
    assert old in text
    (folder / "other.yaml").write_text(text.replace(old, new), encoding="utf-8")


def test_equal_specs_print_nothing_and_end_with_0(run: Run) -> None:
    done = run("diff", "good.yaml", "good.yaml")
    assert (done.status, done.out, done.err) == (0, "", "")


def test_another_spelling_of_the_same_model_is_no_difference(run: Run, folder: Path) -> None:
    _other(folder, "Dense: 1", "Dense: {units: 1, use_bias: true}  # as ever")
    assert run("diff", "good.yaml", "other.yaml").status == 0


def test_a_changed_argument_is_shown_with_all_that_follows_from_it(run: Run, folder: Path) -> None:
    _other(folder, "units: 4", "units: 8")
    done = run("diff", "good.yaml", "other.yaml")
    assert (done.status, done.err) == (1, "")
    lines = done.out.splitlines()
    assert lines[:9] == [
        "~ encoder (LSTM)",
        "    units: 4 -> 8",
        "    output: (None, 4), (None, 4), (None, 4) -> (None, 8), (None, 8), (None, 8)",
        "    params: 208 -> 544 (+336)",
        "    MACs: 18,048 -> 48,128 (+30,080)",
        "~ dense (Dense)",
        "    params: 5 -> 9 (+4)",
        "    MACs: 4 -> 8 (+4)",
        "",
    ]
    assert [line.split() for line in lines[9:]] == [
        ["old", "new", "difference"],
        ["parameters", "389", "729", "+340"],
        ["trainable", "389", "729", "+340"],
        ["MACs", "33,844", "63,928", "+30,084"],
        ["layers", "alike:", "2"],
    ]


def test_added_and_removed_layers_are_marked(run: Run, folder: Path) -> None:
    _other(folder, "- Conv1D: {filters: 8, kernel_size: 3}", "- GaussianNoise: 0.1")
    done = run("diff", "good.yaml", "other.yaml")
    assert "- conv1d (Conv1D(filters=8, kernel_size=3)): (None, 94, 8), 176 params" in done.out
    assert "+ gaussian_noise (GaussianNoise(stddev=0.1)): (None, 96, 7), 0 params" in done.out


def test_json_holds_every_layer_and_both_totals(run: Run, folder: Path) -> None:
    _other(folder, "Dense: 1", "Dense: 3")
    done = run("diff", "good.yaml", "other.yaml", "--json")
    assert done.status == 1
    record = json.loads(done.out)
    assert record["equal"] is False
    assert [row["status"] for row in record["layers"]] == [
        "same",
        "same",
        "same",
        "changed",
        "same",
    ]
    changed = record["layers"][3]
    assert changed["changes"] == ["units", "output", "params", "MACs"]
    assert (changed["old"]["arguments"], changed["new"]["arguments"]) == (
        {"units": "1"},
        {"units": "3"},
    )
    assert record["new"]["params"] - record["old"]["params"] == 10


def test_json_of_equal_specs_says_so(run: Run) -> None:
    done = run("diff", "good.yaml", "good.yaml", "--json")
    assert done.status == 0
    assert json.loads(done.out)["equal"] is True


def test_a_faulty_spec_is_told_and_nothing_compared(run: Run) -> None:
    done = run("diff", "good.yaml", "bad.yaml")
    assert (done.status, done.out) == (1, "")
    assert "bad.yaml" in done.err
