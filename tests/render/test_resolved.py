"""`check --resolved`: what came out of variables, expressions and hyperparameters, as YAML again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerforge.diagnostics import Diagnostic, Span
from layerforge.render.resolved import resolved_text, yaml_text
from layerforge.source import Mapping, Node, Scalar, Sequence, read

NOWHERE = Span("", 1, 1, 1, 1)


def test_values_take_the_place_of_expressions(compile_text) -> None:
    compiled = compile_text(
        """
        name: run-$(width)
        vars:
          width: {hp.Int: [32, 128, 32]}
          window: 96
          shape: ["$(window)", 7]
        model:
          input: $(shape)
          layers:
            - LSTM: {units: $(width * 2), dropout: "$(min(0.5, 0.1))"}
            - Dense: 1
        train:
          optimizer: {Adam: {learning_rate: {hp.Float: {min_value: 1.0e-4, max_value: 0.01}}}}
        """
    )
    assert resolved_text(compiled.root, compiled.spec) == (
        "name: run-32\n"
        "vars:\n"
        "  width: 32\n"
        "  window: 96\n"
        "  shape: [96, 7]\n"
        "model:\n"
        "  input: [96, 7]\n"
        "  layers:\n"
        "    - LSTM:\n"
        "        units: 64\n"
        "        dropout: 0.1\n"
        "    - Dense: 1\n"
        "train:\n"
        "  optimizer:\n"
        "    Adam:\n"
        "      learning_rate: 0.0001\n"
    )


def test_what_a_call_decides_stays_as_written(compile_text) -> None:
    compiled = compile_text(
        """
        vars: {width: 8, i: 5}
        blocks:
          res:
            args: {width: 3, other: $(width)}
            layers:
              - Dense: $(width * 2)
              - Dense: $(i)
        model:
          input: [7]
          layers:
            - Dense: $(width + i)
              repeat: 2
            - Dense: $(width + i)
            - res
        """
    )
    text = resolved_text(compiled.root, compiled.spec)
    assert text.count("$(width * 2)") == 1
    assert text.count("Dense: $(width + i)") == 1
    assert "- Dense: 13\n" in text
    assert "- Dense: 5\n" in text
    assert "other: $(width)\n" in text


def test_an_override_is_part_of_what_came_out(compile_text) -> None:
    compiled = compile_text("model: {input: [7], layers: [Dense: 1]}", "model.layers.0.Dense=32")
    assert "- Dense: 32\n" in resolved_text(compiled.root, compiled.spec)


def test_what_came_out_gives_the_same_plan(compile_text) -> None:
    spec = """
        vars: {width: {hp.Choice: [16, 32]}, deep: true}
        blocks:
          res:
            args: {filters: required}
            layers:
              - Conv1D: {filters: $(filters), kernel_size: 3, padding: same}
                name: main
              - Conv1D: {filters: $(filters), kernel_size: 1}
                from: input
              - Add:
                from: [main, previous]
        model:
          input: [96, 7]
          layers:
            - res: $(width)
              repeat: 2
            - res: {filters: $(width * 2)}
              when: $(deep)
            - LSTM: $(width)
            - Dense: 1
        """
    first = compile_text(spec)
    second = compile_text(resolved_text(first.root, first.spec))
    assert first.plan is not None
    assert second.plan is not None
    assert [(step.call.name, step.outputs, step.weights) for step in first.plan.steps] == [
        (step.call.name, step.outputs, step.weights) for step in second.plan.steps
    ]


WORDS = st.text(max_size=12) | st.sampled_from(
    ["", "null", "~", "yes", "012", "1e-3", "- a", "a: b", "a #b", "a:", ":", "#", "[1]", "{a}", "*x",
     "&x", "!x", "|", ">", "%", "@", "`", "'", '"', "a\nb", " a ", "a\tb", "---", "...", "? a", "$(a, b)"]
)  # fmt: skip


def plain_or_quoted(text: str, quoted: bool) -> Scalar:
    """A scalar as the reader could have made it: plain text is what YAML lets stand unquoted."""
    found: list[Diagnostic] = []
    node = read(text, "", found) if text and not quoted else None
    same = isinstance(node, Scalar) and not found and node.text == text and not node.quoted
    return Scalar(text, not (same and text.isprintable()), NOWHERE)


SCALARS = st.builds(plain_or_quoted, WORDS, st.booleans())
NODES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda items: Sequence(tuple(items), NOWHERE)),
        st.dictionaries(WORDS.filter(lambda w: w != "<<"), inner, max_size=4).map(
            lambda entries: Mapping(
                tuple((plain_or_quoted(k, True), v) for k, v in entries.items()), NOWHERE
            )
        ),
    ),
    max_leaves=12,
)


def shape(node: Node | None) -> Any:
    """The tree without its places."""
    if isinstance(node, Sequence):
        return [shape(item) for item in node.items]
    if isinstance(node, Mapping):
        return {key.text: shape(value) for key, value in node.entries}
    return None if node is None else (node.text, node.quoted)


@given(NODES)
def test_any_tree_reads_back_as_itself(node: Node) -> None:
    found: list[Diagnostic] = []
    again = read(yaml_text(node), "again", found)
    assert found == []
    assert shape(again) == shape(node)


@pytest.mark.parametrize("length", [60, 100])
def test_a_list_of_words_stands_on_one_line_while_it_is_short(length: int) -> None:
    items = tuple(Scalar("x", False, NOWHERE) for _ in range(length // 3))
    text = yaml_text(Sequence(items, NOWHERE))
    assert (len(text.splitlines()) == 1) == (length == 60)
