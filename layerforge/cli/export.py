"""`layerforge export`: a run's model in another format, compared with Keras."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from layerforge.cli.options import RUNS, AsJson, Run, Runs

EXAMPLE = """
  layerforge export cnn-lstm --to savedmodel   TensorFlow's own, for its servers
  layerforge export cnn-lstm/3 --to tflite --out model.tflite
  layerforge export cnn-lstm --to onnx         needs the extra: pip install 'layerforge[export]'
"""


def export(
    run: Run,
    to: Annotated[
        Literal["keras", "savedmodel", "onnx", "tflite"],
        typer.Option("--to", help="The format.", show_default=False),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="PATH",
            help="Where to; NAME-NUMBER with the format's ending, here.",
            show_default=False,
        ),
    ] = None,
    runs: Runs = RUNS,
    as_json: AsJson = False,
) -> None:
    """Write a run's model as Keras, SavedModel, ONNX or TFLite, and compare it.

    The model is that of the best epoch. Scaling is put into it where the format and the data allow
    it, so that it takes and gives numbers in the units of the file; a JSON file beside it says what
    it takes and gives. What was written is loaded again and answers 64 samples of the run; where it
    differs from Keras by more than a thousandth, nothing is kept.
    """
    from layerforge.cli.listening import listener
    from layerforge.cli.telling import faults_told
    from layerforge.exporting.export import export as export_run
    from layerforge.render.record import json_text
    from layerforge.run import find_run

    with faults_told(), listener() as listens:
        done = export_run(find_run(run, runs), to, out, listens)
    if as_json:
        record = {
            "path": str(done.path),
            "described": str(done.described),
            "scaling": done.scaling,
            "largest_difference": done.difference,
            "samples": done.samples,
            "split": done.split,
            "notes": list(done.notes),
        }
        sys.stdout.write(json_text(record))
        return
    inside = (
        "takes and gives the units of the file"
        if done.scaling == "inside"
        else "is as the run has it"
    )
    typer.echo(f"wrote {done.path}, which {inside}, and {done.described}")
    for note in done.notes:
        typer.echo(note)
    where = f"{done.samples} samples of the part `{done.split}`"
    typer.echo(f"largest difference from Keras on {where}: {done.difference:.2g} (scaled)")
