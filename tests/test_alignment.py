"""Which layer of one spec is which of another, and what is said to have changed."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from layerforge.alignment import align
from layerforge.infer import Plan
from layerforge.pipeline import compile_spec

BASE = """
    model:
      inputs: {x: [16, 4]}
      layers:
        - Conv1D: {filters: 8, kernel_size: 3}
        - Conv1D: {filters: 6, kernel_size: 3}
        - Flatten
        - Dense: 5
          name: head
    """
SHARED = """
    blocks:
      tower: {as: model, layers: [Dense: 8, Dense: 4]}
    model:
      inputs: {left: [16], right: [16]}
      layers:
        - tower:
          name: encoder
          from: left
        - use: encoder
          from: right
          name: other
        - Dense: 2
          name: one
        - Dense: 3
          name: two
          from: encoder
        - Dense: 4
          name: three
          from: encoder
      outputs: [one, two, three]
    """
BLOCKS = """
    blocks:
      tower:
        outputs: [main, skip]
        layers:
          - Dense: {units: 4}
            name: main
          - Dense: {units: 3}
            name: skip
            from: input
    model:
      input: [4]
      layers:
        - tower:
          name: one
        - tower:
          name: two
          from: one.0
        - Concatenate:
          from: [one.1, two.0, two.1]
    """
WORDS = dedent("""
    model:
      input: [8, 6]
      layers:
        - MaxPooling1D: 2
        - BatchNormalization
        - Dense: {units: 4, dtype: mixed_float16}
        - Dense: {units: 4, bias_initializer: {RandomNormal: {seed: 2, stddev: 0.1}}}
        - MultiHeadAttention: {num_heads: 2, key_dim: 3}
        - ops.abs
        - ZeroPadding1D: 1
    """)
OTHER_WORDS = dedent("""
    model:
      input: {shape: [8, 6], dtype: float32}
      layers:
        - MaxPooling1D: {pool_size: [2], strides: 2}
        - BatchNormalization: {axis: 2, momentum: 0.99}
        - Dense: {units: 4, dtype: {DTypePolicy: mixed_float16}}
        - Dense: {units: 4, bias_initializer: {RandomNormal: {stddev: 0.1, seed: 2}}}
        - MultiHeadAttention: {num_heads: 2, key_dim: 3, value_dim: 3}
          from: {query: previous, value: previous}
        - ops.absolute
        - ZeroPadding1D: [1, 1]
    """)
# What is replaced in a spec by what, and the rows that come out: old name, new name, what changed.
CASES = {
    "nothing": (BASE, "", "", []),
    "a layer before others of its type": (
        BASE,
        "- Flatten",
        "- Conv1D: {filters: 6, kernel_size: 1}\n    - Flatten",
        [(None, "conv1d_2", [])],
    ),
    "a layer taken out": (
        BASE,
        "    - Conv1D: {filters: 8, kernel_size: 3}\n",
        "",
        [
            ("conv1d", None, []),
            ("conv1d_1", "conv1d", ["output", "params", "MACs"]),
            ("flatten", "flatten", ["output"]),
            ("head", "head", ["params", "MACs"]),
        ],
    ),
    "the order of two layers": (
        "model: {input: [8], layers: [{Dropout: 0.1, name: a}, {ReLU: , name: b}, Softmax]}",
        "{Dropout: 0.1, name: a}, {ReLU: , name: b}",
        "{ReLU: , name: b}, {Dropout: 0.1, name: a}",
        [("b", "b", ["from"]), ("a", "a", ["from"]), ("softmax", "softmax", ["from"])],
    ),
    "an argument": (
        BASE,
        "Dense: 5",
        "Dense: {units: 5, activation: relu}",
        [("head", "head", ["activation"])],
    ),
    "a type under one name": (
        BASE,
        "Dense: 5",
        "Dropout: 0.5",
        [("head", "head", ["type", "units", "rate", "output", "params", "MACs"])],
    ),
    "the layer that is named": (BASE, "name: head", "name: tail", [("head", "tail", ["name"])]),
    "where a layer takes its input": (
        SHARED,
        "name: two\n      from: encoder",
        "name: two\n      from: other",
        [("two", "two", ["from"])],
    ),
    "the order of outputs": (
        SHARED,
        "[one, two, ",
        "[two, one, ",
        [("spec.outputs", "spec.outputs", ["from"])],
    ),
    "inside a nested model": (
        SHARED,
        "Dense: 8",
        "Dense: 9",
        [
            ("encoder", "encoder", ["params", "MACs"]),
            ("encoder.dense", "encoder.dense", ["units", "output", "params", "MACs"]),
            ("encoder.dense_1", "encoder.dense_1", ["params", "MACs"]),
            ("other", "other", ["MACs"]),
        ],
    ),
    "names that were given, of layers in their places": (
        BLOCKS,
        "skip",
        "passed",
        [
            ("one.skip", "one.passed", ["name"]),
            ("two.skip", "two.passed", ["name"]),
        ],
    ),
    "other words for the same": (
        WORDS,
        WORDS,
        OTHER_WORDS,
        [],
    ),
    "a type beside that of the run": (
        BASE,
        "Dense: 5",
        "Dense: {units: 5, dtype: float32}",
        [("head", "head", ["dtype"])],
    ),
    "an input": (
        SHARED,
        "left: [16]",
        "left: {shape: [16], dtype: float16}",
        [("left", "left", ["dtype"])],
    ),
    "an option of the call": (
        BASE,
        "name: head",
        "name: head\n      call: {training: false}",
        [("head", "head", ["call.training"])],
    ),
}


def _plan(text: str, folder: Path) -> Plan:
    path = folder / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    plan = compile_spec(path).plan
    assert plan is not None, compile_spec(path).found
    return plan


@pytest.mark.parametrize("name", CASES)
def test_a_change_is_told_once_and_where_it_is(name: str, tmp_path: Path) -> None:
    spec, old, new, wanted = CASES[name]
    before = dedent(spec)
    after = before.replace(old, new) if old else before
    assert old == "" or after != before
    rows = align(_plan(before, tmp_path), _plan(after, tmp_path))
    found = [
        (row.old and row.old.name, row.new and row.new.name, [each.what for each in row.changes])
        for row in rows
        if not row.same
    ]
    assert found == wanted


def test_every_layer_of_both_plans_is_in_one_row(tmp_path: Path) -> None:
    before, after = _plan(dedent(BASE), tmp_path), _plan(dedent(SHARED), tmp_path)
    rows = align(before, after)
    old = [row.old.name for row in rows if row.old is not None]
    new = [row.new.name for row in rows if row.new is not None]
    assert len(old) == len(set(old)) == 6
    assert len(new) == len(set(new)) == 12
    assert {row.new.name for row in rows if row.new is not None} >= {"encoder", "encoder.dense"}
