"""`layerforge explain`."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from layerforge.codes import CODES
from tests.cli.conftest import Run

NESTED = """
    blocks:
      tower:
        as: model
        layers:
          - Dense: 4
          - Dense: 2
    model:
      input: [8]
      layers:
        - tower
        - Dense: 3
          name: head
        - use: head
    """
BLOCKS = """
    blocks:
      residual:
        layers:
          - Dense: 8
          - Add:
            from: [previous, input]
      tower:
        as: model
        layers:
          - Dense: 4
          - Dense: 8
            name: top
    model:
      input: [96, 8]
      layers:
        - Bidirectional: {layer: {LSTM: {units: 4, return_sequences: true}}}
        - residual:
          repeat: 2
        - tower:
          name: t
        - ops.mean: {axis: 1}
        - Dense: 8
          name: head
        - use: head
    """


def test_a_layer_of_a_spec_is_explained_with_its_numbers(run: Run) -> None:
    done = run("explain", "Conv1D", "--spec", "good.yaml", "--layer", "conv1d")
    assert (done.status, done.err) == (0, "")
    account = done.out[done.out.index("conv1d, good.yaml:5\n") :]
    assert account == dedent("""\
        conv1d, good.yaml:5
          input   (None, 96, 7) from input
          output  (None, 94, 8)
          how the output comes about
            steps     floor((96 - 3) / 1) + 1 = 94
            channels  filters = 8
          parameters
            kernel  (3, 7, 8)  3 x 7 x 8 = 168
            bias    (8,)       8
            in all             168 + 8 = 176
          multiply-adds for one sample: 15,792
        """)


def test_a_recurrent_layer_is_explained_gate_by_gate(run: Run) -> None:
    done = run("explain", "LSTM", "--spec", "good.yaml")
    assert "encoder, good.yaml:6\n" in done.out
    assert "4 gates      4 x (4 x (8 + 4) + 4) = 208\n" in done.out


def test_without_a_layer_every_one_of_the_type_is_explained(run: Run) -> None:
    done = run("explain", "Dense", "--spec", "forecast.yaml", "--set", "vars.width=5")
    assert done.status == 0
    assert "dense, forecast.yaml:14\n" in done.out
    assert "dense_1, forecast.yaml:15\n" in done.out
    assert "14 x 5 = 70" in done.out


def test_nested_and_shared_layers_are_explained(run: Run, folder: Path) -> None:
    path = folder / "nested.yaml"
    path.write_text(dedent(NESTED).replace("Dense: 3", "Dense: 2"), encoding="utf-8")
    done = run("explain", "Dense", "--spec", "nested.yaml")
    assert (done.status, done.err) == (0, "")
    assert done.out.count("output  (None, 2)\n") == 3
    assert "parameters: those of head, counted there\n" in done.out


def test_without_a_spec_an_example_is_counted(run: Run) -> None:
    done = run("explain", "LSTM")
    assert done.status == 0
    assert "4 x (32 x (32 + 32) + 32) = 8,320" in done.out
    assert "an LSTM has no output matrix" in done.out
    assert done.out.endswith(
        "layerforge explain LSTM --spec SPEC counts with a spec's own numbers\n"
    )


def test_dropout_is_explained(run: Run) -> None:
    done = run("explain", "Dropout")
    assert "only while the model trains" in done.out
    assert "parameters: none\n" in done.out


def test_a_fault_is_explained_by_its_page(run: Run) -> None:
    done = run("explain", "wrong-rank")
    assert (done.status, done.err) == (0, "")
    first, *lines = done.out.splitlines()
    assert first == "wrong-rank: a tensor with more or fewer axes than the layer takes"
    assert [line for line in lines if line in ("bad", "good", "cure")] == ["bad", "good", "cure"]
    assert "        - LSTM: {units: 8, return_sequences: true}" in lines


def test_a_page_as_json_holds_its_examples_as_files(run: Run) -> None:
    record = json.loads(run("explain", "wrong-rank", "--json").out)
    assert record["code"] == "wrong-rank"
    assert record["bad"]["commands"] == ["layerforge check spec.yaml"]
    assert record["good"]["files"]["spec.yaml"].startswith("model:\n")


def test_files_of_an_example_are_named_where_there_are_several(run: Run) -> None:
    lines = run("explain", "path-outside").out.splitlines()
    assert "  blocks/head.yaml:" in lines
    assert "  spec.yaml:" in lines


def test_without_a_name_every_code_is_listed(run: Run) -> None:
    shown = run("explain").out
    assert all(f"  {code} " in shown and line in shown for code, line in CODES.items())
    record = json.loads(run("explain", "--json").out)
    assert [each["code"] for each in record["codes"]] == list(CODES)


def test_a_component_is_explained_with_its_arguments(run: Run) -> None:
    lines = run("explain", "EarlyStopping").out.splitlines()
    assert lines[:4] == [
        "EarlyStopping (callback)",
        "",
        "in Keras: keras.callbacks.EarlyStopping",
        "in a spec: train: {callbacks: [{EarlyStopping: {monitor: val_loss}}]}",
    ]
    assert "  patience              0         a whole number, 0 or more" in lines


def test_a_component_of_layerforge_s_own_is_no_class_of_keras(run: Run) -> None:
    lines = run("explain", "Pinball").out.splitlines()
    assert lines[2] == "in layerforge: layerforge.keras_layers.Pinball"


def test_every_place_that_knows_a_component_is_shown(run: Run) -> None:
    record = json.loads(run("explain", "MeanSquaredError", "--json").out)
    assert [each["kind"] for each in record["components"]] == ["loss", "metric"]


@pytest.mark.parametrize(
    "name", ["Adam", "SGD", "mse", "accuracy", "EarlyStopping", "L2", "MaxNorm", "relu", "HeNormal"]
)
def test_a_component_can_be_written_as_it_is_shown(run: Run, folder: Path, name: str) -> None:
    for each in json.loads(run("explain", name, "--json").out)["components"]:
        where, written = each["written"].split(": ", 1)
        layer, rest = ("Dense: 1", written) if where == "train" else (f"{where}: {written}", "{}")
        text = f"model: {{input: [4], layers: [{{{layer}}}]}}\ntrain: {rest}\n"
        (folder / "written.yaml").write_text(text, encoding="utf-8")
        assert run("check", "written.yaml").out == ""


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (("--layer", "residual_1.dense"), "residual_1.dense, blocks.yaml:4\n"),
        (("residual_1",), "residual_1.add, blocks.yaml:5\n"),
        (("Dense", "--layer", "head.again"), "parameters: those of head, counted there\n"),
        (("--layer", "t.top"), "t.top, blocks.yaml:11\n"),
        (("Functional",), "dense/kernel  (8, 4)  8 x 4 = 32\n"),
        (("LSTM",), "LSTM (recurrent)"),
        (("LSTM",), "bidirectional (Bidirectional, backward): 8 features in, 4 units\n"),
        (("ops.mean",), "mean, blocks.yaml:"),
    ],
)
def test_layers_in_blocks_and_in_layers_are_explained(
    run: Run, folder: Path, arguments: tuple[str, ...], shown: str
) -> None:
    (folder / "blocks.yaml").write_text(dedent(BLOCKS).lstrip("\n"), encoding="utf-8")
    done = run("explain", *arguments, "--spec", "blocks.yaml")
    assert (done.status, done.err) == (0, "")
    assert shown in done.out


def test_a_layer_as_json_has_its_arguments_and_its_numbers(run: Run) -> None:
    (layer,) = json.loads(run("explain", "Conv1D", "--spec", "good.yaml", "--json").out)["layers"]
    assert layer["name"] == "Conv1D"
    assert layer["layers"][0]["derivation"][0] == {
        "axis": "steps",
        "formula": "floor((96 - 3) / 1) + 1",
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("Dens",), "is called `Dens`; did you mean `Dense`?"),
        (("wrong-rnk",), "did you mean `wrong-rank`?"),
        (("Adm",), "did you mean `Adam`?"),
        (("mean",), "did you mean the operation `ops.mean`?"),
        (("Lambda",), "a spec has no `Lambda`: it holds Python code"),
        (("LambdaCallback",), "`LambdaCallback` runs code"),
        (("--spec", "good.yaml"), "name a layer of the spec"),
        (("LSTM", "--layer", "encoder"), "--layer names a layer of --spec; give both"),
        (("LSTM", "--set", "a=1"), "--set changes a value of --spec; give both"),
        (("LSTM", "--spec", "good.yaml", "--layer", "encodr"), "did you mean `encoder`?"),
        (("GRU", "--spec", "good.yaml"), "good.yaml holds no GRU"),
        (("GRU", "--spec", "good.yaml", "--layer", "encoder"), "is of the type LSTM, not GRU"),
        (("wrong-rank", "--spec", "good.yaml"), "`wrong-rank` is a fault"),
    ],
)
def test_what_cannot_be_explained_is_a_wrong_command_line(
    run: Run, arguments: tuple[str, ...], said: str
) -> None:
    done = run("explain", *arguments)
    assert (done.status, done.out) == (2, "")
    assert said in " ".join(done.err.split())


def test_the_faults_of_the_spec_come_first(run: Run) -> None:
    done = run("explain", "LSTM", "--spec", "bad.yaml")
    assert (done.status, done.out) == (1, "")
    assert "[unknown-argument]" in done.err
