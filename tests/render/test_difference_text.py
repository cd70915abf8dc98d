"""Two plans side by side as people read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from layerforge.alignment import Change, Part, Row, align
from layerforge.infer import Plan
from layerforge.pipeline import compile_spec
from layerforge.render.difference import difference_record, difference_text
from layerforge.render.screen import Screen
from layerforge.shapes import UNKNOWN


def _plan(units: int, folder: Path) -> Plan:
    path = folder / "spec.yaml"
    path.write_text(f"model: {{input: [null, 3], layers: [LSTM: {units}]}}", encoding="utf-8")
    plan = compile_spec(path).plan
    assert plan is not None
    return plan


@pytest.fixture
def plans(tmp_path: Path) -> tuple[Plan, Plan]:
    """Two plans of a free length, whose multiply-adds are unknown."""
    return _plan(4, tmp_path), _plan(2, tmp_path)


def test_what_is_unknown_is_no_difference(plans: tuple[Plan, Plan]) -> None:
    text = difference_text(align(*plans), *plans, Screen())
    assert text == (
        "~ lstm (LSTM)\n"
        "    units: 4 -> 2\n"
        "    output: (None, 4) -> (None, 2)\n"
        "    params: 128 -> 48 (-80)\n"
        "\n"
        "             old  new  difference\n"
        "parameters   128   48         -80\n"
        "  trainable  128   48         -80\n"
        "MACs           ?    ?\n"
        "layers alike: 1\n"
    )


def test_nothing_is_printed_of_equal_plans(plans: tuple[Plan, Plan]) -> None:
    assert difference_text(align(plans[0], plans[0]), plans[0], plans[0], Screen(80, True)) == ""


def test_colour_marks_what_came_and_what_went(plans: tuple[Plan, Plan]) -> None:
    part = Part("a", "Dense", {}, (), ((UNKNOWN, 4),))
    rows = [Row(part, None), Row(None, part)]
    gone, came = difference_text(rows, *plans, Screen(80, True)).splitlines()[:2]
    assert gone.startswith("\x1b[1;31m- a")
    assert came.startswith("\x1b[32m+ a")
    assert "\x1b" not in difference_text(rows, *plans, Screen(80))


def test_text_of_a_spec_cannot_act_on_the_terminal(plans: tuple[Plan, Plan]) -> None:
    part = Part("a\x1b[2J", "Dense", {"name": "\x07"}, (), ((UNKNOWN, 4),))
    rows = [Row(part, None), Row(part, part, (Change("name", "\x1b", "b\nc", True),))]
    text = difference_text(rows, *plans, Screen())
    assert all(line.isprintable() for line in text.splitlines())
    assert "name: \\x1b -> b\\nc" in text


def test_json_says_null_where_a_dimension_is_free(plans: tuple[Plan, Plan]) -> None:
    record = difference_record(align(*plans), *plans)
    assert record["layers"][0]["new"]["outputs"] == [[None, None, 3]]
    assert record["new"]["macs"] is None
    assert record["layers"][1]["changes"] == ["units", "output", "params"]
