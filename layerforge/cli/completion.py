"""`layerforge completion`: what completes command lines in bash, zsh and fish."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Final, Literal, get_args

import typer

Shell = Literal["bash", "zsh", "fish"]
EXAMPLE = """
  layerforge completion --install              for the shell that $SHELL names
  layerforge completion zsh --install
  eval "$(layerforge completion bash)"         only for this window
  layerforge completion fish > ~/.config/fish/completions/layerforge.fish
"""
_SHELLS: Final = get_args(Shell)


def completion(
    shell: Annotated[
        Shell | None,
        typer.Argument(metavar="[SHELL]", help="bash, zsh or fish.", show_default=False),
    ] = None,
    install: Annotated[
        bool, typer.Option("--install", help="Write it where the shell finds it when it starts.")
    ] = False,
) -> None:
    """Print or install what completes command lines in bash, zsh and fish.

    Commands and options are completed, and what they take: layers, operations and components, codes
    of faults, runs and searches, the settings of --set, specs and other files. --install writes one
    file, for bash and zsh also a line into .bashrc or .zshrc that reads it, and says which.
    """
    from layerforge.cli.telling import faults_told

    chosen = shell or _usual()
    script = Path(__file__).with_name("shell") / f"completion.{chosen}"
    text = script.read_text(encoding="utf-8")
    if not install:
        sys.stdout.write(text)
        return
    with faults_told():
        _install(chosen, text)


def _usual() -> str:
    name = Path(os.environ.get("SHELL", "")).name
    if name not in _SHELLS:
        message = f"which shell is it? Name one: {', '.join(_SHELLS)}"
        raise typer.BadParameter(message, param_hint="SHELL")
    return name


def _install(shell: str, text: str) -> None:
    """Writes the script and what reads it. Raises Faults where one cannot be written."""
    from layerforge.cli.telling import write_asked
    from layerforge.diagnostics import Diagnostic, Faults, reason_of

    path = _place(shell)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"`{path.parent}` cannot be made: {reason_of(error)}"
        raise Faults(Diagnostic("unwritable-file", message)) from None
    write_asked(path, text)
    typer.echo(f"saved {path}", err=True)
    if shell != "fish":
        _have_read(_start_file(shell), f'[ -r "{path}" ] && . "{path}"')
    typer.echo(f"a new {shell} completes `layerforge`", err=True)


def _place(shell: str) -> Path:
    """Where the script lies: fish reads that folder by itself."""
    if shell == "fish":
        return _folder("XDG_CONFIG_HOME", ".config") / "fish" / "completions" / "layerforge.fish"
    return _folder("XDG_DATA_HOME", ".local/share") / "layerforge" / f"completion.{shell}"


def _start_file(shell: str) -> Path:
    return Path.home() / ".bashrc" if shell == "bash" else _folder("ZDOTDIR", "") / ".zshrc"


def _folder(variable: str, usual: str) -> Path:
    return Path(os.environ.get(variable) or Path.home() / usual)


def _have_read(start: Path, line: str) -> None:
    """Adds the line to the file that a shell reads when it starts, unless it has it."""
    from layerforge.diagnostics import Diagnostic, Faults, reason_of

    try:
        text = start.read_text(encoding="utf-8") if start.exists() else ""
        if line in text.splitlines():
            return
        with start.open("a", encoding="utf-8") as file:
            gap = "" if not text or text.endswith("\n") else "\n"
            file.write(f"{gap}# layerforge completes its command lines\n{line}\n")
    except (OSError, ValueError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else "it is no UTF-8"
        message = f"`{start}` cannot be written: {reason}"
        raise Faults(Diagnostic("unwritable-file", message, help=f"add: {line}")) from None
    typer.echo(f"added a line to {start}", err=True)
