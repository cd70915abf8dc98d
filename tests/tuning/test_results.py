"""What a hyperparameter was worth, and the table of the trials."""

from __future__ import annotations

import csv
from pathlib import Path
from random import Random

import pytest

from layerforge.tuning.journal import Story
from layerforge.tuning.results import importance, write_table
from layerforge.tuning.trials import Outcome, Trial


def story_of(rows: list[tuple[dict[str, object], float | None]]) -> Story:
    """A search that has ended."""
    story = Story()
    for number, (values, score) in enumerate(rows):
        story.asked[number] = Trial(number, values)  # type: ignore[arg-type]
        story.outcomes[number] = Outcome("completed" if score is not None else "failed", score)
    return story


def test_what_decides_explains_all_and_what_does_nothing_about_nothing() -> None:
    dice = Random(1)
    rows = []
    for _ in range(200):
        values = {"kind": dice.choice("ab"), "rate": dice.random(), "noise": dice.randint(1, 50)}
        rows.append((values, 3.0 * (values["kind"] == "a") + 0.2 * dice.random()))
    found = importance(story_of(rows))  # type: ignore[arg-type]
    assert next(iter(found)) == "kind"
    assert found["kind"] > 0.97
    assert found["rate"] < 0.05
    assert found["noise"] < 0.05


def test_a_number_is_judged_by_the_quarters_of_its_range() -> None:
    dice = Random(2)
    rows = [({"x": x, "y": dice.random()}, x) for x in (dice.random() for _ in range(100))]
    assert importance(story_of(rows))["x"] > 0.9  # type: ignore[arg-type]


def test_an_inactive_value_is_a_group_of_its_own() -> None:
    rows = [({"deep": True, "units": 4}, 1.0), ({"deep": False}, 5.0)] * 4
    found = importance(story_of(rows))  # type: ignore[arg-type]
    assert found == {"deep": pytest.approx(1.0), "units": pytest.approx(1.0)}


def test_of_few_scores_or_equal_ones_nothing_is_said() -> None:
    assert importance(story_of([({"x": 1}, 1.0), ({"x": 2}, 2.0), ({"x": 3}, None)])) == {}
    assert importance(story_of([({"x": x}, 1.0) for x in (1, 1, 2, 2)])) == {"x": 0.0}


def test_the_table_has_a_row_for_each_trial_and_nothing_of_the_time(tmp_path: Path) -> None:
    story = story_of([({"a": 1, "b": True}, 0.1), ({"a": 2, "c": 'x"y,z'}, None)])
    write_table(tmp_path, story)
    with (tmp_path / "trials.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["trial"] for row in rows] == ["0", "1"]
    assert (rows[0]["a"], rows[0]["b"], rows[0]["c"]) == ("1", "true", "")
    assert (rows[1]["c"], rows[1]["score"], rows[1]["status"]) == ('x"y,z', "", "failed")
    assert "seconds" not in rows[0]
