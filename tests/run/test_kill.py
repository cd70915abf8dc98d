"""Runs killed by SIGKILL and resumed end bit for bit as those left alone."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks.kill import SPECS, differences, killed, undisturbed, write_folder


def _check(folder: Path, name: str, kills: int) -> None:
    write_folder(folder, [name])
    seconds = undisturbed(folder, name)
    runs = list(killed(folder, name, kills, random.Random(5), seconds))
    assert sum(len(places) for _, places in runs) == kills
    for run, _ in runs:
        assert differences(folder / "alone" / name / "1", run) == []


def test_a_run_killed_twice_ends_as_one_that_was_not(tmp_path: Path) -> None:
    _check(tmp_path, "schedule", kills=2)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in SPECS if name != "schedule"])
def test_every_kind_of_run_survives_being_killed(name: str, tmp_path: Path) -> None:
    _check(tmp_path, name, kills=3)
