"""The run directory `runs/NAME/NUMBER`: made so that no two commands share one, found again by name."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from layerforge.diagnostics import Diagnostic, Faults, did_you_mean
from layerforge.run.files import write_json
from layerforge.run.process import is_alive

RECORD: Final = "run.json"
SPEC: Final = "spec.yaml"
DATA: Final = "data.json"
PREPROCESSING: Final = "preprocessing.json"
HISTORY_TABLE: Final = "history.csv"
HISTORY_LINES: Final = "history.jsonl"
BEST: Final = "best.keras"
LAST: Final = "last.keras"
SCORES: Final = "scores.json"
_NEEDED: Final = ("state", "spec", "folder", "overrides", "choices", "data", "batch_size", "logits")


def create(runs: Path, name: str) -> Path:
    """A new empty directory `runs/NAME/NUMBER`, numbered after those there. Raises Faults."""
    parent = runs / name
    try:
        parent.mkdir(parents=True, exist_ok=True)
        number = max(run_numbers(parent), default=0) + 1
        while True:
            try:
                (parent / str(number)).mkdir()  # exclusive: of two commands one goes on to the next
                return parent / str(number)
            except FileExistsError:
                number += 1
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        message = f"no run directory can be made in `{parent}`: {reason}"
        raise Faults(Diagnostic("unwritable-runs", message)) from None


def read_record(run: Path) -> dict[str, Any]:
    """What `run.json` says. Raises Faults where it cannot be read, or lacks what every run says."""
    record = read_json(run / RECORD)
    if missing := [name for name in _NEEDED if name not in record]:
        message = f"`{run / RECORD}` does not say `{missing[0]}`"
        raise Faults(Diagnostic("broken-run", message))
    return record


def update_record(run: Path, **changes: Any) -> None:
    """Writes `run.json` again with these entries new or changed."""
    path = run / RECORD
    write_json(path, {**(read_json(path) if path.exists() else {}), **changes})


def read_json(path: Path) -> dict[str, Any]:
    """The object that a JSON file of a run holds. Raises Faults where it holds none."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Faults(Diagnostic("broken-run", f"`{path}` cannot be read: {reason}")) from None
    except ValueError as error:
        raise Faults(Diagnostic("broken-run", f"`{path}` is no JSON: {error}")) from None
    if not isinstance(value, dict):
        raise Faults(Diagnostic("broken-run", f"`{path}` holds no JSON object"))
    return value


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


def _latest(name: str, parent: Path, numbers: list[int]) -> Path:
    states: dict[int, str] = {}
    for number in sorted(numbers, reverse=True):
        states[number] = run_state(parent / str(number))
        if states[number] == "finished":
            return parent / str(number)
    told = ", ".join(f"{name}/{number} ({state})" for number, state in list(states.items())[:4])
    message = f"no run of `{name}` has finished: {told}"
    help = "name one that has a best.keras, or train again"
    raise Faults(Diagnostic("unknown-run", message, help=help))


def run_state(run: Path) -> str:
    """How a run stands: `running`, `finished`, `interrupted` or `failed`, as `run.json` says.

    `killed` where it says `running` and the process is no more; `unreadable` without a record.
    """
    try:
        record = read_json(run / RECORD)
    except Faults:
        return "unreadable"
    state = str(record.get("state", "unknown"))
    return "killed" if state == "running" and not is_alive(record.get("process")) else state


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


def spec_names(runs: Path) -> list[str]:
    """The names of the specs that have runs below this folder."""
    if not runs.is_dir():
        return []
    return sorted(each.name for each in runs.iterdir() if each.is_dir() and run_numbers(each))


def run_numbers(parent: Path) -> list[int]:
    """The numbers of the runs in a spec's folder."""
    if not parent.is_dir():
        return []
    names = [each.name for each in parent.iterdir() if each.is_dir()]
    return [int(name) for name in names if name.isascii() and name.isdecimal()]


def history_texts(history: Sequence[Mapping[str, float]]) -> tuple[str, str]:
    """The history as CSV and as JSON lines, an epoch each, numbers in full precision."""
    from layerforge.run.files import finite

    names = list(dict.fromkeys(name for epoch in history for name in epoch))
    rows = [",".join(("epoch", *names))]
    lines = []
    for number, epoch in enumerate(history, start=1):
        rows.append(",".join([str(number), *(repr(epoch[n]) if n in epoch else "" for n in names)]))
        lines.append(json.dumps(finite({"epoch": number, **epoch})))
    return "\n".join(rows) + "\n", "".join(line + "\n" for line in lines)
