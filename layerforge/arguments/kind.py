"""What a kind of value is: it reads a node, or says in one line why it cannot."""

from __future__ import annotations

from typing import Any, Final, Protocol, TypeAlias, final

from layerforge.diagnostics import Diagnostic
from layerforge.source import Mapping, Node, Sequence, is_null

Found: TypeAlias = list[Diagnostic]


@final
class _Missing:
    """The mark of a value that is not there: an argument without default, a text that cannot be read."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


REQUIRED: Final[Any] = _Missing("REQUIRED")
INVALID: Final[Any] = _Missing("INVALID")


class Kind(Protocol):
    """What an argument may be. `noun` completes "must be ..."."""

    @property
    def noun(self) -> str: ...

    def read(self, node: Node, found: Found) -> Any:
        """The value of the node, or INVALID after adding to `found` why it is none."""

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of what may be written."""


def refuse(found: Found, node: Node, noun: str, help: str | None = None) -> Any:
    """Adds "expected NOUN, not ..." at the node and gives INVALID."""
    message = f"expected {noun}, not {shown(node)}"
    found.append(Diagnostic("wrong-type", message, node.span, help))
    return INVALID


def shown(node: Node) -> str:
    """The node in a few words, for a message."""
    if isinstance(node, Sequence):
        return "a list" if node.items else "an empty list"
    if isinstance(node, Mapping):
        return "a mapping"
    if is_null(node):
        return "nothing" if node.text == "" else f"`{node.text}`"
    cut = node.text if len(node.text) <= 40 else node.text[:37] + "..."
    return f'the text "{cut}"' if node.quoted else f"`{cut}`"
