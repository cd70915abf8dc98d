"""`layerforge import`: a readable spec from any functional or Sequential Keras model."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from layerforge.cli.options import AsJson

if TYPE_CHECKING:
    from layerforge.importing import Imported
    from layerforge.writing import Written

EXAMPLE = """
  layerforge import model.keras                print the spec of a saved model
  layerforge import keras.applications:ResNet50 --out resnet50.yaml
  layerforge import keras.applications:ResNet50 --arg include_top=false --arg pooling=avg
  layerforge import model.keras --out spec.yaml --weights model.keras
"""


def import_(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="A .keras file, the JSON of model.to_json(), or package.module:function.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write the spec there.", show_default=False),
    ] = None,
    weights: Annotated[
        Path | None,
        typer.Option(
            "--weights",
            metavar="FILE",
            help="Take the weights of this .keras or .weights.h5 file; saved beside --out.",
            show_default=False,
        ),
    ] = None,
    arguments: Annotated[
        list[str] | None,
        typer.Option(
            "--arg",
            metavar="NAME=VALUE",
            help="An argument of the function, as YAML writes it. May be repeated.",
            show_default=False,
        ),
    ] = None,
    flat: Annotated[
        bool, typer.Option("--flat", help="Write every layer by itself, under its own name.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write the spec of a Keras model.

    Defaults are left out, and what repeats becomes a block, or is repeated, where that says exactly
    the same. A file is read without running anything in it; a function runs, with weights=None
    unless --arg says another. Whatever no spec can hold is told at once.
    """
    _check_options(model, out, weights)
    from layerforge.cli.telling import faults_told, write_asked
    from layerforge.importing import import_model
    from layerforge.importing.sources import read_source
    from layerforge.writing import write_spec

    with faults_told():
        config = read_source(model, _arguments(arguments or []))
        imported = import_model(config)
        graph = _graph(imported)
        written = write_spec(graph, not flat)
        if weights is not None and out is not None:
            _save_weights(weights, config, graph, written, out)
        if out is not None:
            write_asked(out, written.text)
    if as_json:
        _print_json(imported, written, out)
    elif out is None:
        sys.stdout.write(written.text)
    for each in imported.translated:
        typer.echo(f"written in other words: {each}", err=True)


def _check_options(model: str, out: Path | None, weights: Path | None) -> None:
    if out is not None and out.suffix not in (".yaml", ".yml"):
        raise typer.BadParameter(f"`{out}` must end in .yaml", param_hint="--out")
    if out is not None and not out.parent.is_dir():
        raise typer.BadParameter(f"there is no folder `{out.parent}`", param_hint="--out")
    if weights is not None and out is None:
        raise typer.BadParameter("--weights needs --out, beside which the model is saved")
    if weights is not None and out is not None:
        saved = out.with_suffix(".keras").resolve()
        if saved in (Path(model).resolve(), weights.resolve()):
            message = f"the new model would be written over `{saved.name}`; give --out another name"
            raise typer.BadParameter(message)


def _arguments(words: list[str]) -> dict[str, Any]:
    """The values of `--arg NAME=VALUE`, as a spec would read them."""
    from layerforge.arguments import plain
    from layerforge.source import read

    values = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or not name.strip().isidentifier():
            raise typer.BadParameter(f"`{word}` is not NAME=VALUE", param_hint="--arg")
        node = read(text, f"--arg {name}", []) if text.strip() else None
        values[name.strip()] = None if node is None else plain(node)
    return values


def _graph(imported: Imported) -> Any:
    from layerforge.diagnostics import Faults

    if imported.graph is None:
        raise Faults(*imported.found)
    return imported.graph


def _save_weights(weights: Path, config: Any, graph: Any, written: Written, out: Path) -> None:
    from layerforge.build.backend import load_keras

    load_keras()
    from layerforge.build.model import make_model
    from layerforge.diagnostics import Diagnostic, Faults
    from layerforge.importing.weights import carry_weights
    from layerforge.infer import infer
    from layerforge.run.watch import save_model

    found: list[Diagnostic] = []
    plan = infer(written.graph, found)
    if not plan.complete:
        raise Faults(*found)
    model = make_model(plan)
    carry_weights(weights, config, graph, written.graph, model)
    saved = out.with_suffix(".keras")
    save_model(model, saved, asked=True)
    typer.echo(f"saved {saved}", err=True)


def _print_json(imported: Imported, written: Written, out: Path | None) -> None:
    from layerforge.render.record import json_text

    record = {
        "spec": written.text,
        "file": None if out is None else str(out),
        "lines": written.text.count("\n"),
        "folded": written.folded,
        "translated": list(imported.translated),
    }
    sys.stdout.write(json_text(record))
