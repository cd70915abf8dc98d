"""Warnings of the libraries, told as notes instead of being written across the display."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from layerforge.events import Listener, Note


@contextmanager
def told(listener: Listener) -> Iterator[None]:
    """Every Python warning that would be shown goes to the listener, its first line as a note."""

    def tell(message: Warning | str, category: type[Warning], *_: object) -> None:
        lines = str(message).strip().splitlines()
        listener(Note(f"{category.__name__}: {lines[0] if lines else ''}"))

    with warnings.catch_warnings():
        # Told to those who write Keras, not to those who use it.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.showwarning = tell  # type: ignore[assignment]
        yield
