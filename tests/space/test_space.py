"""The points of a space: whatever is inactive is no part of them, and none comes twice."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from layerforge.pipeline import compile_spec, open_spec
from layerforge.space import Space, draw, examine, findings, key, over_budget

CONDITIONAL = """
vars:
  deep: {hp.Boolean: }
  times: {hp.Int: [0, 2]}
  unused: {hp.Int: [1, 9]}
  kind: {hp.Choice: [flat, recurrent]}
blocks:
  flat:
    layers:
      - Flatten
      - Dense: {units: {hp.Choice: {values: [4, 8], name: flat_units}}}
  recurrent:
    layers:
      - LSTM: {units: 4, return_sequences: $(deep)}
      - GRU: {units: {hp.Choice: {values: [2, 3, 5], name: gru_units}}}
        when: $(deep)
model:
  input: [6, 2]
  layers:
    - Conv1D: {filters: {hp.Choice: {values: [2, 4], name: filters}}, kernel_size: 1}
      repeat: $(times)
    - flat:
      when: $(kind == 'flat')
    - recurrent:
      when: $(kind == 'recurrent')
    - Dense: 1
train:
  optimizer: {Adam: {learning_rate: {hp.Choice: {values: [0.1, 0.01], name: rate}}}}
"""


@pytest.fixture
def conditional(tmp_path: Path) -> Path:
    path = tmp_path / "spec.yaml"
    path.write_text(CONDITIONAL, encoding="utf-8")
    return path


def test_every_point_comes_once_with_what_it_makes_active_alone(conditional: Path) -> None:
    space = Space(open_spec(conditional))
    points = list(space.points())
    assert len({key(point) for point in points}) == len(points)
    # rate 2 x (times 0: 1, 1 and 2: filters 2 each) x (flat: 2; recurrent: shallow 1, deep 3)
    assert len(points) == 2 * (1 + 2 + 2) * (2 + 1 + 3)
    for point in points:
        compiled = space.compiled(point)
        assert compiled.clean, (point, compiled.found)
        assert list(compiled.hyperparameters) == list(point)
        assert ("filters" in point) == (point["times"] != 0)
        assert ("flat_units" in point) == (point["kind"] == "flat")
        assert ("gru_units" in point) == (point.get("deep", False) is True)
        assert "unused" not in point


def test_a_drawn_point_holds_what_is_active_and_depends_on_nothing_else(conditional: Path) -> None:
    space = Space(open_spec(conditional))
    possible = {key(point) for point in space.points()}
    for number in range(60):
        dice = Random(number)
        point = space.complete(lambda hp, dice=dice: draw(hp, dice))  # type: ignore[misc]
        assert key(point) in possible


def test_the_other_values_of_a_point_are_kept_where_one_changes(conditional: Path) -> None:
    space = Space(open_spec(conditional))
    point = {"rate": 0.01, "times": 2, "filters": 4, "kind": "recurrent", "deep": True}
    point["gru_units"] = 5
    assert dict(space.near(point, lambda hp: hp.default)) == point
    shallow = space.near({**point, "deep": False}, lambda hp: hp.default)
    assert "gru_units" not in shallow
    flat = space.near({**point, "kind": "flat"}, lambda hp: hp.default)
    assert flat["flat_units"] == 4
    assert "deep" not in flat


def test_a_small_space_is_looked_at_whole(conditional: Path) -> None:
    look = examine(Space(open_spec(conditional)), compile_spec(conditional))
    assert (look.whole, look.points, look.looked, look.valid) == (True, 60, 60, 60)
    assert look.smallest is not None
    assert look.largest is not None
    sizes = [
        compile_spec(conditional, (), point).plan.params  # type: ignore[union-attr]
        for point in Space(open_spec(conditional)).points()
    ]
    assert look.smallest.parameters == min(sizes)
    assert look.largest.parameters == max(sizes)


INVALID = """
vars:
  window: {hp.Choice: [8, 16, 32]}
  pool: {hp.Choice: [2, 4, 16]}
  width: {hp.Int: [1, 3]}
model:
  input: ["$(window)", 2]
  layers:
    - MaxPooling1D: $(pool)
    - LSTM: $(width)
    - Dense: 1
tune:
  max_parameters: 50
"""


def test_invalid_points_name_the_values_that_break_them(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(INVALID, encoding="utf-8")
    compiled = compile_spec(path)
    look = examine(Space(open_spec(path)), compiled)
    assert look.looked == 27
    assert look.valid + look.over_budget == 24
    [broken] = look.broken
    assert dict(broken.values) == {"pool": 16}  # the default window of 8 is too short for it
    assert broken.points == 3
    [warning] = findings(look, compiled)
    assert (warning.code, warning.severity) == ("invalid-point", "warning")


def test_a_point_over_the_budget_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(INVALID, encoding="utf-8")
    small, large = compile_spec(path), compile_spec(path, (), {"width": 3})
    assert over_budget(small, small.tune) is None
    assert over_budget(large, large.tune) == "76 parameters are more than max_parameters, 50"


def test_a_large_space_is_looked_at_in_part_and_the_same_part_each_time(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(
        "vars:\n"
        + "".join(f"  v{i}: {{hp.Int: [1, 50]}}\n" for i in range(9))
        + "model:\n  input: [4]\n  layers:\n"
        + "".join(f"    - Dense: $(v{i})\n" for i in range(9)),
        encoding="utf-8",
    )
    looks = [examine(Space(open_spec(path)), compile_spec(path)) for _ in range(2)]
    assert looks[0] == looks[1]
    assert not looks[0].whole
    assert looks[0].points == 50**9
    assert looks[0].smallest is not None
    assert set(looks[0].smallest.point.values()) == {1}
    assert looks[0].largest is not None
    assert set(looks[0].largest.point.values()) == {50}


def test_a_space_without_end_has_no_number_of_points(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(
        "model:\n  input: [4]\n  layers:\n    - Dropout: {hp.Float: [0.1, 0.5]}\n    - Dense: 1\n",
        encoding="utf-8",
    )
    look = examine(Space(open_spec(path)), compile_spec(path))
    assert look.points is None
    assert look.valid == look.looked > 16
