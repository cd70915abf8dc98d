"""`layerforge train`: a spec to a run directory with a trained model and its scores."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from layerforge.cli.devices import device_settings, writes
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
  layerforge train spec.yaml --folds 5         five runs, each scored on other rows
  layerforge train spec.yaml --devices all     each batch shared by the GPUs of this machine
  layerforge train spec.yaml --cluster a:4000,b:4000 --rank 0   on a; the same with --rank 1 on b
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
    devices: Annotated[
        str | None,
        typer.Option(
            "--devices",
            metavar="N|all",
            help="Share each batch among the GPUs of this machine, or parts of its CPU.",
            show_default=False,
        ),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster",
            metavar="HOST:PORT,...",
            help="Share each batch among machines, or as TF_CONFIG says: --cluster TF_CONFIG.",
            show_default=False,
        ),
    ] = None,
    rank: Annotated[
        int | None,
        typer.Option(
            "--rank",
            metavar="I",
            help="Which of the machines of --cluster this is, from 0; the first writes the run.",
            show_default=False,
        ),
    ] = None,
    folds: Annotated[
        int | None,
        typer.Option(
            "--folds",
            metavar="K",
            min=2,
            help="Train K folds in turn, each scored on the rows that it holds back.",
            show_default=False,
        ),
    ] = None,
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

    --folds K trains K runs, each on other rows than it is scored on: of a table every row is held
    back once, in time each fold is trained on what lies before it. The test rows stay untouched.
    """
    _check_words(spec, run, resume, branch)
    changed = [*(overrides or ()), *_short(epochs, seed, deterministic, tensorboard)]
    changed += device_settings(devices, cluster, rank)
    tells = cluster is None or writes()
    if folds is not None:
        from layerforge.cli.folding import train_all_folds

        path = _spec_alone(spec, run, branch, overfit_batch)
        by = train_all_folds(path, folds, runs, changed, resume, (quiet, log), as_json)
        if by is not None:
            raise typer.Exit(_ENDS.get(by, 130))
        return
    from layerforge.cli.listening import listener
    from layerforge.cli.telling import faults_told

    old, compiled = _named(spec, run, runs, changed, resume)
    quiet = quiet or not tells
    with faults_told(compiled.lines), listener(quiet, live=True, log=log) as listens:
        trained = None if overfit_batch else _trained(compiled, old, branch, runs, listens)
        if trained is None:
            _overfit(compiled, listens, as_json)
    if trained is not None and tells:
        _print_result(compiled, trained, as_json)


def _spec_alone(spec: str | None, run: str | None, branch: bool, overfit_batch: bool) -> Path:
    """The spec whose folds are trained, where nothing stands beside it that means a single run."""
    for given, word in (
        (run, f"`{run}`"),
        (branch, "--branch"),
        (overfit_batch, "--overfit-batch"),
    ):
        if given:
            raise typer.BadParameter(f"{word} does not go with --folds")
    if spec is None:
        raise typer.BadParameter("the spec is missing: layerforge train SPEC --folds K")
    return Path(spec)


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
    from layerforge.cli.folding import resolved
    from layerforge.run import branch as branch_run
    from layerforge.run import resume as resume_run
    from layerforge.run import train as train_spec

    command = ["layerforge", *sys.argv[1:]]
    if old is not None and not branch:
        return resume_run(old, compiled, listens, command)
    if old is not None:
        return branch_run(old, compiled, runs, listens, command, resolved(compiled))
    return train_spec(compiled, runs, listens, command, resolved(compiled))


def _print_result(compiled: Compiled, trained: Trained, as_json: bool) -> None:
    from layerforge.cli.reporting import print_scores

    if trained.scores is not None:
        print_scores(trained.scores, as_json, compiled.data, run=str(trained.path))
    elif not as_json:
        typer.echo(f"run: {trained.path} (no epoch was completed)")
    if trained.state != "finished":
        raise typer.Exit(_ENDS.get(trained.by or "", 130))
