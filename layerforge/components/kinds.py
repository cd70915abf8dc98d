"""The kinds of component arguments, by the words that `table.json` calls them."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from layerforge.arguments import (
    INVALID,
    Choice,
    Either,
    Flag,
    Found,
    Kind,
    ListOf,
    Literal,
    Optional,
    Real,
    Text,
    Whole,
    refuse,
)
from layerforge.components.component import ComponentOf
from layerforge.components.table import find
from layerforge.diagnostics import Diagnostic
from layerforge.records import record
from layerforge.source import Mapping as MappingNode
from layerforge.source import Node, Scalar


@record
class Float:
    """A number that Keras takes only as a float: `1` is read as 1.0 (base_optimizer.py, sgd.py)."""

    real: Real

    @property
    def noun(self) -> str:
        return self.real.noun

    def read(self, node: Node, found: Found) -> Any:
        value = self.real.read(node, found)
        return value if value is INVALID else float(value)

    def schema(self) -> dict[str, Any]:
        return self.real.schema()


@record
class LearningRate:
    """A number above 0, or a schedule of numbers."""

    noun: str = "a number above 0 or a learning rate schedule"

    def read(self, node: Node, found: Found) -> Any:
        # `0,001` is a number written wrongly, and no schedule that Keras does not have.
        number = isinstance(node, Scalar) and find("schedules", node.text) is None
        return (_POSITIVE if number else ComponentOf("schedules")).read(node, found)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [_POSITIVE.schema(), ComponentOf("schedules").schema()]}


@record
class Matching:
    """A text of one form."""

    form: str
    noun: str

    def read(self, node: Node, found: Found) -> Any:
        if isinstance(node, Scalar) and re.fullmatch(self.form, node.text):
            return node.text
        return refuse(found, node, self.noun)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{self.form}$"}


@record
class Pattern:
    """A regular expression that Keras searches in the paths of layers and weights.

    A repeated group (`(a+)*`) is refused: on an unlucky path it would search forever.
    """

    noun: str = "a regular expression"

    def read(self, node: Node, found: Found) -> Any:
        text = Text(self.noun).read(node, found)
        if text is INVALID:
            return INVALID
        fault = _fault_in_pattern(text)
        if fault is None:
            return text
        found.append(Diagnostic("bad-pattern", f"`{text}` {fault}", node.span))
        return INVALID

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "regex"}


def _fault_in_pattern(text: str) -> str | None:
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        return f"is no regular expression: {error}"
    if re.search(r"\)[*+?{]", text):
        return "repeats a group, which may search forever"
    return None


@record
class RunPath:
    """A relative path, which Keras writes below the folder of the run."""

    noun: str = "a path inside the folder of the run"

    def read(self, node: Node, found: Found) -> Any:
        text = Text(self.noun).read(node, found)
        if text is INVALID:
            return INVALID
        if not text.strip() or not text.isprintable():
            return refuse(found, node, self.noun)
        # Keras's file_utils also opens addresses such as gs://bucket/file.
        if text[0] in "/\\~" or re.match(r"\w+:", text) or ".." in re.split(r"[/\\]", text):
            message = f"`{text}` leads out of the folder of the run"
            help = "write a relative path"
            found.append(Diagnostic("outside-run", message, node.span, help))
            return INVALID
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string"}


@record
class MapOf:
    """A mapping from texts of one kind to values of another, as a dict."""

    key: Kind
    value: Kind
    noun: str

    def read(self, node: Node, found: Found) -> Any:
        if not isinstance(node, MappingNode):
            return refuse(found, node, self.noun)
        keys = [self.key.read(key, found) for key, _ in node.entries]
        values = [self.value.read(value, found) for _, value in node.entries]
        return INVALID if INVALID in (*keys, *values) else dict(zip(keys, values, strict=True))

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": self.value.schema()}


_REAL: Final = Float(Real())
_NONNEGATIVE: Final = Float(Real(0.0))
_POSITIVE: Final = Float(Real(0.0, open_bottom=True))
_FRACTION: Final = Float(Real(0.0, 1.0))
_AXIS: Final = Whole(-16, 16)
_BLOCK: Final = r"(-1|[1-9]\d{0,6})"  # a block or group size; -1 is all of the axis

KINDS: Final[Mapping[str, Kind]] = {
    "flag": Flag(),
    "text": Text(),
    "real": _REAL,
    "nonnegative": _NONNEGATIVE,
    "nonpositive": Float(Real(maximum=0.0)),
    "positive": _POSITIVE,
    "fraction": _FRACTION,
    "above_zero_to_one": Float(Real(0.0, 1.0, open_bottom=True)),
    "zero_to_below_one": Float(Real(0.0, 1.0, open_top=True)),
    "between_zero_and_one": Float(Real(0.0, 1.0, open_bottom=True, open_top=True)),
    "whole": Whole(),
    "natural": Whole(0),
    "count": Whole(1),
    "several": Whole(2),
    "resolution": Whole(2, 1_000_000),  # Keras keeps an array of this length
    "verbosity": Whole(0, 2),
    "seed": Whole(0),
    "axis": _AXIS,
    "axes": Either((_AXIS, ListOf(_AXIS, at_least=1)), "an axis or a list of axes"),
    "axis_list": ListOf(_AXIS, single=True, name="a list of axes"),
    "reals": ListOf(_REAL, at_least=1),
    "fractions": ListOf(_FRACTION, at_least=1),
    "class_ids": ListOf(Whole(0), at_least=1, single=True),
    "steps": ListOf(Whole(0), at_least=1),
    "rates": ListOf(_NONNEGATIVE, at_least=2),
    "patterns": ListOf(Pattern(), single=True),
    "number_or_list": Either((_REAL, ListOf(_REAL, at_least=1)), "a number or a list of numbers"),
    "weight_or_weights": Either(
        (_NONNEGATIVE, ListOf(_NONNEGATIVE, at_least=1)), "a weight or a list of weights"
    ),
    "threshold_or_thresholds": Either(
        (_FRACTION, ListOf(_FRACTION, at_least=1)), "a number from 0 to 1 or a list of them"
    ),
    "window": Either((ListOf(_REAL, at_least=1), Text("a window's name"))),
    "learning_rate": LearningRate(),
    "path": RunPath(),
    "epoch_or_batches": Either((Literal("epoch", "epoch"), Whole(1))),
    "batch_epoch_or_batches": Either((Choice(("batch", "epoch")), Whole(1))),
    "batch_or_range": Either(
        (Whole(0), ListOf(Whole(0), length=2)), "a batch's number or the first and the last"
    ),
    "text_or_texts": Either((Text(), MapOf(Text(), Text(), "a mapping from layers to files"))),
    "int4_mode": Matching(f"int4/{_BLOCK}", "`int4/BLOCK_SIZE`, such as `int4/128`"),
    "gptq_mode": Matching(f"gptq/[2348]/{_BLOCK}", "`gptq/BITS/GROUP_SIZE`, such as `gptq/4/128`"),
    "awq_mode": Matching(f"awq/4/{_BLOCK}", "`awq/4/GROUP_SIZE`, such as `awq/4/128`"),
    "optimizer": ComponentOf("optimizers"),
    "optimizer_map": ComponentOf("optimizer_maps"),
    "optimizers": MapOf(
        Pattern(), ComponentOf("optimizers"), "a mapping from weights' paths to optimizers"
    ),
    "dtype": ComponentOf("dtype_policies"),
    "dtypes": MapOf(
        Pattern(), ComponentOf("dtype_policies"), "a mapping from layers' paths to dtype policies"
    ),
}


@cache
def kind(word: str) -> Kind:
    """The kind that `table.json` calls `word`: `real`, `real?` (or null), `one of sum mean`."""
    if word.endswith("?"):
        return Optional(kind(word[:-1]))
    if word.startswith("one of "):
        return Choice(tuple(word.removeprefix("one of ").split()))
    return KINDS[word]
