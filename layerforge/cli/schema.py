"""`layerforge schema`: the JSON Schema by which an editor completes, explains and checks a spec."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

EXAMPLE = """
  layerforge schema --out layerforge.schema.json
  # and as the first line of a spec, for an editor with a YAML language server:
  # yaml-language-server: $schema=layerforge.schema.json
"""


def schema(
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write it there.", show_default=False),
    ] = None,
) -> None:
    """Print the JSON Schema of a spec, for editors.

    An editor that knows it completes layers and arguments, shows their defaults and documentation,
    and marks what no spec has. Shapes, names and a block's arguments are left to `check`. The names
    of a spec's own blocks begin with a small letter there: a capital is taken for a layer's.
    """
    if out is not None and not out.parent.is_dir():
        raise typer.BadParameter(f"there is no folder `{out.parent}`", param_hint="--out")
    from layerforge.cli.telling import save_text
    from layerforge.render.record import json_text
    from layerforge.schema import json_schema

    text = json_text(json_schema())
    if out is None:
        sys.stdout.write(text)
    else:
        save_text(out, text)
