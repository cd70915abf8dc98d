"""A short run of the fuzzer of data files, and what it once found."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layerforge.data import prepare
from tests.fuzz.data.looking import DOORS, fault_of
from tests.fuzz.data.mutations import made
from tests.fuzz.data.seeds import SEEDS, Seed

PATIENCE = 20.0  # a test finds what hangs; how fast a quiet machine is, the fuzzer itself tells
BY_NAME = {seed.name: seed for seed in SEEDS}


def failures(folder: Path, seed: int, count: int) -> list[str]:
    found = ((number, fault_of(folder, *made(seed, number), PATIENCE)) for number in range(count))
    return [f"{seed}:{number} {fault}" for number, fault in found if fault is not None]


def test_mutants_of_all_tables_end_in_right_numbers_or_diagnostics(tmp_path: Path) -> None:
    assert failures(tmp_path, seed=1, count=400) == []


@pytest.mark.slow
def test_many_mutants_of_all_tables_end_in_right_numbers_or_diagnostics(tmp_path: Path) -> None:
    assert failures(tmp_path, seed=2, count=8_000) == []


def test_an_input_is_made_from_its_number_alone() -> None:
    assert [made(3, number) for number in range(50)] == [made(3, number) for number in range(50)]
    assert made(3, 7) != made(4, 7)


@pytest.mark.parametrize("name", BY_NAME)
def test_the_tables_that_are_changed_have_no_fault(name: str, tmp_path: Path) -> None:
    seed = BY_NAME[name]
    for file in ("d.csv", "good.csv"):
        (tmp_path / file).write_text(seed.text, encoding="utf-8", newline="")
    assert sum(map(len, prepare(seed.settings(), tmp_path).positions.values())) > 2


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", BY_NAME)
def test_the_tables_that_are_changed_are_good(name: str, door: str, tmp_path: Path) -> None:
    content = BY_NAME[name].text.encode()
    assert fault_of(tmp_path, BY_NAME[name], content, door, PATIENCE) is None
    packed = gzip.compress(content)
    assert fault_of(tmp_path, BY_NAME[name], packed, door, PATIENCE) is None


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        pytest.param("classes", "0,0,a", "1e308,0,a", id="numbers beyond float32"),
        pytest.param("series", "2020-01-05", "0000-01-05", id="the year 0"),
        pytest.param("parts", "2000,3,", "9223372036854775807,3,", id="a year of 64 bits"),
        pytest.param("panel", "t,g,y", "t\x01\x1b,g,y", id="control characters in a name"),
        pytest.param("epochs", ",0.0,0", ",0.0,1e300", id="a weight beyond float32"),
        pytest.param("steps", "s0,0,", "s0,inf,", id="an infinite step"),
        pytest.param("kinds", "1,b,", '"1\r",b,', id="a carriage return in quotes"),
        pytest.param("table", "n1,1,", "n1,1\r,", id="a carriage return in no quotes"),
        pytest.param("table", "name,x", "x\x01,x", id="a header that begins like zlib"),
        pytest.param("zones", "t,y", "t,1e309", id="a header of numbers, one infinite"),
    ],
)
@pytest.mark.parametrize("door", DOORS)
def test_what_was_found_stays_mended(
    name: str, old: str, new: str, door: str, tmp_path: Path
) -> None:
    content = BY_NAME[name].text.replace(old, new, 1).encode()
    assert content != BY_NAME[name].text.encode()
    assert fault_of(tmp_path, BY_NAME[name], content, door, PATIENCE) is None


ODD_TEXT = st.text(alphabet='ab19.,;\t"\n\r\0é\ufeff\x1b -+eE=N', max_size=80)


@given(st.sampled_from(SEEDS), ODD_TEXT, st.integers(0, 10_000), st.sampled_from(DOORS))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_within_a_table_ends_in_right_numbers_or_diagnostics(
    tmp_path: Path, seed: Seed, odd: str, place: int, door: str
) -> None:
    at = place % len(seed.text)
    content = (seed.text[:at] + odd + seed.text[at:]).encode()
    assert fault_of(tmp_path, seed, content, door, PATIENCE) is None
