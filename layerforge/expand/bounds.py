"""How much a spec may expand to: blocks in blocks, each repeated, multiply faster than any memory grows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from layerforge.arguments import Found
from layerforge.diagnostics import Diagnostic, Span

MAX_CALLS: Final = 20_000
MAX_MET: Final = 30_000  # repetitions met on the way, blocks and skipped items with the rest
MAX_BLOCK_DEPTH: Final = 40


@dataclass(slots=True)
class Bounds:
    """What has been met of a model so far, its nested models counted in; `full` once it is too much."""

    found: Found
    met: int = 0
    calls: int = 0
    full: bool = False

    def meet(self, place: Span) -> bool:
        """Counts one repetition of an item; False where no more may come."""
        self.met += 1
        return self._room(self.met <= MAX_MET, f"{MAX_MET:,} items, repetitions counted", place)

    def add(self, place: Span) -> bool:
        """Counts one layer call; False where no more may come."""
        self.calls += 1
        return self._room(self.calls <= MAX_CALLS, f"{MAX_CALLS:,} layers", place)

    def _room(self, fits: bool, limit: str, place: Span) -> bool:
        if not fits and not self.full:
            self.full = True
            self.found.append(Diagnostic("too-many-layers", f"more than {limit}", place))
        return not self.full
