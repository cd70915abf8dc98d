"""`layerforge explain`."""

from __future__ import annotations

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


def test_every_code_has_its_line(run: Run) -> None:
    for code, line in CODES.items():
        assert run("explain", code).out == f"{code}: {line}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("Dens",), "there is no layer `Dens`; did you mean `Dense`?"),
        (("wrong-rnk",), "did you mean `wrong-rank`?"),
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
