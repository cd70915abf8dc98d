"""`layerforge tune`: the best values for the hyperparameters of a spec, in parallel and never lost."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from layerforge.cli.options import RUNS, AsJson, Log, Overrides, Quiet, Runs

if TYPE_CHECKING:
    from layerforge.events import Listener
    from layerforge.pipeline import Compiled
    from layerforge.tuning.processes import Engine
    from layerforge.tuning.search import Searched

EXAMPLE = """
  layerforge check spec.yaml                   what is there to search?
  layerforge tune spec.yaml                    search, then train the best
  layerforge tune spec.yaml --max-trials 50 --workers 4
  layerforge tune --resume                     go on with the latest search
  layerforge tune --resume digits/2 --max-trials 100
  layerforge tune --show                       how does it stand?
  layerforge tune --show --html search.html    the same as a page, with pictures
"""
_ENDS = {"stopped by SIGTERM": 143, "stopped by SIGHUP": 129}


def tune(
    spec: Annotated[
        Path | None,
        typer.Argument(
            metavar="SPEC",
            help="The spec, a YAML file with hyperparameters. Not with --resume or --show.",
            show_default=False,
        ),
    ] = None,
    search: Annotated[
        str | None,
        typer.Argument(
            metavar="[SEARCH]",
            help="With --resume or --show: a search directory, NAME/NUMBER or NAME; else the latest.",
            show_default=False,
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a search that was stopped or killed.")
    ] = False,
    show: Annotated[
        bool, typer.Option("--show", help="Print how a search stands, while it runs or later.")
    ] = False,
    overrides: Overrides = None,
    max_trials: Annotated[
        int | None,
        typer.Option("--max-trials", metavar="N", min=1, help="Short for --set tune.max_trials=N."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", metavar="N", min=0, help="Short for --set tune.seed=N."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            metavar="N",
            min=1,
            help="Trials at a time, each in a process of its own; as many as there are cores.",
            show_default=False,
        ),
    ] = None,
    ray: Annotated[
        str | None,
        typer.Option(
            "--ray",
            metavar="ADDRESS",
            help="Train the trials on a Ray cluster: `auto`, `ray://HOST:10001`, or `local`.",
            show_default=False,
        ),
    ] = None,
    retrain: Annotated[
        bool,
        typer.Option(
            "--retrain/--no-retrain", help="Train the best spec, and score it at the end."
        ),
    ] = True,
    searches: Annotated[
        Path, typer.Option("--searches", metavar="DIR", help="Where searches are kept.")
    ] = Path("searches"),
    runs: Runs = RUNS,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html",
            metavar="FILE",
            help="Also write a page of the search: pictures, trials, the best spec.",
            show_default=False,
        ),
    ] = None,
    log: Log = "text",
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Search the hyperparameters of a spec, and train the best.

    Trains trial after trial, several at a time, each in a process of its own; the test rows are not
    touched. The section `tune` says which algorithm, for what, how many. All is kept in a search
    directory: a journal, trials.csv, and best.yaml, the spec with the best values, which is trained
    and scored at the end. Killed at any instant, --resume goes on: no trial that has ended is run
    again. Ctrl-C saves what the trials under way have done. Progress goes to standard error.
    """
    from layerforge.cli.listening import listener
    from layerforge.cli.telling import faults_told, usable

    spec, search = _words(spec, search, resume, show)
    changed = [*(overrides or ()), *_short(max_trials, seed)]
    if show:
        with faults_told():
            looked = _looked(search, searches)
            _print(looked, None, as_json)
        _save_page(looked, html)
        return
    with faults_told():
        folder, compiled = _named(spec, search, resume, searches, changed)
    compiled = usable(compiled)
    with faults_told(compiled.lines), listener(quiet, True, log, search=True) as listens:
        searched = _searched(folder, compiled, searches, workers, ray, listens)
    ended = searched.ended
    assert ended is not None  # it was not only looked at
    run = None
    if retrain and ended.state == "finished" and searched.best is not None:
        run = _retrained(searched, runs, quiet, log)
    _print(searched, run, as_json)
    _save_page(searched, html)
    if ended.state != "finished":
        raise typer.Exit(_ENDS.get(ended.reason, 130))
    if searched.best is None:
        raise typer.Exit(1)


