"""`layerforge data`: the account of a spec's data, without TensorFlow."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from layerforge.cli.options import AsJson, Overrides, Spec

EXAMPLE = """
  layerforge data spec.yaml                    columns, splits, windows, statistics, leaks
  layerforge data spec.yaml --sample 2         and two samples as the model sees them
  layerforge data spec.yaml --fold 2/5         what the second of five folds trains on
  layerforge data spec.yaml --set data.window=48 --json
"""


def data(
    spec: Spec,
    overrides: Overrides = None,
    sample: Annotated[
        int,
        typer.Option(
            "--sample", metavar="N", min=0, help="Also the first N training samples, scaled."
        ),
    ] = 0,
    fold: Annotated[
        str | None,
        typer.Option(
            "--fold",
            metavar="I/K",
            help="Short for --set data.fold=I/K: what `train --folds K` and a search with folds see.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what becomes of the data: columns, splits, windows, statistics, leaks.

    Types and ranges of the columns; rows, samples and dates of each split; windows that were not
    made and why; the rows behind each statistic; samples that stand in two splits; columns that say
    what the target says. A run keeps the same in its data.json.
    """
    from layerforge.cli.telling import compiled_spec, faults_told, tell_defaults
    from layerforge.render.examined import examined_text
    from layerforge.render.record import json_text
    from layerforge.render.screen import screen_of
    from layerforge.run import examine

    folded = [f"data.fold={fold}"] if fold is not None else []
    compiled = compiled_spec(spec, [*(overrides or ()), *folded])
    tell_defaults(compiled)
    with faults_told(compiled.lines):
        account = examine(compiled, sample)
    if as_json:
        sys.stdout.write(json_text(account))
    else:
        sys.stdout.write(examined_text(account, screen_of(sys.stdout).width))
