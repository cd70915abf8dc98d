"""A search on a terminal: a table of the trials under way, redrawn, and a line for each that has ended."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from layerforge.events import Event
from layerforge.render.progress import event_text
from layerforge.render.screen import Screen
from layerforge.render.search import SearchBoard, search_event_text


class LiveSearch:
    """A listener that redraws a few lines; used as a context, so that the terminal is left as it was."""

    def __init__(self, screen: Screen) -> None:
        from rich.console import Console
        from rich.live import Live

        self._console = Console(stderr=True, no_color=not screen.colour, highlight=False)
        self._board = SearchBoard()
        self._live = Live(console=self._console, transient=True, refresh_per_second=8)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    def __call__(self, event: Event) -> None:
        self._board.take(event)
        text = event_text(event, 0) or search_event_text(event, self._board)
        if text:
            self._console.print(text, markup=False, soft_wrap=True)
        self._live.update(self._shown())

    def _shown(self) -> Any:
        from rich.table import Table
        from rich.text import Text

        grid = Table(box=None, pad_edge=False, title=None)
        for name in ("trial", "epoch", "so far", "values"):
            grid.add_column(name, no_wrap=name != "values")
        for row in self._board.running_rows():
            grid.add_row(*map(Text, row))
        whole = Table.grid()
        whole.add_row(grid)
        whole.add_row(Text(self._board.summary()))
        return whole
