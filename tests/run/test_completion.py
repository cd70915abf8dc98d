"""A table's spec without `input`: the width comes from the rows, categories included."""

from __future__ import annotations

from pathlib import Path

from layerforge.pipeline import Compiled, compile_spec
from layerforge.run.completion import completed

SPEC = """
data: {source: rows.csv, task: regression, targets: price}
model:
  layers:
    - Dense: 8
    - Dense: 1
"""
ROWS = "size,town,price\n" + "".join(f"{i},{'ab'[i % 2]},{i * 3}\n" for i in range(20))


def compiled(folder: Path, spec: str = SPEC, rows: str | None = ROWS) -> Compiled:
    (folder / "spec.yaml").write_text(spec)
    if rows is not None:
        (folder / "rows.csv").write_text(rows)
    return completed(compile_spec(folder / "spec.yaml"))


def test_the_input_is_as_wide_as_the_encoded_row(tmp_path: Path) -> None:
    made = compiled(tmp_path)
    assert made.found == ()
    assert made.plan is not None
    # size, and the bucket for unknown towns beside the two that training rows have
    assert made.plan.graph.inputs[0].shape == (4,)


def test_faults_of_the_rows_stand_for_the_missing_input(tmp_path: Path) -> None:
    made = compiled(tmp_path, rows=None)
    assert [fault.code for fault in made.found] == ["unreadable-data"]


def test_other_faults_are_told_and_the_missing_input_is_none(tmp_path: Path) -> None:
    made = compiled(tmp_path, SPEC + "tune: {tunr: x}\n")
    assert [fault.code for fault in made.found] == ["unknown-argument"]


def test_other_faults_are_told_beside_those_of_the_rows(tmp_path: Path) -> None:
    made = compiled(tmp_path, SPEC + "tune: {tunr: x}\n", rows=None)
    assert {fault.code for fault in made.found} == {"unknown-argument", "unreadable-data"}


def test_a_spec_that_says_its_input_is_left_as_it_is(tmp_path: Path) -> None:
    spec = SPEC.replace("model:\n", "model:\n  input: [4]\n")
    made = compiled(tmp_path, spec, rows=None)
    assert made.found == ()
