"""The commands as Typer has them, under headings; each is loaded when it is called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from keyword import iskeyword
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from layerforge import __version__
from layerforge.cli.main import COMMANDS

_SUMMARY = "Describe a Keras model in YAML; see exactly what it is; train it; use it."
# What has to do with no layer.
_WITHOUT_CODE: Final = ("new", "runs", "completion")
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
    """The commands under headings; the help of none is made before it is asked for."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        lines = {name: line for part in COMMANDS.values() for name, line in part.items()}
        self.commands = {name: TyperCommand(name, help=line) for name, line in lines.items()}

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return loaded(cmd_name) if cmd_name in self.commands else None

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write_usage("layerforge", "COMMAND [OPTIONS] ...")
        formatter.write_paragraph()
        formatter.write_text(_SUMMARY)
        for heading, commands in COMMANDS.items():
            with formatter.section(heading):
                formatter.write_dl(list(commands.items()))
        formatter.write(_EXAMPLE)
        formatter.write(_STATUS)


def loaded(name: str) -> Any:
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
        typer.echo(f"layerforge {__version__}")
        raise typer.Exit


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
