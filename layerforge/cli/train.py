"""`layerforge train`: a spec to a run directory with a trained model and its scores."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from layerforge.cli.options import RUNS, AsJson, Log, Overrides, Quiet, Runs
from layerforge.diagnostics import Faults

if TYPE_CHECKING:
    from layerforge.events import Listener
    from layerforge.pipeline import Compiled
    from layerforge.run import Trained

EXAMPLE = """
  layerforge train spec.yaml                   train, and score on the test rows
  layerforge train spec.yaml --epochs 3 --set data.window=48
  layerforge train --resume                    go on with the latest run that is unfinished
  layerforge train spec.yaml --resume --epochs 50
  layerforge train spec.yaml --resume etth1/3 --branch --set train.batch_size=64
  layerforge train spec.yaml --overfit-batch   is it able to learn anything?
  layerforge train spec.yaml --json --quiet > scores.json
"""
_ENDS = {
    "SIGTERM": 143,
    "SIGHUP": 129,
}  # as the shell counts a process that a signal has ended; Ctrl-C is 130


def train(
    spec: Annotated[
        str | None,
        typer.Argument(
            metavar="SPEC",
            help="The spec, a YAML file. With --resume it may be left out.",
            show_default=False,
        ),
    ] = None,
    run: Annotated[
        str | None,
        typer.Argument(
            metavar="[RUN]",
            help="With --resume: the run to go on with; without it the latest unfinished one.",
            show_default=False,
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a run that was stopped or killed.")
    ] = False,
    branch: Annotated[
        bool,
        typer.Option("--branch", help="With --resume: a new run, whose settings may be others."),
    ] = False,
    overrides: Overrides = None,
    epochs: Annotated[
        int | None,
        typer.Option("--epochs", metavar="N", min=1, help="Short for --set train.epochs=N."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", metavar="N", min=0, help="Short for --set train.seed=N."),
    ] = None,
    deterministic: Annotated[
        bool,
        typer.Option("--deterministic", help="Short for --set train.deterministic=true."),
    ] = False,
    tensorboard: Annotated[
        bool, typer.Option("--tensorboard", help="Short for --set train.tensorboard=true.")
    ] = False,
    overfit_batch: Annotated[
        bool,
        typer.Option("--overfit-batch", help="Only see whether one batch can be learnt by heart."),
    ] = False,
    runs: Runs = RUNS,
    log: Log = "text",
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Train a model, and score it beside the baselines.

    Reads the data and splits them first; everything that is fitted is fitted on the training rows
    alone. Keeps the model of the best epoch in a new run directory, and scores it on the test rows
    beside what needs no training. Ctrl-C ends the training after the step, keeps and scores what
    there is. Whatever ends it, --resume goes on where it stopped, within the epoch: on a CPU with
    --deterministic, bit for bit as if it had never stopped. Progress goes to standard error, the
    scores to standard output.
    """
    _check_words(spec, run, resume, branch)
    changed = [*(overrides or ()), *_short(epochs, seed, deterministic, tensorboard)]
    from layerforge.cli.listening import listener
    from layerforge.cli.telling import faults_told

    old, compiled = _named(spec, run, runs, changed, resume)
    with faults_told(compiled.lines), listener(quiet, live=True, log=log) as listens:
        trained = None if overfit_batch else _trained(compiled, old, branch, runs, listens)
        if trained is None:
            _overfit(compiled, listens, as_json)
    if trained is not None:
        _print_result(compiled, trained, as_json)


def _short(epochs: int | None, seed: int | None, deterministic: bool, board: bool) -> list[str]:
    """What the short options say, as `--set` would."""
    values = {"epochs": epochs, "seed": seed}
    values |= {"deterministic": deterministic or None, "tensorboard": board or None}
    return [
        f"train.{key}={str(value).lower()}" for key, value in values.items() if value is not None
    ]


def _named(
    spec: str | None, run: str | None, runs: Path, changed: Sequence[str], resume: bool
) -> tuple[Path | None, Compiled]:
    """The run to go on with, if one is, and the spec without faults."""
    from layerforge.cli.telling import compiled_spec, faults_told, usable

    if not resume:
        return None, compiled_spec(Path(str(spec)), changed)
    with faults_told():
        old, compiled = _to_resume(spec, run, runs, changed)
    return old, usable(compiled)


def _overfit(compiled: Compiled, listens: Listener, as_json: bool) -> None:
    """Says whether one batch is learnt. Raises Faults where it is not."""
    from layerforge.render.numbers import many, score
    from layerforge.render.record import json_text
    from layerforge.run.overfitting import overfit_batch, verdict

    found = overfit_batch(compiled, listens)
    if as_json:
        record = {"first": found.first, "last": found.last, "steps": found.steps}
        sys.stdout.write(json_text({**record, "learnt": found.learnt}))
    fault = verdict(found)
    if fault is not None:
        raise Faults(fault)
    if not as_json:
        said = f"one batch of {found.samples} is learnt in {many(found.steps, 'step')}"
        typer.echo(f"{said}: its loss fell from {score(found.first)} to {score(found.last)}")


def _check_words(spec: str | None, run: str | None, resume: bool, branch: bool) -> None:
    if not resume:
        if spec is None:
            raise typer.BadParameter("the spec is missing: layerforge train SPEC")
        if run is not None or branch:
            what = "--branch" if branch else f"`{run}`"
            raise typer.BadParameter(f"{what} goes with --resume")


def _to_resume(
    spec: str | None, run: str | None, runs: Path, changed: Sequence[str]
) -> tuple[Path, Compiled]:
    """The run to go on with, and its spec; `--resume NAME/NUMBER` names a run and no spec."""
    from layerforge.run import compile_as, find_resumable, spec_of

    if spec is not None and run is None and not Path(spec).is_file():
        spec, run = None, spec
    if spec is None:
        path = find_resumable(run, runs)
        return path, spec_of(path, changed)
    name = run or _name_of(Path(spec))
    path = find_resumable(name, runs)
    return path, compile_as(path, Path(spec), changed)


def _name_of(spec: Path) -> str | None:
    from layerforge.pipeline import compile_spec

    parsed = compile_spec(spec).spec
    return parsed.name if parsed is not None else None


def _trained(
    compiled: Compiled, old: Path | None, branch: bool, runs: Path, listens: Listener
) -> Trained:
    from layerforge.render.resolved import resolved_text
    from layerforge.run import branch as branch_run
    from layerforge.run import resume as resume_run
    from layerforge.run import train as train_spec

    command = ["layerforge", *sys.argv[1:]]
    if old is not None and not branch:
        return resume_run(old, compiled, listens, command)
    assert compiled.root is not None  # as in every spec without faults
    assert compiled.spec is not None
    resolved = resolved_text(compiled.root, compiled.spec)
    if old is not None:
        return branch_run(old, compiled, runs, listens, command, resolved)
    return train_spec(compiled, runs, listens, command, resolved)


def _print_result(compiled: Compiled, trained: Trained, as_json: bool) -> None:
    from layerforge.cli.reporting import print_scores

    if trained.scores is not None:
        print_scores(trained.scores, as_json, compiled.data, run=str(trained.path))
    elif not as_json:
        typer.echo(f"run: {trained.path} (no epoch was completed)")
    if trained.state != "finished":
        raise typer.Exit(_ENDS.get(trained.by or "", 130))
