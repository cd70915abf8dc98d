"""What went wrong in a user's own code, in one line, and where: never a traceback."""

from __future__ import annotations

import re
import traceback
from pathlib import Path
from typing import Final

from layerforge.diagnostics import Span

_LONGEST: Final = 200
_BOLD: Final = re.compile(r"\x1b\[\d+m")
_OTHERS: Final = frozenset(("keras", "tensorflow", "layerforge", "importlib"))


def said(error: BaseException) -> str:
    """The error's class and the line of its message that says most; Keras puts its own before it."""
    # What a KeyError shows of itself is quoted, with its ends of line as escapes.
    told = error.args[0] if isinstance(error, KeyError) and error.args else error
    text = _BOLD.sub("", str(told)).rpartition("Error encountered:")[2]
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("Exception encountered when")]
    text = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def place_in(error: BaseException, path: Path) -> Span | None:
    """The innermost line of the file that the error passed through, or the one that is no Python."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        line, column = error.lineno or 1, error.offset or 1
        return Span(str(path), line, column, line, max(error.end_offset or 0, column + 1))
    numbers = [number for file, number in _frames(error) if file == str(path)]
    return Span(str(path), numbers[-1], 1, numbers[-1], 2) if numbers else None


def where(error: BaseException) -> str:
    """`file.py:12` of the innermost line that is neither Keras's nor ours; empty where there is none."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{Path(error.filename).name}:{error.lineno}"
    own = [(file, number) for file, number in _frames(error) if not _OTHERS & set(Path(file).parts)]
    return f"{Path(own[-1][0]).name}:{own[-1][1]}" if own else ""


def _frames(error: BaseException) -> list[tuple[str, int]]:
    frames = traceback.extract_tb(error.__traceback__)
    return [(frame.filename, frame.lineno or 1) for frame in frames]
