"""Standard streams that are full, closed, or without a reader: the work is done all the same."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from layerforge.cli.main import COMMANDS
from layerforge.cli.streams import Output
from tests.faults.conftest import QUICK, TRAINED, is_plain, run_shell

FULL = "standard output cannot be written: no space left on device [unwritable-file]"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/dev/full")


def test_every_command_has_a_line() -> None:
    tried = {line.split()[0] for line in [*QUICK.values(), *TRAINED.values()]}
    tried.add("serve")  # it listens, and has tests of its own
    assert tried == {name for part in COMMANDS.values() for name in part}


@pytest.mark.parametrize("name", QUICK)
def test_a_full_disk_behind_standard_output_is_one_line(name: str, folder: Path) -> None:
    done = run_shell(folder, f"layerforge {QUICK[name]} > /dev/full")
    assert (done.returncode, is_plain(done)) == (1, True), done.stderr
    assert done.stderr.splitlines()[-1] == FULL


@pytest.mark.parametrize("name", QUICK)
def test_streams_that_are_gone_change_no_status(name: str, folder: Path) -> None:
    usual = 1 if name.startswith("check") else 0
    for tail in (">&- 2>&- <&-", "2> /dev/full | true"):
        done = run_shell(folder, f"layerforge {QUICK[name]} {tail}")
        assert (done.returncode, done.stdout, done.stderr) == (usual, "", "")


def test_an_answer_comes_although_nothing_can_be_said_beside_it(folder: Path) -> None:
    whole, done = (run_shell(folder, f"layerforge {QUICK['data']} {end}") for end in ("", "2>&-"))
    assert done.stdout == whole.stdout != ""
    assert whole.stderr != ""


@pytest.mark.parametrize("words", ["--version", "--help", "check --help"])
def test_a_full_disk_is_told_of_help_as_well(words: str, folder: Path) -> None:
    done = run_shell(folder, f"layerforge {words} > /dev/full")
    assert (done.returncode, done.stderr) == (1, f"{FULL}\n")


@pytest.mark.slow
@pytest.mark.parametrize("name", TRAINED)
def test_what_was_asked_for_is_made_although_nobody_can_be_told(name: str, used: Path) -> None:
    full = run_shell(used, f"layerforge {TRAINED[name]} > /dev/full")
    assert (full.returncode, is_plain(full)) == (1, True), full.stderr
    assert full.stderr.splitlines()[-1] == FULL
    for tail in ("2> /dev/full", ">&- 2>&- <&-", "| true"):
        done = run_shell(used, f"layerforge {TRAINED[name]} {tail}")
        assert (done.returncode, is_plain(done)) == (0, True), done.stderr
        if name == "build":  # what comes after the table was lost with the reader of the table
            (used / "built.keras").unlink()
    runs = [each / "run.json" for each in (used / "runs").glob("*/*")]
    assert runs
    assert all('"state": "finished"' in each.read_text(encoding="utf-8") for each in runs)


def test_a_pipe_that_must_not_be_waited_for_is_waited_for() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    output = Output(writing)
    with suppress(BlockingIOError):  # it is full
        while True:
            os.write(writing, b"x" * 4096)
    reader = Thread(target=os.read, args=(reading, 65536))
    reader.start()
    assert output.write(b"y" * 4096) == 4096
    reader.join()
    os.close(reading)
    assert output.write(b"z") == 1
    assert isinstance(output.failure, BrokenPipeError)
    os.close(writing)
