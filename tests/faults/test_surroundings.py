"""What surrounds a process: no home, no terminal, odd locales and time zones, few files and bytes allowed."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import pytest

from tests.faults.conftest import QUICK, TRAINED, is_plain, run_shell

SURROUNDINGS: dict[str, dict[str, str | None]] = {
    "no home": {"HOME": None, "XDG_CACHE_HOME": None, "TMPDIR": "/nonexistent", "TERM": None},
    "a home that is not there": {"HOME": "/nonexistent", "TERM": "dumb", "COLUMNS": "1"},
    "plain C": {
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "TZ": "Nonsense/Place:<>",
    },
    "a locale that is not there": {"LC_ALL": "tr_TR.nonsense", "LANG": "xx", "COLUMNS": "9" * 30},
    "ASCII": {"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii:strict", "TZ": "Asia/Kathmandu"},
}


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_quick_commands_work_in_any_surroundings(name: str, folder: Path) -> None:
    for each, line in QUICK.items():
        done = run_shell(folder, f"layerforge {line}", SURROUNDINGS[name])
        usual = 1 if each.startswith("check") else 0
        assert (done.returncode, is_plain(done)) == (usual, True), done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("name", TRAINED)
def test_commands_work_without_home_locale_and_time_zone(name: str, used: Path) -> None:
    without = {**SURROUNDINGS["no home"], **SURROUNDINGS["ASCII"]}
    done = run_shell(used, f"layerforge {TRAINED[name]}", without)
    assert (done.returncode, is_plain(done)) == (0, True), done.stderr


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kathmandu", "UTC+25", "Nonsense"])
def test_the_time_zone_of_the_machine_changes_no_number(zone: str, folder: Path) -> None:
    line = f"layerforge {QUICK['data']}"
    here, there = run_shell(folder, line, {"TZ": "UTC"}), run_shell(folder, line, {"TZ": zone})
    assert here.stdout == there.stdout != ""


@pytest.mark.skipif(sys.platform != "linux", reason="limits a process")
@pytest.mark.parametrize(
    ("limit", "value"), [("RLIMIT_NOFILE", 12), ("RLIMIT_FSIZE", 1000), ("RLIMIT_STACK", 1 << 18)]
)
def test_a_limit_of_the_system_is_told_or_not_reached(limit: str, value: int, folder: Path) -> None:
    number = getattr(resource, limit)

    def limited() -> None:
        resource.setrlimit(number, (value, resource.getrlimit(number)[1]))

    done = run_shell(folder, "layerforge schema --out schema.json", preexec_fn=limited)
    assert is_plain(done), done.stderr
    made = (folder / "schema.json").exists()
    assert (done.returncode, made) == ((1, False) if limit == "RLIMIT_FSIZE" else (0, True))
    if not made:
        assert done.stderr == "`schema.json` cannot be written: file too large [unwritable-file]\n"
