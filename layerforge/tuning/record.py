"""The directory of a search, `searches/NAME/NUMBER`, and what `search.json` in it says."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from layerforge.data import Prepared
from layerforge.diagnostics import Diagnostic, Faults
from layerforge.pipeline import Compiled
from layerforge.records import replace
from layerforge.run import directory
from layerforge.run.files import write_bytes, write_json, write_text
from layerforge.run.fingerprint import fingerprint
from layerforge.run.process import this_process
from layerforge.run.record import now, versions
from layerforge.run.settings import differences, settings_of
from layerforge.spec import TuneSettings

RECORD: Final = "search.json"
TRIALS: Final = "trials"
BEST: Final = "best.yaml"
TABLE: Final = "trials.csv"
# What may be another number in a search that goes on.
_FREE: Final = ("tune.max_trials", "tune.max_time")


def open_search(
    folder: Path,
    compiled: Compiled,
    prepared: Prepared,
    command: Iterable[str],
    resolved: str | None = None,
) -> None:
    """What is known before the first trial."""
    assert compiled.spec is not None  # as in every spec without faults
    record = {
        "name": compiled.spec.name,
        "state": "running",
        "reason": None,
        "process": this_process(),
        "started": now(),
        "command": list(command),
        "overrides": list(compiled.overrides),
        "spec": str(compiled.path.absolute()),
        "folder": os.path.relpath(compiled.path.parent, folder),
        "data": fingerprint(prepared),
        "versions": versions(),
        "settings": search_settings(compiled),
    }
    (folder / TRIALS).mkdir()
    write_bytes(folder / directory.SPEC, compiled.path.read_bytes())
    if resolved is not None:
        write_text(folder / directory.RESOLVED, resolved)
    write_json(folder / RECORD, record)


def read_search(folder: Path) -> dict[str, Any]:
    """What `search.json` says. Raises Faults where it cannot be read, or lacks what every search says."""
    record = directory.read_json(folder / RECORD)
    needed = ("name", "state", "spec", "folder", "overrides", "data", "settings")
    if missing := [name for name in needed if name not in record]:
        raise Faults(Diagnostic("broken-run", f"`{folder / RECORD}` does not say `{missing[0]}`"))
    return record


def update_search(folder: Path, **changes: Any) -> None:
    """Writes `search.json` again with these entries new or changed."""
    write_json(folder / RECORD, {**directory.read_json(folder / RECORD), **changes})


def find_search(word: str | None, searches: Path) -> Path:
    """The folder of a search: a path, `NAME/NUMBER`, a name for its latest, None for the latest of all.

    Raises Faults where there is none.
    """
    if word is not None and (Path(word) / RECORD).is_file():
        return Path(word)
    folders = [
        searches / name / str(number)
        for name in directory.spec_names(searches)
        for number in directory.run_numbers(searches / name)
        if word in (None, name, f"{name}/{number}")
    ]
    found = [each for each in folders if (each / RECORD).is_file()]
    if found:
        if word is not None:
            return max(found, key=lambda each: int(each.name))  # clocks may be set back
        return max(found, key=lambda each: ((each / RECORD).stat().st_mtime, int(each.name)))
    names = directory.spec_names(searches)
    help = f"there are searches of {', '.join(names)}" if names else "`layerforge tune SPEC`"
    what = "no search" if word is None else f"no search `{word}`"
    raise Faults(Diagnostic("unknown-run", f"there is {what} in `{searches}`", help=help))


def refuse_changes(folder: Path, compiled: Compiled, prepared: Prepared) -> None:
    """Raises Faults where the spec or the data are others than when the search began."""
    record = read_search(folder)
    found = [
        Diagnostic("run-differs", f"`{name}` was {before} in `{folder}`, and is {after} now")
        for name, before, after in differences(record["settings"], search_settings(compiled))
        if name not in _FREE
    ]
    if record["data"].get("sha256") != fingerprint(prepared)["sha256"]:
        source = prepared.settings.named_sources
        found.append(Diagnostic("run-differs", f"`{source}` has changed since `{folder}`"))
    if found:
        *most, last = found
        help = "trials of both would not compare; without `--resume` a new search begins"
        raise Faults(*most, replace(last, help=help))


def search_settings(compiled: Compiled) -> dict[str, str]:
    """All that a search depends on, by name: the settings in force, each hyperparameter, how it searches."""
    found = settings_of(compiled)
    for hp in compiled.hyperparameters.values():
        given = {name: value for name, value in hp.arguments.items() if value is not None}
        found[f"hyperparameter {hp.name}"] = f"{hp.kind} {_text(given)}"
    settings = compiled.tune or TuneSettings()
    tuner, goal = settings.tuner, settings.objective
    found["tune.tuner"] = f"{tuner.name} {_text(tuner.values)}".strip()
    found["tune.objective"] = f"{goal.name} {goal.direction}"
    for name in ("max_trials", "executions_per_trial", "folds", "seed", "max_time"):
        found[f"tune.{name}"] = str(getattr(settings, name))
    for name in ("max_parameters", "max_macs", "median_stopping"):
        found[f"tune.{name}"] = str(getattr(settings, name))
    return found


def _text(values: Mapping[str, Any]) -> str:
    pairs = [f"{name}: {value}" for name, value in values.items()]
    return f"{{{', '.join(pairs)}}}" if pairs else ""
