"""`layerforge build`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]


def test_the_table_comes_without_keras(run: Run) -> None:
    done = run("build", "good.yaml", "--static")
    assert (done.status, done.err) == (0, "")
    assert "4 x (4 x (8 + 4) + 4) = 208" in done.out
    assert "Keras" not in done.out


def test_weights_are_shown_on_request(run: Run) -> None:
    plain = run("build", "good.yaml", "--static").out
    whole = run("build", "good.yaml", "--static", "--weights").out
    assert "recurrent_kernel" in whole
    assert "recurrent_kernel" not in plain


def test_json_has_the_contracted_form(run: Run) -> None:
    done = run("build", "good.yaml", "--static", "--json")
    record = json.loads(done.out)
    layers, memory = record.pop("layers"), record.pop("memory")
    assert memory == {
        "batch_size": 32,
        "optimizer": "adam",
        "weights": 4 * 389,
        "activations": 4 * 32 * (96 * 7 + 94 * 8 + 3 * 4 + 1),
        "gradients": 4 * 389,
        "optimizer_slots": 2 * 4 * 389 + 8 + 4,
        "training": 4 * 389 * 4 + 12 + 4 * 32 * (96 * 7 + 94 * 8 + 3 * 4 + 1),
        "inference": 4 * 389 + 4 * 32 * (96 * 7 + 94 * 8),
    }
    assert record == {
        "name": "small",
        "total_params": 389,
        "trainable_params": 389,
        "non_trainable_params": 0,
        "macs": 94 * 3 * 7 * 8 + 94 * 16 * 12 + 4,
        "verified": None,
    }
    assert [layer["type"] for layer in layers] == ["InputLayer", "Conv1D", "LSTM", "Dense"]
    assert layers[0] == {
        "name": "input",
        "type": "InputLayer",
        "inputs": [],
        "output_shape": [None, 96, 7],
        "params": 0,
        "trainable_params": 0,
        "weights": [],
        "macs": 0,
    }
    encoder = layers[2]
    assert encoder["inputs"] == ["conv1d"]
    assert encoder["output_shape"] == [[None, 4], [None, 4], [None, 4]]
    assert encoder["weights"][0] == {
        "name": "kernel",
        "path": "encoder/lstm_cell/kernel",
        "shape": [8, 16],
        "trainable": True,
    }
    assert encoder["gates"] == [
        {
            "direction": "",
            "gates": ["i", "f", "c", "o"],
            "per_gate": 52,
            "formula": "4 x (4 x (8 + 4) + 4) = 208",
            "params": 208,
        }
    ]
    assert "gates" not in layers[3]
    assert layers[3]["inputs"] == ["encoder.0"]


def test_work_over_a_free_dimension_is_null(run: Run) -> None:
    done = run("build", "good.yaml", "--static", "--json", "--set", "model.input=[null, 7]")
    record = json.loads(done.out)
    assert record["macs"] is None
    assert record["layers"][1]["macs"] is None


def test_a_bad_spec_has_no_table(run: Run) -> None:
    done = run("build", "bad.yaml")
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("bad.yaml:5:16: Conv1D has no argument `filers`")


def test_defaults_of_hyperparameters_are_said(run: Run) -> None:
    done = run("build", "forecast.yaml", "--static")
    assert done.err == "hyperparameters at their defaults: width = 4\n"


def test_keras_is_asked_and_agrees(run: Run) -> None:
    done = run("build", "good.yaml")
    assert (done.status, done.err) == (0, "")
    last = done.out.splitlines()[-1]
    assert re.fullmatch(r"Keras agrees: 7 weights, 5 shapes, 389 parameters \(.* s\)", last)


def test_json_says_that_it_was_verified(run: Run) -> None:
    done = run("build", "good.yaml", "--json")
    assert (done.status, done.err) == (0, "")
    assert json.loads(done.out)["verified"] is True


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_difference_is_told_and_ends_with_one(
    run: Run, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    import layerforge.build.verify

    difference = "dense: output (None, 1), in Keras (None, 2)"
    monkeypatch.setattr(layerforge.build.verify, "verify", lambda _: [difference])
    done = run("build", "good.yaml", "--out", "model.keras", *options)
    assert done.status == 1
    assert difference in (done.err if options else done.out.splitlines()[-1])
    assert not Path("model.keras").exists()
    if options:
        assert json.loads(done.out)["verified"] is False


def test_the_model_is_saved_whole(run: Run, folder: Path) -> None:
    import keras

    done = run("build", "good.yaml", "--out", "model.keras")
    assert (done.status, done.err) == (0, "saved model.keras\n")
    assert [path.name for path in folder.glob("*model*")] == ["model.keras"]
    model = keras.saving.load_model(folder / "model.keras")
    assert model.count_params() == 389
    assert model.name == "small"


@pytest.mark.parametrize("command", ["build", "train"])
def test_a_model_larger_than_the_memory_is_refused(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    import layerforge.build.memory

    monkeypatch.setattr(layerforge.build.memory, "installed_memory", lambda: 100)
    done = run(command, "forecast.yaml", *(["--out", "model.keras"] if command == "build" else []))
    assert done.status == 1
    assert "the weights of `wave` take 0.0 GiB" in done.err
    assert "[out-of-memory]" in done.err
    assert not Path("model.keras").exists()
    assert not Path("runs").exists()


def test_a_new_process_prints_json_and_nothing_else(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "layerforge", "build", "good.yaml", "--json"],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["verified"] is True


@pytest.mark.slow
def test_a_model_of_seventy_billion_parameters_is_verified_without_its_memory(folder: Path) -> None:
    spec = ROOT / "tests/golden/plans/seventy-billion.yaml"
    program = (
        "import resource, sys\n"
        "from layerforge.cli.main import main\n"
        "status = main(['build', sys.argv[1]])\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)\n"
        "sys.exit(status)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(spec)],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0
    assert "Keras agrees: 8 weights, 5 shapes, 70,013,799,412 parameters" in done.stdout
    assert int(done.stderr) < 2_000  # MiB, of which TensorFlow itself takes 600


def test_memory_is_for_the_batch_and_the_optimizer_of_the_spec_unless_another_is_given(
    run: Run, folder: Path
) -> None:
    text = (folder / "good.yaml").read_text()
    train = "train: {batch_size: 8, optimizer: {SGD: {momentum: 0.9}}}\n"
    (folder / "good.yaml").write_text(text + train)
    said = run("build", "good.yaml", "--static").out
    assert "memory for a batch of 8\n" in said
    assert "  optimizer (SGD)         1,568 bytes (1.5 KiB)" in said  # 389 slots, a counter, a rate
    assert "  activations             45,984 bytes (44.9 KiB)" in said
    more = json.loads(run("build", "good.yaml", "--static", "--json", "--batch-size", "16").out)
    assert more["memory"]["activations"] == 2 * 45_984
    assert run("build", "good.yaml", "--static", "--batch-size", "0").status == 2
