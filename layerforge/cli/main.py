"""The command `layerforge`: its commands in the order of use, its help, and what no command caught."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from io import TextIOWrapper
from keyword import iskeyword
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

_SUMMARY = "Describe a Keras model in YAML; see exactly what it is; train it; use it."
# Every command with its line of help, which opens the docstring of the module's function as well:
# the modules are loaded only when called, since their imports are most of what `--help` would cost.
COMMANDS: Final = {
    "Look at a spec": {
        "new": "Write a first spec for a data file.",
        "check": "Find every fault of a spec, at file:line:column.",
        "build": "Show layers, shapes and parameters, and hold them against Keras.",
        "graph": "Draw the model: its layers, what flows between them, its blocks.",
        "diff": "Compare two specs layer by layer.",
        "import": "Write the spec of a Keras model.",
        "eject": "Write the Keras script that builds the same model.",
    },
    "Train it": {
        "data": "Show what becomes of the data: columns, splits, windows, statistics, leaks.",
        "baseline": "Score what a model must beat, before any training.",
        "train": "Train a model, and score it beside the baselines.",
        "tune": "Search the hyperparameters of a spec, and train the best.",
    },
    "Use what was trained": {
        "evaluate": "Score a trained model again, on its test rows or on other data.",
        "predict": "Predict from new rows, in the units of the data.",
        "export": "Write a run's model as Keras, SavedModel, ONNX or TFLite, and compare it.",
        "report": "Write a page of a run, of a search, or of several runs side by side.",
        "plot": "Save the pictures of a run or a search as PNG or SVG.",
        "runs": "List, show, compare and remove runs.",
    },
    "Look something up": {
        "layers": "List the layers, or show what one of them takes.",
        "explain": "Explain a layer, with its numbers, or the code of a fault.",
        "schema": "Print the JSON Schema of a spec, for editors.",
        "migrate": "Bring specs to this version of the language.",
    },
}
# What has to do with no layer.
_WITHOUT_CODE: Final = ("new", "runs")
_EXAMPLE = """
Example:
  layerforge check spec.yaml              is anything wrong with it?
  layerforge build spec.yaml              what does it make?
  layerforge train spec.yaml              how good does it get?
  layerforge report NAME                  what does it look like?
  layerforge predict NAME --data new.csv  what comes next?
"""
_STATUS = """
Exit status:
  0    done, nothing found
  1    faults found, or the work failed
  2    the command line is wrong
  130  stopped by Ctrl-C

layerforge COMMAND --help explains a command with examples.
"""


class _Command(TyperCommand):
    """A command whose usage says `SPEC` and not `{SPEC}`, which looks like something to type."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        options, *arguments = super().collect_usage_pieces(ctx)
        return [*(piece.strip("{}") for piece in arguments), options]


class _Group(TyperGroup):
    """The commands under headings; each is loaded when it is called."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        lines = {name: line for part in COMMANDS.values() for name, line in part.items()}
        self.commands = {name: TyperCommand(name, help=line) for name, line in lines.items()}

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return _loaded(cmd_name) if cmd_name in self.commands else None

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write_usage("layerforge", "COMMAND [OPTIONS] ...")
        formatter.write_paragraph()
        formatter.write_text(_SUMMARY)
        for heading, commands in COMMANDS.items():
            with formatter.section(heading):
                formatter.write_dl(list(commands.items()))
        formatter.write(_EXAMPLE)
        formatter.write(_STATUS)


def _loaded(name: str) -> Any:
    """The command of this name, from its module."""
    word = f"{name}_" if iskeyword(name) else name  # no module can be called `import`
    module = import_module(f"layerforge.cli.{word}")
    command: Callable[..., None] = getattr(module, word)
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    alone.command(name, cls=_Command, epilog=f"\b\nExamples:{module.EXAMPLE}")(command)
    made = typer.main.get_command(alone)
    if name not in _WITHOUT_CODE:
        made.params.append(_code_option())
    return made


def _code_option() -> TyperOption:
    """`--code FILE`, which every command has that reads a spec, a run or a model."""
    words = "Run this file of Python, for the layers in it. May be repeated."
    return TyperOption(
        param_decls=["--code"],
        metavar="FILE",
        multiple=True,
        expose_value=False,
        callback=_use_code,
        help=words,
    )


def _use_code(ctx: Any, param: Any, paths: Sequence[str]) -> None:
    if not paths:
        return
    from pathlib import Path

    from layerforge.cli.telling import code_used

    for path in paths:
        code_used(Path(path))


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"layerforge {_own_version()}")
        raise typer.Exit


def _own_version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("layerforge")
    except PackageNotFoundError:
        return "of a source tree that is not installed"


app = typer.Typer(
    cls=_Group,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def _layerforge(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line, that of the process by default, and gives its exit status.

    What no command foresaw is told in one line; `--traceback`, or LAYERFORGE_TRACEBACK=1, shows all.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    whole = "--traceback" in given or os.environ.get("LAYERFORGE_TRACEBACK") == "1"
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # what cannot be encoded is shown as an escape
            stream.reconfigure(errors="backslashreplace")
    try:
        app([word for word in given if word != "--traceback"], prog_name="layerforge")
    except SystemExit as stop:
        return _flushed(stop.code if isinstance(stop.code, int) else 0)
    except Exception as error:
        if whole:
            raise
        _tell_error(error)
        return 1
    return 0


def _tell_error(error: Exception) -> None:
    """Says in a line that the memory is full; any other error is a fault of ours."""
    from layerforge.cli.telling import tell
    from layerforge.diagnostics import memory_fault

    full = memory_fault(error)
    if full is not None:
        tell([full], {})
    else:
        typer.echo(_internal_error(error), err=True)


def _internal_error(error: Exception) -> str:
    """A fault of ours in one line."""
    first = next(iter(str(error).splitlines()), "")
    said = f"{type(error).__name__}: {first}".removesuffix(": ")
    return f"layerforge: internal error: {said} (please report; --traceback shows it)"


def _flushed(status: int) -> int:
    """The exit status, once everything is written; a reader that has gone away is no fault."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes again on its way out; there must be something to flush to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status
