"""Diagnostics as people and programs read them: place, line, carets, cure; or JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from layerforge.diagnostics import Diagnostic, Related, Span, errors
from layerforge.render.characters import columns, visible
from layerforge.render.numbers import many
from layerforge.render.screen import Screen

Lines = Mapping[str, Sequence[str]]
_WIDEST: Final = 120  # a quoted line is cut to this even where the screen has no width
_TAB: Final = "    "


def diagnostic_text(fault: Diagnostic, lines: Lines, screen: Screen) -> str:
    """One diagnostic in full, without a last line break. `lines` are the texts that places point into."""
    shown = [_headline(fault, screen)]
    gutter = "  "
    if fault.span is not None:
        quoted = _quoted(fault.span, lines, screen)
        gutter = " " * len(str(fault.span.line)) if quoted else gutter
        shown += quoted
    for related in fault.related:
        shown.append(f"{gutter} = {visible(f'{related.span}: {related.message}')}")
    if fault.help:
        shown.append(f"{gutter} = help: {visible(fault.help)}")
    return "\n".join(shown)


def diagnostics_text(found: Iterable[Diagnostic], lines: Lines, screen: Screen) -> str:
    """All diagnostics, each on its own lines; empty for none."""
    return "".join(diagnostic_text(fault, lines, screen) + "\n" for fault in found)


def summary(found: Sequence[Diagnostic], files: int) -> str:
    """How many there are, in words: `3 faults, 1 warning in 2 files`."""
    faults = len(errors(found))
    warnings = len(found) - faults
    counts = [many(faults, "fault")] if faults else []
    counts += [many(warnings, "warning")] if warnings else []
    return f"{', '.join(counts)} in {many(files, 'file')}"


def diagnostic_record(fault: Diagnostic, file: str) -> dict[str, Any]:
    """One diagnostic for JSON; one without a place belongs to `file` as a whole."""
    return {
        "code": fault.code,
        "severity": fault.severity,
        "message": fault.message,
        **_place(fault.span, file),
        "help": fault.help,
        "related": [_related(each) for each in fault.related],
    }


def _related(related: Related) -> dict[str, Any]:
    return {"message": related.message, **_place(related.span, related.span.file)}


def _place(span: Span | None, file: str) -> dict[str, Any]:
    return {
        "file": span.file if span else file,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "end_line": span.end_line if span else None,
        "end_column": span.end_column if span else None,
    }


def _headline(fault: Diagnostic, screen: Screen) -> str:
    place = f"{visible(str(fault.span))}: " if fault.span else ""
    word = "warning: " if fault.severity == "warning" else ""
    code = screen.paint(fault.severity, f"[{fault.code}]")
    return f"{screen.paint('strong', place)}{word}{visible(fault.message)} {code}"


def _quoted(span: Span, lines: Lines, screen: Screen) -> list[str]:
    """The line a span begins on with carets under it, or nothing where the text is not at hand."""
    text = lines.get(span.file, ())
    if not 0 < span.line <= len(text) or not text[span.line - 1].strip():
        return []
    number = str(span.line)
    width = min(screen.width or _WIDEST, _WIDEST) - len(number) - 3
    line, offset, length = _window(text[span.line - 1], span, max(width, 20))
    carets = screen.paint("error", "^" * length)
    return [f"{number} | {line}", f"{' ' * len(number)} | {' ' * offset}{carets}"]


def _window(line: str, span: Span, width: int) -> tuple[str, int, int]:
    """What of a line fits: the text around the span, and the offset and length of the span in it."""
    start = min(span.column - 1, len(line))
    end = span.end_column - 1 if span.end_line == span.line else len(line.rstrip())
    first, last = max(0, start - width), start + width  # no more than these can be shown
    glyphs = [_TAB if c == "\t" else visible(c) for c in line[first:last]]
    widths = [columns(glyph) for glyph in glyphs]
    start, end = start - first, min(end - first, len(glyphs))
    cut_left, cut_right = first > 0, last < len(line)
    behind = start >= len(glyphs)  # the caret stands behind the last character
    if cut_left or cut_right or sum(widths) + behind > width:
        return _cut(glyphs, widths, start, end, width)
    return "".join(glyphs), sum(widths[:start]), max(1, sum(widths[start:end]))


def _cut(
    glyphs: list[str], widths: list[int], start: int, end: int, width: int
) -> tuple[str, int, int]:
    """The part of a long line around the span, `...` where something was left away."""
    room = width - 6
    left = start
    while left > 0 and sum(widths[left - 1 : start]) <= room // 2:
        left -= 1
    right = left
    while right < len(glyphs) and sum(widths[left : right + 1]) <= room:
        right += 1
    before = "..." if left else ""
    after = "..." if right < len(glyphs) else ""
    offset, length = len(before) + sum(widths[left:start]), sum(widths[start : min(end, right)])
    return before + "".join(glyphs[left:right]) + after, offset, max(1, length)
