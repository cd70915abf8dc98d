"""Which trial is begun when and what becomes of it, whatever happens to its process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from layerforge.events import TrialEnded
from layerforge.space import Point
from layerforge.tuning.journal import FILE, Story, read_story
from layerforge.tuning.sharing import read_shared
from layerforge.tuning.trials import ranking
from tests.tuning.pretending import failed, folder_with, run


def curve(point: Point) -> list[float]:
    """Falls to the distance of the width from 20."""
    end = abs(float(point["width"]) - 20) / 10  # type: ignore[arg-type]
    return [end + 4, end + 2, end + 1, end, end + 0.5]


def test_a_search_trains_as_many_trials_as_it_was_asked_for(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, "{max_trials: 7}")
    story, engine, events = run(folder, curve, workers=3)
    assert sorted(story.outcomes) == list(range(7))
    assert len(engine.orders) == 7
    for number, outcome in story.outcomes.items():
        width = story.asked[number].values["width"]
        assert outcome.score == pytest.approx(abs(float(width) - 20) / 10)  # type: ignore[arg-type]
        assert (outcome.epochs, outcome.best_epoch) == (5, 4)
        assert outcome.parameters == 5 * int(width) + 1 - int(width)  # type: ignore[call-overload]
    bests = [event.number for event in events if isinstance(event, TrialEnded) and event.best]
    assert bests[-1] == ranking(story.outcomes, "min")[0]


def test_the_points_and_seeds_do_not_depend_on_the_workers(tmp_path: Path) -> None:
    seen = []
    for workers in (1, 4):
        base = tmp_path / str(workers)
        base.mkdir()
        _, engine, _ = run(folder_with(base, "{max_trials: 8}"), curve, workers)
        orders = sorted(engine.orders, key=lambda order: order.number)
        compiled = [order.executions[0].compiled for order in orders]
        seen.append([(dict(c.choices), c.train.seed) for c in compiled])  # type: ignore[union-attr]
        assert len({seed for _, seed in seen[-1]}) == 8
    assert seen[0] == seen[1]


def test_a_search_that_goes_on_runs_nothing_twice_and_ends_the_same(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "parts").mkdir()
    whole = folder_with(tmp_path / "whole", "{max_trials: 9}")
    run(whole, curve, workers=2)
    parts = folder_with(tmp_path / "parts", "{max_trials: 4}")
    _, first, _ = run(parts, curve, workers=2)
    folder_with(tmp_path / "parts", "{max_trials: 9}")
    _, second, _ = run(parts, curve, workers=2)
    begun = [order.number for order in (*first.orders, *second.orders)]
    assert sorted(begun) == list(range(9))
    assert (whole / "trials.csv").read_text() == (parts / "trials.csv").read_text()


def test_a_line_that_a_kill_has_cut_is_no_line(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, "{max_trials: 3}")
    run(folder, curve)
    table = (folder / "trials.csv").read_text()
    content = (folder / FILE).read_bytes()
    lines = content.splitlines(keepends=True)
    ends = [i for i, line in enumerate(lines) if b'"end"' in line]
    for cut in (5, 40, len(lines[ends[-1]]) - 1):
        (folder / FILE).write_bytes(b"".join(lines[: ends[-1]]) + lines[ends[-1]][:cut])
        assert sorted(read_story(folder).outcomes) == [0, 1]
        run(folder, curve)
        assert (folder / "trials.csv").read_text() == table


def test_a_trial_whose_process_dies_is_begun_again(tmp_path: Path) -> None:
    deaths: dict[int, int] = {}

    def dying(point: Point) -> Any:
        width = int(point["width"])  # type: ignore[call-overload]
        deaths[width] = deaths.get(width, 0) + 1
        return None if deaths[width] == 1 else curve(point)

    story, _, _ = run(folder_with(tmp_path, "{max_trials: 4}"), dying)
    assert {outcome.status for outcome in story.outcomes.values()} == {"completed"}
    assert set(deaths.values()) == {2}


def test_a_trial_that_always_dies_is_failed_with_its_reason(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, "{max_trials: 4}")
    story, engine, _ = run(folder, lambda p: None if p["kind"] == "relu" else curve(p))
    dead = [n for n, trial in story.asked.items() if trial.values["kind"] == "relu"]
    assert dead
    for number in dead:
        assert story.outcomes[number].status == "failed"
        assert story.outcomes[number].reason == "its process ended with status 9"
    assert len(engine.orders) == 4 + 4 * len(dead)


def test_a_trial_that_gets_on_between_deaths_is_not_to_blame() -> None:
    story = Story()
    assert [story.die(0, epoch) for epoch in (0, 2, 5, 5, 6)] == [1, 1, 1, 2, 1]
    assert [story.die(1, epoch) for epoch in (3, 3, 2)] == [1, 2, 3]


def test_points_that_are_invalid_too_large_or_diverge_are_counted_and_none_is_fatal(
    tmp_path: Path,
) -> None:
    folder = folder_with(tmp_path, "{max_trials: 30, max_parameters: 80}")
    path = tmp_path / "spec.yaml"
    text = path.read_text().replace("units: $(width)", "units: $(width - 4)")
    wide = "{hp.Int: {min_value: 1, max_value: 30, default: 8}}"
    path.write_text(text.replace("{hp.Int: [1, 30]}", wide))
    story, engine, _ = run(folder, curve)
    statuses = [story.outcomes[n].status for n in range(30)]
    for number, trial in story.asked.items():
        width = int(trial.values["width"])  # type: ignore[call-overload]
        units = width - 4
        expected = "invalid" if units < 1 else "over-budget" if 4 * units + 1 > 80 else "completed"
        assert statuses[number] == expected, (trial.values, story.outcomes[number])
        if expected != "completed":
            assert story.outcomes[number].reason
    assert {"invalid", "over-budget", "completed"} <= set(statuses)
    assert len(engine.orders) == statuses.count("completed")


def test_a_trial_that_diverges_has_no_score_and_says_why(tmp_path: Path) -> None:
    begun = iter(range(10))
    folder = folder_with(tmp_path, "{max_trials: 6}")
    story, _, _ = run(
        folder, lambda p: failed(next(begun)) if p["kind"] == "elu" else (next(begun), curve(p))[1]
    )
    diverged = {n for n, trial in story.asked.items() if trial.values["kind"] == "elu"}
    assert diverged
    assert {n for n, o in story.outcomes.items() if o.status == "diverged"} == diverged
    rows = (folder / "trials.csv").read_text().splitlines()
    assert sum("diverged" in row and "is NaN" in row for row in rows) == len(diverged)


def test_the_score_is_the_mean_over_executions_with_seeds_of_their_own(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, "{max_trials: 2, executions_per_trial: 3}")
    story, engine, _ = run(folder, curve)
    for order in engine.orders:
        seeds = {each.compiled.train.seed for each in order.executions}  # type: ignore[union-attr]
        folders = {each.folder for each in order.executions}
        assert len(seeds) == len(folders) == 3
    assert all(len(outcome.scores) == 3 for outcome in story.outcomes.values())


def test_a_hopeless_trial_is_stopped_and_keeps_its_score(tmp_path: Path) -> None:
    rule = "{grace_period: 2, min_samples_required: 3}"
    folder = folder_with(tmp_path, f"{{max_trials: 12, median_stopping: {rule}}}")
    story, engine, _ = run(folder, lambda point: [curve(point)[3]] * 5)
    stopped = {n for n, outcome in story.outcomes.items() if outcome.status == "stopped"}
    assert stopped
    assert min(stopped) >= 3
    for number in stopped:
        answers = engine.answers[number]
        assert answers[-1] is False
        assert len(answers) >= 2
        assert story.outcomes[number].score is not None
    best = ranking(story.outcomes, "min")[0]
    assert story.outcomes[best].status == "completed"


def test_hyperband_goes_on_with_the_state_of_the_trials_it_promotes(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, "{tuner: {Hyperband: {max_epochs: 9}}}")
    story, engine, _ = run(folder, curve, workers=2)
    assert len(story.outcomes) == 9 + 3 + 1 + 5 + 2 + 3
    orders = {order.number: order for order in engine.orders}
    for number, trial in story.asked.items():
        execution = orders[number].executions[0]
        assert execution.compiled.train.epochs == trial.epochs  # type: ignore[union-attr]
        if trial.parent is not None:
            before = orders[trial.parent].executions[0]
            assert execution.begin == before.folder / "checkpoint"
            assert execution.compiled.train.seed == before.compiled.train.seed  # type: ignore[union-attr]


def test_no_trial_begins_when_the_time_is_up(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, "{max_trials: 50, max_time: 5}")
    run(folder, curve)
    (folder / FILE).write_text(
        "".join(
            json.dumps({"event": "pause", "seconds": 6.0}) + "\n" if '"pause"' in line else line
            for line in (folder / FILE).read_text().splitlines(keepends=True)[:8]
        )
        + json.dumps({"event": "pause", "seconds": 6.0})
        + "\n"
    )
    before = len(read_story(folder).asked)
    story, _, _ = run(folder, curve)
    assert len(story.asked) == before


def test_every_point_is_scored_on_each_fold_and_the_mean_counts(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, "{max_trials: 2, folds: 3, executions_per_trial: 2}")
    story, engine, _ = run(folder, curve)
    for order in engine.orders:
        assert len(order.executions) == 6
        assert len({each.folder for each in order.executions}) == 6
        assert len({each.data for each in order.executions}) == 3
        held = [read_shared(each.data).positions["validation"] for each in order.executions[:3]]
        rows = [row for positions in held for row in positions.tolist()]
        assert len(rows) == len(set(rows)) == 32
    assert all(len(outcome.scores) == 6 for outcome in story.outcomes.values())


@pytest.mark.parametrize(
    ("train", "steps"),
    [
        ("{}", 16),
        ("{callbacks: [EarlyStopping]}", 16),
        ("{callbacks: [TerminateOnNaN]}", None),
        ("{execution: {steps_per_execution: 3}}", 3),
        ("{execution: {jit_compile: false}}", None),
    ],
)
def test_a_trial_makes_a_fixed_number_of_steps_in_a_call_unless_the_spec_has_a_say(
    train: str, steps: int | None, tmp_path: Path
) -> None:
    folder = folder_with(tmp_path, "{max_trials: 1}")
    path = tmp_path / "spec.yaml"
    text = "".join(
        line for line in path.read_text().splitlines(True) if not line.startswith("train")
    )
    path.write_text(f"{text}train: {train}\n", encoding="utf-8")
    _, engine, _ = run(folder, curve)
    (execution,) = engine.orders[0].executions
    assert execution.compiled.train is not None
    assert execution.compiled.train.execution.steps_per_execution == steps
