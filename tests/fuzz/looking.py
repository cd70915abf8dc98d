"""What must hold of any input: an end in time, a plan or diagnostics, places within the text."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from layerforge.codes import CODES
from layerforge.diagnostics import Diagnostic, Span
from layerforge.ejecting import eject
from layerforge.expand.bounds import MAX_CALLS
from layerforge.pipeline import Compiled, compile_spec
from layerforge.render.diagnostics import diagnostic_record, diagnostics_text
from layerforge.render.plan import plan_text
from layerforge.render.record import json_text
from layerforge.render.resolved import resolved_text
from layerforge.render.screen import Screen

SECONDS: Final = 1.0  # of the processor, for one input
SECONDS_PER_LAYER: Final = 0.0002  # where it has so many that they alone take longer


def fault_of(
    path: Path, content: bytes, overrides: tuple[str, ...] = (), patience: float = 1.0
) -> str | None:
    """What is wrong with how layerforge takes these bytes, in one line; None where all holds.

    `patience` multiplies the time that an input may take. An exception goes through to the caller.
    """
    path.write_bytes(content)
    seconds, allowed = _walked(path, overrides)
    allowed *= patience
    if seconds > allowed:  # once more, for the machine may have been busy with something else
        seconds = min(seconds, _walked(path, overrides)[0])
    if seconds > allowed:
        return f"took {seconds:.1f} s of the processor"
    compiled = compile_spec(path, overrides)
    if not compiled.found and compiled.plan is None:
        return "neither a plan nor a diagnostic"
    return next(wrong(compiled.found, compiled.lines), None)


def _walked(path: Path, overrides: tuple[str, ...]) -> tuple[float, float]:
    """The seconds of the processor that checking and printing faults take, and those they may take."""
    start = time.process_time()
    compiled = compile_spec(path, overrides)
    diagnostics_text(compiled.found, compiled.lines, Screen())
    json_text([diagnostic_record(fault, str(path)) for fault in compiled.found])
    seconds = time.process_time() - start
    _printed(compiled)
    layers = len(compiled.graph.calls) if compiled.graph is not None else 0
    if any(fault.code == "too-many-layers" for fault in compiled.found):
        layers = MAX_CALLS  # all that fit were met before the one that does not
    return seconds, max(SECONDS, layers * SECONDS_PER_LAYER)


def _printed(compiled: Compiled) -> None:
    """What a narrow screen shows, and what other commands print of a good spec."""
    diagnostics_text(compiled.found[:100], compiled.lines, Screen(width=30))
    if compiled.clean and compiled.root is not None and compiled.spec is not None:
        resolved_text(compiled.root, compiled.spec)
    if compiled.plan is not None and len(compiled.plan.steps) <= 500:
        plan_text(compiled.plan, Screen(), weights=True)
        eject(compiled.plan)


def wrong(found: Iterable[Diagnostic], lines: Mapping[str, list[str]]) -> Iterator[str]:
    """What is wrong with diagnostics of these texts, a line each."""
    for fault in found:
        if fault.code not in CODES:
            yield f"unknown code {fault.code!r}"
        if not fault.message:
            yield f"no message: {fault}"
        for span in _spans(fault):
            if not _within(span, lines.get(span.file)):
                yield f"{fault.code}: {span!r} lies outside the text"
        text = diagnostics_text([fault], lines, Screen(width=60))
        if not text.replace("\n", "").isprintable():
            yield f"{fault.code}: prints what is not printable: {text!r}"


def _spans(fault: Diagnostic) -> list[Span]:
    own = [fault.span] if fault.span is not None else []
    return [*own, *(related.span for related in fault.related)]


def _within(span: Span, lines: list[str] | None) -> bool:
    """Whether a place is one of its text, in order; a file that could not be decoded has no lines."""
    if lines is None:
        return span.line >= 1 and span.column >= 1
    start, end = (span.line, span.column), (span.end_line, span.end_column)
    last = (len(lines) + 1, 1)  # where a span ends that takes in the whole last line
    return (1, 1) <= start <= end and all(
        (row, column) == last or (row <= len(lines) and column <= len(lines[row - 1]) + 2)
        for row, column in (start, end)
    )
