"""The runs that a folder holds, as their directories tell it: no index is kept, none can be wrong."""

from __future__ import annotations

import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from layerforge.diagnostics import Diagnostic, Faults, reason_of
from layerforge.run import directory
from layerforge.run.finding import find_run
from layerforge.run.state import state_of


@dataclass(frozen=True, slots=True)
class Listed:
    """One run as its files tell it; `record` and `scores` are empty where they cannot be read.

    `state` is that of `run.json`; `killed` where it says `running` and the process is no more,
    `unreadable` where there is no record that can be read.
    """

    name: str
    number: int
    path: Path
    state: str
    record: Mapping[str, Any]
    scores: Mapping[str, Any]

    @property
    def title(self) -> str:
        return f"{self.name}/{self.number}"

    @property
    def seconds(self) -> float | None:
        """From the start to the end, the scoring included; None where it is not known.

        A clock that was set back meanwhile tells nothing.
        """
        times = self.record.get("started"), self.record.get("ended")
        try:
            started, ended = (datetime.fromisoformat(str(each)) for each in times)
            passed = (ended - started).total_seconds()
        except (ValueError, TypeError):
            return None
        return passed if passed >= 0 else None

    def told(self) -> dict[str, Any]:
        """As JSON: what its files say, how it stands now, and the sizes of its files in bytes."""
        return {
            "run": self.title,
            "path": str(self.path),
            "state": self.state,
            "seconds": self.seconds,
            "record": self.record,
            "scores": self.scores,
            "files": _files(self.path),
        }


def _files(run: Path) -> dict[str, int]:
    """The sizes of the files, without those that are taken away meanwhile. Raises OSError."""
    found = {}
    for each in sorted(run.iterdir()):
        try:
            about = each.stat()
        except FileNotFoundError:
            continue
        if stat.S_ISREG(about.st_mode):
            found[each.name] = about.st_size
    return found


def list_runs(runs: Path, name: str | None = None) -> list[Listed]:
    """The runs below a folder, or those of one spec's name, by name and number.

    Raises Faults where the folder cannot be read, or no run has that name.
    """
    try:
        names = directory.spec_names(runs) if name is None else [name]
        found = [each for known in names for each in _of_name(runs, known)]
    except OSError as error:
        reason = reason_of(error)
        raise Faults(Diagnostic("unknown-run", f"`{runs}` cannot be read: {reason}")) from None
    if name is not None and not found:
        find_run(name, runs)  # says which names there are
    return found


def _of_name(runs: Path, name: str) -> Iterator[Listed]:
    for number in sorted(directory.run_numbers(runs / name)):
        yield look_at(runs / name / str(number))


def look_at(run: Path) -> Listed:
    """The run in this directory; what is not there or broken is left out. Raises Faults, OSError."""
    record = _read(run / directory.RECORD)
    number = int(run.name) if run.name.isdecimal() else 0
    state = state_of(run)
    return Listed(run.parent.name, number, run, state, record, _read(run / directory.SCORES))


def _read(path: Path) -> Mapping[str, Any]:
    """What a file says; nothing where it is not there, broken, or somebody else's."""
    try:
        return directory.read_json(path)
    except Faults as stop:
        if directory.is_refused(stop):
            raise
        return {}


def remove_runs(runs: Sequence[Listed]) -> None:
    """Removes run directories, each at once: renamed first, so that half of one is never seen.

    Raises Faults, before anything is gone, where one of them is running.
    """
    if busy := [run.title for run in runs if run.state == "running"]:
        message = f"{', '.join(busy)} is running; stop it first"
        raise Faults(Diagnostic("run-is-live", message))
    for run in runs:
        aside = run.path.with_name(f".{run.path.name}.{secrets.token_hex(4)}.removed")
        try:
            run.path.rename(aside)
            if aside.is_symlink():
                aside.unlink()  # what it points at was given another name, and is not asked to go
            else:
                shutil.rmtree(aside)
        except OSError as error:
            reason = reason_of(error)
            message = f"`{run.path}` cannot be removed: {reason}"
            raise Faults(Diagnostic("unwritable-runs", message)) from None
