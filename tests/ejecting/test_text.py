"""What stands in a script: readable names, the values of hyperparameters, and no code of the spec's."""

from __future__ import annotations

import ast
from pathlib import Path
from textwrap import dedent

import pytest

from layerforge.ejecting import eject
from layerforge.ejecting.values import literal
from layerforge.infer import Plan
from layerforge.layers import CATALOG
from layerforge.pipeline import compile_spec

# Texts that would do something if they were not literals.
_ATTACKS = (
    '"); raise SystemExit #',
    "'''\nimport os\n'''",
    '\\"',
    "a\nb",
    "\x1b[31m",
    "\u202e",
    "'\"",
)


def _plan(text: str, folder: Path) -> Plan:
    path = folder / "spec.yaml"
    path.write_text(dedent(text), encoding="utf-8")
    compiled = compile_spec(path)
    assert compiled.plan is not None, compiled.found
    return compiled.plan


@pytest.mark.parametrize("text", _ATTACKS)
def test_a_text_is_a_literal_and_nothing_else(text: str) -> None:
    written = literal(text)
    assert ast.literal_eval(written) == text
    assert written.isprintable()


@pytest.mark.parametrize("text", _ATTACKS)
def test_the_name_of_a_hyperparameter_stays_a_comment(text: str, tmp_path: Path) -> None:
    plan = _plan("model: {input: [4], layers: [Dense: 2]}", tmp_path)
    plain, said = eject(plan), eject(plan, {text: text})
    assert ast.dump(ast.parse(said)) == ast.dump(ast.parse(plain))
    comments = [line for line in said.splitlines() if line not in plain.splitlines()]
    assert comments
    assert all(line.startswith("# ") and line.isprintable() for line in comments)


def test_a_text_among_arguments_stays_a_text(tmp_path: Path) -> None:
    spec = """
        model:
          inputs: {x: {shape: [1], dtype: string}}
          layers:
            - StringLookup:
                vocabulary: ['"); raise SystemExit(1) #', "it's", "a\\nb"]
                output_mode: one_hot
            - Dense: 1
        """
    script = eject(_plan(spec, tmp_path))
    found = [node for node in ast.walk(ast.parse(script)) if isinstance(node, ast.keyword)]
    (words,) = [ast.literal_eval(node.value) for node in found if node.arg == "vocabulary"]
    assert list(words) == ['"); raise SystemExit(1) #', "it's", "a\nb"]
    assert not any(isinstance(node, ast.Raise) for node in ast.walk(ast.parse(script)))


def test_variables_are_named_as_the_items_and_chains_are_x(tmp_path: Path) -> None:
    spec = """
        name: two-ways
        model:
          inputs: {history: [8], class: [8]}
          layers:
            - Dense: 4
              name: left-way
              from: history
            - Dense: 4
              from: class
            - ReLU
            - Add:
              from: [left-way, re_lu]
        """.replace("            - ReLU\n", "            - ReLU:\n              name: re_lu\n")
    script = eject(_plan(spec, tmp_path))
    assert script == dedent(
        '''\
        """The Keras model `two-ways`, written by layerforge from its spec."""

        import keras
        from keras import layers


        def build_model() -> keras.Model:
            history = keras.Input(shape=(8,), name="history")
            class_ = keras.Input(shape=(8,), name="class")
            left_way = layers.Dense(4, name="left-way")(history)
            x = layers.Dense(4, name="dense")(class_)
            x = layers.ReLU(name="re_lu")(x)
            x = layers.Add(name="add")([left_way, x])
            return keras.Model([history, class_], x, name="two-ways")


        if __name__ == "__main__":
            build_model().summary()
        '''
    )


def test_a_script_without_layers_imports_none(tmp_path: Path) -> None:
    script = eject(_plan("model: {input: [4], layers: [ops.relu]}", tmp_path))
    assert "import layers" not in script
    assert "x = keras.ops.relu(inputs)" in script


def test_operations_known_to_the_script_are_in_the_catalog() -> None:
    from layerforge.ejecting.calls import _LISTS, _MIXED, _SPREAD
    from layerforge.ejecting.constants import _CODES, _KEEPING
    from layerforge.ejecting.operation_names import _CLASSES

    for names in (_LISTS, _MIXED, _SPREAD, _CODES, _KEEPING, _CLASSES):
        assert [name for name in names if name not in CATALOG] == []
