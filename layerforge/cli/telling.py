"""What every command does with a spec's faults and with faults on the way: print them, and exit with 1."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer

from layerforge.diagnostics import Diagnostic, Faults, ordered, reason_of
from layerforge.infer import Plan
from layerforge.pipeline import Compiled, compile_spec
from layerforge.render.diagnostics import diagnostics_text
from layerforge.render.screen import screen_of
from layerforge.source import lines_of


def compiled_spec(path: Path, overrides: Sequence[str]) -> Compiled:
    """The spec, free of faults: warnings go to standard error, and so do faults before the exit."""
    return usable(complete_spec(path, overrides))


def usable(compiled: Compiled) -> Compiled:
    """The spec, if it is free of faults; warnings are told, and so are faults before the exit."""
    tell(compiled.found, compiled.lines)
    if not compiled.clean:
        raise typer.Exit(1)
    return compiled


def complete_spec(path: Path, overrides: Sequence[str]) -> Compiled:
    """The spec as compiled; its data are read only where nothing else says the shape of its input."""
    compiled = compile_spec(path, tuple(overrides))
    if any(fault.code == "no-input" for fault in compiled.found):
        from layerforge.run.completion import completed

        compiled = completed(compiled)
    if compiled.plan is not None:
        _tell_measured(compiled.plan)
    return compiled


def _tell_measured(plan: Plan) -> None:
    """Says of which plugins' layers Keras was asked, which took the time that loading TensorFlow takes."""
    if "layerforge.custom.measuring" not in sys.modules:
        return
    from layerforge.custom.code import loaded_code
    from layerforge.custom.measuring import Measured

    named = {file.module for file in loaded_code()}
    types = {layer.type.name: layer.type for layer in plan.layers()}
    for name, entry in types.items():
        if isinstance(entry.rule, Measured) and entry.home not in named:
            typer.echo(f"{name} has no rule: Keras was loaded to measure it", err=True)


def code_used(path: Path) -> None:
    """Runs a file of the user's own layers. Ends the command with 1, after saying why, where that fails."""
    from layerforge.custom.code import use_code

    try:
        use_code(path)
    except Faults as stop:
        places = {fault.span.file for fault in stop.diagnostics if fault.span}
        tell(stop.diagnostics, {file: lines_of(Path(file).read_text("utf-8")) for file in places})
        raise typer.Exit(1) from None


def tell(found: Sequence[Diagnostic], lines: Mapping[str, Sequence[str]]) -> None:
    """Prints diagnostics on standard error."""
    sys.stderr.write(diagnostics_text(ordered(found), lines, screen_of(sys.stderr)))


def tell_defaults(compiled: Compiled) -> None:
    """Says which values hyperparameters have where nothing chose one."""
    values = [f"{each.name} = {each.default}" for each in compiled.hyperparameters.values()]
    if values:
        said = f"hyperparameters at their defaults: {', '.join(values)}"
        typer.echo("\n".join(screen_of(sys.stderr).lines(said)), err=True)


@contextmanager
def faults_told(lines: Mapping[str, Sequence[str]] | None = None) -> Iterator[None]:
    """Ends the command with 1 where the work inside cannot go on, after saying why."""
    try:
        yield
    except Faults as stop:
        tell(stop.diagnostics, lines or {})
        raise typer.Exit(1) from None


def write_asked(path: Path, text: str) -> None:
    """Writes the file that a command was asked for, whole. Raises Faults where it cannot be written."""
    from layerforge.run.files import write_text

    try:
        write_text(path, text, asked=True)
    except OSError as error:
        reason = reason_of(error)
        message = f"`{path}` cannot be written: {reason}"
        raise Faults(Diagnostic("unwritable-file", message)) from None


def save_text(path: Path, text: str) -> None:
    """The same, and says so; ends with 1 where it cannot."""
    with faults_told():
        write_asked(path, text)
    typer.echo(f"saved {path}", err=True)
