"""`layerforge predict`: what a trained model says of new rows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from layerforge.cli.options import RUNS, AsJson, Run, Runs

EXAMPLE = """
  layerforge predict etth1-cnn-lstm --data latest.csv
  layerforge predict runs/etth1-cnn-lstm/3 --data latest.csv --out forecast.csv
"""


def predict(
    run: Run,
    data: Annotated[
        Path,
        typer.Option(
            "--data", metavar="FILE", help="The new rows, CSV or Parquet.", show_default=False
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="Write CSV here, not on standard output.",
            show_default=False,
        ),
    ] = None,
    runs: Runs = RUNS,
    as_json: AsJson = False,
) -> None:
    """Predict from new rows, in the units of the data.

    A forecast is of the steps after the last row of the file, with their times. Of a table every
    row is answered: a number, or a class with the probability of each. The answer is CSV.
    """
    from layerforge.cli.listening import listener
    from layerforge.cli.telling import faults_told
    from layerforge.run import find_run
    from layerforge.run import predict as predict_rows

    with faults_told(), listener() as listens:
        found = predict_rows(find_run(run, runs), data, listens)
        if out is not None:
            found.write(out)
    if as_json:
        from layerforge.render.record import json_text

        rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
        sys.stdout.write(json_text({"columns": list(found.columns), "rows": rows}))
    elif out is None:
        sys.stdout.write(found.csv())
