"""`layerforge import` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from layerforge.cli.main import main
from tests.importing.models import MODELS


def test_the_spec_goes_to_standard_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keras.utils.clear_session()
    file = tmp_path / "model.json"
    file.write_text(MODELS["sequential"]().to_json(), encoding="utf-8")
    assert main(["import", str(file)]) == 0
    assert capsys.readouterr().out == (
        "layerforge: 1\n"
        "name: stack\n"
        "model:\n"
        "  input: [8, 3]\n"
        "  layers:\n"
        "    - Conv1D: {filters: 4, kernel_size: 3, padding: causal, dilation_rate: 2}\n"
        "      name: causal\n"
        "    - LayerNormalization\n"
        "    - MaxPooling1D\n"
        "    - Flatten\n"
        "    - Dense: {units: 2, activation: softmax}\n"
    )


def test_the_weights_come_along_beside_the_spec(tmp_path: Path) -> None:
    keras.utils.clear_session()
    model = MODELS["repeated"]()
    model.save(tmp_path / "old.keras")
    out = tmp_path / "new.yaml"
    words = ["import", str(tmp_path / "old.keras"), "--out", str(out)]
    assert main([*words, "--weights", str(tmp_path / "old.keras")]) == 0
    assert "repeat: 4" in out.read_text(encoding="utf-8")
    again = keras.saving.load_model(tmp_path / "new.keras")
    given = np.random.default_rng(0).normal(size=(2, 12, 8)).astype("float32")
    np.testing.assert_allclose(again(given), model(given), rtol=1e-5, atol=1e-6)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "new.keras",
        "new.yaml",
        "old.keras",
    ]


def test_a_saved_model_is_never_written_over(tmp_path: Path) -> None:
    keras.utils.clear_session()
    file = tmp_path / "model.keras"
    MODELS["sequential"]().save(file)
    before = file.read_bytes()
    words = ["import", str(file), "--out", str(tmp_path / "model.yaml"), "--weights", str(file)]
    assert main(words) == 2
    assert file.read_bytes() == before


def test_json_says_what_was_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keras.utils.clear_session()
    file = tmp_path / "model.json"
    file.write_text(MODELS["shared_layer"]().to_json(), encoding="utf-8")
    assert main(["import", str(file), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["lines"] == record["spec"].count("\n")
    assert "use: encoder" in record["spec"]


def test_a_fault_ends_with_1_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", "no.keras", "--out", str(tmp_path / "spec.yaml")]) == 1
    assert "no such file" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
