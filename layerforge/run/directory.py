"""The run directory `runs/NAME/NUMBER` and its files: made so that no two commands share one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from layerforge.diagnostics import Diagnostic, Faults, reason_of
from layerforge.run.files import write_json

RECORD: Final = "run.json"
SPEC: Final = "spec.yaml"
RESOLVED: Final = "resolved.yaml"
DATA: Final = "data.json"
PREPROCESSING: Final = "preprocessing.json"
HISTORY_TABLE: Final = "history.csv"
HISTORY_LINES: Final = "history.jsonl"
BEST: Final = "best.keras"
LAST: Final = "last.keras"
SCORES: Final = "scores.json"
# What every run says, and in which form; a run directory may come from anyone.
_NEEDED: Final[Mapping[str, type]] = {
    "state": str,
    "spec": str,
    "folder": str,
    "overrides": list,
    "choices": dict,
    "data": dict,
    "batch_size": int,
    "logits": bool,
}
_SAID: Final = {
    str: "a text",
    list: "a list",
    dict: "names",
    int: "a number",
    bool: "true or false",
}
_OTHERS: Final[Mapping[str, type]] = {"code": dict, "plugins": dict, "settings": dict}


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
        reason = reason_of(error)
        message = f"no run directory can be made in `{parent}`: {reason}"
        raise Faults(Diagnostic("unwritable-runs", message)) from None


def read_record(run: Path) -> dict[str, Any]:
    """What `run.json` says. Raises Faults where it cannot be read, or lacks what every run says."""
    record = read_json(run / RECORD)
    if missing := [name for name in _NEEDED if name not in record]:
        message = f"`{run / RECORD}` does not say `{missing[0]}`"
        raise Faults(Diagnostic("broken-run", message))
    record = {
        name: each for name, each in record.items() if name not in _OTHERS or each is not None
    }
    for name, kind in {**_NEEDED, **_OTHERS}.items():
        if name in record and not isinstance(record[name], kind):
            message = f"`{run / RECORD}` says something else than {_SAID[kind]} for `{name}`"
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
        reason = reason_of(error)
        raise Faults(Diagnostic("broken-run", f"`{path}` cannot be read: {reason}")) from error
    except ValueError as error:
        raise Faults(Diagnostic("broken-run", f"`{path}` is no JSON: {error}")) from None
    if not isinstance(value, dict):
        raise Faults(Diagnostic("broken-run", f"`{path}` holds no JSON object"))
    return value


def is_refused(stop: Faults) -> bool:
    """Whether a file is there and the disk or the network does not give it: it says nothing of the run."""
    cause, absent = stop.__cause__, (FileNotFoundError, NotADirectoryError, PermissionError)
    return isinstance(cause, OSError) and not isinstance(cause, (*absent, IsADirectoryError))


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


def read_history(run: Path) -> list[dict[str, float]]:
    """The loss and metrics of each epoch of a run. Raises Faults where they cannot be read."""
    path = run / HISTORY_LINES
    try:
        epochs = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise Faults(Diagnostic("broken-run", f"`{path}` cannot be read: {error}")) from None
    return [{name: value for name, value in each.items() if name != "epoch"} for each in epochs]


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
