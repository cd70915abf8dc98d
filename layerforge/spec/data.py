"""The section `data`: where the rows come from, what each column is, how they are split and scaled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from layerforge.arguments import (
    INVALID,
    Choice,
    Either,
    Flag,
    Found,
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
from layerforge.diagnostics import Diagnostic, Span
from layerforge.records import field, record
from layerforge.source import Mapping as MappingNode
from layerforge.source import Node, Scalar, is_null
from layerforge.source import Sequence as SequenceNode

TASKS = ("forecast", "regression", "classification")
_COLUMNS = ListOf(Text("a column name"), at_least=1, single=True, name="a list of column names")
SPLITS = ("train", "validation", "test")


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


_SHARE = Optional(_ShareKind())
_SPLIT = Signature("split", tuple(Parameter(name, _SHARE, None) for name in SPLITS), "section")


@record
class _SplitKind:
    noun: str = "a mapping of train, validation and test"

    def read(self, node: Node, found: Found) -> Any:
        if not isinstance(node, MappingNode):
            return refuse(
                found, node, self.noun, "write `{train: 0.7, validation: 0.1, test: 0.2}`"
            )
        arguments = read_arguments(_SPLIT, node, node.span, found, bare=False)
        return INVALID if arguments is None else dict(arguments.values)

    def schema(self) -> dict[str, Any]:
        shares = {name: _SHARE.schema() for name in SPLITS}
        return {"type": "object", "properties": shares, "additionalProperties": False}


_FILL = Signature(
    "missing",
    (Parameter("fill", Either((Real(), Choice(("previous", "mean"))))),),
    "section",
)


@record
class _MissingKind:
    noun: str = "`error`, `drop` or `{fill: previous | mean | a number}`"

    def read(self, node: Node, found: Found) -> Any:
        if isinstance(node, MappingNode):
            arguments = read_arguments(_FILL, node, node.span, found, bare=False)
            return INVALID if arguments is None else dict(arguments.values)
        if isinstance(node, Scalar) and node.text in ("error", "drop"):
            return node.text
        return None if is_null(node) else refuse(found, node, self.noun)

    def schema(self) -> dict[str, Any]:
        fill = {"anyOf": [{"type": "number"}, {"enum": ["previous", "mean"]}]}
        filled = {"properties": {"fill": fill}, "required": ["fill"], "additionalProperties": False}
        return {"anyOf": [{"enum": ["error", "drop", None]}, {"type": "object", **filled}]}


_SEPARATORS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "space": " "}


@record
class _SeparatorKind:
    noun: str = "one ASCII character, or `tab`"

    def read(self, node: Node, found: Found) -> Any:
        text = node.text if isinstance(node, Scalar) else ""
        character = _SEPARATORS.get(text, text)
        if len(character) == 1 and character.isascii() and character not in '"\r\n\0':
            return character
        return refuse(found, node, self.noun)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1}


SIGNATURE = Signature(
    "data",
    (
        Parameter("source", Text("a file name")),
        Parameter("task", Choice(TASKS)),
        Parameter("time", Optional(Text("a column name")), None),
        Parameter("features", Optional(_COLUMNS), None),
        Parameter("targets", Optional(_COLUMNS), None),
        Parameter("window", Optional(Whole(1)), None),
        Parameter("horizon", Optional(Whole(1)), None),
        Parameter("season", Optional(Whole(1)), None),
        Parameter("shape", Optional(ListOf(Whole(1), at_least=1, single=True)), None),
        Parameter("split", Optional(_SplitKind()), None),
        Parameter("scale", Optional(Choice(("standard", "minmax", "none"))), "standard"),
        Parameter("shuffle", Flag(), True),
        Parameter("stratify", Flag(), True),
        Parameter("seed", Whole(0), 0),
        Parameter("separator", Optional(_SeparatorKind()), None),
        Parameter("header", Flag(), True),
        Parameter("missing", _MissingKind(), None),
    ),
    "section",
)


@record
class DataSettings:
    """The section, read. Names are the file's own columns; `source` is relative to the spec file.

    `features` None means every column that is neither time nor target (for a forecast: every
    column but the time, targets included); `targets` None, which only a forecast may have, means
    the features. An item with `*`, `?` or `[` that is no column's name is a pattern. A share of
    `split` is a number of rows, a fraction or the last date; a part left out is None or absent.
    `spans` says where each key's value stands, and of lists and of `split` each part's, under
    `features.0` or `split.train`.
    """

    source: str
    task: str
    time: str | None = None
    features: tuple[str, ...] | None = None
    targets: tuple[str, ...] | None = None
    window: int | None = None
    horizon: int | None = None
    season: int | None = None
    shape: tuple[int, ...] | None = None
    split: Mapping[str, int | float | str | None] | None = None
    scale: str | None = "standard"
    shuffle: bool = True
    stratify: bool = True
    seed: int = 0
    separator: str | None = None
    header: bool = True
    missing: Any = None  # None, "error", "drop" or {"fill": "previous" | "mean" | number}
    spans: Mapping[str, Span] = field(default_factory=dict, compare=False)
    place: Span | None = field(default=None, compare=False)

    def span(self, key: str) -> Span | None:
        """Where the value of `key` stands, else its list's or mapping's place, else the section's."""
        while key not in self.spans and "." in key:
            key = key.rpartition(".")[0]
        return self.spans.get(key, self.place)

    @property
    def input_shape(self) -> tuple[int, ...] | None:
        """The shape of one sample, batch left out, where the section alone says it; else None.

        Only a forecast's columns are known to be numbers: a table's may be categories, whose
        width the data decides.
        """
        if self.shape is not None:
            return self.shape
        if self.task != "forecast" or self.features is None or self.window is None:
            return None
        plain = not any(is_pattern(name) for name in self.features)
        return (self.window, len(self.features)) if plain else None


