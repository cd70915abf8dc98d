"""`layerforge explain`: how a layer's shapes and parameters come about; what a fault's code means."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from layerforge.cli.options import Overrides

if TYPE_CHECKING:
    from layerforge.infer import Plan, Step
    from layerforge.layers import LayerType

EXAMPLE = """
  layerforge explain LSTM                      formula, source and an example
  layerforge explain Conv1D --spec spec.yaml   every Conv1D of a spec, with its numbers
  layerforge explain Dense --spec spec.yaml --layer head
  layerforge explain wrong-rank                the code of a fault
"""


def explain(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME|CODE", help="A layer, or the code of a fault.", show_default=False
        ),
    ],
    spec: Annotated[
        Path | None,
        typer.Option(
            "--spec", metavar="SPEC", help="Count with this spec's numbers.", show_default=False
        ),
    ] = None,
    layer: Annotated[
        str | None,
        typer.Option(
            "--layer",
            metavar="LAYER",
            help="Only this layer of the spec, by its name in `build`.",
            show_default=False,
        ),
    ] = None,
    overrides: Overrides = None,
) -> None:
    """Explain a layer, with its numbers, or the code of a fault.

    For a layer: what it does, its formula, and how its output shape and its parameters come about,
    with the numbers of a spec's own layers where --spec is given. For the code at the end of a
    fault's line: what it means.
    """
    if layer is not None and spec is None:
        raise typer.BadParameter("--layer names a layer of --spec; give both")
    if spec is None and overrides:
        raise typer.BadParameter("--set changes a value of --spec; give both")
    from layerforge.codes import CODES
    from layerforge.render.explain import code_explained, layer_explained
    from layerforge.render.screen import screen_of

    if name in CODES:
        if spec is not None:
            raise typer.BadParameter(f"`{name}` is a fault, and --spec shows a layer's numbers")
        sys.stdout.write(code_explained(name))
        return
    entry = _entry(name)
    steps = [] if spec is None else _steps(entry, spec, layer, overrides or [])
    sys.stdout.write(layer_explained(entry, steps, screen_of(sys.stdout)))


def _entry(name: str) -> LayerType:
    """The layer of this name; a name like that of a code is asked back as one."""
    from layerforge.cli.layers import entry_called
    from layerforge.codes import CODES
    from layerforge.diagnostics import did_you_mean

    help = did_you_mean(name, CODES)
    if "-" in name and help is not None:
        message = f"there is no layer and no fault `{name}`; {help}"
        raise typer.BadParameter(message, param_hint="NAME|CODE")
    return entry_called(name)


def _steps(entry: LayerType, spec: Path, layer: str | None, overrides: list[str]) -> list[Step]:
    """The spec's layers of this type, or the one of this name."""
    from layerforge.cli.telling import compiled_spec, tell_defaults
    from layerforge.diagnostics import did_you_mean

    compiled = compiled_spec(spec, overrides)
    tell_defaults(compiled)
    assert compiled.plan is not None  # a clean spec has one
    steps = list(_all_steps(compiled.plan))
    if layer is None:
        found = [step for step in steps if step.call.layer.type is entry]
        if not found:
            raise typer.BadParameter(f"{spec} holds no {entry.name}", param_hint="NAME|CODE")
        return found
    named = [step for step in steps if step.call.name == layer]
    if not named:
        help = did_you_mean(layer, [step.call.name for step in steps])
        message = f"{spec} holds no layer `{layer}`{'; ' + help if help else ''}"
        raise typer.BadParameter(message, param_hint="--layer")
    kind = named[0].call.layer.type
    if kind is not entry:
        message = f"`{layer}` is of the type {kind.name}, not {entry.name}"
        raise typer.BadParameter(message, param_hint="--layer")
    return named


def _all_steps(plan: Plan) -> Iterator[Step]:
    """The steps of a plan and of the nested models in it."""
    for step in plan.steps:
        yield step
        if step.inner is not None:
            yield from _all_steps(step.inner)
