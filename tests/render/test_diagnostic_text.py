"""Diagnostics in full: the line, the carets, what belongs to them; and as JSON."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerforge.diagnostics import Diagnostic, Related, Span
from layerforge.render.characters import columns
from layerforge.render.diagnostics import (
    diagnostic_record,
    diagnostic_text,
    diagnostics_text,
    summary,
)
from layerforge.render.screen import Screen


def at(line: int, column: int, end_column: int, end_line: int | None = None) -> Span:
    return Span("a.yaml", line, column, end_line or line, end_column)


def text(line: str, span: Span, width: int | None = None) -> list[str]:
    lines = {"a.yaml": [""] * (span.line - 1) + [line]}
    return diagnostic_text(Diagnostic("c", "m", span), lines, Screen(width)).split("\n")


def test_the_whole_form() -> None:
    lines = {"a.yaml": [""] * 15 + ["    - LSTM: 32", "    - LSTM: 16"]}
    related = (Related("this LSTM returns only its last step", at(16, 7, 11)),)
    fault = Diagnostic("wrong-rank", "LSTM needs a sequence", at(17, 7, 11), "write it", related)
    assert diagnostic_text(fault, lines, Screen()) == (
        "a.yaml:17:7: LSTM needs a sequence [wrong-rank]\n"
        "17 |     - LSTM: 16\n"
        "   |       ^^^^\n"
        "   = a.yaml:16:7: this LSTM returns only its last step\n"
        "   = help: write it"
    )


def test_a_fault_without_a_place_is_a_message_with_its_help() -> None:
    fault = Diagnostic("c", "no such file", None, "look again")
    assert diagnostic_text(fault, {}, Screen()) == "no such file [c]\n   = help: look again"


def test_a_warning_says_that_it_is_one() -> None:
    fault = Diagnostic("c", "m", at(1, 1, 2), severity="warning")
    assert diagnostic_text(fault, {}, Screen()) == "a.yaml:1:1: warning: m [c]"


@pytest.mark.parametrize(
    ("line", "span", "shown", "carets"),
    [
        ("ab cd", at(1, 4, 6), "ab cd", "   ^^"),
        ("ab cd", at(1, 4, 99), "ab cd", "   ^^"),  # clipped to the line
        ("ab", at(1, 3, 3), "ab", "  ^"),  # behind the last character
        ("ab", at(1, 9, 10), "ab", "  ^"),
        ("ab cd  ", at(1, 1, 5, end_line=3), "ab cd  ", "^^^^^"),  # goes on below
        ("\tab", at(1, 2, 4), "    ab", "    ^^"),
        ("激活: ab", at(1, 5, 7), "激活: ab", "      ^^"),
        ("激活", at(1, 2, 3), "激活", "  ^^"),
        ("e\u0301: ab", at(1, 5, 7), "e\u0301: ab", "   ^^"),
        ("\x1b: ab", at(1, 4, 6), "\\x1b: ab", "      ^^"),
    ],
)
def test_carets_stand_under_the_span(line: str, span: Span, shown: str, carets: str) -> None:
    assert text(line, span)[1:] == [f"1 | {shown}", f"  | {carets}"]


def test_a_long_line_is_cut_around_the_span() -> None:
    line = "x" * 500 + "HERE" + "y" * 500
    quoted, carets = text(line, at(1, 501, 505), width=40)[1:]
    assert len(quoted) <= 40
    assert quoted.startswith("1 | ...x")
    assert quoted.endswith("y...")
    assert carets.index("^") == quoted.index("HERE")
    assert carets.count("^") == 4


def test_a_span_longer_than_the_screen_is_marked_as_far_as_it_is_shown() -> None:
    quoted, carets = text("[" + "x" * 500 + "]", at(1, 1, 502), width=40)[1:]
    assert len(carets) <= len(quoted) <= 40


def test_a_line_of_megabytes_is_quoted_at_once() -> None:
    line = "激" * 4_000_000
    assert len(text(line, at(1, 2_000_000, 2_000_001))[1]) < 130


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300).filter(str.strip),
    st.integers(1, 310),
    st.integers(0, 40),
    st.integers(30, 200),
)
def test_whatever_a_line_holds_it_is_printable_and_fits(
    line: str, column: int, length: int, width: int
) -> None:
    _, *quoted = text(line, at(1, column, column + length), width)
    assert all(each.isprintable() for each in quoted)
    assert all(columns(each) <= max(width, 30) for each in quoted)
    assert "^" in quoted[1]


def test_messages_names_and_help_cannot_act_on_a_terminal() -> None:
    span = Span("a\x1b[2J.yaml", 1, 1, 1, 2)
    fault = Diagnostic("c", "no `\x1b[31m`\nx", span, "\x07", (Related("\x9b", span),))
    assert "\x1b" not in diagnostic_text(fault, {}, Screen())
    assert all(line.isprintable() for line in diagnostic_text(fault, {}, Screen()).split("\n"))


def test_a_line_that_is_not_there_is_not_quoted() -> None:
    assert text("", at(1, 1, 2)) == ["a.yaml:1:1: m [c]"]
    assert diagnostic_text(Diagnostic("c", "m", at(9, 1, 2)), {"a.yaml": ["x"]}, Screen()) == (
        "a.yaml:9:1: m [c]"
    )


def test_colour_marks_the_place_the_code_and_the_carets() -> None:
    fault = Diagnostic("c", "m", at(1, 1, 2))
    assert diagnostic_text(fault, {"a.yaml": ["x"]}, Screen(80, True)) == (
        "\x1b[1ma.yaml:1:1: \x1b[0mm \x1b[1;31m[c]\x1b[0m\n1 | x\n  | \x1b[1;31m^\x1b[0m"
    )


def test_several_diagnostics_stand_below_each_other() -> None:
    faults = [Diagnostic("a", "first", None), Diagnostic("b", "second", None)]
    assert diagnostics_text(faults, {}, Screen()) == "first [a]\nsecond [b]\n"
    assert diagnostics_text([], {}, Screen()) == ""


def test_a_summary_counts_faults_and_warnings() -> None:
    fault, warning = Diagnostic("c", "m"), Diagnostic("c", "m", severity="warning")
    assert summary([fault], 1) == "1 fault in 1 file"
    assert summary([fault, fault, warning], 2) == "2 faults, 1 warning in 2 files"
    assert summary([warning, warning], 1) == "2 warnings in 1 file"


def test_a_record_has_every_part_and_null_for_what_is_missing() -> None:
    related = (Related("here", Span("b.yaml", 3, 1, 3, 5)),)
    full = Diagnostic("c", "m", at(2, 5, 9), "cure", related)
    assert diagnostic_record(full, "a.yaml") == {
        "code": "c",
        "severity": "error",
        "message": "m",
        "file": "a.yaml",
        "line": 2,
        "column": 5,
        "end_line": 2,
        "end_column": 9,
        "help": "cure",
        "related": [
            {
                "message": "here",
                "file": "b.yaml",
                "line": 3,
                "column": 1,
                "end_line": 3,
                "end_column": 5,
            }
        ],
    }
    bare = diagnostic_record(Diagnostic("c", "m"), "a.yaml")
    assert (bare["file"], bare["line"], bare["help"], bare["related"]) == ("a.yaml", None, None, [])
