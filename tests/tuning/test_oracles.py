"""Each algorithm finds the optimum of a small known space, repeats nothing, and goes on as it would have."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from layerforge.space import key
from layerforge.tuning.oracles import Answer, bayesian, make_oracle
from layerforge.tuning.oracles.oracle import dice
from layerforge.tuning.trials import Outcome, Trial, ranking
from tests.tuning.spaces import (
    CONDITIONAL,
    FLAT,
    LOPSIDED,
    conditional_cost,
    flat_cost,
    searched,
    space_of,
)

TUNERS = {
    "RandomSearch": "{max_trials: 60}",
    "GridSearch": "{tuner: GridSearch}",
    "BayesianOptimization": "{tuner: BayesianOptimization, max_trials: 60}",
    "Hyperband": "{tuner: {Hyperband: {max_epochs: 9}}}",
    "RegularizedEvolution": "{tuner: RegularizedEvolution, max_trials: 60}",
}
# Of 900 points: how near to 0, the cost of the best one, each algorithm comes in so many trials.
NEAR = {
    "GridSearch": (900, 0.0),
    "BayesianOptimization": (40, 0.01),
    "RegularizedEvolution": (120, 0.01),
    "RandomSearch": (300, 0.02),
}


@pytest.mark.parametrize("tuner", TUNERS)
def test_a_conditional_space_is_visited_whole_and_no_inactive_value_twice(
    tuner: str, tmp_path: Path
) -> None:
    space, settings = space_of(CONDITIONAL, tmp_path, TUNERS[tuner])
    asked, outcomes = searched(space, settings, conditional_cost)
    begun = Counter(trial.key for trial in asked.values() if trial.parent is None)
    assert set(begun.values()) == {1}
    assert len(begun) == 8  # (shallow, or deep with 3 numbers of units) x 2 heads
    best = asked[ranking(outcomes, "min")[0]]
    assert dict(best.values) == {"deep": True, "units": 4, "head": 3}


@pytest.mark.parametrize("tuner", NEAR)
def test_an_algorithm_comes_near_the_optimum(tuner: str, tmp_path: Path) -> None:
    space, settings = space_of(FLAT, tmp_path, TUNERS[tuner])
    most, near = NEAR[tuner]
    _, outcomes = searched(space, settings, flat_cost, most=most)
    best = outcomes[ranking(outcomes, "min")[0]].score
    assert best is not None
    assert best <= near


def test_a_process_of_very_many_trials_learns_from_the_best_and_the_latest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learnt: list[int] = []

    class Process(bayesian._Process):
        def __init__(self, x: bayesian.Vector, y: bayesian.Vector, alpha: float) -> None:
            learnt.append(len(x))
            super().__init__(x, y, alpha)

    monkeypatch.setattr(bayesian, "_MOST", 20)
    monkeypatch.setattr(bayesian, "_Process", Process)
    space, settings = space_of(FLAT, tmp_path, TUNERS["BayesianOptimization"])
    _, outcomes = searched(space, settings, flat_cost, most=60)
    best = outcomes[ranking(outcomes, "min")[0]].score
    assert max(learnt) == 20
    assert best is not None
    assert best < 0.02
    ended = {n: Outcome("completed", score=float(n % 50)) for n in range(100)}
    chosen = bayesian._learnt_from(ranking(ended, "min"), ended)
    assert sorted(chosen) == [0, 1, 2, 3, 4, 50, 51, 52, 53, 54, *range(90, 100)]


@pytest.mark.parametrize("tuner", ["BayesianOptimization", "RegularizedEvolution"])
def test_an_algorithm_that_learns_beats_chance(tuner: str, tmp_path: Path) -> None:
    means = []
    for name in (tuner, "RandomSearch"):
        space, settings = space_of(FLAT, tmp_path, TUNERS[name])
        _, outcomes = searched(space, settings, flat_cost, most=60)
        later = [outcomes[n].score or 0.0 for n in sorted(outcomes)[40:]]
        means.append(sum(later) / len(later))
    assert means[0] < 0.7 * means[1]


def test_a_space_whose_large_part_is_rarely_drawn_is_not_gone_through_whole(tmp_path: Path) -> None:
    space, settings = space_of(LOPSIDED, tmp_path, "{max_trials: 60}")
    asked, _ = searched(space, settings, lambda point: 0.0)
    begun = Counter(trial.key for trial in asked.values())
    assert len(begun) == 60
    assert {len(trial.values) for trial in asked.values()} == {1, 5}


def test_a_direction_of_max_finds_the_same(tmp_path: Path) -> None:
    objective = "{objective: {name: val_score, direction: max}, tuner: BayesianOptimization}"
    space, settings = space_of(FLAT, tmp_path, objective)
    _, outcomes = searched(space, settings, flat_cost, most=40)
    best = outcomes[ranking(outcomes, "max")[0]].score
    assert best is not None
    assert best >= -0.01


@pytest.mark.parametrize("tuner", TUNERS)
def test_a_search_goes_on_as_it_would_have_from_any_trial(tuner: str, tmp_path: Path) -> None:
    space, settings = space_of(FLAT, tmp_path, TUNERS[tuner])
    asked, outcomes = searched(space, settings, flat_cost, most=24)
    anew = make_oracle(space, settings)
    for number in sorted(asked)[::5]:
        before = {n: trial for n, trial in asked.items() if n < number}
        ended = {n: outcome for n, outcome in outcomes.items() if n < number}
        assert anew.ask(number, before, ended) == asked[number]


@pytest.mark.parametrize("tuner", ["RandomSearch", "GridSearch", "Hyperband"])
def test_the_trials_do_not_depend_on_the_number_of_workers(tuner: str, tmp_path: Path) -> None:
    space, settings = space_of(FLAT, tmp_path, TUNERS[tuner])
    one, _ = searched(space, settings, flat_cost, workers=1)
    four, _ = searched(space, settings, flat_cost, workers=4)
    assert one == four


def test_neighbouring_seeds_share_no_point(tmp_path: Path) -> None:
    found = []
    for seed in (0, 1, 2, 7):
        space, settings = space_of(FLAT, tmp_path, f"{{seed: {seed}}}")
        asked, _ = searched(space, settings, flat_cost, most=12)
        found.append([trial.key for trial in asked.values()])
    for at, one in enumerate(found):
        for other in found[at + 1 :]:
            assert len(set(one) & set(other)) <= 2  # of 900 points some meet by chance
    assert dice(5).random() != dice(7).random()


def test_hyperband_gives_the_best_of_a_round_more_epochs(tmp_path: Path) -> None:
    space, settings = space_of(FLAT, tmp_path, TUNERS["Hyperband"])
    asked, outcomes = searched(space, settings, flat_cost)
    # keras_tuner's sizes for max_epochs 9 and factor 3: 9 3 1, 5 2, 3
    assert Counter(t.epochs for t in asked.values()) == {1: 9, 3: 3 + 5, 9: 1 + 2 + 3}
    first = {n: outcomes[n] for n in range(9)}
    promoted = [asked[n] for n in (9, 10, 11)]
    assert [trial.parent for trial in promoted] == ranking(first, "min")[:3]
    for trial in promoted:
        assert trial.parent is not None
        assert trial.key == asked[trial.parent].key


def test_hyperband_waits_for_a_round_and_promotes_no_failure(tmp_path: Path) -> None:
    space, settings = space_of(FLAT, tmp_path, TUNERS["Hyperband"])
    oracle = make_oracle(space, settings)
    asked: dict[int, Trial] = {}
    for number in range(9):
        answer = oracle.ask(number, asked, {})
        assert isinstance(answer, Trial)
        asked[number] = answer
    ended = {n: Outcome("completed", float(n)) for n in range(8)}
    assert oracle.ask(9, asked, ended) is Answer.WAIT
    failed = {n: Outcome("failed") for n in range(7)} | {7: ended[7], 8: Outcome("failed")}
    only = oracle.ask(9, asked, failed)
    assert isinstance(only, Trial)
    assert only.parent == 7
    assert oracle.ask(10, asked, failed) is Answer.SKIP


@pytest.mark.parametrize("tuner", ["BayesianOptimization", "RegularizedEvolution"])
def test_failed_trials_teach_nothing_and_stop_nothing(tuner: str, tmp_path: Path) -> None:
    def cost(point: dict[str, object]) -> float | None:
        return None if point["kind"] == "relu" else flat_cost(point)  # type: ignore[arg-type]

    space, settings = space_of(FLAT, tmp_path, TUNERS[tuner])
    asked, outcomes = searched(space, settings, cost, most=50)  # type: ignore[arg-type]
    assert len(asked) == len({trial.key for trial in asked.values()}) == 50
    assert any(outcome.status == "failed" for outcome in outcomes.values())
    assert outcomes[ranking(outcomes, "min")[0]].score < 0.05  # type: ignore[operator]


def test_a_grid_is_in_the_order_in_which_the_spec_reads(tmp_path: Path) -> None:
    space, settings = space_of(FLAT, tmp_path, TUNERS["GridSearch"])
    asked, _ = searched(space, settings, flat_cost, most=900)
    assert [trial.key for trial in asked.values()] == [key(point) for point in space.points()]
    assert len(asked) == 900
