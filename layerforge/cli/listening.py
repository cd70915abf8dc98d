"""Who listens to a run: a live display on a terminal, plain lines elsewhere, no one if quiet."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from layerforge.events import Event, Listener
from layerforge.render.progress import PlainProgress
from layerforge.render.screen import screen_of

if TYPE_CHECKING:
    from layerforge.render.live import LiveProgress
    from layerforge.render.live_search import LiveSearch


@contextmanager
def listener(
    quiet: bool = False, live: bool = False, log: str = "text", search: bool = False
) -> Iterator[Listener]:
    """A listener that writes to standard error. `live` allows a display, where there is a terminal.

    The display is that of a `search`, or else of one training. With `log` of `json` every event is a
    line of JSON, for machines.
    """
    if quiet:
        yield _ignore
    elif log == "json":
        from layerforge.render.log import JsonLog

        yield _while_read(JsonLog(sys.stderr))
    elif live and sys.stderr.isatty():
        with _display(search) as display:
            yield _while_read(display)
    else:
        yield _while_read(PlainProgress(sys.stderr, screen_of(sys.stderr).width))


def _display(search: bool) -> LiveSearch | LiveProgress:
    screen = screen_of(sys.stderr)
    if search:
        from layerforge.render.live_search import LiveSearch

        return LiveSearch(screen)
    from layerforge.render.live import LiveProgress

    return LiveProgress(screen)


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
