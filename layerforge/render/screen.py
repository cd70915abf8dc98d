"""Where text is printed: how wide it is there, and whether colour may be used."""

from __future__ import annotations

import os
from typing import Final, TextIO

from layerforge.records import record
from layerforge.render.characters import folded

# Colour only with meaning: what failed, what to look at, what is well, where things are.
_STYLES: Final = {"error": "1;31", "warning": "1;33", "good": "32", "strong": "1"}
_USUAL_WIDTH: Final = 80


@record
class Screen:
    """A place for text. `width` is None where lines may be as long as they like: a pipe, a file."""

    width: int | None = None
    colour: bool = False

    def lines(self, text: str, hang: str = "  ", style: str = "") -> list[str]:
        """A sentence on lines that fit, all but the first set in by `hang`; painted where it has a style."""
        parts = [text] if self.width is None else folded(text, self.width, hang, prose=True)
        return [self.paint(style, part) for part in parts] if style else parts

    def paint(self, style: str, text: str) -> str:
        """The text in the colour of `error`, `warning`, `good` or `strong`, or as it is without colour."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.colour else text


def screen_of(stream: TextIO) -> Screen:
    """The screen of a stream. COLUMNS sets its width, NO_COLOR takes its colour, FORCE_COLOR gives it."""
    terminal = stream.isatty()
    written = os.environ.get("COLUMNS", "")
    width = int(written) if written.isdecimal() and 0 < int(written) < 10_000 else None
    if width is None and terminal:
        width = _terminal_width(stream)
    return Screen(width, _coloured(terminal))


def _coloured(terminal: bool) -> bool:
    """Whether colour is wanted, as no-color.org and force-color.org have it; refusing it goes first."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (terminal and os.environ.get("TERM") != "dumb")


def _terminal_width(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or _USUAL_WIDTH
    except (OSError, ValueError):
        return _USUAL_WIDTH
