"""The command `layerforge` as a process: the signals that end it are heard from first to last."""

from __future__ import annotations

import signal
import sys
from typing import Final

_ENDS: Final = ("SIGTERM", "SIGHUP")  # what ends a process that does not listen; a run listens


def run() -> int:
    """Runs the command line of this process, and gives its exit status.

    Ctrl-C ends it without a word, also while it loads and while it closes. SIGTERM and SIGHUP end it as
    they would have, but nothing half-written is left behind.
    """
    usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    try:
        if usual:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        from layerforge.cli.main import main

        _listen()
        if usual:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        return main()
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    finally:
        if usual:
            signal.signal(signal.SIGINT, signal.SIG_DFL)


def _listen() -> None:
    for name in _ENDS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _end)


def _end(number: int, frame: object) -> None:
    """Leaves whatever is under way, as the shell counts a process that a signal has ended."""
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(run())
