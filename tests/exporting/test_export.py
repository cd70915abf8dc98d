"""An exported model takes raw rows and answers as the run does, in every format; what cannot be is told."""

from __future__ import annotations

import csv
import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from layerforge.cli.main import main
from layerforge.diagnostics import Faults
from layerforge.exporting import export as exporting
from layerforge.exporting import formats
from layerforge.exporting.export import Exported, export
from layerforge.exporting.formats import FORMATS
from layerforge.run import predict, train
from tests.run.conftest import Compile, Example

FORMATS_HERE = [
    "keras",
    "savedmodel",
    pytest.param("tflite", marks=pytest.mark.slow),
    pytest.param(
        "onnx",
        marks=[
            pytest.mark.slow,
            pytest.mark.skipif(
                not all(map(importlib.util.find_spec, FORMATS["onnx"].needs)), reason="the extra"
            ),
        ],
    ),
]
QUANTILES = """
    data: {source: sine.csv, task: forecast, time: date, features: [a, b], targets: [b, a],
      window: 8, horizon: 2}
    model:
      layers:
        [{GRU: 4}, {Dense: 4}, {Reshape: [2, 2]}, {QuantileHead: {units: 2, quantiles: [0.1, 0.5, 0.9]}}]
    train: {epochs: 1}
    """
PERMUTED = """
    data: {source: sine.csv, task: forecast, time: date, features: [a], targets: [a], window: 8, horizon: 2}
    model:
      layers:
        - Permute: [2, 1]
        - Dense: 2
        - Permute: [2, 1]
          name: line
        - LSTM: 4
          from: input
        - Dense: 2
        - Reshape: [2, 1]
          name: curve
        - Add:
          from: [line, curve]
    train: {epochs: 1}
    """
TWO_INPUTS = """
    data:
      {source: sine.csv, task: forecast, time: date, features: [a], known: [b], targets: [a], window: 8,
      horizon: 4}
    model:
      inputs: {past: [8, 2], future: [4, 1]}
      layers:
        - LSTM: 4
          from: past
          name: seen
        - Flatten:
          from: future
          name: coming
        - Concatenate:
          from: [seen, coming]
        - Dense: 4
    train: {epochs: 1}
    """
LOGITS = """
    data: {source: blobs.csv, task: classification, features: [x, y], targets: [colour]}
    model: {input: [2], layers: [{Dense: 2}]}
    train: {epochs: 1, loss: {SparseCategoricalCrossentropy: {from_logits: true}}}
    """
SEQUENCES = """
    data: {source: steps.csv, task: classification, group: [who], order: t, features: [x], targets: [kind]}
    model: {layers: [Masking, {LSTM: 4}, {Dense: {units: 1, activation: sigmoid}}]}
    train: {epochs: 1}
    """


def _exported(run: Path, format: str, folder: Path) -> Exported:
    out = folder / f"model{FORMATS[format].ending}"
    return export(run, format, out, lambda event: None)


def _raw(path: Path, columns: list[str]) -> Any:
    with path.open() as file:
        rows = list(csv.DictReader(file))
    return np.asarray([[float(row[name]) for name in columns] for row in rows], np.float32)


@pytest.mark.parametrize("format", FORMATS_HERE)
def test_raw_rows_are_forecast_as_the_run_forecasts_them(
    sine: Example, tmp_path: Path, format: str
) -> None:
    done = _exported(sine.trained.path, format, tmp_path)
    assert done.scaling == "inside"
    assert done.difference < 1e-5
    described = json.loads(done.described.read_text())
    assert described["inputs"][0]["columns"] == ["a", "b"]
    window = _raw(sine.folder / "sine.csv", ["a", "b"])[None, -24:]
    answer = FORMATS[format].read(done.path)({described["inputs"][0]["name"]: window})
    said = predict(sine.trained.path, sine.folder / "sine.csv", lambda event: None)
    expected = np.asarray([row[1] for row in said.rows], np.float64)
    assert answer.reshape(-1) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("format", FORMATS_HERE)
