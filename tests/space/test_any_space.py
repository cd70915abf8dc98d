"""Of any space: its points are those of a walk through all values, each once, and so a search asks them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layerforge.space import Space, key
from layerforge.space.values import grid
from tests.tuning.spaces import searched, space_of

NAMES = ("a", "b", "c", "d")
_VALUES = st.one_of(
    st.integers(1, 3).map(lambda top: f"{{hp.Int: [1, {top}]}}"),
    st.sampled_from(
        ["{hp.Int: [2, 8, 3]}", "{hp.Int: {min_value: 1, max_value: 4, sampling: log}}"]
    ),
    st.lists(st.integers(1, 5), min_size=1, max_size=3, unique=True).map(
        lambda values: f"{{hp.Choice: {values}}}"
    ),
    st.integers(1, 5).map(lambda value: f"{{hp.Fixed: {value}}}"),
)


@st.composite
def specs(draw: st.DrawFn) -> str:
    """Variables that are searched, and layers that use them, some of them only under a condition."""
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    lines = [f"  {name}: {draw(_VALUES)}" for name in names]
    layers = []
    for _ in range(draw(st.integers(1, 4))):
        used, asked = draw(st.sampled_from(names)), draw(st.sampled_from(names))
        limit = draw(st.integers(0, 5))
        when = draw(st.sampled_from(["", f", when: $({asked} > {limit})", f", repeat: $({asked})"]))
        layers.append(f"    - {{Dense: $({used}){when}}}")
    return "\n".join(["vars:", *lines, "model:", "  input: [4]", "  layers:", *layers, ""])


def _by_brute_force(space: Space) -> Iterator[str]:
    """The active values at every combination of all values, whether or not they can be active."""
    known = dict(space.compiled({}).hyperparameters)
    for _ in NAMES:  # a value may bring up hyperparameters that the defaults do not
        values = [[(name, value) for value in grid(hp)] for name, hp in known.items()]
        for point in product(*values):
            known |= space.compiled(dict(point)).hyperparameters
    values = [[(name, value) for value in grid(hp)] for name, hp in known.items()]
    for point in product(*values):
        active = space.compiled(dict(point)).hyperparameters
        yield key({name: value for name, value in point if name in active})


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=specs())
def test_the_points_are_all_that_differ_in_something_active(tmp_path: Path, text: str) -> None:
    space, _ = space_of(text, tmp_path)
    points = [key(point) for point in space.points()]
    assert len(points) == len(set(points))
    assert set(points) == set(_by_brute_force(space))


@pytest.mark.parametrize("tuner", ["RandomSearch", "GridSearch", "RegularizedEvolution"])
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=specs())
def test_a_search_asks_every_point_of_a_space_once(tmp_path: Path, text: str, tuner: str) -> None:
    space, tune = space_of(text, tmp_path, f"{{tuner: {tuner}, max_trials: 1000}}")
    asked, _ = searched(space, tune, lambda point: float(len(key(point))), workers=2, most=1_000)
    keys = [trial.key for trial in asked.values()]
    assert sorted(keys) == sorted(key(point) for point in space.points())
