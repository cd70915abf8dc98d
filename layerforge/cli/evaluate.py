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
    runs: Runs = RUNS,
    as_json: AsJson = False,
) -> None:
    """Score a trained model again, on its test rows or on other data.

    Without --data the scores are those that `train` printed. With it every sample of the file is
    scored, scaled by the statistics of the rows the model was trained on.
    """
    from layerforge.cli.listening import listener
    from layerforge.cli.reporting import print_scores
    from layerforge.cli.telling import faults_told
    from layerforge.run import evaluate as evaluate_run
    from layerforge.run import find_run

    with faults_told(), listener() as listens:
        path = find_run(run, runs)
        scores = evaluate_run(path, data, listens, by)
    print_scores(scores, as_json, run=str(path), by=by)
