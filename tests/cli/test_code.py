"""`--code FILE` on every command: code runs where it is named on the command line, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.custom.conftest import SCALE, _forgotten, forget_code, write

__all__ = ["_forgotten"]  # a fixture for every test here

SPEC = """
    name: wave
    data:
      source: wave.csv
      task: forecast
      time: day
      features: [level]
      targets: [level]
      window: 14
      horizon: 3
    model:
      layers:
        - Scale: {power: 2}
        - Flatten
        - Dense: 3
    train: {epochs: 1}
    """


@pytest.fixture
def spec(folder: Path) -> Path:
    write(folder, "scale.py", SCALE)
    return write(folder, "scaled.yaml", SPEC)


@pytest.mark.parametrize(
    "command",
    [
        ("check", "scaled.yaml"),
        ("check", "scaled.yaml", "--json"),
        ("build", "scaled.yaml"),
        ("build", "scaled.yaml", "--out", "model.keras"),
        ("eject", "scaled.yaml"),
        ("diff", "scaled.yaml", "scaled.yaml"),
        ("baseline", "scaled.yaml"),
        ("layers", "Scale"),
        ("explain", "Scale", "--spec", "scaled.yaml"),
        ("schema",),
    ],
    ids=" ".join,
)
def test_a_command_takes_code(command: tuple[str, ...], run: Run, spec: Path) -> None:
    done = run(*command, "--code", "scale.py")
    assert done.status == 0, done.err + done.out
    assert "Scale" in done.out or command[0] in ("check", "diff", "baseline")


def test_without_the_code_the_layer_is_unknown(run: Run, spec: Path) -> None:
    done = run("check", "scaled.yaml")
    assert done.status == 1
    assert "there is no layer `Scale` [unknown-layer]" in done.out


def test_code_that_fails_ends_every_command_with_its_line(run: Run, spec: Path) -> None:
    write(spec.parent, "bad.py", "import keras\n\nx = 1 / 0\n")
    done = run("build", "scaled.yaml", "--code", "bad.py")
    assert (done.status, done.out) == (1, "")
    assert done.err.splitlines() == [
        "bad.py:3:1: `bad.py` cannot be run: ZeroDivisionError: division by zero [broken-code]",
        "3 | x = 1 / 0",
        "  | ^",
    ]


def test_code_that_fails_in_training_fails_the_run_with_its_line(run: Run, spec: Path) -> None:
    failing = "\n".join(
        (
            "import keras",
            "class Scale(keras.layers.Layer):",
            "    def __init__(self, power=1.0, **kwargs):",
            "        super().__init__(**kwargs)",
            "    def call(self, inputs, training=False):",
            "        return inputs * {}['missing'] if training else inputs",
        )
    )
    write(spec.parent, "scale.py", failing)
    done = run("train", "scaled.yaml", "--code", "scale.py", "--quiet")
    said = "`scale.py` stopped the run: KeyError: missing"
    assert (done.status, done.err.startswith(f"scale.py:6:1: {said} [broken-code]")) == (1, True)
    record = json.loads(Path("runs/wave/1/run.json").read_text(encoding="utf-8"))
    assert (record["state"], record["reason"]) == ("failed", said)


def test_a_model_with_own_layers_is_imported_with_the_code(run: Run, spec: Path) -> None:
    assert run("build", "scaled.yaml", "--code", "scale.py", "--out", "m.keras").status == 0
    done = run("import", "m.keras", "--code", "scale.py")
    assert done.status == 0, done.err
    assert "- Scale: 2" in done.out


def test_a_run_keeps_its_code_and_asks_for_it_again(run: Run, spec: Path) -> None:
    done = run("train", "scaled.yaml", "--code", "scale.py", "--quiet", "--json")
    assert done.status == 0, done.err
    kept = spec.parent / "runs/wave/1/code/scale.py"
    assert kept.read_text() == (spec.parent / "scale.py").read_text()
    record = json.loads((spec.parent / "runs/wave/1/run.json").read_text())
    assert list(record["code"]) == ["scale.py"]
    assert record["plugins"] == {}
    scores = json.loads(done.out)
    forget_code()
    for command in (("evaluate", "wave"), ("predict", "wave", "--data", "wave.csv")):
        refused = run(*command)
        assert refused.status == 1
        assert "[code-needed]" in refused.err
        assert "--code runs/wave/1/code/scale.py" in refused.err
    again = run("evaluate", "wave", "--json", "--code", "scale.py")
    assert again.status == 0, again.err
    assert json.loads(again.out)["model"] == scores["model"]
    assert run("predict", "wave", "--data", "wave.csv", "--code", "scale.py").status == 0


def test_other_code_than_that_of_the_run_is_refused(run: Run, spec: Path) -> None:
    assert run("train", "scaled.yaml", "--code", "scale.py", "--quiet").status == 0
    write(spec.parent, "scale.py", SCALE.replace("self.factor**self.power", "self.factor + 1"))
    refused = run("evaluate", "wave", "--code", "scale.py")
    assert refused.status == 1
    assert (
        "`scale.py` is not as it was when `runs/wave/1` was trained [code-changed]" in refused.err
    )
    kept = run("evaluate", "wave", "--code", "runs/wave/1/code/scale.py")
    assert kept.status == 0, kept.err
