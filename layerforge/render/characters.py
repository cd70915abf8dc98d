"""Characters on a screen: their width, the escapes of those that act on it, where text may be folded."""

from __future__ import annotations

import re

# A number is one piece: its commas, its point and its sign are no places to break it.
_PIECE = re.compile(r"(?:[^\s_./-]|[.-](?=\d))*(?:[_/]|[.-](?!\d))*\s*")
_WORD = re.compile(r"\S+\s*|\s+")
_NUMBER = re.compile(r"\(?[-+]?\d[\d,.]*\)?")


def visible(text: str) -> str:
    """The text on one line, with what acts on a terminal or cannot be seen written as an escape: `\\x1b`."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def columns(text: str) -> int:
    """How many columns printable text takes: two for a Chinese character, none for a combining accent."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def padded(text: str, width: int, right: bool = False) -> str:
    """The text with blanks up to the width, behind it or, where `right`, before it."""
    blanks = " " * (width - columns(text))
    return blanks + text if right else text + blanks


def pieces(text: str) -> list[str]:
    """The text cut where a line may end: behind blanks, `_`, `/`, `.` and `-`."""
    return _PIECE.findall(text)[:-1]


def _words(text: str, width: int) -> list[str]:
    """The text cut behind blanks; the words that are too long for a line cut into pieces."""
    words = _WORD.findall(text)
    return [
        piece
        for word in words
        for piece in ([word] if columns(word.rstrip()) <= width else pieces(word))
    ]


def narrowest(text: str) -> int:
    """The width below which the text, indented as it is, would have to be cut inside a word."""
    indent = len(text) - len(text.lstrip())
    return indent + max((columns(piece.strip()) for piece in pieces(text)), default=0)


def folded(text: str, width: int, hang: str = "", prose: bool = False) -> list[str]:
    """The text on lines of at most so many columns; longer words are cut, numbers are not.

    What the first line is indented by, the others are too, and by `hang` more; nothing is lost. `prose`
    ends a line within a word, behind its `_`, `/`, `.` and `-`, only where the word fits on none.
    """
    if columns(text) <= width:
        return [text.rstrip()]
    own = text[: len(text) - len(text.lstrip())]
    indent = own + hang
    indent = indent if len(indent) + 2 <= width else ""  # room for one wide character
    lines, line = [], ""
    for piece in _words(text, width - len(indent)) if prose else pieces(text):
        if line.strip() and columns(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = indent
        line += piece
        while columns(line.rstrip()) > width and not _NUMBER.fullmatch(line.strip()):
            taken = _fitting(line, width, len(indent) + 1)
            lines.append(line[:taken])
            line = indent + line[taken:]
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _fitting(text: str, width: int, least: int) -> int:
    """How many characters fit, at least so many."""
    count = least
    while count < len(text) and columns(text[: count + 1]) <= width:
        count += 1
    return count
