"""Blocks, `repeat`, `when`, `from`, names and variables: what graph a spec becomes, and its faults."""

from __future__ import annotations

import pytest

from layerforge.pipeline import Compiled
from tests.conftest import CompileText


def steps(compiled: Compiled) -> list[tuple[str, tuple[str, ...]]]:
    assert not compiled.found, [fault.message for fault in compiled.found]
    assert compiled.plan is not None
    return [(step.call.name, step.sources) for step in compiled.plan.steps]


def faults(compiled: Compiled) -> list[tuple[str, int]]:
    return [(fault.code, fault.span.line if fault.span else 0) for fault in compiled.found]


def test_a_list_is_a_stack(compile_text: CompileText) -> None:
    compiled = compile_text("model: {input: [8], layers: [Dense: 4, Dense: 2, Dropout: 0.1]}")
    assert steps(compiled) == [
        ("dense", ("input",)),
        ("dense_1", ("dense",)),
        ("dropout", ("dense_1",)),
    ]


def test_from_names_items_and_inputs(compile_text: CompileText) -> None:
    compiled = compile_text(
        """
        model:
          inputs: {left: [4], right: [4]}
          layers:
            - Dense: 4
              name: a
              from: left
            - Dense: 4
              name: b
              from: right
            - Add:
              from: [a, b]
            - Multiply:
              from: [previous, a]
        """
    )
    assert steps(compiled)[2:] == [("add", ("a", "b")), ("multiply", ("add", "a"))]


def test_a_block_is_called_like_a_layer_and_its_names_are_its_own(
    compile_text: CompileText,
) -> None:
    compiled = compile_text(
        """
        blocks:
          residual:
            args: {units: required, rate: 0.1}
            layers:
              - Dense: $(units)
                name: main
              - Dropout: $(rate)
              - Add:
                from: [previous, input]
        model:
          input: [4]
          layers:
            - Dense: 4
              name: main
            - residual: 4
            - residual: {units: 4, rate: 0.5}
              name: second
        """
    )
    assert steps(compiled) == [
        ("main", ("input",)),
        ("residual.main", ("main",)),
        ("residual.dropout", ("residual.main",)),
        ("residual.add", ("residual.dropout", "main")),
        ("second.main", ("residual.add",)),
        ("second.dropout", ("second.main",)),
        ("second.add", ("second.dropout", "residual.add")),
    ]


def test_repeat_runs_i_from_zero(compile_text: CompileText) -> None:
    compiled = compile_text(
        """
        model:
          input: [4]
          layers:
            - Dense: $(2 ** (i + 1))
              name: level$(i)
              repeat: 3
            - Dense: 1
        """
    )
    assert [name for name, _ in steps(compiled)] == ["level0", "level1", "level2", "dense"]
    assert compiled.plan is not None
    assert [step.outputs[0][1] for step in compiled.plan.steps] == [2, 4, 8, 1]


STARTED = """
    model:
      input: [4]
      layers:
        - Dense: 8
          name: first
        - Dense: 4
          name: %s
          from: input
          repeat: 2
      outputs: [first, %s]
"""


def test_repetitions_follow_each_other_from_where_the_first_starts(
    compile_text: CompileText,
) -> None:
    assert steps(compile_text(STARTED % ("chain", "chain")))[1:] == [
        ("chain", ("input",)),
        ("chain_1", ("chain",)),
    ]


def test_repetitions_with_names_of_their_own_stand_side_by_side(compile_text: CompileText) -> None:
    assert steps(compile_text(STARTED % ("head$(i)", "head0, head1")))[1:] == [
        ("head0", ("input",)),
        ("head1", ("input",)),
    ]


def test_an_item_whose_condition_is_false_lets_its_input_through(
    compile_text: CompileText,
) -> None:
    text = """
        vars: {depth: 1}
        model:
          input: [4]
          layers:
            - Dense: 4
              name: first
            - Dense: 8
              name: second
              when: $(depth > 1)
            - Add:
              from: [first, second]
        """
    assert steps(compile_text(text))[-1] == ("add", ("first", "first"))
    assert faults(compile_text(text, "vars.depth=2")) == [("shape-mismatch", 11)]


