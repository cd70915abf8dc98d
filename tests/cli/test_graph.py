"""`layerforge graph`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_the_picture_lies_beside_where_one_stands(run: Run, folder: Path) -> None:
    done = run("graph", "good.yaml")
    assert (done.status, done.out, done.err) == (0, "", "saved good.svg\n")
    assert "<svg " in (folder / "good.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "begins"), [("a.svg", "<?xml "), ("a.html", "<!DOCTYPE html>"), ("a.md", "# small\n")]
)
def test_the_ending_says_the_form(run: Run, folder: Path, name: str, begins: str) -> None:
    assert run("graph", "good.yaml", "--out", name).status == 0
    assert (folder / name).read_text(encoding="utf-8").startswith(begins)


def test_a_dash_prints_the_picture(run: Run) -> None:
    assert run("graph", "good.yaml", "--out", "-").out.startswith("<?xml ")
    done = run("graph", "good.yaml", "--out", "-", "--as", "md")
    assert (done.status, done.err) == (0, "")
    assert '"LSTM encoder<br/>' in done.out


def test_json_holds_nodes_and_edges_and_writes_nothing(run: Run, folder: Path) -> None:
    record = json.loads(run("graph", "good.yaml", "--json").out)
    assert [node["id"] for node in record["nodes"]] == [
        "input",
        "conv1d",
        "encoder",
        "dense",
        "output 1",
    ]
    assert {"from": "encoder", "to": "dense", "label": "0"} in record["edges"]
    assert not (folder / "good.svg").exists()


def test_a_value_can_be_set(run: Run) -> None:
    done = run("graph", "good.yaml", "--json", "--set", "model.layers.2.Dense=5")
    assert json.loads(done.out)["nodes"][-1]["output_shape"] == "(None, 5)"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--out", "a.png"), "`a.png` must end in .svg, .html or .md"),
        (("--out", "nowhere/a.svg"), "there is no folder `nowhere`"),
        (("--as", "pdf"), "`pdf` is not svg, html or md"),
        (("--out", "a.svg", "--as", "md"), "`a.svg` is no md"),
    ],
)
def test_what_cannot_be_drawn_is_a_wrong_command_line(
    run: Run, arguments: tuple[str, ...], said: str
) -> None:
    done = run("graph", "good.yaml", *arguments)
    assert (done.status, done.out) == (2, "")
    assert said in " ".join(done.err.split())


def test_a_spec_with_faults_is_not_drawn(run: Run, folder: Path) -> None:
    done = run("graph", "bad.yaml")
    assert (done.status, done.out) == (1, "")
    assert not (folder / "bad.svg").exists()


def test_a_file_that_cannot_be_written_is_told(run: Run, folder: Path) -> None:
    (folder / "a.svg").mkdir()
    assert "[unwritable-file]" in run("graph", "good.yaml", "--out", "a.svg").err
