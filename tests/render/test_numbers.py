"""Numbers as they are written for people."""

from __future__ import annotations

import pytest

from layerforge.render.numbers import count, duration, memory, score, share
from layerforge.shapes import UNKNOWN


def test_an_unknown_number_is_a_question_mark() -> None:
    assert (count(70_553_706_496), count(UNKNOWN), count(0)) == ("70,553,706,496", "?", "0")


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1,023 bytes"),
        (1024, "1,024 bytes (1.0 KiB)"),
        (138_268, "138,268 bytes (135.0 KiB)"),
        (4 * 70_553_706_496, "282,214,825,984 bytes (262.8 GiB)"),
    ],
)
def test_memory_is_exact_and_in_a_unit(size: int, shown: str) -> None:
    assert memory(size) == shown


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(0, 10, ""), (0, 0, ""), (1, 3, "33.3"), (1, 100_000, "<0.1"), (5, 5, "100.0")],
)
def test_a_share_never_rounds_to_nothing(part: int, whole: int, shown: str) -> None:
    assert share(part, whole) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.04, "0.0 s"),
        (3.14, "3.1 s"),
        (59.96, "1 min 00 s"),
        (125, "2 min 05 s"),
        (7384, "2 h 03 min"),
    ],
)
def test_a_duration_is_in_the_units_of_its_size(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1.2944, "1.2944"),
        (0.71321, "0.7132"),
        (0.000412345, "0.0004123"),
        (0, "0.0000"),
        (114.2558, "114.2558"),
        (123456.789, "123,456.7890"),
        (1.5e9, "1.500e+09"),
        (-2.5, "-2.5000"),
        (float("nan"), "nan"),
    ],
)
def test_a_score_keeps_the_digits_that_tell_scores_apart(value: float, shown: str) -> None:
    assert score(value) == shown
