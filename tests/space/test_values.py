"""The values of a hyperparameter: which there are, that each is drawn, how it is found again."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerforge.diagnostics import Span
from layerforge.space.values import at, count, draw, grid, index_of, neighbour, share_of
from layerforge.spec import Hyperparameter

PLACE = Span("spec.yaml", 1, 1, 1, 2)


def hp(kind: str, **arguments: Any) -> Hyperparameter:
    return Hyperparameter("x", f"hp.{kind}", arguments, PLACE)


GRIDS = {
    "int": (hp("Int", min_value=32, max_value=128, step=32), [32, 64, 96, 128]),
    "a step that does not fit": (hp("Int", min_value=1, max_value=6, step=2), [1, 3, 5]),
    "int by factors": (
        hp("Int", min_value=8, max_value=256, step=2, sampling="log"),
        [8, 16, 32, 64, 128, 256],
    ),
    "int reversed": (
        hp("Int", min_value=1, max_value=8, step=2, sampling="reverse_log"),
        [1, 5, 7, 8],
    ),
    "float": (
        hp("Float", min_value=0.0, max_value=0.5, step=0.1),
        [0.0, 0.1, 0.2, 0.3, 0.4, 0.5],
    ),
    "float by factors": (
        hp("Float", min_value=1e-4, max_value=1e-1, step=10, sampling="log"),
        [1e-4, 1e-3, 1e-2, 1e-1],
    ),
    "choice": (hp("Choice", values=(3, "relu", True, 1, 3)), [3, "relu", True, 1]),
    "boolean": (hp("Boolean", default=True), [False, True]),
    "fixed": (hp("Fixed", value=7), [7]),
    "a point": (hp("Float", min_value=2.0, max_value=2.0), [2.0]),
}


@pytest.mark.parametrize("name", GRIDS)
def test_a_grid_is_every_value_its_ends_among_them(name: str) -> None:
    hyperparameter, values = GRIDS[name]
    assert grid(hyperparameter) == values
    assert count(hyperparameter) == len(values)
    assert [type(v) for v in grid(hyperparameter)] == [type(v) for v in values]


@pytest.mark.parametrize("name", GRIDS)
def test_every_value_is_drawn_about_as_often(name: str) -> None:
    hyperparameter, values = GRIDS[name]
    dice = Random(1)
    drawn = Counter(
        index_of(hyperparameter, draw(hyperparameter, dice)) for _ in range(400 * len(values))
    )
    assert all(280 < drawn[index] < 520 for index in range(len(values))) or len(values) == 1


@pytest.mark.parametrize("name", GRIDS)
def test_a_neighbour_is_another_value_of_the_range(name: str) -> None:
    hyperparameter, values = GRIDS[name]
    dice = Random(2)
    for value in values:
        near = {index_of(hyperparameter, neighbour(hyperparameter, value, dice)) for _ in range(99)}
        own = index_of(hyperparameter, value)
        assert (own in near) == (len(values) == 1)
        assert near <= set(range(len(values)))


def test_a_continuous_range_has_no_count_and_a_grid_of_ten_with_its_ends() -> None:
    rate = hp("Float", min_value=1e-4, max_value=1e-2, sampling="log")
    assert count(rate) is None
    assert len(grid(rate)) == 10
    assert (grid(rate)[0], grid(rate)[-1]) == (pytest.approx(1e-4), pytest.approx(1e-2))


def test_a_scale_is_drawn_evenly_over_its_powers() -> None:
    width = hp("Int", min_value=1, max_value=999, sampling="log")
    dice = Random(3)
    digits = Counter(len(str(draw(width, dice))) for _ in range(3_000))
    assert all(900 < digits[length] < 1_100 for length in (1, 2, 3))


@given(
    st.integers(1, 50),
    st.integers(0, 90),
    st.sampled_from(["linear", "log", "reverse_log"]),
    st.floats(0, 1),
)
def test_a_value_comes_back_from_its_share(low: int, wide: int, scale: str, share: float) -> None:
    for kind in ("Int", "Float"):
        number = int if kind == "Int" else float
        one = hp(kind, min_value=number(low), max_value=number(low + wide), sampling=scale)
        value = at(one, share)
        assert low <= value <= low + wide  # type: ignore[operator]
        assert at(one, share_of(one, value)) == pytest.approx(value)
