"""Good specs and the exact tables `build --static` prints of them, at four widths and with all weights."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from layerforge.pipeline import compile_spec
from layerforge.render.characters import columns
from layerforge.render.plan import plan_text
from layerforge.render.plan_record import plan_record
from layerforge.render.record import json_text
from layerforge.render.screen import Screen

FOLDER = Path(__file__).parent / "plans"
SPECS = sorted(FOLDER.glob("*.yaml"))
WIDTHS = {"60": 60, "80": 80, "200": 200, "pipe": None}

pytestmark = pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)


@pytest.mark.parametrize("name", WIDTHS)
def test_a_table_is_its_golden_text(path: Path, name: str, golden) -> None:
    plan = compile_spec(path).plan
    assert plan is not None
    golden(plan_text(plan, Screen(WIDTHS[name])), path.with_suffix(f".{name}.out"))


def test_a_table_with_weights_is_its_golden_text(path: Path, golden) -> None:
    plan = compile_spec(path).plan
    assert plan is not None
    golden(plan_text(plan, Screen(80), weights=True), path.with_suffix(".weights.out"))


def test_a_plan_as_json_is_its_golden_text(path: Path, golden) -> None:
    plan = compile_spec(path).plan
    assert plan is not None
    golden(json_text(plan_record(plan, None)), path.with_suffix(".json"))


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120])
def test_no_number_and_no_name_is_cut_at_any_width(path: Path, width: int) -> None:
    plan = compile_spec(path).plan
    assert plan is not None
    wide, narrow = plan_text(plan, Screen()), plan_text(plan, Screen(width))
    numbers = re.findall(r"(?<!\S)[\d,.]*\d(?!\S)", wide)
    assert set(numbers) <= set(narrow.split())
    first_column = "".join(re.split("  +", line.strip())[0] for line in narrow.splitlines())
    assert all(step.call.name in first_column for step in plan.steps)


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_a_table_is_no_wider_than_the_terminal(path: Path, width: int) -> None:
    plan = compile_spec(path).plan
    assert plan is not None
    text = plan_text(plan, Screen(width), weights=True)
    assert max(map(columns, text.splitlines())) <= width
