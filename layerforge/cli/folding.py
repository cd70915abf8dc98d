"""`layerforge train --folds K`: a run for each fold, and the scores of all of them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from layerforge.pipeline import Compiled


def train_all_folds(
    spec: Path,
    count: int,
    runs: Path,
    changed: Sequence[str],
    resume: bool,
    told: Sequence[Any],
    as_json: bool,
) -> str | None:
    """Trains the folds that are left and prints the scores; `told` says how progress is told.

    What stopped the last fold before its end, or None.
    """
    from layerforge.cli.listening import listener
    from layerforge.cli.telling import compiled_spec, faults_told
    from layerforge.run import Folds, begun_folds, train_folds

    compiled = compiled_spec(spec, [*changed, f"data.fold=1/{count}"])
    quiet, log = told
    with faults_told(compiled.lines), listener(quiet, live=True, log=log) as listens:
        name = compiled.spec.name if compiled.spec is not None else ""
        begun = begun_folds(name, count, runs) if resume else None
        command = ["layerforge", *sys.argv[1:]]
        folds = Folds(spec, tuple(changed), count)
        folded = train_folds(folds, runs, listens, command, resolved, begun)
    _print(folded.found, [str(run) for run in folded.runs], as_json)
    return None if folded.last.state == "finished" else folded.last.by or "Ctrl-C"


def resolved(compiled: Compiled) -> str:
    """The spec with every value in force, as a run keeps it."""
    from layerforge.render.resolved import resolved_text

    assert compiled.root is not None  # as in every spec without faults
    assert compiled.spec is not None
    return resolved_text(compiled.root, compiled.spec)


def _print(found: dict[str, Any] | None, runs: Sequence[str], as_json: bool) -> None:
    from layerforge.render.folds import folds_text
    from layerforge.render.record import json_text
    from layerforge.render.screen import screen_of

    if as_json:
        sys.stdout.write(json_text({**(found or {"folds": []}), "runs": list(runs)}))
        return
    if found is not None:
        title = "folds, each scored on the rows that it holds back"
        sys.stdout.write(folds_text(found, screen_of(sys.stdout), title))
        typer.echo("\nEach best epoch was chosen on the same rows; the test rows are untouched.")
    typer.echo(f"runs: {', '.join(runs)}")
