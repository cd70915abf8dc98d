"""A spec trained on each of several folds of its rows: ordinary runs, judged together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layerforge.diagnostics import Diagnostic, Faults
from layerforge.events import Listener, Note
from layerforge.pipeline import Compiled, compile_spec
from layerforge.run import directory
from layerforge.run.backtesting import summary
from layerforge.run.completion import completed
from layerforge.run.record import now
from layerforge.run.resuming import compile_as, resume
from layerforge.run.training import Trained, train
from layerforge.spec.folds import Fold


@dataclass(frozen=True, slots=True)
class Folded:
    """The runs of the folds that were trained, and the last of them, which may have been stopped.

    `found` are the scores of those that were finished, each on what its fold holds back, in the form
    of a backtest's: `{"folds": [...], "refit": True, "summary"}`; None where there are none.
    """

    runs: tuple[Path, ...]
    last: Trained
    found: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Folds:
    """What is to be trained: a spec with what was set for it, so many folds of it."""

    spec: Path
    overrides: tuple[str, ...]
    count: int

    def compiled(self, fold: Fold) -> Compiled:
        return completed(compile_spec(self.spec, (*self.overrides, f"data.fold={fold}")))


def train_folds(
    folds: Folds,
    runs: Path,
    listener: Listener,
    command: Iterable[str],
    resolve: Callable[[Compiled], str],
    begun: Mapping[int, Path] | None = None,
) -> Folded:
    """Trains every fold in a run of its own, from the first on; the scores of all of them.

    `begun` are the runs of folds that an earlier command began, which go on where they stopped.
    `resolve` gives the text of a spec with every value in force. A fold that is interrupted is the
    last one. Raises Faults as `train` and `resume` do.
    """
    begun = dict(begun or {})
    series = _series(begun) or now()
    done: list[Trained] = []
    for number in range(1, folds.count + 1):
        fold = Fold(number, folds.count)
        listener(Note(f"fold {number} of {folds.count}"))
        if number in begun:
            compiled = compile_as(begun[number], folds.spec, folds.overrides)
            done.append(resume(begun[number], compiled, listener, command))
        else:
            compiled = folds.compiled(fold)
            told = {"number": number, "of": folds.count, "series": series}
            done.append(train(compiled, runs, listener, command, resolve(compiled), folds=told))
        if done[-1].state != "finished":
            break
    return Folded(tuple(each.path for each in done), done[-1], _judged(done))


def begun_folds(name: str, count: int, runs: Path) -> dict[int, Path]:
    """The runs of the latest command that trained so many folds of a spec, by the fold's number.

    Raises Faults where there is none.
    """
    found: dict[str, dict[int, Path]] = {}
    for number in directory.run_numbers(runs / name):
        run = runs / name / str(number)
        if not (run / directory.RECORD).is_file():
            continue  # killed before it said what it is
        told = directory.read_json(run / directory.RECORD).get("folds") or {}
        if told.get("of") == count:
            found.setdefault(str(told["series"]), {})[int(told["number"])] = run
    if not found:
        message = f"no run of `{name}` in `{runs}` is one of {count} folds"
        raise Faults(Diagnostic("unknown-run", message, help="leave `--resume` out to begin"))
    return found[max(found)]


def _series(begun: Mapping[int, Path]) -> str | None:
    """What the runs of one command have in common."""
    for run in begun.values():
        return str(directory.read_record(run)["folds"]["series"])
    return None


def _judged(done: Sequence[Trained]) -> dict[str, Any] | None:
    folds = [
        {"fold": number, **_held_back(each.path), **each.scores, "run": str(each.path)}
        for number, each in enumerate(done, start=1)
        if each.state == "finished" and each.scores is not None
    ]
    return {"folds": folds, "refit": True, "summary": summary(folds)} if folds else None


def _held_back(run: Path) -> dict[str, Any]:
    """From when to when the fold validates, in time."""
    part = directory.read_json(run / directory.DATA)["split"]["validation"]
    return {key: part[key] for key in ("from", "to") if key in part}
