"""Standard error of the whole process put aside, also for libraries that are not Python's."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal


@contextmanager
def standard_error_aside(shown_after: Literal["failure", "success"] = "failure") -> Iterator[None]:
    """Puts the descriptor 2 aside; what was written there is shown after all in the one case that is named.

    TensorFlow's C++ writes there before it reads its own log level, polars as it panics.
    """
    sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # there is none
        yield
        return
    with _file() as aside:
        os.dup2(aside.fileno(), 2)
        shown = False
        try:
            yield
        except Exception:
            shown = shown_after == "failure"
            raise
        else:
            shown = shown_after == "success"
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            if shown:
                aside.seek(0)
                os.write(2, aside.read())


def _file() -> IO[bytes]:
    """A file for a while; without a folder for such files what is written is lost."""
    try:
        return tempfile.TemporaryFile()
    except OSError:
        return Path(os.devnull).open("r+b")
