"""Mistakes that people make often, each told once and with a cure that cures."""

from __future__ import annotations

from pathlib import Path

import pytest

from layerforge.pipeline import compile_spec
from tests.conftest import CompileText

# A spec with a mistake, the code, part of the help, and what the cure replaces by what.
MISTAKES = {
    "a type": (
        "input: [4], layers: [{Dense: {units: 1, dtype: float33}}]",
        "unknown-component",
        "float32",
    ),
    "a free dimension": ("input: [-1, 3], layers: [{LSTM: 1}]", "out-of-range", "`null`"),
    "no shape": ("inputs: {x: }, layers: [{Dense: 1}]", "missing-argument", "`[steps, features]`"),
    "a bare condition": (
        "input: [4], layers: [{Dense: 1, when: 2 > 1}]",
        "wrong-type",
        "write `$(2 > 1)`",
    ),
    "a call for an activation": (
        "input: [4], layers: [{Dense: {units: 1, activation: relu()}}]",
        "unknown-component",
        "write `relu`",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_common_mistake_is_told_with_its_cure(name: str, compile_text: CompileText) -> None:
    text, code, help = MISTAKES[name]
    (fault,) = compile_text(f"model: {{{text}}}").found
    assert fault.code == code
    assert fault.help is not None
    assert help in fault.help


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "float64", "int8_from_float32", "int"])
def test_types_that_keras_knows_are_taken(dtype: str, compile_text: CompileText) -> None:
    text = f"model: {{input: [4], layers: [{{Dense: {{units: 1, dtype: {dtype}}}}}]}}"
    assert compile_text(text).clean


@pytest.mark.parametrize(
    ("shape", "code"),
    [("[5, 7]", []), ("[1, 7]", []), ("[2, 5, 7]", []), ("[7, 5]", ["shape-mismatch"])],
)
@pytest.mark.parametrize(
    "layer",
    [
        "MultiHeadAttention: {num_heads: 2, key_dim: 3}",
        "GroupQueryAttention: {head_dim: 3, num_query_heads: 2, num_key_value_heads: 2}",
    ],
)
def test_a_mask_of_attention_is_of_query_steps_by_value_steps(
    layer: str, shape: str, code: list[str], compile_text: CompileText
) -> None:
    compiled = compile_text(
        f"""
        model:
          inputs: {{q: [5, 4], v: [7, 4], m: {shape}}}
          layers:
            - {layer}
              from: {{query: q, value: v, attention_mask: m}}
        """
    )
    assert [each.code for each in compiled.found] == code


def test_blocks_of_a_file_that_is_not_there_are_not_told_as_unknown(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(
        "include: [blocks.yaml]\nmodel: {input: [4], layers: [residual: 3, Dnese: 1]}\n",
        encoding="utf-8",
    )
    codes = [(fault.code, fault.span and fault.span.line) for fault in compile_spec(path).found]
    assert codes == [("unreadable-file", 1), ("unknown-layer", 2)]


def test_a_shape_that_is_wrong_in_a_block_is_told_once_and_where_it_is_called(
    compile_text: CompileText,
) -> None:
    compiled = compile_text(
        """
        blocks:
          res: {layers: [{Dense: 3, name: a}, {Add: , from: [a, input]}]}
        model:
          input: [4]
          layers:
            - res:
            - res:
              from: input
              repeat: 2
        """
    )
    (fault,) = compiled.found
    assert (fault.code, fault.span and fault.span.line) == ("shape-mismatch", 3)
    assert [place.span.line for place in fault.related if place.span][-1] == 7