def _words(
    spec: Path | None, search: str | None, resume: bool, show: bool
) -> tuple[Path | None, str | None]:
    """The spec and the search that are meant: of one word alone, --resume and --show mean a search."""
    if not resume and not show:
        if spec is None:
            raise typer.BadParameter("the spec is missing: layerforge tune SPEC")
        if search is not None:
            raise typer.BadParameter(f"`{search}` goes with --resume or --show")
        return spec, None
    if resume and show:
        raise typer.BadParameter("--resume and --show cannot be asked for both")
    if spec is not None and search is None and not spec.is_file():
        return None, str(spec)
    return spec, search


def _short(max_trials: int | None, seed: int | None) -> list[str]:
    values = {"max_trials": max_trials, "seed": seed}
    return [f"tune.{key}={value}" for key, value in values.items() if value is not None]


def _looked(search: str | None, searches: Path) -> Searched:
    from layerforge.tuning.record import find_search
    from layerforge.tuning.search import look

    return look(find_search(search, searches))


def _named(
    spec: Path | None, search: str | None, resume: bool, searches: Path, changed: list[str]
) -> tuple[Path | None, Compiled]:
    """The search to go on with, if one is, and the spec. Raises Faults where it is not to be found."""
    from layerforge.cli.telling import complete_spec
    from layerforge.tuning.record import find_search
    from layerforge.tuning.search import spec_of

    if not resume:
        assert spec is not None  # as in every command line without --resume
        return None, complete_spec(spec, changed)
    parsed = complete_spec(spec, ()).spec if spec is not None and search is None else None
    folder = find_search(search or (parsed.name if parsed is not None else None), searches)
    return folder, spec_of(folder, changed)


def _searched(
    folder: Path | None,
    compiled: Compiled,
    searches: Path,
    workers: int | None,
    ray: str | None,
    listens: Listener,
) -> Searched:
    from layerforge.render.resolved import resolved_text
    from layerforge.tuning import search

    command = ["layerforge", *sys.argv[1:]]
    engine = _engine(ray)
    if folder is not None:
        return search.resume(folder, compiled, listens, workers, command, engine)
    assert compiled.root is not None  # as in every spec without faults
    assert compiled.spec is not None
    resolved = resolved_text(compiled.root, compiled.spec)
    return search.tune(compiled, searches, listens, workers, command, resolved, engine)


def _engine(ray: str | None) -> Callable[[], Engine]:
    """What makes the place where trials are trained."""
    from layerforge.tuning.processes import Processes

    if ray is None:
        return Processes
    from layerforge.tuning.ray_engine import RayEngine

    return partial(RayEngine, ray)


def _retrained(searched: Searched, runs: Path, quiet: bool, log: str) -> Path:
    """The run in which the best spec was trained; its scores are printed."""
    from layerforge.cli.listening import listener
    from layerforge.cli.telling import compiled_spec, faults_told
    from layerforge.run import train
    from layerforge.tuning.record import BEST

    compiled = compiled_spec(searched.folder / BEST, ["train.deterministic=true"])
    with faults_told(compiled.lines), listener(quiet, live=True, log=log) as listens:
        return train(compiled, runs, listens, ["layerforge", *sys.argv[1:]]).path


def _print(searched: Searched, run: Path | None, as_json: bool) -> None:
    from layerforge.render.record import json_text
    from layerforge.render.screen import screen_of
    from layerforge.render.search import search_text
    from layerforge.run.directory import SCORES, read_json
    from layerforge.tuning.telling import told

    record = told(searched)
    scores = read_json(run / SCORES) if run is not None and (run / SCORES).exists() else None
    if as_json:
        sys.stdout.write(json_text({**record, "run": str(run) if run else None, "scores": scores}))
        return
    sys.stdout.write(search_text(record, screen_of(sys.stdout)))
    if record["best_spec"] is not None:
        typer.echo(f"\nbest: {record['best_spec']}")
    if scores is not None:
        from layerforge.cli.reporting import print_scores

        typer.echo("\nthe best, trained again and scored on what the search has not seen:")
        print_scores(scores, False, run=str(run))


def _save_page(searched: Searched, path: Path | None) -> None:
    if path is None:
        return
    from layerforge.cli.looking import search_html
    from layerforge.cli.telling import save_text
    from layerforge.tuning.telling import told

    save_text(path, search_html(told(searched)))
