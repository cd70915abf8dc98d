"""Signals that end a training, and those that shall not."""

from __future__ import annotations

import signal

import pytest

from layerforge.run.interruption import Interruption


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="the system knows no SIGHUP")
def test_a_signal_that_was_ignored_before_stays_ignored_as_under_nohup() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interruption() as interruption:
            signal.raise_signal(signal.SIGHUP)
            assert interruption.asked is None
            signal.raise_signal(signal.SIGTERM)
            assert interruption.asked == "SIGTERM"
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
