"""Widths, escapes and folding of text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerforge.render.characters import columns, folded, narrowest, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("激活函数", "激活函数"),
        ("a\x1b[31mred", "a\\x1b[31mred"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\x9b31m", "\\x9b31m"),
        ("no\xa0break", "no\\xa0break"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_acts_on_a_terminal_is_written_as_an_escape(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_visible_text_is_printable_and_one_line(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable()
    assert len(shown.splitlines()) <= 1


@pytest.mark.parametrize(
    ("text", "width"),
    [("abc", 3), ("激活", 4), ("e\u0301", 1), ("\uff71", 1), ("\uff21", 2), ("", 0)],
)
def test_wide_characters_take_two_columns_and_accents_none(text: str, width: int) -> None:
    assert columns(text) == width


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("max_pooling1d", 13, ["max_pooling1d"]),
        ("max_pooling1d", 10, ["max_", "pooling1d"]),
        ("(None, 96, 7)", 9, ["(None,", "96, 7)"]),
        ("  lstm_cell/kernel", 14, ["  lstm_cell/", "  kernel"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("激活函数", 5, ["激活", "函数"]),
        ("", 5, [""]),
        ("70,553,706,496 bytes (262.8 GiB)", 9, ["70,553,706,496", "bytes", "(262.8", "GiB)"]),
        ("a -1.5 b", 4, ["a", "-1.5", "b"]),
    ],
)
def test_text_is_folded_where_words_end(text: str, width: int, lines: list[str]) -> None:
    assert folded(text, width) == lines


@given(st.text(alphabet="ab_./- 激", max_size=40), st.integers(2, 20))
def test_folding_loses_nothing_and_keeps_to_the_width(text: str, width: int) -> None:
    lines = folded(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(columns(line) <= width for line in lines)


def test_the_narrowest_width_is_that_of_the_longest_word() -> None:
    assert narrowest("global_average_pooling1d") == len("pooling1d")
