"""`layerforge train`: a spec to a run directory with a trained model and its scores."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from layerforge.cli.options import RUNS, AsJson, Overrides, Runs, Spec

if TYPE_CHECKING:
    from layerforge.pipeline import Compiled
    from layerforge.run import Trained

EXAMPLE = """
  layerforge train spec.yaml                   train, and score on the test rows
  layerforge train spec.yaml --epochs 3 --set data.window=48
  layerforge train spec.yaml --json --quiet > scores.json
"""


def train(
    spec: Spec,
    overrides: Overrides = None,
    epochs: Annotated[
        int | None,
        typer.Option("--epochs", metavar="N", min=1, help="Short for --set train.epochs=N."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", metavar="N", min=0, help="Short for --set train.seed=N."),
    ] = None,
    runs: Runs = RUNS,
    quiet: Annotated[bool, typer.Option("--quiet", help="Do not show the progress.")] = False,
    as_json: AsJson = False,
) -> None:
    """Train a model, and score it beside the baselines.

    Reads the data and splits them first; everything that is fitted is fitted on the training rows
    alone. Keeps the model of the best epoch in a new run directory, and scores it on the test rows
    beside what needs no training. Ctrl-C ends the training after the step, keeps and scores what
    there is. Progress goes to standard error, the scores to standard output.
    """
    from layerforge.cli.listening import listener
    from layerforge.cli.telling import compiled_spec, faults_told
    from layerforge.run import train as train_spec

    changed = [*(overrides or ())]
    changed += [f"train.epochs={epochs}"] if epochs is not None else []
    changed += [f"train.seed={seed}"] if seed is not None else []
    compiled = compiled_spec(spec, changed)
    command = ["layerforge", *sys.argv[1:]]
    with faults_told(compiled.lines), listener(quiet, live=True) as listens:
        trained = train_spec(compiled, runs, listens, command)
    _print_result(compiled, trained, as_json)
    if trained.state != "finished":
        raise typer.Exit(130)


def _print_result(compiled: Compiled, trained: Trained, as_json: bool) -> None:
    from layerforge.cli.reporting import print_scores

    if trained.scores is not None:
        print_scores(trained.scores, as_json, compiled.data, run=str(trained.path))
    elif not as_json:
        typer.echo(f"run: {trained.path} (no epoch was completed)")
