"""Names that were given and made up, words in items of which nothing came, shapes that blocks must give."""

from __future__ import annotations

import pytest

from layerforge.pipeline import Compiled
from tests.conftest import CompileText


def _told(compiled: Compiled) -> list[tuple[str, int]]:
    return [(fault.code, fault.span.line if fault.span else 0) for fault in compiled.found]


def _names(compiled: Compiled) -> list[str]:
    assert compiled.plan is not None, compiled.found
    return [step.call.name for step in compiled.plan.steps]


def test_a_name_that_was_given_is_not_made_up_for_another(compile_text: CompileText) -> None:
    compiled = compile_text(
        """
        blocks:
          pair: {layers: [Dense: 3, {Dense: 3, name: dense}]}
        model:
          input: [4]
          layers:
            - Dense: 4
            - pair:
            - Dense: {units: 4, name: dense_1}
            - Dense: 4
              name: dense
            - Dense: 4
        """
    )
    assert _names(compiled) == [
        *("dense_2", "pair.dense_1", "pair.dense"),
        *("dense_1", "dense", "dense_3"),
    ]


@pytest.mark.parametrize("second", ["Dense: 4", "pair:", "use: one", "Input: [4]"])
def test_a_name_given_twice_points_at_both_places(second: str, compile_text: CompileText) -> None:
    compiled = compile_text(
        f"""
        blocks:
          pair: {{layers: [Dense: 3]}}
        model:
          input: [4]
          layers:
            - Dense: 4
              name: one
            - {second}
              name: one
        """
    )
    assert ("repeated-name", 10) in _told(compiled)
    fault = next(fault for fault in compiled.found if fault.code == "repeated-name")
    assert [place.span.line for place in fault.related if place.span] == [8]


@pytest.mark.parametrize(
    ("word", "item"), [("conv1d_1", "Conv1D on line 9"), ("pair.1", "pair on line 10")]
)
def test_an_item_without_a_name_is_pointed_at(
    word: str, item: str, compile_text: CompileText
) -> None:
    compiled = compile_text(
        f"""
        blocks:
          pair: {{layers: [ReLU]}}
        model:
          input: [9, 2]
          layers:
            - Dense: 2
            - Conv1D: [2, 3]
            - Conv1D: {{filters: 2, kernel_size: 1}}
            - pair:
            - Add:
              from: [input, {word}]
        """.replace("Conv1D: [2, 3]", "Conv1D: {filters: 2, kernel_size: 1}")
    )
    assert _told(compiled) == [("unknown-name", 12)]
    assert compiled.found[0].help is not None
    assert item in compiled.found[0].help


def test_an_item_cannot_take_itself(compile_text: CompileText) -> None:
    compiled = compile_text("model: {input: [4], layers: [{Dense: 2, name: a, from: a}]}")
    assert compiled.found[0].message.startswith("`a` is this item itself")


def test_only_the_end_of_what_nothing_uses_is_told(compile_text: CompileText) -> None:
    compiled = compile_text(
        """
        model:
          inputs: {x: [4], y: [4]}
          layers:
            - Dense: 4
              name: a
              from: x
            - Dense: 3
              from: y
            - Dense: 2
            - Dense: 1
              from: a
        """
    )
    assert _told(compiled) == [("unused-item", 10)]


def test_several_tensors_are_told_where_one_is_wanted(compile_text: CompileText) -> None:
    compiled = compile_text(
        """
        model:
          input: [5, 4]
          layers:
            - LSTM: {units: 3, return_state: true}
            - Dense: 1
        """
    )
    assert _told(compiled) == [("several-outputs", 6)]
    assert compiled.found[0].help == "write `from: lstm.0`, and `name: lstm` below the LSTM"


def test_words_are_looked_at_in_what_nothing_calls(compile_text: CompileText) -> None:
    compiled = compile_text(
        """
        vars: {deep: false, n: 0}
        blocks:
          unused:
            args: {f: required}
            layers:
              - Dnese: $(f)
              - Dense: {unit: $(f)}
              - Conv2D: {filters: -3, kernel_size: 3}
              - Bidirectional: {LSTM: $(f)}
              - other: {b: 1}
          other: {args: {a: 1}, layers: [Dense: $(a)]}
        model:
          input: [4]
          layers:
            - Dropot: 0.1
              when: $(deep)
            - Dense: $(8 // n)
              when: $(n > 0)
            - Dense: {units: {hp.Int: [1, 4]}, activaton: relu}
              repeat: $(n)
            - Dense: {hp.Int: [1, 4]}
              when: $(deep)
            - Dense: 2
        """
    )
    assert _told(compiled) == [
        *(("unknown-layer", 7), ("unknown-argument", 8), ("out-of-range", 9)),
        *(("unknown-argument", 11), ("unknown-layer", 16), ("unknown-argument", 20)),
    ]


EXPECTING = """
    blocks:
      pair: {layers: [Dense: 3, Dense: 2]}
      twins: {outputs: [a, b], layers: [{Dense: 3, name: a}, {Dense: 2, name: b}]}
      model: {as: model, layers: [Dense: 3]}
    model:
      input: [4]
      layers:
        - BLOCK:
          KEY
        - Flatten:
    """
KEYS = {
    "expect: [2]": [],
    "expect: [3]": [("unexpected-shape", 10)],
    "{expect: [2], repeat: 2}": [],
    "call: {training: false}": [("unknown-key", 10)],
}


@pytest.mark.parametrize("key", KEYS)
def test_a_block_is_held_to_the_shape_that_is_expected(key: str, compile_text: CompileText) -> None:
    written = key.strip("{}").replace(", repeat", "\n          repeat") if key[0] == "{" else key
    text = EXPECTING.replace("BLOCK", "pair").replace("KEY", written)
    assert _told(compile_text(text)) == KEYS[key]


def test_of_several_tensors_none_is_expected(compile_text: CompileText) -> None:
    text = EXPECTING.replace("BLOCK", "twins").replace("KEY", "expect: [2]")
    assert ("wrong-type", 10) in _told(compile_text(text))


def test_names_of_a_long_stack_are_looked_up_once(
    compile_text: CompileText, monkeypatch: pytest.MonkeyPatch
) -> None:
    from layerforge.expand import frame

    looked: list[str] = []
    given_name = frame._given_name
    monkeypatch.setattr(
        frame, "_given_name", lambda item: (looked.append(item.path), given_name(item))[1]
    )
    layers = "".join("\n    - Dense: 4" for _ in range(50))
    assert compile_text(f"model:\n  input: [4]\n  layers:{layers}\n").clean
    assert len(looked) == 50


def test_a_fault_in_items_side_by_side_is_told_alone(compile_text: CompileText) -> None:
    compiled = compile_text(
        """
        model:
          input: [4]
          layers:
            - Dense: {unit: $(i + 1)}
              name: branch_$(i)
              from: input
              repeat: 3
            - Concatenate:
              from: [branch_0, branch_1, branch_2]
            - Dense: 1
        """
    )
    assert _told(compiled) == [("unknown-argument", 5)]


def test_what_takes_a_name_that_was_given_twice_is_not_told(compile_text: CompileText) -> None:
    compiled = compile_text(
        """
        model:
          input: [5, 4]
          layers:
            - LSTM: {units: 3, return_state: true}
              name: one
            - Dense: 2
              name: one
              from: input
            - Dense: 1
              from: one.2
        """
    )
    assert _told(compiled) == [("repeated-name", 8)]
