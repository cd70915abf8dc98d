"""`layerforge data`: the account of a spec's data, without TensorFlow."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from layerforge.cli.options import AsJson, Overrides, Spec

if TYPE_CHECKING:
    from layerforge.data import Fold

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
            help="Fold I of K, as a search with `folds: K` has it.",
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

    compiled = compiled_spec(spec, overrides or ())
    tell_defaults(compiled)
    with faults_told(compiled.lines):
        account = examine(compiled, sample, _fold(fold))
    if as_json:
        sys.stdout.write(json_text(account))
    else:
        sys.stdout.write(examined_text(account, screen_of(sys.stdout).width))


def _fold(text: str | None) -> Fold | None:
    from layerforge.data import Fold

    if text is None:
        return None
    number, slash, of = text.partition("/")
    if not (slash and number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of) >= 2):
        raise typer.BadParameter(f"--fold is I/K, such as 2/5, not `{text}`")
    return Fold(int(number), int(of))