def test_a_block_of_several_inputs_takes_a_list_or_a_mapping(compile_text: CompileText) -> None:
    text = """
        blocks:
          fuse:
            inputs: [big, small]
            outputs: [joined, small]
            layers:
              - Concatenate:
                name: joined
                from: [big, small]
        model:
          inputs: {a: [8], b: [2]}
          layers:
            - fuse:
              from: %s
              name: f
            - Concatenate:
              from: [f.0, f.1]
        """
    for written in ("[a, b]", "{small: b, big: a}"):
        assert steps(compile_text(text % written)) == [
            ("f.joined", ("a", "b")),
            ("concatenate", ("f.joined", "b")),
        ]
    assert faults(compile_text(text % "[a]")) == [("missing-input", 14)]


def test_use_calls_a_layer_again_with_its_weights(compile_text: CompileText) -> None:
    compiled = compile_text(
        """
        model:
          inputs: {left: [4], right: [4]}
          layers:
            - Dense: 3
              name: encoder
              from: left
            - use: encoder
              from: right
              name: other
            - Add:
              from: [encoder, other]
        """
    )
    assert steps(compiled) == [
        ("encoder", ("left",)),
        ("other", ("right",)),
        ("add", ("encoder", "other")),
    ]
    assert compiled.plan is not None
    assert compiled.plan.params == 15


def test_an_output_is_reached_by_its_index(compile_text: CompileText) -> None:
    text = """
        model:
          input: [5, 4]
          layers:
            - LSTM: {units: 3, return_state: true}
              name: encoder
            - Concatenate:
              from: [encoder.1, %s]
        """
    assert steps(compile_text(text % "encoder.2"))[1] == (
        "concatenate",
        ("encoder.1", "encoder.2"),
    )
    assert faults(compile_text(text % "encoder.3")) == [("unknown-name", 8)]
    assert faults(compile_text(text % "encoder")) == [("several-outputs", 8)]


def test_a_stack_may_begin_with_its_input(compile_text: CompileText) -> None:
    compiled = compile_text("model: {layers: [Input: [6], Dense: 2]}")
    assert steps(compiled) == [("dense", ("input",))]


def test_variables_may_use_one_another_and_hyperparameters_take_their_default(
    compile_text: CompileText,
) -> None:
    text = """
        vars: {wide: $(narrow * 2), narrow: {hp.Int: [4, 16, 4]}}
        model:
          input: [4]
          layers:
            - Dense: $(wide)
            - Dropout: {rate: {hp.Float: {min_value: 0.1, max_value: 0.5, default: 0.2}}}
        """
    compiled = compile_text(text)
    assert compiled.plan is not None
    assert compiled.plan.steps[0].outputs[0][1] == 8
    assert list(compiled.hyperparameters) == ["narrow", "model.layers.1.Dropout.rate"]
    chosen = compile_text(text, narrow=16)
    assert chosen.plan is not None
    assert chosen.plan.steps[0].outputs[0][1] == 32


def test_a_variable_may_be_a_list_that_stands_alone(compile_text: CompileText) -> None:
    compiled = compile_text("{vars: {to: [2, 3]}, model: {input: [6], layers: [Reshape: $(to)]}}")
    assert compiled.plan is not None
    assert compiled.plan.outputs[0][1:] == (2, 3)


