"""A search from the first trial to the best spec: begun, gone on with, or looked at."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from layerforge.data import Prepared
from layerforge.diagnostics import Diagnostic, Faults
from layerforge.events import Listener, SearchEnded, SearchStarted
from layerforge.pipeline import Compiled, compile_spec
from layerforge.run import directory
from layerforge.run.completion import completed
from layerforge.run.files import sweep
from layerforge.run.monitors import monitor_faults
from layerforge.run.process import this_process
from layerforge.run.record import now
from layerforge.run.resuming import spec_file
from layerforge.run.state import held
from layerforge.space import Space
from layerforge.spec import TuneSettings
from layerforge.tuning import record, sharing
from layerforge.tuning.best import write_best
from layerforge.tuning.journal import Story, read_story
from layerforge.tuning.processes import Engine, Processes
from layerforge.tuning.scheduler import Scheduler, Search, changes_of, folds_of
from layerforge.tuning.sharing import SharedData
from layerforge.tuning.trials import Trial, ranking

_PER_WORKER: Final = 1_000_000_000  # bytes that a process with TensorFlow in it may come to take


@dataclass(frozen=True, slots=True)
class Searched:
    """A search as it stands: where it lies, what its journal tells, how it is going.

    `ended` is None where it is only looked at. `best` is the number of the best trial, and
    `best.yaml` in the folder its spec; None where no trial has a score yet.
    """

    folder: Path
    settings: TuneSettings
    story: Story
    ended: SearchEnded | None

    @property
    def direction(self) -> str:
        return self.settings.objective.direction or "min"

    @property
    def ranked(self) -> list[int]:
        """The trials that have a score, the best first."""
        return ranking(self.story.outcomes, self.direction)

    @property
    def best(self) -> int | None:
        return next(iter(self.ranked), None)


def tune(
    compiled: Compiled,
    searches: Path,
    listener: Listener,
    workers: int | None = None,
    command: Iterable[str] = (),
    resolved: str | None = None,
    engine: Callable[[], Engine] = Processes,
) -> Searched:
    """Searches a spec in a new directory below `searches`.

    Raises Faults where there is nothing to search, where the data have faults, or where something
    is wrong with every trial. Ctrl-C saves what every trial has done; the search can go on then.
    """
    _check(compiled)
    folder = directory.create(searches, _name(compiled))
    with held(folder):
        prepared = _prepared(folder, compiled)
        record.open_search(folder, compiled, prepared, command, resolved)
        return _course(folder, compiled, listener, workers, tuple(command), engine)


def resume(
    folder: Path,
    compiled: Compiled,
    listener: Listener,
    workers: int | None = None,
    command: Iterable[str] = (),
    engine: Callable[[], Engine] = Processes,
) -> Searched:
    """Goes on with a search: no trial that has ended is run again, no other is left out.

    Raises Faults where another process works on it, or where spec or data have changed.
    """
    _check(compiled)
    with held(folder):
        sweep(folder)
        prepared = _prepared(folder, compiled)
        record.refuse_changes(folder, compiled, prepared)
        said = record.read_search(folder)
        again = [*said.get("resumed", ()), {"at": now(), "command": list(command)}]
        process = this_process()
        record.update_search(folder, state="running", reason=None, process=process, resumed=again)
        return _course(folder, compiled, listener, workers, tuple(command), engine)


def spec_of(folder: Path, overrides: Iterable[str] = ()) -> Compiled:
    """The spec of a search as it is now, with what was set then and `overrides`.

    Raises Faults where the file is neither where it lay as seen from the search nor on the machine.
    """
    said = record.read_search(folder)
    path = spec_file(folder, said)
    return completed(compile_spec(path, (*said["overrides"], *overrides)))


def look(folder: Path) -> Searched:
    """A search as its journal has it, whether or not somebody works on it."""
    said = record.read_search(folder)
    kept = compile_spec(folder / directory.SPEC, tuple(said["overrides"]))
    return Searched(folder, kept.tune or TuneSettings(), read_story(folder), None)


def best_spec(searched: Searched, space: Space) -> Path | None:
    """Writes `best.yaml` and says where it lies; None where no trial has a score."""
    number = searched.best
    if number is None:
        return None
    trial, outcome = searched.story.asked[number], searched.story.outcomes[number]
    train = space.compiled(trial.values).train
    number = _best_execution(searched, trial)
    changes = changes_of(trial, searched.story, searched.settings, train, number)
    compiled = space.compiled(trial.values, changes)
    name = searched.settings.objective.name
    title = f"Trial {number} of the search {searched.folder}: {name} {outcome.score!r}"
    path = searched.folder / record.BEST
    write_best(path, compiled, title)
    return path


def _best_execution(searched: Searched, trial: Trial) -> int:
    """Which execution of a trial had the best score; each has one for every fold."""
    scores = searched.story.outcomes[trial.number].scores
    best = (min if searched.direction == "min" else max)(scores)
    return scores.index(best) // (searched.settings.folds or 1)


def _prepared(folder: Path, compiled: Compiled) -> Prepared:
    """The data of the defaults, every fold of them prepared once to see that it can be."""
    shared = SharedData(folder)
    for fold in folds_of(compiled.tune or TuneSettings()):
        if fold is not None:
            shared.prepared(compiled, fold)
    prepared = shared.prepared(compiled)[1]
    _refuse(monitor_faults(compiled, bool(prepared.samples("validation"))))
    return prepared


def _course(
    folder: Path,
    compiled: Compiled,
    listener: Listener,
    workers: int | None,
    command: tuple[str, ...],
    engine: Callable[[], Engine],
) -> Searched:
    settings = compiled.tune or TuneSettings()
    space = Space.of(compiled)
    story = read_story(folder)
    count = workers or usual_workers(settings.max_trials)
    threads = max(1, _cores() // count)
    written = compiled.path.read_bytes()
    search = Search(folder, space, settings, written, count, threads, command)
    listener(_started(Searched(folder, settings, story, None), count))
    try:
        ended = Scheduler(search, story, engine(), listener).run()
    except Faults as stop:
        record.update_search(folder, state="failed", reason=str(stop), ended=now())
        raise
    searched = Searched(folder, settings, story, ended)
    best_spec(searched, space)
    shutil.rmtree(folder / sharing.FOLDER, ignore_errors=True)
    record.update_search(folder, state=ended.state, reason=ended.reason, ended=now())
    listener(ended)
    return searched


def _started(searched: Searched, workers: int) -> SearchStarted:
    goal, most = searched.settings.objective.name, searched.settings.max_trials
    outcomes, best = searched.story.outcomes, searched.best
    score = outcomes[best].score if best is not None else None
    known = (best, score) if best is not None and score is not None else None
    folder, done = str(searched.folder), len(outcomes)
    return SearchStarted(folder, goal, searched.direction, most, workers, done, known)


def usual_workers(max_trials: int | None = None) -> int:
    """As many as there are cores, trials and memory for.

    A small network keeps about one core busy whatever it is given, so two trials on two cores are
    nearly twice as fast as one after the other; a process with TensorFlow in it takes up to 1 GB.
    """
    memory = _available_memory()
    room = _cores() if memory is None else memory // _PER_WORKER
    return max(1, min(_cores(), room, max_trials or _cores()))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _available_memory() -> int | None:
    try:
        text = Path("/proc/meminfo").read_text(encoding="ascii")
    except OSError:
        return None
    line = next((line for line in text.splitlines() if line.startswith("MemAvailable")), None)
    return None if line is None else int(line.split()[1]) * 1024


def _check(compiled: Compiled) -> None:
    """Raises Faults where there is nothing to search, or no epoch logs what it is for."""
    if not compiled.hyperparameters:
        message = "the spec has no hyperparameter, so there is nothing to search"
        help = "write one in the place of a value: `units: {hp.Int: [32, 128, 32]}`"
        raise Faults(Diagnostic("no-hyperparameter", message, None, help))
    _refuse(monitor_faults(compiled))


def _refuse(found: list[Diagnostic]) -> None:
    if found:
        raise Faults(*found)


def _name(compiled: Compiled) -> str:
    assert compiled.spec is not None  # as in every spec without faults
    return compiled.spec.name
