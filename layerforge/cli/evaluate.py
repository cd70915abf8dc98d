"""`layerforge evaluate`: the scores of a trained model, on its test rows or on other data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from layerforge.cli.options import RUNS, AsJson, By, Run, Runs

EXAMPLE = """
  layerforge evaluate etth1-cnn-lstm           the latest run of the spec of this name
  layerforge evaluate runs/etth1-cnn-lstm/3 --data 2019.csv --json
  layerforge evaluate etth1-cnn-lstm --by step
  layerforge evaluate etth1-cnn-lstm --backtest 5 --refit
"""


def evaluate(
    run: Run,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", metavar="FILE", help="Score every row of this file.", show_default=False
        ),
    ] = None,
    by: By = None,
    folds: Annotated[
        int | None,
        typer.Option(
            "--backtest",
            metavar="K",
            min=1,
            help="Score K folds of the test rows one after the other.",
            show_default=False,
        ),
    ] = None,
    refit: Annotated[
        bool, typer.Option("--refit", help="Train the spec again for every fold.")
    ] = False,
    runs: Runs = RUNS,
    as_json: AsJson = False,
) -> None:
    """Score a trained model again, on its test rows or on other data.

    Without --data the scores are those that `train` printed. With it every sample of the file is
    scored, scaled by the statistics of the rows the model was trained on; the baselines that learn
    are fitted on those rows too. --backtest walks forward
    over the test rows of a series; with --refit the spec is trained again on all that lies before
    each fold, else the one model is scored.
    """
    if folds is not None:
        _backtest(run, runs, (folds, refit), as_json, clash=data is not None or by is not None)
        return
    if refit:
        raise typer.BadParameter("--refit has a meaning only with --backtest")
    from layerforge.cli.listening import listener
    from layerforge.cli.reporting import print_scores
    from layerforge.cli.telling import faults_told
    from layerforge.run import evaluate as evaluate_run
    from layerforge.run import find_run

    with faults_told(), listener() as listens:
        path = find_run(run, runs)
        scores = evaluate_run(path, data, listens, by)
    print_scores(scores, as_json, run=str(path), by=by)


def _backtest(run: str, runs: Path, how: tuple[int, bool], as_json: bool, clash: bool) -> None:
    import sys

    from layerforge.cli.listening import listener
    from layerforge.cli.telling import faults_told
    from layerforge.render.folds import folds_text
    from layerforge.render.record import json_text
    from layerforge.render.screen import screen_of
    from layerforge.run import backtest, find_run

    if clash:
        raise typer.BadParameter("--backtest goes with neither --data nor --by")
    with faults_told(), listener() as listens:
        path = find_run(run, runs)
        found = backtest(path, *how, listens)
    if as_json:
        sys.stdout.write(json_text({**found, "run": str(path)}))
    else:
        sys.stdout.write(folds_text(found, screen_of(sys.stdout)))
        typer.echo(f"\nrun: {path}")
