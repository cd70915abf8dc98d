"""`layerforge plot`: the pictures of a run or a search, each in a file of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from layerforge.cli.looking import SEARCHES, Searches, Static
from layerforge.cli.options import RUNS, AsJson, Runs

if TYPE_CHECKING:
    from layerforge.events import Listener
    from layerforge.report.drawing import Picture

EXAMPLE = """
  layerforge plot cnn-lstm --list              which pictures are there?
  layerforge plot cnn-lstm                     all of them, as PNG, in this folder
  layerforge plot cnn-lstm/3 ahead error-by-step --out plots --format svg
  layerforge plot searches/digits/1 history
"""


def plot(
    name: Annotated[
        str,
        typer.Argument(
            metavar="RUN",
            help="A run as NAME/NUMBER, a directory, or a name for its latest; or a search.",
            show_default=False,
        ),
    ],
    wanted: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FIGURE...]", help="The pictures to save; all of them.", show_default=False
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where to, made if it is not there.")
    ] = Path(),
    format: Annotated[
        Literal["png", "svg"], typer.Option("--format", help="The form of the files.")
    ] = "png",
    list_them: Annotated[
        bool, typer.Option("--list", help="Print which pictures there are; write none.")
    ] = False,
    static: Static = False,
    runs: Runs = RUNS,
    searches: Searches = SEARCHES,
    as_json: AsJson = False,
) -> None:
    """Save the pictures of a run or a search as PNG or SVG.

    They are those of `report`, on white. A picture has the name of its file: `curve-loss`, `ahead`,
    `residuals`. Those of predictions need Keras, once. --json prints name, title and file of each.
    """
    from layerforge.cli.listening import listener
    from layerforge.cli.telling import faults_told

    with faults_told(), listener() as listens:
        there = _pictures(name, runs, searches, listens, static)
        chosen = _chosen(there, wanted or (), name)
        files = {} if list_them else _save(chosen.values(), out, format)
    _print(chosen, files, as_json)


def _pictures(
    name: str, runs: Path, searches: Path, listens: Listener, static: bool
) -> Mapping[str, Picture]:
    from layerforge.cli.looking import meant, search_told
    from layerforge.report.gallery import run_pictures
    from layerforge.report.search_figures import search_pictures
    from layerforge.report.story import gather

    chosen, search = meant([name], runs, searches)
    if search is not None:
        return {each.name: each for each in search_pictures(search_told(search))}
    return run_pictures(gather(chosen[0], listens, predict=not static))


def _chosen(
    there: Mapping[str, Picture], wanted: Sequence[str], name: str
) -> Mapping[str, Picture]:
    """The pictures that were asked for. A name that none has is a wrong command line."""
    from layerforge.diagnostics import did_you_mean

    for word in wanted:
        if word not in there:
            help = did_you_mean(word, there) or f"it has {', '.join(there) or 'none'}"
            raise typer.BadParameter(
                f"`{name}` has no picture `{word}`; {help}", param_hint="FIGURE"
            )
    return {word: there[word] for word in wanted} if wanted else there


def _save(chosen: Iterable[Picture], out: Path, format: str) -> dict[str, Path]:
    """The files that were written. Raises Faults where one cannot be."""
    from layerforge.diagnostics import Diagnostic, Faults, reason_of
    from layerforge.report.drawing import save
    from layerforge.run.files import replacing

    files = {}
    for picture in chosen:
        path = out / f"{picture.name}.{format}"
        try:
            out.mkdir(parents=True, exist_ok=True)
            with replacing(path, asked=True) as temporary:
                whole = save(picture, temporary)
        except OSError as error:
            message = f"`{path}` cannot be written: {reason_of(error)}"
            raise Faults(Diagnostic("unwritable-file", message)) from None
        files[picture.name] = path
        boxes = "" if whole else "; no font here has all of its characters, --format svg needs none"
        typer.echo(f"saved {path}{boxes}", err=True)
    return files


def _print(chosen: Mapping[str, Picture], files: Mapping[str, Path], as_json: bool) -> None:
    from layerforge.render.record import json_text
    from layerforge.render.screen import screen_of
    from layerforge.render.table import Column, table

    if as_json:
        told = [
            {"name": name, "title": each.title, "file": str(files[name]) if name in files else None}
            for name, each in chosen.items()
        ]
        sys.stdout.write(json_text({"pictures": told}))
    elif not files:
        head = (Column("figure"), Column("title"))
        rows = [(name, each.title) for name, each in chosen.items()]
        sys.stdout.write("\n".join(table(head, rows, screen_of(sys.stdout).width)) + "\n")
