"""Kinds of values of the section `data`: sources, splits, holes, inputs, separators."""

from __future__ import annotations

from typing import Any

from layerforge.arguments import (
    INVALID,
    Choice,
    Either,
    Found,
    Kind,
    ListOf,
    Optional,
    Parameter,
    Real,
    Signature,
    Text,
    Whole,
    read_arguments,
    refuse,
)
from layerforge.records import record
from layerforge.source import Mapping as MappingNode
from layerforge.source import Node, Scalar, is_null
from layerforge.source import Sequence as SequenceNode

SPLITS = ("train", "validation", "test")
COLUMNS = ListOf(Text("a column name"), at_least=1, single=True, name="a list of column names")
ROWS = ("past", "future", "static")  # where, seen from a sample, the rows of an input stand
CALENDAR = ("minute", "hour", "dayofweek", "day", "dayofyear", "week", "month", "quarter", "year")
_FILES = ListOf(Text("a file name"), at_least=1, single=True, name="a file name or a list of them")


@record
class _ShareKind:
    noun: str = "a number of rows, a fraction or a date"

    def read(self, node: Node, found: Found) -> Any:
        number = Real().read(node, [])
        if number is INVALID:
            return Text(self.noun).read(node, found)
        if isinstance(number, int):
            return Whole(0, name="a number of rows, 0 or more").read(node, found)
        return Real(0.0, 1.0).read(node, found)

    def schema(self) -> dict[str, Any]:
        rows, fraction = {"type": "integer", "minimum": 0}, {"type": "number", "maximum": 1}
        return {"anyOf": [rows, {**fraction, "minimum": 0}, {"type": "string"}]}


@record
class SectionKind:
    """A mapping with the keys of a signature; those that are left out or null are not in it."""

    signature: Signature
    noun: str
    help: str | None = None

    def read(self, node: Node, found: Found) -> Any:
        if not isinstance(node, MappingNode):
            return refuse(found, node, self.noun, self.help)
        arguments = read_arguments(self.signature, node, node.span, found, bare=False)
        if arguments is None:
            return INVALID
        return {key: value for key, value in arguments.values.items() if value is not None}

    def schema(self) -> dict[str, Any]:
        keys = {each.name: each.kind.schema() for each in self.signature.parameters}
        return {"type": "object", "properties": keys, "additionalProperties": False}


_SHARE = Optional(_ShareKind())
_GAP = Parameter("gap", Optional(Whole(0)), None)
SPLIT = SectionKind(
    Signature("split", (*(Parameter(name, _SHARE, None) for name in SPLITS), _GAP), "section"),
    "a mapping of train, validation and test",
    "write `{train: 0.7, validation: 0.1, test: 0.2}`",
)
_PARTS = Signature("source", tuple(Parameter(s, Optional(_FILES), None) for s in SPLITS), "section")
SOURCE = Either(
    (
        Text("a file name"),
        _FILES,
        SectionKind(_PARTS, "a mapping of train, validation and test to files"),
    ),
    name="a file name, a list of them, or a mapping of train, validation and test",
)


@record
class MapKind:
    """A mapping from names of the user's own to values of one kind."""

    kind: Kind
    noun: str

    def read(self, node: Node, found: Found) -> Any:
        if not isinstance(node, MappingNode):
            return refuse(found, node, self.noun)
        values = {key.text: self.kind.read(value, found) for key, value in node.entries}
        return INVALID if any(value is INVALID for value in values.values()) else values

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": self.kind.schema()}


_FILL = Either((Real(), Choice(("previous", "mean"))))
_POLICY = Choice(("error", "drop", "interpolate"))
_FILLED = SectionKind(
    Signature("fill", (Parameter("fill", _FILL),), "section"), "`{fill: previous}`"
)
_WORD = Either((Real(), Text("a text")), name="a number or a text that stands for a missing value")
_SENTINELS = ListOf(_WORD, at_least=1, name="a list of what stands for a missing value")
_MISSING = Signature(
    "missing",
    (
        Parameter("fill", Optional(_FILL), None),
        Parameter("sentinels", Optional(_SENTINELS), None),
        Parameter("policy", Optional(_POLICY), None),
        Parameter(
            "columns", Optional(MapKind(Either((_POLICY, _FILLED)), "a mapping of columns")), None
        ),
    ),
    "section",
)


@record
class MissingKind:
    """`error`, `drop`, `interpolate`, a list of sentinels, or a mapping of all that."""

    noun: str = "`error`, `drop`, `interpolate`, `{fill: previous | mean | a number}` or sentinels"

    def read(self, node: Node, found: Found) -> Any:
        if isinstance(node, MappingNode):
            return SectionKind(_MISSING, self.noun).read(node, found)
        if isinstance(node, SequenceNode):
            words = _SENTINELS.read(node, found)
            return INVALID if words is INVALID else {"sentinels": words}
        if isinstance(node, Scalar) and node.text in ("error", "drop", "interpolate"):
            return node.text
        return None if is_null(node) else refuse(found, node, self.noun)

    def schema(self) -> dict[str, Any]:
        keys = SectionKind(_MISSING, "").schema()
        return {"anyOf": [{"enum": [*_POLICY.words, None]}, _SENTINELS.schema(), keys]}


_PLACED = Signature("input", tuple(Parameter(r, Optional(COLUMNS), None) for r in ROWS), "section")
INPUTS = MapKind(
    Either(
        (Choice(ROWS), COLUMNS, SectionKind(_PLACED, "a mapping of past, future or static")),
        name="past, future or static, a mapping of one of them to columns, or a list of columns",
    ),
    "a mapping of the model's inputs",
)

_SEPARATORS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "space": " "}


@record
class SeparatorKind:
    noun: str = "one ASCII character, or `tab`"

    def read(self, node: Node, found: Found) -> Any:
        text = node.text if isinstance(node, Scalar) else ""
        character = _SEPARATORS.get(text, text)
        if len(character) == 1 and character.isascii() and character not in '"\r\n\0':
            return character
        return refuse(found, node, self.noun)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1}
