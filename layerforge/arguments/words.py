"""Words, flags, lists and choices between kinds: every value that is not simply a number."""

from __future__ import annotations

from typing import Any, Final

from layerforge.arguments.kind import INVALID, Found, Kind, refuse
from layerforge.arguments.numbers import REAL, WHOLE
from layerforge.diagnostics import Diagnostic, did_you_mean
from layerforge.records import record
from layerforge.source import Mapping as MappingNode
from layerforge.source import Node, Scalar, is_null
from layerforge.source import Sequence as SequenceNode


@record
class Flag:
    """true or false."""

    @property
    def noun(self) -> str:
        return "true or false"

    def read(self, node: Node, found: Found) -> Any:
        if isinstance(node, Scalar) and not node.quoted and node.text.lower() in ("true", "false"):
            return node.text.lower() == "true"
        help = None
        if isinstance(node, Scalar):
            word = node.text.lower()
            meant = {
                "yes": "true",
                "on": "true",
                "1": "true",
                "no": "false",
                "off": "false",
                "0": "false",
            }
            meant |= {"true": "true", "false": "false"}
            help = f"write {meant[word]}" if word in meant else None
        return refuse(found, node, self.noun, help)

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@record
class Text:
    """Any text, quoted or not."""

    noun: str = "a text"

    def read(self, node: Node, found: Found) -> Any:
        if isinstance(node, Scalar) and (node.quoted or not is_null(node)):
            return node.text
        return refuse(found, node, self.noun)

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "number", "boolean"]}


# Types that keras.dtype_policies knows by name; `int8_from_float32` and the like are quantized.
_TYPES: Final = (
    "float32 float64 float16 bfloat16 int int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool string "
    "complex64 complex128 mixed_float16 mixed_bfloat16"
)


@record
class TypeName:
    """The name of a type, or of one of Keras's policies of types."""

    @property
    def noun(self) -> str:
        return "a type such as `float32` or `mixed_bfloat16`"

    def read(self, node: Node, found: Found) -> Any:
        words = tuple(_TYPES.split())
        if isinstance(node, Scalar) and (node.text in words or "_from_" in node.text):
            return node.text
        help = did_you_mean(node.text, words) if isinstance(node, Scalar) else None
        return refuse(found, node, self.noun, help)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"enum": _TYPES.split()}, {"type": "string", "pattern": "_from_"}]}


@record
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    @property
    def noun(self) -> str:
        quoted = [f"`{word}`" for word in self.words]
        return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"

    def read(self, node: Node, found: Found) -> Any:
        if isinstance(node, Scalar) and node.text in self.words:
            return node.text
        help = did_you_mean(node.text, self.words) if isinstance(node, Scalar) else None
        return refuse(found, node, self.noun, help)

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.words)}


@record
class Optional:
    """Another kind, or `null`."""

    kind: Kind

    @property
    def noun(self) -> str:
        return f"{self.kind.noun} or null"

    def read(self, node: Node, found: Found) -> Any:
        return None if is_null(node) else self.kind.read(node, found)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [self.kind.schema(), {"type": "null"}]}


@record
class ListOf:
    """A list of one kind, as a tuple; `length` fixes how many, `single` takes one alone as a list of it."""

    kind: Kind
    length: int | None = None
    at_least: int = 0
    single: bool = False
    name: str = ""

    @property
    def noun(self) -> str:
        many = f"a list of {self.length}" if self.length else "a list, each"
        return self.name or f"{many}: {self.kind.noun}"

    def read(self, node: Node, found: Found) -> Any:
        if not isinstance(node, SequenceNode):
            if not self.single:
                return refuse(found, node, self.noun)
            one = self.kind.read(node, found)
            return INVALID if one is INVALID else (one,)
        if self.length is not None and len(node.items) != self.length:
            message = f"expected a list of {self.length}, not of {len(node.items)}"
            found.append(Diagnostic("wrong-length", message, node.span))
            return INVALID
        if len(node.items) < self.at_least:
            return refuse(found, node, self.noun)
        values = tuple([self.kind.read(item, found) for item in node.items])
        return INVALID if INVALID in values else values

    def schema(self) -> dict[str, Any]:
        many: dict[str, Any] = {"type": "array", "items": self.kind.schema()}
        if self.length is not None:
            many |= {"minItems": self.length, "maxItems": self.length}
        elif self.at_least:
            many["minItems"] = self.at_least
        return {"anyOf": [self.kind.schema(), many]} if self.single else many


@record
class Either:
    """The first of several kinds that fits; `noun` says them all."""

    kinds: tuple[Kind, ...]
    name: str = ""

    @property
    def noun(self) -> str:
        return self.name or " or ".join(self._nouns())

    def _nouns(self) -> list[str]:
        """The nouns of the kinds; of what was named already, `a list of 2` is enough."""
        return [
            f"a list of {kind.length}"
            if isinstance(kind, ListOf) and kind.length and kind.kind in self.kinds
            else kind.noun
            for kind in self.kinds
        ]

    def read(self, node: Node, found: Found) -> Any:
        tried: list[Found] = []
        for kind in self.kinds:
            faults: Found = []
            value = kind.read(node, faults)
            if value is not INVALID:
                return value
            tried.append(faults)
        deeper = [faults for faults in tried if faults and faults[0].span != node.span]
        if deeper:  # a fault inside a list or mapping says more than "expected A or B"
            found.extend(deeper[0])
            return INVALID
        ranged = [fault for faults in tried for fault in faults if fault.code != "wrong-type"]
        if ranged:
            found.append(ranged[0])
            return INVALID
        help = next((fault.help for faults in tried for fault in faults if fault.help), None)
        return refuse(found, node, self.noun, help)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [kind.schema() for kind in self.kinds]}


@record
class Literal:
    """One fixed word with a value of its own, such as `auto`, or -1."""

    word: str
    value: Any

    @property
    def noun(self) -> str:
        return f"`{self.word}`"

    def read(self, node: Node, found: Found) -> Any:
        if isinstance(node, Scalar) and node.text == self.word:
            return self.value
        return refuse(found, node, self.noun)

    def schema(self) -> dict[str, Any]:
        return {"const": self.value}


@record
class Anything:
    """Whatever YAML can write, as plain Python values: for arguments whose meaning only Keras knows."""

    noun: str = "a value"

    def read(self, node: Node, found: Found) -> Any:
        return plain(node)

    def schema(self) -> dict[str, Any]:
        return {}


def plain(node: Node) -> Any:
    """The node as Python values: a quoted scalar is text, any other what YAML 1.2 would make of it."""
    if isinstance(node, SequenceNode):
        return [plain(item) for item in node.items]
    if isinstance(node, MappingNode):
        return {key.text: plain(value) for key, value in node.entries}
    if node.quoted:
        return node.text
    if is_null(node):
        return None
    if node.text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return node.text.lower() == "true"
    if WHOLE.fullmatch(node.text):
        return int(node.text)
    if REAL.fullmatch(node.text):
        return float(node.text)
    return node.text
