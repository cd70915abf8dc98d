"""The arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

Spec: TypeAlias = Annotated[
    Path, typer.Argument(metavar="SPEC", help="The spec, a YAML file.", show_default=False)
]
Run: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="A run directory, NAME/NUMBER, or a spec's name for its latest run.",
        show_default=False,
    ),
]
Overrides: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Another value than the file's, as in --set data.window=48. May be repeated.",
        show_default=False,
    ),
]
AsJson: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print JSON, and nothing else, on standard output.")
]
Runs: TypeAlias = Annotated[
    Path, typer.Option("--runs", metavar="DIR", help="Where run directories are kept.")
]
By: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="WHAT",
        help="Also the scores of each target, step, class, or value of a column.",
        show_default=False,
    ),
]
Log: TypeAlias = Annotated[
    Literal["text", "json"],
    typer.Option("--log", help="The progress as text, or as a JSON object a line."),
]
Quiet: TypeAlias = Annotated[bool, typer.Option("--quiet", help="Do not show the progress.")]

RUNS = Path("runs")
