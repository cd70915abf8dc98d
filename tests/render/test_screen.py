"""Colour and width belong to terminals."""

from __future__ import annotations

import io
import os
import pty
import sys
from collections.abc import Iterator

import pytest

from layerforge.render.screen import Screen, screen_of

ENVIRONMENT = ("COLUMNS", "NO_COLOR", "TERM")


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def terminal() -> Iterator[io.TextIOWrapper]:
    """The writing end of a terminal of 80 columns that no one has set up."""
    leader, follower = pty.openpty()
    with os.fdopen(follower, "w") as stream:
        yield stream
    os.close(leader)


def test_a_pipe_has_no_width_and_no_colour() -> None:
    assert screen_of(io.StringIO()) == Screen(None, False)


def test_a_terminal_has_both(terminal: io.TextIOWrapper) -> None:
    assert screen_of(terminal) == Screen(80, True)


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_colour_can_be_refused(
    terminal: io.TextIOWrapper, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert not screen_of(terminal).colour


@pytest.mark.parametrize(("value", "width"), [("60", 60), ("0", None), ("wide", None), ("", None)])
def test_columns_sets_the_width(
    monkeypatch: pytest.MonkeyPatch, value: str, width: int | None
) -> None:
    monkeypatch.setenv("COLUMNS", value)
    assert screen_of(io.StringIO()).width == width


def test_paint_leaves_text_alone_without_colour() -> None:
    assert Screen().paint("error", "x") == "x"
    assert Screen(colour=True).paint("error", "x") == "\x1b[1;31mx\x1b[0m"


def test_standard_output_under_a_test_is_no_terminal() -> None:
    assert not screen_of(sys.stdout).colour
