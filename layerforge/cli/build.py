"""`layerforge build`: what a spec makes, from the static engine at once, then held against Keras."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from layerforge.cli.options import AsJson, Overrides, Spec

if TYPE_CHECKING:
    from layerforge.infer import Plan
    from layerforge.memory import Memory
    from layerforge.spec import TrainSettings

EXAMPLE = """
  layerforge build spec.yaml                   the table, then what Keras says of it
  layerforge build spec.yaml --weights --static
  layerforge build spec.yaml --batch-size 256
  layerforge build spec.yaml --out model.keras
"""


def build(
    spec: Spec,
    weights: Annotated[bool, typer.Option("--weights", help="Show every weight as well.")] = False,
    static: Annotated[
        bool, typer.Option("--static", help="Do not ask Keras: no TensorFlow, no wait.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="Save the untrained model as FILE.keras.",
            show_default=False,
        ),
    ] = None,
    batch_size: Annotated[
        int | None,
        typer.Option(
            "--batch-size",
            metavar="N",
            min=1,
            help="Estimate the memory for batches of N; default: the spec's batch_size, or 32.",
            show_default=False,
        ),
    ] = None,
    overrides: Overrides = None,
    as_json: AsJson = False,
) -> None:
    """Show layers, shapes and parameters, and hold them against Keras.

    The table comes at once from the spec alone: for each layer its shapes, its parameters and their
    share, and its multiply-adds (MACs) for one sample; for each LSTM or GRU how its parameters come
    about, gate by gate; and what memory the weights, a batch, and training it take. Then Keras builds
    the model, and every shape and weight is compared.
    """
    _check_options(static, out)
    from layerforge.cli.telling import compiled_spec, faults_told, tell_defaults

    compiled = compiled_spec(spec, overrides or ())
    tell_defaults(compiled)
    plan = compiled.plan
    if plan is None:
        raise typer.Exit(1)
    memory = _memory(plan, compiled.train, batch_size)
    if not as_json:
        _print_table(plan, weights, memory)
    differences: list[str] | None = None
    with faults_told(compiled.lines):
        if not static:
            differences = _compare(plan, as_json)
        if out is not None and not differences:
            _save(plan, out)
    if as_json:
        _print_json(plan, differences, memory)
    if differences:
        raise typer.Exit(1)


def _check_options(static: bool, out: Path | None) -> None:
    if out is not None and out.suffix != ".keras":
        raise typer.BadParameter(f"`{out}` must end in .keras", param_hint="--out")
    if out is not None and not out.parent.is_dir():
        raise typer.BadParameter(f"there is no folder `{out.parent}`", param_hint="--out")
    if static and out is not None:
        raise typer.BadParameter("--out saves the model that Keras builds; leave --static away")


def _memory(plan: Plan, train: TrainSettings | None, batch_size: int | None) -> Memory:
    """The estimate for the spec's optimizer, and its batch size where none is given."""
    from layerforge.memory import estimate
    from layerforge.spec import TrainSettings

    settings = train or TrainSettings()
    size = batch_size or settings.batch_size
    return estimate(plan, size, settings.optimizer, settings.dtype_policy)


def _print_table(plan: Plan, weights: bool, memory: Memory) -> None:
    from layerforge.render.memory import memory_text
    from layerforge.render.plan import plan_text
    from layerforge.render.screen import screen_of

    screen = screen_of(sys.stdout)
    sys.stdout.write(f"{plan_text(plan, screen, weights)}\n{memory_text(memory, screen)}")
    sys.stdout.flush()


def _print_json(plan: Plan, differences: list[str] | None, memory: Memory) -> None:
    from layerforge.render.memory import memory_record
    from layerforge.render.plan_record import plan_record
    from layerforge.render.record import json_text

    verified = None if differences is None else not differences
    record = {**plan_record(plan, verified), "memory": memory_record(memory)}
    sys.stdout.write(json_text(record))


def _compare(plan: Plan, as_json: bool) -> list[str]:
    """Where Keras builds another model; said on standard output, or beside JSON on standard error."""
    from layerforge.render.plan import agreement, disagreement
    from layerforge.render.screen import screen_of

    start = perf_counter()
    with _waiting("comparing with Keras ..."):
        from layerforge.build.backend import load_keras
        from layerforge.build.verify import verify

        load_keras()
        differences = verify(plan)
    if differences:
        stream = sys.stderr if as_json else sys.stdout
        stream.write(screen_of(stream).paint("error", disagreement(differences)) + "\n")
    elif not as_json:
        said = agreement(plan, perf_counter() - start)
        sys.stdout.write("\n" + screen_of(sys.stdout).paint("good", said) + "\n")
    return differences


@contextmanager
def _waiting(text: str) -> Iterator[None]:
    """Shows a text on a terminal while the work inside goes on, and takes it away again."""
    if not sys.stderr.isatty():
        yield
        return
    sys.stderr.write(text)
    sys.stderr.flush()
    try:
        yield
    finally:
        sys.stderr.write("\r" + " " * len(text) + "\r")
        sys.stderr.flush()


def _save(plan: Plan, out: Path) -> None:
    from layerforge.build.memory import check_memory
    from layerforge.build.model import make_model
    from layerforge.run.watch import save_model

    check_memory(plan)
    save_model(make_model(plan), out, asked=True)
    typer.echo(f"saved {out}", err=True)
