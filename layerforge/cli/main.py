"""The command `layerforge`: its commands in the order of use, and what no command caught."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import TYPE_CHECKING, Final

from layerforge.cli.streams import Output, standing_streams

if TYPE_CHECKING:
    from layerforge.diagnostics import Diagnostic

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
        "serve": "Answer requests over HTTP with what a trained model predicts.",
        "report": "Write a page of a run, of a search, or of several runs side by side.",
        "plot": "Save the pictures of a run or a search as PNG or SVG.",
        "runs": "List, show, compare and remove runs.",
    },
    "Look something up": {
        "layers": "List the layers, or show what one of them takes.",
        "explain": "Explain a layer, with its numbers, or the code of a fault.",
        "schema": "Print the JSON Schema of a spec, for editors.",
        "migrate": "Bring specs to this version of the language.",
        "completion": "Print or install what completes command lines in bash, zsh and fish.",
    },
}


# What only writing can end with: no room, a file system that is mounted to be read, a limit of size.
_NO_WRITING: Final = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line, that of the process by default, and gives its exit status.

    What no command foresaw is told in one line; `--traceback`, or LAYERFORGE_TRACEBACK=1, shows all.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    shell = os.environ.get("_LAYERFORGE_COMPLETE") if arguments is None else None
    with standing_streams() as outputs:
        status = _complete(shell, given) if shell else _status(given)
        sys.stdout.flush()
        return _written(status, outputs)


def _status(given: Sequence[str]) -> int:
    whole = "--traceback" in given or os.environ.get("LAYERFORGE_TRACEBACK") == "1"
    try:
        from layerforge.cli.app import app

        app([word for word in given if word != "--traceback"], prog_name="layerforge")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    except Exception as error:
        if whole:
            raise
        _tell_error(error)
        return 1
    return 0


def _complete(shell: str, words: Sequence[str]) -> int:
    """Answers the script of a shell; Typer, most of what a command needs to start, is not loaded."""
    from layerforge.cli.shell.answering import answer

    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape", newline="\n")
    try:
        sys.stdout.write(answer(shell, words))
    except Exception:  # there is nowhere to say so: a message would stand in the line that is typed
        if os.environ.get("LAYERFORGE_TRACEBACK") == "1":
            raise
        return 1
    return 0


def _tell_error(error: Exception) -> None:
    """Says in a line what the system refused, memory or a file; any other error is a fault of ours."""
    import typer

    from layerforge.cli.telling import tell
    from layerforge.diagnostics import memory_fault

    fault = memory_fault(error)
    if fault is None and isinstance(error, OSError) and error.errno:
        fault = _refused(error)
    if fault is not None:
        tell([fault], {})
    else:
        typer.echo(_internal_error(error), err=True)


def _refused(error: OSError) -> Diagnostic:
    """What the system says of a file where no command expected it: it was there a moment ago."""
    from layerforge.diagnostics import Diagnostic, reason_of

    place = f"`{error.filename}`: " if error.filename else ""
    code = "unwritable-file" if error.errno in _NO_WRITING else "unreadable-file"
    return Diagnostic(code, f"{place}{reason_of(error)}")


def _internal_error(error: Exception) -> str:
    """A fault of ours in one line."""
    first = next(iter(str(error).splitlines()), "")
    said = f"{type(error).__name__}: {first}".removesuffix(": ")
    return f"layerforge: internal error: {said} (please report; --traceback shows it)"


def _written(status: int, outputs: Sequence[Output]) -> int:
    """The exit status, once everything is written; a reader that has gone away is no fault."""
    for failure in (output.failure for output in outputs):
        if failure is not None and not isinstance(failure, BrokenPipeError):
            from layerforge.cli.telling import tell
            from layerforge.diagnostics import Diagnostic, reason_of

            message = f"standard output cannot be written: {reason_of(failure)}"
            tell([Diagnostic("unwritable-file", message)], {})
            return status or 1
    return status
