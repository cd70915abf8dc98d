"""`layerforge predict`: what a trained model says of new rows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from layerforge.cli.options import RUNS, AsJson, Run, Runs

EXAMPLE = """
  layerforge predict etth1-cnn-lstm --data latest.csv
  layerforge predict runs/etth1-cnn-lstm/3 --data latest.csv --out forecast.parquet
  layerforge predict etth1-cnn-lstm --data latest.csv --steps 168
"""


def predict(
    run: Run,
    data: Annotated[
        Path,
        typer.Option(
            "--data", metavar="FILE", help="The new rows, CSV or Parquet.", show_default=False
        ),
    ],
    steps: Annotated[
        int | None,
        typer.Option(
            "--steps",
            metavar="N",
            min=1,
            help="Forecast N steps; beyond the horizon, from the forecast itself.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="Write CSV here, or Parquet or JSON by its ending.",
            show_default=False,
        ),
    ] = None,
    runs: Runs = RUNS,
    as_json: AsJson = False,
) -> None:
    """Predict from new rows, in the units of the data.

    A forecast is of the steps after the last row of the file, with their times. Of a table every
    row is answered: a number, or a class with the probability of each. The answer is CSV.
    --steps beyond the horizon takes the forecast for what has happened and goes on, which a model
    can whose features are all among its targets, known ahead, static or of the calendar. What is
    known ahead stands in the last rows of the file, whose other columns are empty.
    """
    from layerforge.cli.listening import listener
    from layerforge.cli.telling import faults_told
    from layerforge.run import find_run
    from layerforge.run import predict as predict_rows

    with faults_told(), listener() as listens:
        found = predict_rows(find_run(run, runs), data, listens, steps)
        if out is not None:
            found.write(out)
    if as_json:
        from layerforge.render.record import json_text

        record = {"columns": list(found.columns), "rows": found.records()}
        sys.stdout.write(json_text(record))
    elif out is None:
        sys.stdout.write(found.csv())
