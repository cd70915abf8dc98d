"""`layerforge check`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_a_clean_spec_prints_nothing(run: Run) -> None:
    done = run("check", "good.yaml")
    assert (done.status, done.out, done.err) == (0, "", "")


def test_a_spec_with_hyperparameters_shows_what_there_is_to_search(run: Run) -> None:
    done = run("check", "forecast.yaml")
    assert (done.status, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "forecast.yaml: the search space"
    assert lines[2].split() == ["width", "hp.Int", "4,", "5,", "6,", "7,", "8"]
    assert lines[3] == "5 points, each of them looked at: 5 valid"
    [file] = json.loads(run("check", "forecast.yaml", "--json").out)["files"]
    assert (file["space"]["points"], file["space"]["valid"]) == (5, 5)


def test_faults_go_to_standard_output_and_their_number_to_standard_error(run: Run) -> None:
    done = run("check", "bad.yaml")
    assert done.status == 1
    assert done.out == (
        "bad.yaml:5:16: Conv1D has no argument `filers` [unknown-argument]\n"
        "5 |     - Conv1D: {filers: 8, kernel_size: 3}\n"
        "  |                ^^^^^^\n"
        "  = help: did you mean `filters`?\n"
    )
    assert done.err == "1 fault in 1 file\n"


def test_one_bad_file_among_good_ones_is_enough_for_one(run: Run) -> None:
    done = run("check", "good.yaml", "bad.yaml", "nowhere.yaml")
    assert done.status == 1
    assert done.out.endswith("nowhere.yaml: no such file or directory [unreadable-file]\n")
    assert done.err == "2 faults in 2 files\n"


def test_json_has_every_file_and_every_part_of_a_fault(run: Run) -> None:
    done = run("check", "good.yaml", "bad.yaml", "nowhere.yaml", "--json")
    assert (done.status, done.err) == (1, "")
    good, bad, nowhere = json.loads(done.out)["files"]
    assert good == {"file": "good.yaml", "diagnostics": []}
    assert bad == {
        "file": "bad.yaml",
        "diagnostics": [
            {
                "code": "unknown-argument",
                "severity": "error",
                "message": "Conv1D has no argument `filers`",
                "file": "bad.yaml",
                "line": 5,
                "column": 16,
                "end_line": 5,
                "end_column": 22,
                "help": "did you mean `filters`?",
                "related": [],
            }
        ],
    }
    (missing,) = nowhere["diagnostics"]
    assert (missing["file"], missing["line"]) == ("nowhere.yaml", None)


def test_json_of_a_clean_spec_ends_with_zero(run: Run) -> None:
    done = run("check", "good.yaml", "--json")
    assert (done.status, json.loads(done.out)) == (
        0,
        {"files": [{"file": "good.yaml", "diagnostics": []}]},
    )


def test_a_value_from_the_command_line_is_checked_at_its_place(run: Run) -> None:
    done = run("check", "good.yaml", "--set", "model.layers.2.Dense=many")
    assert done.status == 1
    assert done.out == (
        "--set model.layers.2.Dense:1:1: `units` must be a positive whole number, not `many`"
        " [wrong-type]\n"
        "1 | many\n"
        "  | ^^^^\n"
    )


def test_two_values_for_one_place_are_each_told_in_their_own_words(run: Run) -> None:
    where = "model.layers.2.Dense"
    done = run(
        "check", "good.yaml", "--set", f"{where}={{units: 1, uni: 22}}", "--set", f"{where}.x=3"
    )
    assert f"--set {where}:1:12: " in done.out
    assert "1 | {units: 1, uni: 22}" in done.out
    done = run("check", "good.yaml", "--set", f"{where}=many", "--set", f"{where}=none")
    assert f"--set {where} again:1:1: `units` must be" in done.out
    assert "1 | none" in done.out


def test_a_bad_override_is_told(run: Run) -> None:
    done = run("check", "good.yaml", "--set", "epochs")
    assert done.status == 1
    assert "`--set epochs` is not of the form path=value [bad-override]" in done.out


def test_resolved_prints_yaml_that_is_clean_again(run: Run, folder: Path) -> None:
    done = run("check", "forecast.yaml", "--resolved", "--set", "data.window=28")
    assert (done.status, done.err) == (0, "")
    assert "window: 28\n" in done.out
    assert "- Dense: 4\n" in done.out
    assert "$(" not in done.out
    (folder / "again.yaml").write_text(done.out, encoding="utf-8")
    assert run("check", "again.yaml").status == 0
    assert run("check", "again.yaml", "--resolved").out == done.out


def test_resolved_of_a_bad_spec_says_why_there_is_none(run: Run) -> None:
    done = run("check", "bad.yaml", "good.yaml", "--resolved")
    assert done.status == 1
    assert done.out.startswith("name: small\n")
    assert "[unknown-argument]" in done.err


@pytest.mark.parametrize("width", ["40", "200"])
def test_a_message_is_never_folded(run: Run, monkeypatch: pytest.MonkeyPatch, width: str) -> None:
    monkeypatch.setenv("COLUMNS", width)
    assert run("check", "bad.yaml").out.count("\n") == 4


def test_a_folder_is_no_spec(run: Run, folder: Path) -> None:
    (folder / "dir.yaml").mkdir()
    done = run("check", "dir.yaml")
    assert (done.status, done.out) == (1, "dir.yaml: is a directory [unreadable-file]\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "of a table, `layerforge new` writes a spec"),
        ("layerforge: 1\ntrain: {lr: 0.01}\n", "optimizer: {Adam: {learning_rate: 0.001}}"),
        ("layerforge: 1\ntrain: {early_stopping: 5}\n", "callbacks: [{EarlyStopping:"),
    ],
)
def test_what_people_write_first_comes_with_where_it_is_said(
    run: Run, tmp_path: Path, text: str, said: str
) -> None:
    spec = tmp_path / "first.yaml"
    spec.write_text(text)
    done = run("check", str(spec))
    assert done.status == 1
    assert said in done.out + done.err
