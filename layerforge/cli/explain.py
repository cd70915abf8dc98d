"""`layerforge explain`: how a layer's shapes come about; what a component takes; how a fault arises."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from layerforge.cli.options import AsJson, Overrides

if TYPE_CHECKING:
    from layerforge.components.table import Entry
    from layerforge.infer import Plan, Step
    from layerforge.layers import Layer, LayerType

EXAMPLE = """
  layerforge explain                           every fault, a line each
  layerforge explain wrong-rank                a fault: how it arises, and its cure
  layerforge explain LSTM                      a layer: formula, source and an example
  layerforge explain Adam                      an optimizer, a loss, a callback, ...
  layerforge explain Conv1D --spec spec.yaml   every Conv1D of a spec, with its numbers
  layerforge explain --spec spec.yaml --layer residual.dense
"""


def explain(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME|CODE]",
            help="A layer, an operation, a component, or the code of a fault.",
            show_default=False,
        ),
    ] = None,
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
            help="This layer of the spec, by its name in `build`, or all of a block.",
            show_default=False,
        ),
    ] = None,
    overrides: Overrides = None,
    as_json: AsJson = False,
) -> None:
    """Explain a layer, with its numbers, or the code of a fault.

    For a layer: what it does, its formula, and how its output shape and its parameters come about,
    with the numbers of a spec's own layers where --spec is given. For an optimizer, a loss, a
    callback and the like: its arguments and defaults. For the code at the end of a fault's line:
    how it arises, a bad and a good case, and the cure. Without any, all codes are listed.
    """
    if layer is not None and spec is None:
        raise typer.BadParameter("--layer names a layer of --spec; give both")
    if spec is None and overrides:
        raise typer.BadParameter("--set changes a value of --spec; give both")
    if spec is not None:
        _explain_steps(name, spec, layer, overrides or [], as_json)
    elif name is None:
        _list_codes(as_json)
    else:
        _explain_name(name, as_json)


def _list_codes(as_json: bool) -> None:
    from layerforge.render.page import codes_record, codes_text
    from layerforge.render.record import json_text
    from layerforge.render.screen import screen_of

    said = json_text(codes_record()) if as_json else codes_text(screen_of(sys.stdout))
    sys.stdout.write(said)


def _explain_name(name: str, as_json: bool) -> None:
    """What a name means without a spec: the code of a fault, a layer, a component."""
    from layerforge.explain import page_of
    from layerforge.layers import find
    from layerforge.render.components import components_called
    from layerforge.render.page import page_record, page_text
    from layerforge.render.record import json_text
    from layerforge.render.screen import screen_of

    page = page_of(name)
    if page is not None:
        text = json_text(page_record(page)) if as_json else page_text(page, screen_of(sys.stdout))
        sys.stdout.write(text)
    elif (entry := find(name)) is not None:
        _print_layers([(entry, [])], as_json)
    elif components := components_called(name):
        _print_components(components, as_json)
    else:
        raise typer.BadParameter(_unknown(name), param_hint="NAME|CODE")


def _print_components(found: list[Entry], as_json: bool) -> None:
    from layerforge.render.components import component_record, components_text
    from layerforge.render.record import json_text
    from layerforge.render.screen import screen_of

    if as_json:
        sys.stdout.write(json_text({"components": [component_record(each) for each in found]}))
    else:
        sys.stdout.write(components_text(found, screen_of(sys.stdout)))


def _print_layers(found: Sequence[tuple[LayerType, list[Step]]], as_json: bool) -> None:
    """Each type of layer with its steps in the spec."""
    from layerforge.render.explain import layer_explained, layer_explained_record
    from layerforge.render.record import json_text
    from layerforge.render.screen import screen_of

    if as_json:
        records = [layer_explained_record(entry, steps) for entry, steps in found]
        sys.stdout.write(json_text({"layers": records}))
    else:
        screen = screen_of(sys.stdout)
        sys.stdout.write("\n".join(layer_explained(entry, steps, screen) for entry, steps in found))


def _unknown(name: str) -> str:
    """That nothing has this name; what has one like it, or why it is left out."""
    from layerforge.codes import CODES
    from layerforge.components.left_out import left_out
    from layerforge.components.table import CATEGORIES
    from layerforge.diagnostics import did_you_mean
    from layerforge.layers import ALIASES, find, whole_catalog
    from layerforge.layers.left_out import LEFT_OUT
    from layerforge.render.components import component_names

    if find(f"ops.{name}"):
        return f"no layer is called `{name}`; did you mean the operation `ops.{name}`?"
    if name in LEFT_OUT:
        return f"a spec has no `{name}`: {LEFT_OUT[name]}"
    for category in CATEGORIES:
        if (reason := left_out(category, name)) is not None:
            return f"`{name}` {reason.reason}" + (f"; {reason.help}" if reason.help else "")
    known = [*CODES, *whole_catalog(), *ALIASES, *component_names()]
    help = did_you_mean(name, known)
    return f"no layer, component or fault is called `{name}`" + (f"; {help}" if help else "")


def _explain_steps(
    name: str | None, spec: Path, layer: str | None, overrides: list[str], as_json: bool
) -> None:
    """The layers of a spec that are of a type, or have a name, or lie in the block of that name."""
    from layerforge.cli.telling import compiled_spec, tell_defaults
    from layerforge.codes import CODES

    if name in CODES:
        raise typer.BadParameter(f"`{name}` is a fault, and --spec shows a layer's numbers")
    if name is None and layer is None:
        raise typer.BadParameter("name a layer of the spec: by its type, or with --layer")
    compiled = compiled_spec(spec, overrides)
    assert compiled.plan is not None  # a clean spec has one
    steps = list(_all_steps(compiled.plan))
    found = steps if layer is None else _named(layer, steps, spec)
    if name is not None:
        found = _of_type(name, found, steps, spec, layer)
    tell_defaults(compiled)
    _print_layers(_by_type(name, found), as_json)


def _by_type(name: str | None, found: list[Step]) -> list[tuple[LayerType, list[Step]]]:
    """The steps under the type that was asked for, else each under its own."""
    from layerforge.layers import find

    entry = None if name is None else find(name)
    if entry is not None:
        return [(entry, found)]
    types = {step.call.layer.type.name: step.call.layer.type for step in found}
    return [
        (entry, [step for step in found if step.call.layer.type is entry])
        for entry in types.values()
    ]


def _named(layer: str, steps: list[Step], spec: Path) -> list[Step]:
    from layerforge.diagnostics import did_you_mean

    found = _under(layer, steps)
    if not found:
        help = did_you_mean(layer, [step.call.name for step in steps])
        message = f"{spec} holds no layer `{layer}`{'; ' + help if help else ''}"
        raise typer.BadParameter(message, param_hint="--layer")
    return found


def _under(name: str, steps: list[Step]) -> list[Step]:
    """The step of this name, or those of the block of this name."""
    own = [step for step in steps if step.call.name == name]
    return own or [step for step in steps if step.call.name.startswith(f"{name}.")]


def _of_type(
    name: str, found: list[Step], steps: list[Step], spec: Path, layer: str | None
) -> list[Step]:
    """Those of the type; where the name is none, it may be that of a layer or block of the spec."""
    from layerforge.layers import find

    entry = find(name)
    if entry is None:
        named = [] if layer is not None else _under(name, steps)
        named += [step for step in found if step.call.layer.type.name == name]  # a nested model's
        if named:
            return named
        raise typer.BadParameter(_unknown(name), param_hint="NAME|CODE")
    kept = [step for step in found if entry in _types(step.call.layer)]
    if not kept and layer is None:
        raise typer.BadParameter(f"{spec} holds no {entry.name}", param_hint="NAME|CODE")
    if not kept:
        kind = found[0].call.layer.type.name
        message = f"`{layer}` is of the type {kind}, not {entry.name}"
        raise typer.BadParameter(message, param_hint="--layer")
    return kept


def _types(layer: Layer) -> Iterator[LayerType]:
    """A layer's type, and those of the layers that it was given as arguments."""
    from layerforge.layers import Layer

    yield layer.type
    for value in layer.values.values():
        for inner in value if isinstance(value, tuple | list) else (value,):
            if isinstance(inner, Layer):
                yield from _types(inner)


def _all_steps(plan: Plan) -> Iterator[Step]:
    """The steps of a plan and of the nested models in it."""
    for step in plan.steps:
        yield step
        if step.inner is not None:
            yield from _all_steps(step.inner)
