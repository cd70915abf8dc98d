"""`layerforge migrate`: whether a spec is in this version of the language, until there is another."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from layerforge.cli.options import AsJson

EXAMPLE = """
  layerforge migrate spec.yaml                 which version is it in?
  layerforge migrate specs/*.yaml --json
"""


def migrate(
    specs: Annotated[
        list[Path], typer.Argument(metavar="SPEC...", help="Specs, YAML files.", show_default=False)
    ],
    as_json: AsJson = False,
) -> None:
    """Bring specs to this version of the language.

    There is one version so far, 1, and a spec in it needs nothing. What says another version, or
    none, is refused in a line, and the exit status is 1. No file is changed.
    """
    from layerforge.render.record import json_text

    versions = {path: _version(path) for path in specs}
    if as_json:
        files = [{"file": str(path), "version": each} for path, each in versions.items()]
        sys.stdout.write(json_text({"files": files}))
    else:
        for path in (path for path, version in versions.items() if version is not None):
            typer.echo(f"{path}: version {versions[path]}, nothing to do")
    if None in versions.values():
        raise typer.Exit(1)


def _version(path: Path) -> int | None:
    """The version of a spec, or None after saying why not."""
    from layerforge.cli.telling import tell
    from layerforge.diagnostics import Diagnostic, Faults
    from layerforge.source import lines_of, load, read
    from layerforge.spec.version import version_of

    found: list[Diagnostic] = []
    try:
        text, name = load(path)
    except Faults as stop:
        tell(stop.diagnostics, {})
        return None
    root = read(text, name, found)
    version = None if root is None else version_of(root, found)
    tell(found, {name: lines_of(text)})
    return version
