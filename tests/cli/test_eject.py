"""`layerforge eject` as it is typed: what is printed, what is written, how it ends."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.cli.conftest import Run


def test_the_script_is_the_answer_on_standard_output(run: Run) -> None:
    done = run("eject", "good.yaml")
    assert (done.status, done.err) == (0, "")
    assert "encoder_0" not in done.out
    assert 'x, _, _ = layers.LSTM(4, return_state=True, name="encoder")(x)' in done.out
    ast.parse(done.out)


def test_out_writes_the_same_script_and_prints_nothing(run: Run, folder: Path) -> None:
    printed = run("eject", "good.yaml").out
    done = run("eject", "good.yaml", "--out", "model.py")
    assert (done.status, done.out, done.err) == (0, "", "")
    assert (folder / "model.py").read_text(encoding="utf-8") == printed
    assert sorted(path.name for path in folder.glob("model*")) == ["model.py"]


def test_a_comment_says_which_values_hyperparameters_have(run: Run) -> None:
    done = run("eject", "forecast.yaml")
    assert "# Hyperparameters have their default values: width = 4.\n" in done.out
    assert "layers.Dense(4, " in done.out


def test_set_replaces_a_hyperparameter_and_its_comment(run: Run) -> None:
    done = run("eject", "forecast.yaml", "--set", "vars.width=7")
    assert "Hyperparameters" not in done.out
    assert "layers.Dense(7, " in done.out


def test_a_faulty_spec_gives_no_script(run: Run, folder: Path) -> None:
    done = run("eject", "bad.yaml", "--out", "model.py")
    assert (done.status, done.out) == (1, "")
    assert "[unknown-argument]" in done.err
    assert not (folder / "model.py").exists()


def test_out_must_be_a_python_file_in_a_folder_that_exists(run: Run) -> None:
    assert run("eject", "good.yaml", "--out", "model.txt").status == 2
    assert run("eject", "good.yaml", "--out", "nowhere/model.py").status == 2
