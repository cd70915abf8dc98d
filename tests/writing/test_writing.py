"""Specs that are read, written and read again say the same, and what repeats is folded."""

from __future__ import annotations

from pathlib import Path

import pytest

from layerforge.pipeline import compile_spec
from layerforge.writing import write_spec
from layerforge.writing.likeness import alike
from layerforge.writing.spec import graph_of
from layerforge.writing.values import text, word
from tests.conftest import CompileText

SPECS = sorted(Path("specs").rglob("*.yaml"))


@pytest.mark.parametrize("folded", [True, False])
@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_a_shipped_spec_is_written_as_the_same_graph(path: Path, folded: bool) -> None:
    graph = compile_spec(path).graph
    assert graph is not None
    again = graph_of(write_spec(graph, folded).text, [])
    assert again is not None
    assert alike(graph, again)


@pytest.mark.parametrize(
    "other",
    [
        "- Dense: 5\n    - Dense: 4",
        "- Dense: 4\n    - Dense: 4\n    - Dense: 4",
        "- Dense: 4\n    - Dense: {units: 4, use_bias: false}",
        "- Dense: 4\n      name: a\n    - use: a",
        "- Dense: 4\n    - Dense: 4\n      call: {training: true}",
        "- Dense: 4\n      name: a\n    - Dense: 4\n      from: input\n    - Add:\n      from: [a, previous]",
    ],
)
def test_graphs_that_differ_are_not_alike(other: str, compile_text: CompileText) -> None:
    def graph(layers: str) -> object:
        compiled = compile_text(f"model:\n  input: [4]\n  layers:\n    {layers}\n")
        assert compiled.graph is not None
        return compiled.graph

    same = graph("- Dense: 4\n      name: other\n    - Dense: {units: 4, use_bias: true}")
    assert alike(graph("- Dense: 4\n    - Dense: 4"), same)  # type: ignore[arg-type]
    assert not alike(graph(other), same)  # type: ignore[arg-type]


def test_what_repeats_becomes_a_block_with_arguments(compile_text: CompileText) -> None:
    layers = "".join(
        f"""
    - Conv1D: {{filters: {filters}, kernel_size: 3, padding: same}}
    - BatchNormalization
    - Activation: relu
    - Conv1D: {{filters: {2 * filters}, kernel_size: 1}}
    - MaxPooling1D: 2"""
        for filters in (8, 16, 48, 32)
    )
    compiled = compile_text(f"name: s\nmodel:\n  input: [64, 2]\n  layers:{layers}\n")
    assert compiled.graph is not None
    written = write_spec(compiled.graph)
    assert written.folded
    assert "$(2 * filters)" in written.text
    assert "    - block: 48\n" in written.text


def test_what_counts_up_is_repeated_with_i(compile_text: CompileText) -> None:
    layers = "".join(
        f"\n    - Conv1D: {{filters: 8, kernel_size: 2, padding: causal, dilation_rate: {2**i}}}"
        for i in range(5)
    )
    compiled = compile_text(f"name: s\nmodel:\n  input: [64, 8]\n  layers:{layers}\n")
    assert compiled.graph is not None
    text = write_spec(compiled.graph).text
    assert "dilation_rate: $(2 ** i)" in text
    assert "repeat: 5" in text


@pytest.mark.parametrize(
    "value", ["null", "true", "no", "12", "1e3", "", "a: b", "[x]", "é", "-", "nan"]
)
def test_words_that_yaml_would_misread_stand_in_quotes(value: str) -> None:
    assert word(value).startswith('"')


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1e-6, "1.0e-6"),
        (0.25, "0.25"),
        ((1, None), "[1, null]"),
        (True, "true"),
        ({"a": 1.5}, "{a: 1.5}"),
        (("销量", "é"), '["销量", "é"]'),
        ("a\u2028b", '"a\\u2028b"'),
    ],
)
def test_values_are_written_as_yaml_reads_them(value: object, shown: str) -> None:
    assert text(value) == shown
