"""Which of several folds: written `2/5`."""

from __future__ import annotations

import re
from typing import Any

from layerforge.arguments import Found, refuse
from layerforge.records import record
from layerforge.source import Node, Scalar


@record
class Fold:
    """Which of how many, counted from 1."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


@record
class FoldKind:
    """A fold, written `I/K`: the I-th of K."""

    noun: str = "a fold I/K of 2 folds or more, such as `2/5`"

    def read(self, node: Node, found: Found) -> Any:
        fold = fold_of(node.text) if isinstance(node, Scalar) else None
        return fold or refuse(found, node, self.noun)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[0-9]+/[0-9]+$"}


def fold_of(text: str) -> Fold | None:
    """The fold that a text means; None where it means none."""
    match = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text, re.ASCII)
    number, of = map(int, match.groups()) if match else (0, 0)
    return Fold(number, of) if 1 <= number <= of >= 2 else None
