"""Who listens to a run: a live display on a terminal, plain lines elsewhere, no one if quiet."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from layerforge.events import Event, Listener
from layerforge.render.progress import PlainProgress
from layerforge.render.screen import screen_of


@contextmanager
def listener(quiet: bool = False, live: bool = False, log: str = "text") -> Iterator[Listener]:
    """A listener that writes to standard error. `live` allows a display, where there is a terminal.

    With `log` of `json` every event is a line of JSON, for machines.
    """
    if quiet:
        yield _ignore
    elif log == "json":
        from layerforge.render.log import JsonLog

        yield _while_read(JsonLog(sys.stderr))
    elif live and sys.stderr.isatty():
        from layerforge.render.live import LiveProgress

        with LiveProgress(screen_of(sys.stderr)) as display:
            yield _while_read(display)
    else:
        yield _while_read(PlainProgress(sys.stderr, screen_of(sys.stderr).width))


def _while_read(listens: Listener) -> Listener:
    """The listener, silent once it cannot write: a reader that has gone away costs no run."""
    gone = False

    def hears(event: Event) -> None:
        nonlocal gone
        if not gone:
            try:
                listens(event)
            except OSError:
                gone = True

    return hears


def _ignore(event: Event) -> None:
    """Hears nothing."""
