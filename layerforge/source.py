"""YAML text to a tree with places; the only importer of PyYAML.

Scalars stay text: what `1e-3`, `012` or `yes` mean is decided by whoever reads the argument.
The tree is built from the parser's events without recursion, so depth and size are bounded here.
"""

from __future__ import annotations

import re
from pathlib import Path
from stat import S_ISREG
from typing import Any, TypeAlias

from layerforge.diagnostics import Diagnostic, Faults, Related, Span
from layerforge.records import record

MAX_BYTES = 8_000_000
_MARK = b"\xef\xbb\xbf"  # of UTF-8, which some editors write in front
MAX_DEPTH = 60
MAX_NODES = 400_000  # after aliases are followed


@record
class Scalar:
    """One word or number as written; `quoted` keeps `"3"` apart from `3`."""

    text: str
    quoted: bool
    span: Span


@record
class Sequence:
    """A YAML list."""

    items: tuple[Node, ...]
    span: Span


@record
class Mapping:
    """A YAML mapping in the order written; no key stands twice."""

    entries: tuple[tuple[Scalar, Node], ...]
    span: Span

    def get(self, key: str) -> Node | None:
        """The value under `key`, or None."""
        return next((value for name, value in self.entries if name.text == key), None)

    def key(self, key: str) -> Scalar | None:
        """The key itself, for its place, or None."""
        return next((name for name, _ in self.entries if name.text == key), None)

    def keys(self) -> list[str]:
        return [name.text for name, _ in self.entries]


Node: TypeAlias = Scalar | Sequence | Mapping


def is_null(node: Node | None) -> bool:
    """Whether nothing was written: an absent node, an empty value, `null` or `~`."""
    if node is None:
        return True
    return (
        isinstance(node, Scalar)
        and not node.quoted
        and node.text in ("", "null", "Null", "NULL", "~")
    )


def lines_of(text: str) -> list[str]:
    """The lines as YAML counts them."""
    return _LINE_BREAK.split(text)


def load(path: Path, shown: str | None = None, regular: bool = False) -> tuple[str, str]:
    """The text of a spec file and the name it is called by in diagnostics.

    With `regular` it must be a file: a pipe or a device, which another's spec may name, is not opened.
    Raises Faults where there is no such file, or it is not text.
    """
    name = shown if shown is not None else str(path)
    try:
        if regular and not S_ISREG(path.stat().st_mode):
            raise Faults(Diagnostic("unreadable-file", f"{name}: not a file"))
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Faults(Diagnostic("unreadable-file", f"{name}: {reason.lower()}")) from None
    if len(raw) > MAX_BYTES:
        limit = MAX_BYTES // 1_000_000
        message = f"{name}: larger than {limit} MB, which no spec is; is this a data file?"
        raise Faults(Diagnostic("file-too-large", message))
    return decoded(raw, name), name


def decoded(raw: bytes, name: str) -> str:
    """The text of a spec file's bytes; raises Faults where they are no UTF-8 text."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") and len(raw) % 2 == 0:
        raise Faults(Diagnostic("not-utf8", f"{name}: UTF-16 text; save it as UTF-8"))
    if b"\x00" in raw:
        raise Faults(Diagnostic("binary-file", f"{name}: a binary file, not YAML text"))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        start = error.start + (
            len(_MARK) if raw.startswith(_MARK) else 0
        )  # counted behind the mark
        good = raw[:start].decode("utf-8-sig")
        row = len(lines_of(good))
        column = len(lines_of(good)[-1]) + 1
        span = Span(name, row, column, row, column + 1)
        message = f"byte 0x{raw[start]:02x} is not UTF-8 text; save the file as UTF-8"
        raise Faults(Diagnostic("not-utf8", message, span)) from None


def read(text: str, name: str, found: list[Diagnostic]) -> Node | None:
    """The tree of a YAML text, or None where it cannot be read; every fault goes to `found`."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    tree = _Tree(name, found)
    try:
        for event in yaml.parse(text, Loader=loader):
            tree.take(event)
    except yaml.reader.ReaderError as error:
        found.append(_control_character(text, name, error.position))
        return None
    except yaml.MarkedYAMLError as error:
        found.append(_syntax(error, text, name))
        return None
    except Faults as stop:
        found.extend(stop.diagnostics)
        return None
    if tree.root is None:
        message = "the file is empty; a spec needs at least `model:`"
        found.append(Diagnostic("empty-file", message, Span(name, 1, 1, 1, 1)))
    return tree.root


_LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")


class _Open:
    """A list or mapping whose end has not been seen yet."""

    __slots__ = (
        "anchor",
        "depth",
        "entries",
        "is_mapping",
        "items",
        "key",
        "merged",
        "size",
        "start",
    )

    def __init__(self, event: Any, is_mapping: bool) -> None:
        self.start = event.start_mark
        self.anchor: str | None = event.anchor
        self.is_mapping = is_mapping
        self.items: list[Node] = []
        self.entries: dict[str, tuple[Scalar, Node]] = {}
        self.merged: set[str] = set()
        self.key: Scalar | None = None
        self.size = 1
        self.depth = 1