FAULTY = [
    ("- Dnse: 4", "unknown-layer", 5),
    ("- Dense: {unit: 4}", "unknown-argument", 5),
    ("- Dense:", "missing-argument", 5),
    ("- Dense: 4\n      nmae: x", "unknown-key", 6),
    ("- Dense: 4\n      activation: relu", "unknown-key", 6),
    ("- name: x", "no-layer", 5),
    ("- Dense: 4\n      name: a/b", "bad-name", 6),
    ("- Dense: 4\n      from: nowhere", "unknown-name", 6),
    ("- Dense: 4\n      from: later\n    - Dense: 2\n      name: later", "unknown-name", 6),
    ("- Dense: 4\n      name: x\n    - Dense: 4\n      name: x", "repeated-name", 8),
    ("- Dense: 4\n      repeat: 1e9", "wrong-type", 6),
    ("- Dense: 4\n      repeat: 1000000000", "too-many-layers", 6),
    ("- Dense: 4\n      repeat: -1", "out-of-range", 6),
    ("- Dense: 4\n      when: maybe", "wrong-type", 6),
    ("- Dense: 4\n      when: $(missing)", "unknown-variable", 6),
    ("- Dense: $(missing)", "unknown-variable", 5),
    ("- Dense: {units: $(min(1, 2))}", "cut-expression", 5),
    ("- Dense: 4\n      expect: [5]", "unexpected-shape", 6),
    ("- Dense: 4\n      expect: five", "wrong-type", 6),
    ("- use: nothing", "unknown-name", 5),
    ("- use:", "wrong-type", 5),
    ("- Dense: 4\n      call: {traning: true}", "unknown-argument", 6),
    ("- Dense: 4\n      from: {y: input}", "unknown-input", 6),
    ("- 3", "unknown-layer", 5),
    ("- [Dense, 3]", "wrong-type", 5),
    ("- Dense: {hp.Itn: [1, 2]}", "unknown-hyperparameter", 5),
    ("- Dense: {hp.Int: [4, 2]}", "empty-range", 5),
    ("- Input:", "missing-argument", 5),
    ("- Dense: 10000000000000", "out-of-range", 5),
]


@pytest.mark.parametrize(
    ("item", "code", "line"), FAULTY, ids=[f"{c}-{i[:20]}" for i, c, _ in FAULTY]
)
def test_one_mistake_in_an_item_gives_one_message(
    compile_text: CompileText, item: str, code: str, line: int
) -> None:
    text = f"layerforge: 1\nmodel:\n  input: [4]\n  layers:\n    {item}\n    - Dense: 1\n"
    assert faults(compile_text(text)) == [(code, line)]


def test_every_fault_is_told_at_once(compile_text: CompileText) -> None:
    compiled = compile_text(
        """
        modle: 3
        model:
          input: [4]
          layers:
            - Dense: {units: -1, activation: rleu}
            - LSTM: 3
            - Dnse: 3
            - Dropout: 2
        """
    )
    assert [line for _, line in faults(compiled)] == [2, 6, 6, 8, 9]


RECURSIVE = """
blocks:
  a: {layers: [b: ]}
  b: {layers: [a: ]}
model: {input: [4], layers: [a: ]}
"""


PAIR = """
    blocks:
      pair:
        inputs: [left, right]
        outputs: [sum, difference]
        layers:
          - Add:
            name: sum
            from: [left, right]
          - Subtract:
            name: difference
            from: [left, right]
    model:
      inputs: {a: [4], b: [4]}
      layers:
        - pair:
          from: [a, b]
        - pair:
          name: last
          repeat: 2
      outputs: [last.0, last.1]
"""


def test_what_a_block_gives_is_what_the_next_one_takes(compile_text: CompileText) -> None:
    assert steps(compile_text(PAIR))[2:] == [
        ("last.sum", ("pair.sum", "pair.difference")),
        ("last.difference", ("pair.sum", "pair.difference")),
        ("last_1.sum", ("last.sum", "last.difference")),
        ("last_1.difference", ("last.sum", "last.difference")),
    ]


def test_repetitions_of_a_block_hand_all_their_tensors_on(compile_text: CompileText) -> None:
    text = PAIR.replace("from: [a, b]", "from: [a, b]\n          repeat: 2")
    assert steps(compile_text(text))[2] == ("pair_1.sum", ("pair.sum", "pair.difference"))


def test_a_block_is_not_given_more_tensors_than_it_takes(compile_text: CompileText) -> None:
    text = PAIR.replace("from: [a, b]", "from: [a, b, a]")
    assert faults(compile_text(text)) == [("missing-input", 17)]


