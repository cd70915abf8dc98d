"""`layerforge runs`: what was trained: listed, shown, compared, removed."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from layerforge.cli.options import RUNS, AsJson, Runs

if TYPE_CHECKING:
    from layerforge.run.listing import Listed

EXAMPLE = """
  layerforge runs                              every run, how it stands, how good it is
  layerforge runs list cnn-lstm                those of one spec
  layerforge runs show cnn-lstm/3              all about one
  layerforge runs compare cnn-lstm/2 cnn-lstm/3
  layerforge runs remove cnn-lstm/1 cnn-lstm/2 --yes
"""
_LEAST: Final = {"show": 1, "compare": 2, "remove": 1}


def runs(
    action: Annotated[
        Literal["list", "show", "compare", "remove"],
        typer.Argument(metavar="ACTION", help="list (default), show, compare or remove."),
    ] = "list",
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="RUN...", help="NAME/NUMBER, or a run directory.", show_default=False
        ),
    ] = None,
    folder: Runs = RUNS,
    yes: Annotated[bool, typer.Option("--yes", help="Remove without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    """List, show, compare and remove runs.

    The directories themselves are read, there is no index. `killed` is a run whose process is gone
    before it ended; `train --resume` goes on with it. A run that is running is not removed.
    """
    from layerforge.cli.telling import faults_told
    from layerforge.run.finding import find_run
    from layerforge.run.listing import list_runs, look_at

    given = names or []
    if len(given) < _LEAST.get(action, 0):
        needed = "two runs or more" if action == "compare" else "a run"
        raise typer.BadParameter(f"`runs {action}` needs {needed}", param_hint="RUN...")
    with faults_told():
        if action == "list":
            wanted: list[str | None] = [*given] if given else [None]
            found = [run for name in wanted for run in list_runs(folder, name)]
            return _list(found, folder, as_json)
        chosen = [look_at(_spelled(find_run(name, folder))) for name in dict.fromkeys(given)]
        if action == "remove":
            return _remove(chosen, yes)
        return {"show": _show, "compare": _compare}[action](chosen, as_json)


def _spelled(path: Path) -> Path:
    """The run directory with a name of its own, also where `.` was said; a link stays a link."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - `resolve` follows links


def _list(found: Sequence[Listed], folder: Path, as_json: bool) -> None:
    from layerforge.render.record import json_text
    from layerforge.render.runs import list_text
    from layerforge.render.screen import screen_of

    told = [run.told() for run in found]
    if as_json:
        sys.stdout.write(json_text(told))
    elif told:
        sys.stdout.write(list_text(told, screen_of(sys.stdout)))
    else:
        typer.echo(f"no runs in `{folder}` yet", err=True)


def _show(chosen: Sequence[Listed], as_json: bool) -> None:
    from layerforge.render.record import json_text
    from layerforge.render.runs import run_text
    from layerforge.render.screen import screen_of

    told = [run.told() for run in chosen]
    if as_json:
        sys.stdout.write(json_text(told[0] if len(told) == 1 else told))
        return
    sys.stdout.write("\n".join(run_text(run, screen_of(sys.stdout)) for run in told))


def _compare(chosen: Sequence[Listed], as_json: bool) -> None:
    from layerforge.render.record import json_text
    from layerforge.render.runs import comparison_text
    from layerforge.render.screen import screen_of
    from layerforge.run.comparing import differences

    told, settings = [run.told() for run in chosen], differences(chosen)
    if as_json:
        sys.stdout.write(json_text({"runs": told, "differences": settings}))
    else:
        sys.stdout.write(comparison_text(told, settings, screen_of(sys.stdout)))


def _remove(chosen: Sequence[Listed], yes: bool) -> None:
    from layerforge.run.listing import remove_runs

    titles = ", ".join(run.title for run in chosen)
    if not yes:
        if not sys.stdin.isatty():
            raise typer.BadParameter("without a terminal to ask on, say --yes", param_hint="--yes")
        typer.confirm(f"remove {titles} for good?", abort=True, err=True)
    remove_runs(chosen)
    typer.echo(f"removed {titles}", err=True)
