"""`layerforge graph`: the picture of a model, as SVG, HTML or Markdown."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from layerforge.cli.options import AsJson, Overrides, Spec

if TYPE_CHECKING:
    from layerforge.render.picture import Scene

EXAMPLE = """
  layerforge graph spec.yaml                   spec.svg, in this folder
  layerforge graph spec.yaml --out model.html  blocks that open and shut
  layerforge graph spec.yaml --out - --as md   Mermaid, on standard output
  layerforge graph spec.yaml --fold            every block as one box
"""
_FORMS = {".svg": "svg", ".html": "html", ".htm": "html", ".md": "md"}


def graph(
    spec: Spec,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="FILE.svg, FILE.html or FILE.md; `-` prints it. Default: the spec's name, here.",
            show_default=False,
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="svg|html|md",
            help="The form, where --out does not say it.",
            show_default=False,
        ),
    ] = None,
    fold: Annotated[
        bool, typer.Option("--fold", help="Draw each block and nested model as one box.")
    ] = False,
    depth: Annotated[
        int | None,
        typer.Option(
            "--depth", metavar="N", min=0, help="Fold what lies deeper.", show_default=False
        ),
    ] = None,
    overrides: Overrides = None,
    as_json: AsJson = False,
) -> None:
    """Draw the model: its layers, what flows between them, its blocks.

    Each box has the layer's type and name, the shape it gives and its parameters; blocks and nested
    models are frames. SVG and HTML follow the reader's light or dark setting; in HTML each block
    opens and shuts. Markdown holds a Mermaid chart. Neither Keras nor Graphviz is needed. --json
    prints nodes and edges and writes no file, unless --out names one.
    """
    form = _form(out, form)
    from layerforge.cli.telling import compiled_spec, save_text
    from layerforge.render.picture import folded, scene_of, scene_record
    from layerforge.render.record import json_text

    if out is not None and str(out) != "-" and not out.parent.is_dir():
        raise typer.BadParameter(f"there is no folder `{out.parent}`", param_hint="--out")
    plan = compiled_spec(spec, overrides or ()).plan
    assert plan is not None  # a clean spec has one
    scene = scene_of(plan)
    if fold or depth is not None:
        scene = folded(scene, 0 if fold else depth or 0)
    if as_json:
        sys.stdout.write(json_text(scene_record(scene)))
    if as_json and out is None:
        return
    text = _drawn(scene, form)
    if str(out) == "-":
        sys.stdout.write(text)
    else:
        save_text(Path(f"{spec.stem}.{form}") if out is None else out, text)


def _form(out: Path | None, form: str | None) -> str:
    """Which form is wanted: that of the ending, or the one asked for."""
    known = "svg, html or md"
    if form is not None and form not in _FORMS.values():
        raise typer.BadParameter(f"`{form}` is not {known}", param_hint="--as")
    if out is None or str(out) == "-":
        return form or "svg"
    ending = _FORMS.get(out.suffix.lower())
    if ending is None and form is None:
        raise typer.BadParameter(f"`{out}` must end in .svg, .html or .md", param_hint="--out")
    if ending and form and ending != form:
        raise typer.BadParameter(f"`{out}` is no {form}", param_hint="--as")
    return form or ending or "svg"


def _drawn(scene: Scene, form: str) -> str:
    from layerforge.render.picture import html_page, markdown, svg_picture
    from layerforge.render.picture.mermaid import MOST_LINKS

    if form == "md" and len(scene.links) > MOST_LINKS:
        links = f"{len(scene.links):,} links, and Mermaid draws at most {MOST_LINKS}"
        typer.echo(f"note: {links}; --fold makes fewer, SVG and HTML take any number", err=True)
    return {"svg": svg_picture, "html": html_page, "md": markdown}[form](scene)
