"""Numbers: whole or real, within bounds, and what was meant where a text is none."""

from __future__ import annotations

import math
import re
from typing import Any, Final

from layerforge.arguments.kind import INVALID, Found, refuse
from layerforge.diagnostics import Diagnostic
from layerforge.records import record
from layerforge.source import Node, Scalar

LARGEST: Final = 2**31 - 1  # no Keras dimension is larger
WHOLE: Final = re.compile(r"[-+]?[0-9]{1,19}")
REAL: Final = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,4})?")


@record
class Whole:
    """A whole number within bounds."""

    minimum: int = -LARGEST
    maximum: int = LARGEST
    name: str = ""

    @property
    def noun(self) -> str:
        if self.name:
            return self.name
        if self.minimum == -LARGEST:
            return "a whole number"
        if self.maximum != LARGEST:
            return f"a whole number from {self.minimum} to {self.maximum}"
        low = {1: "a positive whole number", 0: "a whole number, 0 or more"}
        return low.get(self.minimum, f"a whole number, {self.minimum} or more")

    def read(self, node: Node, found: Found) -> Any:
        if not isinstance(node, Scalar) or node.quoted or not WHOLE.fullmatch(node.text):
            return refuse(found, node, self.noun, _number_help(node))
        value = int(node.text)
        if self.minimum <= value <= self.maximum:
            return value
        noun = self.noun if abs(value) <= LARGEST else f"{self.noun} up to {LARGEST:,}"
        message = f"expected {noun}, not {value}"
        found.append(Diagnostic("out-of-range", message, node.span))
        return INVALID

    def schema(self) -> dict[str, Any]:
        bounds: dict[str, Any] = {"type": "integer"}
        if self.minimum != -LARGEST:
            bounds["minimum"] = self.minimum
        if self.maximum != LARGEST:
            bounds["maximum"] = self.maximum
        return bounds


@record
class Real:
    """A number within bounds; `open_top` excludes the upper bound itself, `open_bottom` the lower."""

    minimum: float = -math.inf
    maximum: float = math.inf
    open_bottom: bool = False
    open_top: bool = False

    @property
    def noun(self) -> str:
        low, high = self.minimum, self.maximum
        if math.isinf(low) and math.isinf(high):
            return "a number"
        if math.isinf(high):
            return f"a number above {low:g}" if self.open_bottom else f"a number, {low:g} or more"
        if math.isinf(low):
            return f"a number below {high:g}" if self.open_top else f"a number, {high:g} or less"
        if self.open_top:
            return f"a number from {low:g} to below {high:g}"
        return f"a number from {low:g} to {high:g}"

    def read(self, node: Node, found: Found) -> Any:
        if not isinstance(node, Scalar) or node.quoted or not REAL.fullmatch(node.text):
            return refuse(found, node, self.noun, _number_help(node))
        value = float(node.text)
        below = value <= self.minimum if self.open_bottom else value < self.minimum
        above = value >= self.maximum if self.open_top else value > self.maximum
        if below or above or math.isinf(value):
            message = f"expected {self.noun}, not {node.text}"
            found.append(Diagnostic("out-of-range", message, node.span))
            return INVALID
        return int(node.text) if WHOLE.fullmatch(node.text) else value

    def schema(self) -> dict[str, Any]:
        bounds: dict[str, Any] = {"type": "number"}
        if not math.isinf(self.minimum):
            bounds["exclusiveMinimum" if self.open_bottom else "minimum"] = self.minimum
        if not math.isinf(self.maximum):
            bounds["exclusiveMaximum" if self.open_top else "maximum"] = self.maximum
        return bounds


def _number_help(node: Node) -> str | None:
    """The cure where a number was meant: quotes around it, arithmetic without `$(...)`, `32.0` for `32`."""
    if not isinstance(node, Scalar):
        return None
    if node.quoted and REAL.fullmatch(node.text):
        return f"leave the quotes away: {node.text}"
    if re.fullmatch(r"[-+]?\d+\.0*", node.text):
        return f"write {node.text.split('.')[0]}"
    if re.fullmatch(r"\d+([_,]\d+)+", node.text):
        return f"write {re.sub('[_,]', '', node.text)}"
    if not node.quoted and re.fullmatch(r"[\w\s.()]*\d[\s)]*[-+*/%][\w\s.()*+/%-]*", node.text):
        return f"arithmetic is written $({node.text})"
    return None
