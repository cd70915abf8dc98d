"""`layerforge serve`: a trained model as an HTTP endpoint."""

from __future__ import annotations

from typing import Annotated

import typer

from layerforge.cli.options import RUNS, Run, Runs

EXAMPLE = """
  layerforge serve cnn-lstm                    http://127.0.0.1:8000 has a page that says what it takes
  layerforge serve cnn-lstm/3 --port 9000
  curl http://127.0.0.1:8000/predict -H 'Content-Type: text/csv' --data-binary @rows.csv
"""


def serve(
    run: Run,
    host: Annotated[
        str,
        typer.Option("--host", metavar="ADDRESS", help="Where to listen; 0.0.0.0 is everywhere."),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="0 is a free one.")
    ] = 8000,
    max_bytes: Annotated[
        int, typer.Option("--max-bytes", metavar="N", min=1, help="Of the body of a request.")
    ] = 10_000_000,
    max_rows: Annotated[
        int, typer.Option("--max-rows", metavar="N", min=1, help="Of a request.")
    ] = 100_000,
    timeout: Annotated[
        float,
        typer.Option("--timeout", metavar="SECONDS", min=0.1, help="For a request and its answer."),
    ] = 30.0,
    queue: Annotated[
        int,
        typer.Option("--queue", metavar="N", min=1, help="Requests that may wait; more get a 503."),
    ] = 1_000,
    runs: Runs = RUNS,
) -> None:
    """Answer requests over HTTP with what a trained model predicts.

    POST /predict takes raw rows as JSON, {"rows": [{"column": value, ...}, ...]}, or as CSV, and
    answers as `predict` does, by name and in the units of the data. A row that cannot be right is
    answered with 422, and a line that names the row and the column. GET / is a page that says what
    a row holds, /openapi.json says it to programs, /health whether all is well. Requests that come
    together are answered together. Ctrl-C or SIGTERM answers what has come, and ends with 0.
    There is no password: whoever reaches the address may ask. Needs the extra: pip install
    'layerforge[serve]'.
    """
    from layerforge import __version__
    from layerforge.cli.telling import faults_told
    from layerforge.run import find_run
    from layerforge.serving.limits import Limits
    from layerforge.serving.server import serve as serve_run

    def tell(address: str) -> None:
        typer.echo(f"serving {found} at {address}, Ctrl-C ends it", err=True)

    with faults_told():
        found = find_run(run, runs)
        limits = Limits(max_bytes, max_rows, timeout, queue)
        done = serve_run(found, host, port, limits, tell, __version__)
    typer.echo(
        f"answered {done.answered:,} requests, refused {done.refused:,}, failed {done.failed:,}",
        err=True,
    )
