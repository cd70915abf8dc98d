"""`layerforge eject`: the Keras script that builds the model of a spec."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from layerforge.cli.options import Overrides, Spec

EXAMPLE = """
  layerforge eject spec.yaml                   print the script
  layerforge eject spec.yaml --out model.py
  layerforge eject best.yaml --set vars.width=64
"""


def eject(
    spec: Spec,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write the script there.", show_default=False),
    ] = None,
    overrides: Overrides = None,
) -> None:
    """Write the Keras script that builds the same model.

    The script needs Keras alone. It builds the layers of the spec, under the same names and with
    the arguments that the spec writes; blocks are written out. A hyperparameter takes its default,
    and a comment says so. No TensorFlow is loaded.
    """
    if out is not None and out.suffix != ".py":
        raise typer.BadParameter(f"`{out}` must end in .py", param_hint="--out")
    if out is not None and not out.parent.is_dir():
        raise typer.BadParameter(f"there is no folder `{out.parent}`", param_hint="--out")
    from layerforge.cli.telling import compiled_spec, faults_told, write_asked
    from layerforge.ejecting import eject as script_of

    compiled = compiled_spec(spec, overrides or ())
    if compiled.plan is None:
        raise typer.Exit(1)
    values = {each.name: each.default for each in compiled.hyperparameters.values()}
    text = script_of(compiled.plan, values)
    if out is None:
        sys.stdout.write(text)
        return
    with faults_told():
        write_asked(out, text)