def is_pattern(name: str) -> bool:
    """Whether a column name may stand for several columns, as in a shell."""
    return any(mark in name for mark in "*?[")


def read_data(node: Node, found: Found) -> DataSettings | None:
    """The settings of a resolved `data` section, or None after any fault."""
    before = len(found)
    arguments = read_arguments(SIGNATURE, node, node.span, found, bare=False)
    if arguments is None:
        return None
    spans = {**arguments.spans, **_parts(node)}
    settings = DataSettings(**arguments.values, spans=spans, place=node.span)
    _check_task(settings, found)
    _check_chronology(settings, found)
    return settings if len(found) == before else None


def _parts(node: Node) -> dict[str, Span]:
    """The places of the items of the section's lists and of the values of its mappings."""
    parts: dict[str, Span] = {}
    for key, value in node.entries if isinstance(node, MappingNode) else ():
        if isinstance(value, SequenceNode):
            parts |= {f"{key.text}.{i}": item.span for i, item in enumerate(value.items)}
        elif isinstance(value, MappingNode):
            parts |= {f"{key.text}.{name.text}": item.span for name, item in value.entries}
    return parts


def _check_task(settings: DataSettings, found: Found) -> None:
    """The keys that each task needs, and those that say nothing for it."""
    needs = {"forecast": ("window", "horizon")}.get(settings.task, ("targets",))
    for key in needs:
        if getattr(settings, key) is None:
            message = f"`task: {settings.task}` needs `{key}`"
            found.append(Diagnostic("missing-argument", message, settings.span("task")))
    if settings.task != "forecast":
        for key in ("horizon", "season"):
            if getattr(settings, key) is not None:
                message = f"`{key}` has a meaning only for `task: forecast`, not {settings.task}"
                found.append(Diagnostic("unused-key", message, settings.span(key)))
    if settings.task == "classification" and len(settings.targets or ()) > 1:
        message = "a classification has one target column"
        found.append(Diagnostic("wrong-length", message, settings.span("targets")))
    if settings.shape is not None and settings.window is not None:
        message = "`shape` reshapes the columns of one row; with `window` a sample is several rows"
        found.append(Diagnostic("unused-key", message, settings.span("shape")))


def _check_chronology(settings: DataSettings, found: Found) -> None:
    """Windows are split in order of time: shuffled ones would share rows with each other."""
    if settings.window is None:
        return
    for key in ("shuffle", "stratify"):
        if key in settings.spans and getattr(settings, key):
            message = f"`{key}` cannot be true with `window`: rows are split in order of time"
            found.append(Diagnostic("unused-key", message, settings.span(key)))
