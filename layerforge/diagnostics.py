"""Places in a file, faults found there, and the order in which they are told."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from typing import Final, Literal

from layerforge.records import record

Severity = Literal["error", "warning"]
_LONGEST_WORD: Final = 200  # a longer one is no misspelt name, and its neighbours are dear to find


@record
class Span:
    """A stretch of text in one file: lines and columns count from 1, the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@record
class Related:
    """Another place that has to do with a fault, and what it has to do with it."""

    message: str
    span: Span


@record
class Diagnostic:
    """One fault: its code (a name in `codes.py`), one line that says it, where, and the cure when sure."""

    code: str
    message: str
    span: Span | None = None
    help: str | None = None
    related: tuple[Related, ...] = ()
    severity: Severity = "error"


class SpecError(Exception):
    """A fault found by a rule that knows no places; whoever calls the rule adds the span.

    `arg` names the argument (or dotted path of keys) that is at fault; without it the whole item is.
    """

    def __init__(
        self,
        code: str,
        message: str,
        arg: str | None = None,
        help: str | None = None,
        related: tuple[Related, ...] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.arg = arg
        self.help = help
        self.related = related

    def at(self, span: Span | None) -> Diagnostic:
        """The same fault, at a place."""
        return Diagnostic(self.code, self.message, span, self.help, self.related)


class Faults(Exception):  # noqa: N818 - it carries faults, it is not one
    """Work that cannot go on: the diagnostics say why. The command line prints them and exits with 1."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("; ".join(d.message for d in diagnostics))
        self.diagnostics = list(diagnostics)


def ordered(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The faults in the order of the file, each once; those without a place come last."""
    return sorted(dict.fromkeys(found), key=_rank)


def _rank(fault: Diagnostic) -> tuple[bool, str, int, int, str, str]:
    span = fault.span or Span("", 0, 0, 0, 0)
    return (fault.span is None, span.file, span.line, span.column, fault.code, fault.message)


def errors(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Those that stop the work; warnings do not."""
    return [d for d in found if d.severity == "error"]


def did_you_mean(word: str, known: Iterable[str], also: str = "") -> str | None:
    """A help line that names the nearest known word, or nothing when none is near."""
    near = _nearest(word, tuple(known))
    return f"did you mean `{near}`?{also}" if near else None


def surely_meant(word: str, known: Iterable[str]) -> str | None:
    """The known word that a misspelt one can be read as, so that what it holds is looked at too."""
    return _nearest(word, tuple(known), 0.8)


@lru_cache(maxsize=1_000)  # one mistake made a thousand times is looked up once
def _nearest(word: str, names: tuple[str, ...], cutoff: float = 0.6) -> str | None:
    if len(word) > _LONGEST_WORD:
        return None
    folded = {name.lower(): name for name in reversed(names)}
    near = get_close_matches(word.lower(), folded, n=1, cutoff=cutoff)
    return folded[near[0]] if near else None


def reason_of(error: OSError) -> str:
    """What the system says went wrong with a file, as the end of a message."""
    return (error.strerror or str(error)).lower()


def memory_fault(error: Exception) -> Diagnostic | None:
    """The diagnostic of an error that means that there is no memory left, in Python or in TensorFlow."""
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        help = "lower `train.batch_size`, or make the model smaller"
        return Diagnostic("out-of-memory", "the memory is full", help=help)
    return None
