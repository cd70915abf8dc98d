"""Which run is meant: by its directory, by NAME/NUMBER, or by a spec's name for the latest one."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from layerforge.diagnostics import Diagnostic, Faults, did_you_mean
from layerforge.run.directory import RECORD, read_json, run_numbers, spec_names
from layerforge.run.state import state_of

_UNFINISHED: Final = ("killed", "interrupted", "failed")


def find_run(name: str, runs: Path) -> Path:
    """The run that RUN means: a run directory, NAME/NUMBER, or NAME for its latest finished run.

    Raises Faults, with the nearest name as help, where there is none.
    """
    for path in (Path(name), runs / name):
        if (path / RECORD).is_file():
            return path
    parent = runs / name
    if name and parent.is_dir() and (numbers := run_numbers(parent)):
        return _latest(name, parent, numbers)
    raise Faults(_unknown(name, runs))


def find_resumable(name: str | None, runs: Path) -> Path:
    """The run that is to go on: a run directory, NAME/NUMBER, or the latest unfinished one of NAME.

    Without a name it is the latest unfinished one of all. Raises Faults where there is none.
    """
    for path in (Path(name), runs / name) if name else ():
        if (path / RECORD).is_file():
            return path
    specs = spec_names(runs)
    if name is not None and name not in specs:
        raise Faults(_unknown(name, runs))
    found = [
        runs / each / str(number)
        for each in ([name] if name else specs)
        for number in run_numbers(runs / each)
        if state_of(runs / each / str(number)) in _UNFINISHED
    ]
    if found:
        return max(found, key=_age if name is None else _number)
    what = f"no run of `{name}`" if name else "no run"
    message = f"{what} in `{runs}` is unfinished"
    help = "name a finished one, NAME/NUMBER, to train it longer"
    raise Faults(Diagnostic("unknown-run", message, help=help))


def _age(run: Path) -> tuple[str, int]:
    """By this the latest run of all is the largest: when it was begun, then its number."""
    return str(read_json(run / RECORD).get("started")), int(run.name)


def _number(run: Path) -> int:
    """The same of one spec's runs: a clock may be set back, numbers are not."""
    return int(run.name)


def _latest(name: str, parent: Path, numbers: list[int]) -> Path:
    states: dict[int, str] = {}
    for number in sorted(numbers, reverse=True):
        states[number] = state_of(parent / str(number))
        if states[number] == "finished":
            return parent / str(number)
    told = ", ".join(f"{name}/{number} ({state})" for number, state in list(states.items())[:4])
    message = f"no run of `{name}` has finished: {told}"
    help = "name one that has a best.keras, or train again"
    raise Faults(Diagnostic("unknown-run", message, help=help))


def _unknown(name: str, runs: Path) -> Diagnostic:
    """The diagnostic of a RUN that is no directory and no name."""
    spec, _, number = name.rpartition("/")
    names = spec_names(runs)
    if spec in names:
        there = [
            n for n in sorted(run_numbers(runs / spec)) if (runs / spec / str(n) / RECORD).is_file()
        ]
        have = ", ".join(map(str, there)) or "none"
        return Diagnostic("unknown-run", f"`{spec}` has no run {number}; it has {have}")
    if not names:
        message = f"there is no run `{name}`: `{runs}` holds none yet"
        return Diagnostic("unknown-run", message, help="train a spec first")
    help = did_you_mean(name, names) or f"there are {', '.join(names[:8])}"
    return Diagnostic("unknown-run", f"there is no run `{name}` in `{runs}`", help=help)