def test_a_recursive_block_ends_in_a_diagnostic(compile_text: CompileText) -> None:
    assert faults(compile_text(RECURSIVE)) == [("recursive-block", 4)]


def test_blocks_that_multiply_end_in_a_diagnostic(compile_text: CompileText) -> None:
    blocks = ["  b0: {layers: [Dropout: 0.1]}"]
    blocks += [f"  b{i}: {{layers: [{', '.join([f'b{i - 1}: '] * 10)}]}}" for i in range(1, 9)]
    text = "blocks:\n" + "\n".join(blocks) + "\nmodel: {input: [4], layers: [b8: ]}\n"
    assert [code for code, _ in faults(compile_text(text))] == ["too-many-layers"]


def test_an_item_that_leads_nowhere_is_told(compile_text: CompileText) -> None:
    compiled = compile_text(
        """
        model:
          input: [4]
          layers:
            - Dense: 3
            - Dense: 2
              from: input
        """
    )
    assert faults(compiled) == [("unused-item", 5)]


def test_a_variable_defined_by_itself_is_told_with_its_circle(compile_text: CompileText) -> None:
    compiled = compile_text(
        "{vars: {a: $(b), b: $(a)}, model: {input: [4], layers: [Dense: $(a)]}}"
    )
    assert compiled.found
    assert {fault.code for fault in compiled.found} == {"circular-variable"}
    assert "->" in compiled.found[0].message


def test_blocks_come_from_other_files(compile_text: CompileText, tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    (folder / "more.yaml").write_text("blocks: {twice: {layers: [Dense: 3, Dense: 3]}}")
    text = "{include: [more.yaml], model: {input: [4], layers: [twice: ]}}"
    assert [name for name, _ in steps(compile_text(text))] == ["twice.dense", "twice.dense_1"]
    outside = compile_text("{include: ../more.yaml, model: {input: [4], layers: [Dense: 3]}}")
    assert faults(outside) == [("path-outside", 1)]
    missing = compile_text("{include: no.yaml, model: {input: [4], layers: [Dense: 3]}}")
    assert faults(missing) == [("unreadable-file", 1)]


SETS = [
    ("model.layers.0.Dense=7", 7),
    ("model.layers.first.Dense=9", 9),
    ("model.layers.0={Dense: 5}", 5),
]


@pytest.mark.parametrize(("assignment", "units"), SETS)
def test_set_overrides_any_value(compile_text: CompileText, assignment: str, units: int) -> None:
    text = "{model: {input: [4], layers: [{Dense: 3, name: first}]}}"
    compiled = compile_text(text, assignment)
    assert compiled.plan is not None
    assert compiled.plan.outputs[0][1] == units


BAD_SETS = [
    "model",
    "=3",
    "model.layers.7.Dense=3",
    "model.input.0.x=3",
    "model.layers=[",
    "a..b=1",
]


@pytest.mark.parametrize("assignment", BAD_SETS)
def test_a_set_that_fits_nothing_is_one_diagnostic(
    compile_text: CompileText, assignment: str
) -> None:
    compiled = compile_text("{model: {input: [4], layers: [Dense: 3]}}", assignment)
    assert len(compiled.found) == 1


def test_from_computes_names_as_name_does(compile_text: CompileText) -> None:
    compiled = compile_text(
        """
        vars: {taps: [d_1, d_3]}
        model:
          input: [8]
          layers:
            - Dense: 8
              name: d_0
            - Dense: 8
              name: d_$(i + 1)
              from: d_$(i)
              repeat: 3
            - Add:
              from: $(taps)
            - Dense: 2
              when: false
              name: skipped
              from: d_$(1 + 1)
            - Add:
              from: [previous, skipped]
        """
    )
    assert steps(compiled)[1:] == [
        ("d_1", ("d_0",)),
        ("d_2", ("d_1",)),
        ("d_3", ("d_2",)),
        ("add", ("d_1", "d_3")),
        ("add_1", ("add", "d_2")),
    ]
