"""What layerforge adds to Keras's components: names and arguments, as Keras's stand in the table."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

from layerforge.arguments import INVALID, Choice, Found, ListOf, Optional, Parameter, Real, Text
from layerforge.diagnostics import Diagnostic
from layerforge.records import record
from layerforge.source import Node

HOME: Final = "layerforge.keras_layers"  # where the classes are
LEVELS: Final = (0.1, 0.5, 0.9)


@record
class Quantiles:
    """Levels between 0 and 1, each above the one before."""

    noun: str = "a list of quantiles between 0 and 1"

    @property
    def _list(self) -> ListOf:
        level = Real(0.0, 1.0, open_bottom=True, open_top=True)
        return ListOf(level, at_least=1, single=True, name=self.noun)

    def read(self, node: Node, found: Found) -> Any:
        values = self._list.read(node, found)
        if values is INVALID:
            return INVALID
        for low, high in pairwise(values):
            if low >= high:
                message = f"quantiles must rise, but {high:g} comes after {low:g}"
                found.append(Diagnostic("not-ascending", message, node.span))
                return INVALID
        return tuple(float(value) for value in values)

    def schema(self) -> dict[str, Any]:
        return self._list.schema()


_REDUCTIONS: Final = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none")
# Category, then name, then arguments with their defaults.
OWN: Final[dict[str, dict[str, tuple[Parameter, ...]]]] = {
    "losses": {
        "Pinball": (
            Parameter("quantiles", Quantiles(), LEVELS),
            Parameter("reduction", Optional(Choice(_REDUCTIONS)), "sum_over_batch_size"),
            Parameter("name", Text(), "pinball"),
        )
    }
}
