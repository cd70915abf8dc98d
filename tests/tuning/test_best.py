"""`best.yaml` is a plain spec of the trial's model, wherever its hyperparameters stood."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from layerforge.pipeline import compile_spec, open_spec
from layerforge.run.settings import settings_of
from layerforge.space import Space, draw
from layerforge.tuning.best import write_best

DATA = "data: {source: sub/rows.csv, task: regression, targets: [y]}\n"
SPECS = {
    "in vars": """
vars: {n: {hp.Int: [2, 9]}, unused: {hp.Choice: [a, b]}, m: {hp.Int: [2, 5]}}
model: {input: [2], layers: [{Dense: $(n)}, {Dense: $(m)}, {Dense: 1}]}
""",
    "in place": """
model:
  input: [2]
  layers:
    - Dense: {units: {hp.Int: [2, 8, 2]}, activation: {hp.Choice: [relu, tanh]}}   # a comment
    - Dropout: {hp.Float: [0, 0.5, 0.1]}
    - Dense: {units: 1, use_bias: {hp.Boolean: {default: true}}}
train: {batch_size: {hp.Choice: [4, 8]}, optimizer: {Adam: {learning_rate: {hp.Float: [0.001, 0.1]}}}}
""",
    "in blocks, when, repeat": """
vars: {deep: {hp.Boolean: }}
blocks:
  stack:
    args: {units: 3}
    layers:
      - Dense: {units: $(units), activation: {hp.Choice: {values: [elu, relu], name: shape}}}
      - LayerNormalization
        when: $(deep)
model:
  input: [2]
  layers:
    - stack: {units: {hp.Int: [2, 6]}}
      repeat: {hp.Int: [1, 3]}
    - Dense: 4
      when: $(deep)
    - Dense: 1
""".replace(
        "      - LayerNormalization\n        when", "      - LayerNormalization:\n        when"
    ),
    "in data": """
vars: {window: {hp.Choice: [4, 6]}}
data:
  {source: sub/rows.csv, task: forecast, features: [y], targets: [y], window: $(window), horizon: 2,
   scale: {hp.Choice: [standard, minmax]}}
model: {layers: [Flatten, {Dense: 2}]}
""",
    "of which block": """
vars: {kind: {hp.Choice: [one, two]}}
blocks:
  one: {layers: [{Dense: {hp.Int: {min_value: 2, max_value: 4, name: a}}}]}
  two: {layers: [{Dense: {hp.Int: {min_value: 5, max_value: 7, name: b}}}, Dense: 3]}
model:
  input: [2]
  layers:
    - one: {}
      when: $(kind == 'one')
    - two: {}
      when: $(kind == 'two')
    - Dense: 1
""".replace("}, Dense: 3]}", "}, {Dense: 3}]}"),
    "with a text that looks like a number": """
name: "12"
vars: {note: "yes", n: {hp.Choice: [3, 4]}}
description: "007: a # text"
model: {input: [2], layers: [{Dense: $(n)}, {Dense: 1}]}
tune: {tuner: GridSearch}
""",
}


@pytest.mark.parametrize("name", SPECS)
def test_the_best_spec_says_the_model_of_any_point(name: str, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    text = SPECS[name] if "data:" in SPECS[name] else DATA + SPECS[name]
    path = tmp_path / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    assert compile_spec(path).clean, compile_spec(path).found
    space = Space(open_spec(path, ("train.seed=5",)))
    folder = tmp_path / "searches" / "1"
    folder.mkdir(parents=True)
    for number in range(12):
        dice = Random(number)
        point = space.complete(lambda hp, dice=dice: draw(hp, dice))  # type: ignore[misc]
        compiled = space.compiled(point)
        write_best(folder / "best.yaml", compiled, "a trial")
        best = compile_spec(folder / "best.yaml")
        assert best.clean, best.found
        assert not best.hyperparameters
        assert best.data is not None
        assert (folder / str(best.data.source)).resolve() == tmp_path / "sub" / "rows.csv"
        expected, found = settings_of(compiled), settings_of(best)
        assert {**found, "data.source": ""} == {**expected, "data.source": ""}
        assert best.spec is not None
        assert compiled.spec is not None
        assert best.spec.name == compiled.spec.name
        assert "hp." not in (folder / "best.yaml").read_text()


def test_blocks_of_other_files_are_put_into_the_best_spec(tmp_path: Path) -> None:
    (tmp_path / "blocks.yaml").write_text(
        "blocks:\n  other:\n    layers:\n      - Dense: {hp.Int: [2, 9]}\n", encoding="utf-8"
    )
    path = tmp_path / "spec.yaml"
    path.write_text(
        "include: blocks.yaml\nblocks:\n  own:\n    layers: [{Dense: 3}]\n"
        "model:\n  input: [2]\n  layers: [{other: {}}, {own: {}}, {Dense: 1}]\n",
        encoding="utf-8",
    )
    space = Space(open_spec(path))
    [name] = space.complete(lambda hp: hp.default)
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    write_best(folder / "best.yaml", space.compiled({name: 7}), "a trial")
    best = compile_spec(folder / "best.yaml")
    assert best.clean, best.found
    assert best.plan is not None
    assert best.plan.params == 3 * 7 + 8 * 3 + 4