@pytest.mark.parametrize(
    "text",
    [QUANTILES, TWO_INPUTS, LOGITS, PERMUTED],
    ids=["quantiles", "inputs", "logits", "permuted"],
)
def test_whatever_the_answer_is_it_comes_in_the_units_of_the_file(
    compiled: Compile, folder: Path, format: str, text: str
) -> None:
    trained = train(compiled(text), folder / "runs", lambda event: None)
    done = _exported(trained.path, format, folder)
    assert done.difference < 1e-5
    assert done.samples > 8


@pytest.mark.parametrize("format", FORMATS_HERE)
def test_padded_sequences_keep_their_scaling_outside(
    compiled: Compile, folder: Path, format: str
) -> None:
    lines = ["who,t,x,kind"]
    for who in range(40):
        kind = who % 2
        lines += [f"s{who},{t},{5 + kind * t:.2f},{kind}" for t in range(3 + who % 4)]
    (folder / "steps.csv").write_text("\n".join(lines) + "\n")
    trained = train(compiled(SEQUENCES), folder / "runs", lambda event: None)
    done = _exported(trained.path, format, folder)
    assert done.scaling == "outside"
    assert "padded after scaling" in done.notes[0]
    assert done.difference < 1e-5
    assert json.loads(done.described.read_text())["features"][0]["scale"] != 1


def test_the_command_says_what_was_written_and_how_far_it_is(
    blobs: Example, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "there" / "model.keras"
    words = ["export", str(blobs.trained.path), "--to", "keras", "--out", str(out)]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "takes and gives the units of the file" in said
    assert "largest difference from Keras on" in said
    assert main([*words, "--json"]) == 0  # again, over what is there
    record = json.loads(capsys.readouterr().out)
    assert record["path"] == str(out)
    assert record["largest_difference"] < 1e-5
    assert sorted(each.name for each in out.parent.iterdir()) == ["model.keras", "model.keras.json"]


def test_what_answers_otherwise_is_not_kept(
    blobs: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "_MOST", -1.0)
    for format in ("keras", "savedmodel"):
        with pytest.raises(Faults, match="answers otherwise than Keras"):
            _exported(blobs.trained.path, format, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_format_that_cannot_hold_the_model_is_told_in_a_line(
    blobs: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(model: Any, path: Path, inputs: Any) -> None:
        raise RuntimeError("no such operation\nand much more")

    monkeypatch.setattr(
        exporting, "FORMATS", {"keras": formats.Format(".keras", fail, FORMATS["keras"].read)}
    )
    with pytest.raises(Faults) as stop:
        _exported(blobs.trained.path, "keras", tmp_path)
    [fault] = stop.value.diagnostics
    assert (fault.code, fault.message) == (
        "not-exported",
        "this format cannot hold the model: no such operation",
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda inputs: np.zeros((3, 3)), r"an answer of the shape \(3, 3\), not \(\d+, 2\)"),
        (lambda inputs: 1 / 0, "division by zero"),
    ],
)
def test_what_was_written_and_cannot_answer_is_told_in_a_line(
    blobs: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Any, message: str
) -> None:
    form = formats.Format(".keras", FORMATS["keras"].write, lambda path: answer)
    monkeypatch.setattr(exporting, "FORMATS", {"keras": form})
    with pytest.raises(Faults, match=f"this format cannot answer as Keras does: {message}") as stop:
        _exported(blobs.trained.path, "keras", tmp_path)
    assert [each.code for each in stop.value.diagnostics] == ["not-exported"]
    assert not list(tmp_path.iterdir())


def test_a_place_that_is_taken_or_named_otherwise_is_refused(
    blobs: Example, tmp_path: Path
) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "mine.txt").write_text("mine")
    for format, name in (("savedmodel", "kept"), ("keras", "model.h5")):
        with pytest.raises(Faults) as stop:
            export(blobs.trained.path, format, tmp_path / name, lambda event: None)
        assert stop.value.diagnostics[0].code == "unwritable-file"
    assert (tmp_path / "kept" / "mine.txt").read_text() == "mine"


def test_a_package_that_is_not_there_is_named_with_its_extra(
    blobs: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Faults) as stop:
        _exported(blobs.trained.path, "onnx", tmp_path)
    [fault] = stop.value.diagnostics
    assert fault.code == "missing-package"
    assert "layerforge[export]" in (fault.help or "")
