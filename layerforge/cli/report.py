"""`layerforge report`: a page of a run, a search or several runs, in one file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from layerforge.cli.looking import SEARCHES, Searches, Static
from layerforge.cli.options import RUNS, AsJson, Runs

if TYPE_CHECKING:
    from layerforge.events import Listener
    from layerforge.report.story import Story

EXAMPLE = """
  layerforge report cnn-lstm                   report.html, of the latest run of this name
  layerforge report runs/cnn-lstm/3 --out three.html
  layerforge report cnn-lstm/2 cnn-lstm/3      side by side
  layerforge report searches/digits/1          the page of a search
"""


def report(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN...",
            help="Runs as NAME/NUMBER, a directory, or a name for its latest; or a search.",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The page to write.")] = Path(
        "report.html"
    ),
    static: Static = False,
    runs: Runs = RUNS,
    searches: Searches = SEARCHES,
    as_json: AsJson = False,
) -> None:
    """Write a page of a run, of a search, or of several runs side by side.

    One HTML file with nothing from a network, light or dark as the reader likes it: the scores in a
    sentence, the model, the data, the curves, predictions beside the truth, and how to do it again.
    Predictions need Keras; what was seen is kept in the run for the next time. What a run does not
    have, since it failed, was stopped or is running, is said on its page. --json prints what was
    written, of which runs, and what is missing.
    """
    import sys

    from layerforge.cli.listening import listener
    from layerforge.cli.looking import meant, search_html, search_told
    from layerforge.cli.telling import faults_told, save_text
    from layerforge.render.record import json_text

    if not out.parent.is_dir():
        raise typer.BadParameter(f"there is no folder `{out.parent}`", param_hint="--out")
    missing: list[str] = []
    with faults_told(), listener() as listens:
        chosen, search = meant(names, runs, searches)
        if search is not None:
            page = search_html(search_told(search))
        elif len(chosen) == 1:
            page, missing = _one(chosen[0], listens, static)
        else:
            page, missing = _several(chosen, listens, static)
    save_text(out, page)
    if as_json:
        found = [str(path) for path in (chosen if search is None else [search])]
        sys.stdout.write(json_text({"out": str(out), "of": found, "missing": missing}))


def _one(run: Path, listens: Listener, static: bool) -> tuple[str, list[str]]:
    """The page of a run, and what is not on it."""
    from layerforge.report.run_page import run_page

    story = _gathered(run, listens, static)
    return run_page(story), list(story.missing)


def _gathered(run: Path, listens: Listener, static: bool) -> Story:
    from layerforge.records import replace
    from layerforge.report.story import gather

    story = gather(run, listens, predict=not static)
    left_out = ("Predictions: left out by --static.",) if static else ()
    return replace(story, missing=(*story.missing, *left_out))


def _several(runs: Sequence[Path], listens: Listener, static: bool) -> tuple[str, list[str]]:
    """The page of several runs, and what is not on it."""
    from layerforge.report.comparison_page import comparison_page
    from layerforge.report.story import missing_pieces
    from layerforge.run.comparing import differences

    stories = [_gathered(run, listens, static) for run in runs]
    page = comparison_page(stories, differences([story.run for story in stories]))
    return page, list(missing_pieces(stories))
