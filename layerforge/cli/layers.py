"""`layerforge layers`: the catalog, and one layer's arguments, defaults, formula and source."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from layerforge.cli.options import AsJson

if TYPE_CHECKING:
    from layerforge.layers import LayerType

EXAMPLE = """
  layerforge layers                            every layer, by family
  layerforge layers Conv1D                     one layer's arguments and formula
  layerforge layers --ops                      the functions of keras.ops
"""


def layers(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]", help="A layer or operation, by its Keras name.", show_default=False
        ),
    ] = None,
    ops: Annotated[bool, typer.Option("--ops", help="List operations in place of layers.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the layers, or show what one of them takes.

    Without NAME, every layer a spec can hold, a line each. With it, that layer's arguments with
    their defaults, the tensors it is called on, its formula and its source.
    """
    from layerforge.render.catalog import (
        catalog_record,
        catalog_text,
        entries,
        layer_record,
        layer_text,
    )
    from layerforge.render.record import json_text
    from layerforge.render.screen import screen_of

    screen = screen_of(sys.stdout)
    if name is None:
        shown = entries(ops)
        _tell_faulty_plugins()
        text = json_text(catalog_record(shown)) if as_json else catalog_text(shown, screen)
    else:
        entry = entry_called(name)
        text = json_text(layer_record(entry)) if as_json else layer_text(entry, screen)
    sys.stdout.write(text)


def _tell_faulty_plugins() -> None:
    from layerforge.custom.plugins import offer_all

    for fault in offer_all().values():
        typer.echo(f"{fault.message} [{fault.code}]", err=True)


def entry_called(name: str) -> LayerType:
    """The catalog's entry of a name on the command line, which ends with 2 where there is none."""
    from layerforge.diagnostics import Span
    from layerforge.layers import find, unknown_layer
    from layerforge.source import Scalar

    entry = find(name)
    if entry is not None:
        return entry
    fault = unknown_layer(Scalar(name, False, Span("", 1, 1, 1, 1)))
    help = "" if fault.help is None else f"; {fault.help}"
    raise typer.BadParameter(f"{fault.message}{help}", param_hint="NAME")
