"""`layerforge diff`: two specs layer by layer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from layerforge.cli.options import AsJson

EXAMPLE = """
  layerforge diff old.yaml new.yaml            what differs, layer by layer
  layerforge diff old.yaml new.yaml --json
"""


def diff(
    old: Annotated[
        Path, typer.Argument(metavar="A", help="A spec, a YAML file.", show_default=False)
    ],
    new: Annotated[
        Path, typer.Argument(metavar="B", help="The spec to compare.", show_default=False)
    ],
    as_json: AsJson = False,
) -> None:
    """Compare two specs layer by layer.

    Says what B has that A has not (+), what is gone (-) and what changed (~): type, arguments,
    inputs, output shape, parameters and multiply-adds (MACs), and the totals. Layers go together by
    the names that were given to them, the others by type and arguments. As with diff, nothing is
    printed and the exit status is 0 where no layer differs, else it is 1.
    """
    from layerforge.alignment import align
    from layerforge.cli.telling import compiled_spec
    from layerforge.render.difference import difference_record, difference_text
    from layerforge.render.record import json_text
    from layerforge.render.screen import screen_of

    one, other = compiled_spec(old, ()).plan, compiled_spec(new, ()).plan
    if one is None or other is None:
        raise typer.Exit(1)
    rows = align(one, other)
    if as_json:
        sys.stdout.write(json_text(difference_record(rows, one, other)))
    else:
        sys.stdout.write(difference_text(rows, one, other, screen_of(sys.stdout)))
    if not all(row.same for row in rows):
        raise typer.Exit(1)
