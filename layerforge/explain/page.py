"""A page is CODE.md beside this module: prose, then `## Given`, `## Bad`, `## Good`, `## Cure`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Final

from layerforge.codes import CODES
from layerforge.records import record

# What a fenced block without a file name of its own is called.
_USUAL: Final = {"yaml": "spec.yaml", "csv": "rows.csv"}
_CONSOLE: Final = "console"  # lines `$ command`
_COMMAND: Final = "layerforge check spec.yaml"
_BLOCK: Final = re.compile(r"^```(\w+)[ ]*(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
_HEADING: Final = re.compile(r"^## (\w+)\n", re.MULTILINE)


@record
class Example:
    """Files, by name, and the commands run beside them. The last one shows what the page is about."""

    files: Mapping[str, str]
    commands: tuple[str, ...]

    @property
    def runs(self) -> bool:
        return bool(self.files or self.commands)


@record
class Page:
    """One diagnostic explained, in Markdown. What is `given` belongs to `bad` and to `good`."""

    code: str
    summary: str
    text: str
    cause: str
    given: str
    bad: str
    good: str
    cure: str

    def example(self, which: str) -> Example:
        """The files and commands of `bad` or `good`, over those given."""
        given, own = _example(self.given), _example(self.bad if which == "bad" else self.good)
        if not own.runs:
            return own
        commands = own.commands or given.commands or (_COMMAND,)
        return Example({**given.files, **own.files}, commands)


def page_of(code: str) -> Page | None:
    """The page of a code in `codes.py`; None where nobody has written it yet."""
    file = files("layerforge.explain") / f"{code}.md"
    if code not in CODES or not file.is_file():
        return None
    text = file.read_text(encoding="utf-8")
    _, _, body = text.partition("\n")  # the first line is the title
    parts = sections(body)
    named = (parts.get(name, "") for name in ("", "Given", "Bad", "Good", "Cure"))
    return Page(code, CODES[code], text, *named)


def sections(body: str) -> dict[str, str]:
    """The parts of a page by their headings, in order; what stands before the first one under ``."""
    start, *rest = _HEADING.split(body)
    return {"": start.strip(), **dict(zip(rest[::2], map(str.strip, rest[1::2]), strict=True))}


@record
class Piece:
    """A paragraph of prose, or a fenced block: then `kind` is its language, and `name` its file's."""

    text: str
    kind: str = ""
    name: str = ""


def pieces(section: str) -> Iterator[Piece]:
    """The paragraphs and blocks of a part of a page, in order."""
    at = 0
    for block in _BLOCK.finditer(section):
        yield from _paragraphs(section[at : block.start()])
        kind, name, text = block.groups()
        yield Piece(text, kind, name or _USUAL.get(kind, ""))
        at = block.end()
    yield from _paragraphs(section[at:])


def _paragraphs(prose: str) -> Iterator[Piece]:
    for paragraph in prose.strip().split("\n\n"):
        if paragraph:
            yield Piece(" ".join(paragraph.split()))


def _example(section: str) -> Example:
    blocks = [piece for piece in pieces(section) if piece.kind]
    kept = {block.name: block.text for block in blocks if block.kind != _CONSOLE}
    consoles = [block.text for block in blocks if block.kind == _CONSOLE]
    lines = [line.removeprefix("$ ") for text in consoles for line in text.splitlines()]
    return Example(kept, tuple(lines))
