"""`layerforge new`: a first spec for a data file."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from layerforge.cli.options import AsJson

if TYPE_CHECKING:
    from layerforge.drafting import Survey
    from layerforge.drafting.plan import Draft

_SHOWN = 50  # columns that are left out

EXAMPLE = """
  layerforge new sales.csv                     a forecast, where the rows have a time
  layerforge new sales.csv --known promo       what is known of the days to come
  layerforge new houses.csv --target price     a table: what is to be predicted?
  layerforge new ecg.tsv --out ecg.yaml
"""


def new(
    data: Annotated[
        Path,
        typer.Argument(metavar="DATA", help="A CSV, TSV or Parquet file.", show_default=False),
    ],
    task: Annotated[
        Literal["forecast", "regression", "classification"] | None,
        typer.Option("--task", help="What is to be done.", show_default=False),
    ] = None,
    targets: Annotated[
        list[str] | None,
        typer.Option(
            "--target",
            metavar="COLUMN",
            help="A column to predict. May be repeated.",
            show_default=False,
        ),
    ] = None,
    time: Annotated[
        str | None,
        typer.Option(
            "--time", metavar="COLUMN", help="The column of the time.", show_default=False
        ),
    ] = None,
    known: Annotated[
        list[str] | None,
        typer.Option(
            "--known",
            metavar="COLUMN",
            help="A column of a forecast that is known ahead: a price, a holiday. May be repeated.",
            show_default=False,
        ),
    ] = None,
    test: Annotated[
        Path | None,
        typer.Option(
            "--test",
            metavar="FILE",
            help="A file with the test rows. Default: the one called TEST beside one called TRAIN.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="Where the spec is written; `-` prints it. Default: the data's name, here.",
            show_default=False,
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write a first spec for a data file.

    Looks at the columns and writes a spec with a sensible model, commented, that trains as it is:
    a forecast where a column tells the time of the rows, else a classification or a regression of
    the column that --target names. Nothing is decided in silence: the comments say why.
    """
    from layerforge.cli.telling import faults_told, write_asked
    from layerforge.drafting import Wishes, draft, draft_text, survey

    path = out or Path(f"{_stem(data)}.yaml")
    shown = str(path) != "-"
    with faults_told():
        if shown:
            _check_free(path, data, force)
        seen = survey(data, data.name, time)
        tests = test or _beside(data)
        held = survey(tests, tests.name, time) if tests is not None else None
        wishes = Wishes(task, tuple(targets or ()), time, tuple(known or ()))
        plan = draft(seen, wishes, held)
        folder = path.parent if shown else Path()
        source: str | dict[str, str] = _seen_from(folder, data)
        if tests is not None:
            source = {"train": _seen_from(folder, data), "test": _seen_from(folder, tests)}
        name = _stem(out or data) if shown else _stem(data)
        text = draft_text(plan, seen, source, name, str(path) if shown else "spec.yaml")
        if shown:
            write_asked(path, text)
    _tell(path if shown else None, text, plan, seen, as_json)


def _beside(data: Path) -> Path | None:
    """The file of the test rows beside one of training rows, by their names: `x_TRAIN.tsv`."""
    for train, test in (("TRAIN", "TEST"), ("train", "test"), ("Train", "Test")):
        head, found, tail = data.name.rpartition(train)
        other = data.with_name(head + test + tail)
        if found and other.is_file():
            return other
    return None


def _seen_from(folder: Path, data: Path) -> str:
    """The data's path as a spec in the folder names it. Raises Faults where none can."""
    path = os.path.relpath(data, folder).replace(os.sep, "/")
    try:
        path.encode()
    except UnicodeEncodeError:
        from layerforge.diagnostics import Diagnostic, Faults

        message = f"`{path}` is a name that is no UTF-8, which no spec can say"
        raise Faults(
            Diagnostic("unreadable-data", message, help="give the file another name")
        ) from None
    return path


def _stem(data: Path) -> str:
    """The data's name, without its endings (`rows.csv.gz`), as the name of a spec."""
    from layerforge.pipeline import name_from

    return name_from(data.name.split(".")[0])


def _check_free(path: Path, data: Path, force: bool) -> None:
    from layerforge.diagnostics import Diagnostic, Faults

    if path.suffix not in (".yaml", ".yml"):
        raise typer.BadParameter(f"`{path}` must end in .yaml", param_hint="--out")
    if path.exists() and data.exists() and path.samefile(data):
        message = f"`{path}` is both the data and the spec; data are read from CSV or Parquet"
        raise Faults(Diagnostic("unwritable-file", message, help="give the spec a name with --out"))
    if path.exists() and not force:
        help = "give another name with --out, or --force to write over it"
        raise Faults(Diagnostic("unwritable-file", f"there is a file `{path}` already", help=help))


def _tell(path: Path | None, text: str, plan: Draft, seen: Survey, as_json: bool) -> None:
    from layerforge.render.record import json_text

    if as_json:
        record = {
            "spec": text,
            "file": None if path is None else str(path),
            "task": plan.task,
            "form": plan.form,
            "targets": plan.targets,
            "left_out": plan.left_out,
            "reasons": plan.reasons,
        }
        sys.stdout.write(json_text(record))
    elif path is None:
        sys.stdout.write(text)
    else:
        from layerforge.render.characters import visible

        typer.echo(visible(f"wrote {path}: {plan.task} of {', '.join(plan.targets[:6])}"))
        for name, why in list(plan.left_out.items())[:_SHOWN]:
            typer.echo(visible(f"  without {name or 'the column without a name'}: {why}"))
        if len(plan.left_out) > _SHOWN:
            typer.echo(f"  without {len(plan.left_out) - _SHOWN:,} more, which the spec lists")
        typer.echo(visible(f"next: layerforge train {path}"))
