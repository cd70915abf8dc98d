"""How scores are printed by every command that has some."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import typer

from layerforge.render.account import samples_noun
from layerforge.render.record import json_text
from layerforge.render.scores import scores_text
from layerforge.render.screen import screen_of
from layerforge.spec import DataSettings


def print_scores(
    scores: Mapping[str, Any],
    as_json: bool,
    data: DataSettings | None = None,
    run: str | None = None,
    by: str | None = None,
) -> None:
    """Scores as a table, or as JSON with the `run` they are of. `by` adds those of each part."""
    if as_json:
        record = scores if run is None else {**scores, "run": run}
        sys.stdout.write(json_text(record))
        return
    noun = samples_noun(data.task, data.window) if data is not None else "sample"
    sys.stdout.write(scores_text(scores, screen_of(sys.stdout), noun, by))
    if run is not None:
        typer.echo(f"\nrun: {run}")