class _Tree:
    """Builds nodes from parser events, with a stack of its own in place of recursion."""

    def __init__(self, name: str, found: list[Diagnostic]) -> None:
        self.name = name
        self.found = found
        self.root: Node | None = None
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Node, int, int]] = {}
        self.documents = 0

    def take(self, event: Any) -> None:
        kind = type(event).__name__
        if kind == "ScalarEvent":
            self._check_tag(event)
            scalar = Scalar(event.value, event.style in ("'", '"', "|", ">"), self._span(event))
            self._remember(event.anchor, scalar, 1, 0)
            self._add(scalar, 1, 0)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            self._check_tag(event)
            if len(self.stack) >= MAX_DEPTH:
                message = f"nested more than {MAX_DEPTH} levels deep"
                raise Faults(Diagnostic("too-deep", message, self._span(event)))
            self.stack.append(_Open(event, kind == "MappingStartEvent"))
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._close(event)
        elif kind == "AliasEvent":
            self._alias(event)
        elif kind == "DocumentStartEvent":
            self.documents += 1
            if self.documents > 1:
                message = "a second document begins here; a spec is one YAML document"
                raise Faults(Diagnostic("several-documents", message, self._span(event)))

    def _close(self, event: Any) -> None:
        done = self.stack.pop()
        start, end = done.start, event.end_mark
        span = Span(self.name, start.line + 1, start.column + 1, end.line + 1, end.column + 1)
        node: Node
        if done.is_mapping:
            node = Mapping(tuple(done.entries.values()), span)
        else:
            node = Sequence(tuple(done.items), span)
        self._remember(done.anchor, node, done.size, done.depth)
        self._add(node, done.size, done.depth)

    def _alias(self, event: Any) -> None:
        span = self._span(event)
        if event.anchor not in self.anchors:
            inside = any(level.anchor == event.anchor for level in self.stack)
            what = "refers to itself" if inside else "refers to no anchor above"
            raise Faults(Diagnostic("bad-alias", f"`*{event.anchor}` {what}", span))
        node, size, depth = self.anchors[event.anchor]
        if len(self.stack) + depth > MAX_DEPTH:
            message = f"nested more than {MAX_DEPTH} levels deep once aliases are followed"
            raise Faults(Diagnostic("too-deep", message, span))
        self._add(node, size, depth, span)

    def _add(self, node: Node, size: int, depth: int, place: Span | None = None) -> None:
        if not self.stack:
            self.root = node
            return
        level = self.stack[-1]
        level.size += size
        level.depth = max(level.depth, depth + 1)
        if level.size > MAX_NODES:
            message = f"more than {MAX_NODES:,} values once aliases are followed"
            raise Faults(Diagnostic("too-large", message, place or node.span))
        if not level.is_mapping:
            level.items.append(node)
        elif level.key is None:
            level.key = self._key(node, place)
        else:
            self._entry(level, level.key, node)
            level.key = None

    def _key(self, node: Node, place: Span | None) -> Scalar:
        if isinstance(node, Scalar):
            return node
        message = "a key must be a word, not a list or a mapping"
        help = "an expression is written `$(...)`, with parentheses"
        raise Faults(Diagnostic("bad-key", message, place or node.span, help))

    def _entry(self, level: _Open, key: Scalar, value: Node) -> None:
        if key.text == "<<" and not key.quoted:
            self._merge(level, key, value)
            return
        first = level.entries.get(key.text)
        if first is not None and key.text not in level.merged:
            related = (Related(f"`{key.text}` is first written here", first[0].span),)
            message = f"`{key.text}` is written twice; the first would be lost"
            self.found.append(Diagnostic("repeated-key", message, key.span, None, related))
            return
        level.merged.discard(key.text)
        level.entries[key.text] = (key, value)

    def _merge(self, level: _Open, key: Scalar, value: Node) -> None:
        sources = value.items if isinstance(value, Sequence) else (value,)
        for source in sources:
            if not isinstance(source, Mapping):
                message = "`<<` takes a mapping, or a list of them"
                self.found.append(Diagnostic("wrong-type", message, key.span))
                return
            new = {name.text: (name, value) for name, value in source.entries}
            level.merged.update(new.keys() - level.entries.keys())
            level.entries = {**new, **level.entries}

    def _remember(self, anchor: str | None, node: Node, size: int, depth: int) -> None:
        if anchor is not None:
            self.anchors[anchor] = (node, size, depth)

    def _check_tag(self, event: Any) -> None:
        if event.tag is not None and event.tag not in ("!", "tag:yaml.org,2002:str"):
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            message = f"the tag `{tag}` is not allowed: a spec is data, and values need no tags"
            raise Faults(Diagnostic("tag-not-allowed", message, self._span(event)))

    def _span(self, event: Any) -> Span:
        start, end = event.start_mark, event.end_mark
        return Span(self.name, start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def _control_character(text: str, name: str, position: int) -> Diagnostic:
    before = lines_of(text[:position])
    row, column = len(before), len(before[-1]) + 1
    found = f"U+{ord(text[position]):04X}" if position < len(text) else "a character"
    message = f"{found} is a control character, which YAML does not allow"
    return Diagnostic("control-character", message, Span(name, row, column, row, column + 1))


_BARE_ITEM = re.compile(r"^(\s*)-\s+([A-Za-z_][\w.]*)\s*(#.*)?$")
_KEY_LINE = re.compile(r"^(\s*)([A-Za-z_]\w*)\s*:(\s|$)")


def _syntax(error: Any, text: str, name: str) -> Diagnostic:
    """PyYAML's error in our words: what is wrong, where, and the cure for the usual mistakes."""
    lines = lines_of(text)
    mark = error.problem_mark or error.context_mark
    row, column = (mark.line, mark.column) if mark else (0, 0)
    if row >= len(lines):  # behind the last line, where a file ends without a line break
        row, column = len(lines) - 1, len(lines[-1])
    span = Span(name, row + 1, column + 1, row + 1, column + 2)
    problem = (error.problem or error.context or "cannot be read").removeprefix("found ")
    tabbed = _tab(lines, row, name)
    if tabbed:
        return tabbed
    item = _item_without_colon(lines, row, name)
    if item:
        return item
    context, opened = error.context or "", error.context_mark
    if opened and ("flow sequence" in context or "flow mapping" in context):
        return _unclosed(context, opened, lines, name, span)
    if opened and "quoted scalar" in context:
        opening = Span(name, opened.line + 1, opened.column + 1, opened.line + 1, opened.column + 2)
        return Diagnostic("unclosed-quote", "this quote is never closed", opening)
    if "expected node content" in problem and row == len(lines) - 1 and not lines[row][column:]:
        return Diagnostic(
            "unclosed-bracket", "a bracket or brace is open where the file ends", span
        )
    if "cannot start any token" in problem:
        character = lines[row][column : column + 1] if row < len(lines) else ""
        message = f"a value cannot begin with `{character}`"
        return Diagnostic("yaml-syntax", message, span, "put the value in quotes")
    if "mapping values are not allowed" in problem:
        message = "a second `:` on this line; YAML takes one key and its value on a line"
        help = "write the inner part in braces: `Dense: {units: 32}`"
        return Diagnostic("yaml-syntax", message, span, help)
    if "did not find expected" in problem and "block" in context:
        message = "this line does not line up with the ones above it"
        return Diagnostic("bad-indentation", message, span, None, _opened(opened, name))
    return Diagnostic("yaml-syntax", f"not YAML: {problem}", span, None, _opened(opened, name))


def _opened(mark: Any, name: str) -> tuple[Related, ...]:
    if mark is None:
        return ()
    span = Span(name, mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2)
    return (Related("this is where it began", span),)


def _tab(lines: list[str], row: int, name: str) -> Diagnostic | None:
    """A tab in the indentation of the faulty line or, where that one is blank, of the next ones."""
    for number in range(row, min(row + 2, len(lines))):
        line = lines[number]
        indent = line[: len(line) - len(line.lstrip())]
        if "\t" in indent:
            column = indent.index("\t") + 1
            span = Span(name, number + 1, column, number + 1, column + 1)
            message = "a tab in the indentation; YAML indents with spaces"
            return Diagnostic("tab", message, span, "replace each tab by two spaces")
    return None


def _item_without_colon(lines: list[str], row: int, name: str) -> Diagnostic | None:
    """`- Add` with keys below it and no colon: YAML reads `Add from` as one long word."""
    if not (0 < row < len(lines)):
        return None
    item, key = _BARE_ITEM.match(lines[row - 1]), _KEY_LINE.match(lines[row])
    if not item or not key or len(key[1]) <= len(item[1]):
        return None
    word = item[2]
    column = lines[row - 1].index(word, len(item[1]) + 1) + 1
    span = Span(name, row, column, row, column + len(word))
    message = f"`{word}` has keys below it (`{key[2]}`), so it is written with a colon"
    return Diagnostic("missing-colon", message, span, f"write `- {word}:`")


def _unclosed(context: str, opened: Any, lines: list[str], name: str, span: Span) -> Diagnostic:
    bracket, close = ("[", "]") if "sequence" in context else ("{", "}")
    opening = Span(name, opened.line + 1, opened.column + 1, opened.line + 1, opened.column + 2)
    if span.line == opening.line and span.line <= len(lines):
        rest = lines[span.line - 1][span.column - 1 :]
        if rest.strip():
            message = f"`{rest.strip()[0]}` is not expected here: a comma or `{close}` is"
            related = (Related(f"the `{bracket}` is here", opening),)
            return Diagnostic("unclosed-bracket", message, span, None, related)
    return Diagnostic(
        "unclosed-bracket", f"this `{bracket}` is never closed", opening, f"add `{close}`"
    )
