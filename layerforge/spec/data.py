"""The section `data`: where the rows come from, what each column is, how they are split and scaled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from layerforge.arguments import (
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
)
from layerforge.diagnostics import Diagnostic, Span
from layerforge.records import field, record
from layerforge.source import Mapping as MappingNode
from layerforge.source import Node
from layerforge.source import Sequence as SequenceNode
from layerforge.spec.folds import Fold, FoldKind
from layerforge.spec.policies import (
    CALENDAR,
    COLUMNS,
    INPUTS,
    SOURCE,
    SPLIT,
    SPLITS,
    MapKind,
    MissingKind,
    SeparatorKind,
)

TASKS = ("forecast", "regression", "classification")
_ONE = Optional(Text("a column name"))
_MANY = Optional(COLUMNS)
_KINDS = Optional(MapKind(Choice(("number", "category")), "a mapping of columns to types"))
_CODES = Optional(MapKind(Choice(("one_hot", "index")), "a mapping of columns to encodings"))
_HORIZON = Either(
    (Whole(1), ListOf(Whole(1), at_least=1)), name="a whole number of steps, or a list of them"
)

SIGNATURE = Signature(
    "data",
    (
        Parameter("source", SOURCE),
        Parameter("task", Choice(TASKS)),
        Parameter("time", _MANY, None),
        Parameter("group", _MANY, None),
        Parameter("order", _ONE, None),
        Parameter("features", _MANY, None),
        Parameter("targets", _MANY, None),
        Parameter("known", _MANY, None),
        Parameter("static", _MANY, None),
        Parameter("calendar", Optional(ListOf(Choice(CALENDAR), at_least=1, single=True)), None),
        Parameter("weights", _ONE, None),
        Parameter("ignore", _MANY, None),
        Parameter("inputs", Optional(INPUTS), None),
        Parameter("window", Optional(Whole(1)), None),
        Parameter("horizon", Optional(_HORIZON), None),
        Parameter("gap", Whole(0), 0),
        Parameter("stride", Whole(1), 1),
        Parameter("sampling", Whole(1), 1),
        Parameter("season", Optional(Whole(1)), None),
        Parameter("shape", Optional(ListOf(Whole(1), at_least=1, single=True)), None),
        Parameter("split", Optional(SPLIT), None),
        Parameter("fold", Optional(FoldKind()), None),
        Parameter("scale", Optional(Choice(("standard", "minmax", "none"))), "standard"),
        Parameter("encode", _CODES, None),
        Parameter("types", _KINDS, None),
        Parameter("shuffle", Flag(), True),
        Parameter("stratify", Flag(), True),
        Parameter("seed", Whole(0), 0),
        Parameter("separator", Optional(SeparatorKind()), None),
        Parameter("header", Flag(), True),
        Parameter("columns", _MANY, None),
        Parameter("decimal", Choice((".", ",")), "."),
        Parameter("thousands", Optional(Choice((",", ".", " ", "'", "_"))), None),
        Parameter("strip", Optional(Text("characters")), None),
        Parameter("date_format", Optional(Text("a format such as `%d.%m.%Y`")), None),
        Parameter("missing", MissingKind(), None),
        Parameter("sort", Flag(), False),
        Parameter("duplicates", Choice(("error", "first", "last", "mean")), "error"),
        Parameter("gaps", Choice(("keep", "error", "fill")), "keep"),
        Parameter("padding", Real(), 0.0),
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
    Of a `fold` the rows for training and validation are that fold's, and validation is scored.
    `spans` says where each key's value stands, and of lists and of `split` each part's, under
    `features.0` or `split.train`.
    """

    source: Any  # a file or pattern, several of them, or a mapping of the parts to such
    task: str
    time: tuple[str, ...] | None = None
    group: tuple[str, ...] | None = None
    order: str | None = None
    features: tuple[str, ...] | None = None
    targets: tuple[str, ...] | None = None
    known: tuple[str, ...] | None = None
    static: tuple[str, ...] | None = None
    calendar: tuple[str, ...] | None = None
    weights: str | None = None
    ignore: tuple[str, ...] | None = None
    inputs: Mapping[str, Any] | None = None
    window: int | None = None
    horizon: int | tuple[int, ...] | None = None
    gap: int = 0
    stride: int = 1
    sampling: int = 1
    season: int | None = None
    shape: tuple[int, ...] | None = None
    split: Mapping[str, int | float | str | None] | None = None
    fold: Fold | None = None
    scale: str | None = "standard"
    encode: Mapping[str, str] | None = None
    types: Mapping[str, str] | None = None
    shuffle: bool = True
    stratify: bool = True
    seed: int = 0
    separator: str | None = None
    header: bool = True
    columns: tuple[str, ...] | None = None
    decimal: str = "."
    thousands: str | None = None
    strip: str | None = None
    date_format: str | None = None
    missing: Any = None  # None, "error", "drop", "interpolate" or the mapping of `missing`
    sort: bool = False
    duplicates: str = "error"
    gaps: str = "keep"
    padding: float = 0.0
    spans: Mapping[str, Span] = field(default_factory=dict, compare=False)
    place: Span | None = field(default=None, compare=False)

    def span(self, key: str) -> Span | None:
        """Where the value of `key` stands, else its list's or mapping's place, else the section's."""
        while key not in self.spans and "." in key:
            key = key.rpartition(".")[0]
        return self.spans.get(key, self.place)

    @property
    def steps(self) -> int | None:
        """How many steps are answered: those of a list, or all up to the horizon."""
        return len(self.horizon) if isinstance(self.horizon, tuple) else self.horizon

    @property
    def sources(self) -> dict[str, tuple[str, ...]]:
        """The files or patterns by part; under the name of "" those that are split by rows."""
        if not isinstance(self.source, Mapping):
            return {"": (self.source,) if isinstance(self.source, str) else tuple(self.source)}
        # In the order of the parts, whichever is written first: a series goes on from file to file.
        return {part: tuple(self.source[part]) for part in SPLITS if self.source.get(part)}

    @property
    def named_sources(self) -> str:
        """All of them in a few words."""
        return ", ".join(name for files in self.sources.values() for name in files)

    @property
    def is_sequences(self) -> bool:
        """Whether the rows of one group, in order, are one sample."""
        return self.task != "forecast" and self.order is not None

    @property
    def input_shape(self) -> tuple[int, ...] | None:
        """The shape of one sample, batch left out, where the section alone says it; else None.

        Only a forecast's columns are taken for numbers, but for those that `types` calls categories:
        the data decide the width of these, and of a table's, any of which may be one.
        """
        if self.shape is not None:
            return self.shape
        if self.task != "forecast" or self.features is None or self.window is None:
            return None
        if self.inputs or any(getattr(self, role) for role in ("known", "static", "calendar")):
            return None
        if self.encode or "category" in (self.types or {}).values():
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
    _check_roles(settings, found)
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
        for key in ("horizon", "season", "known", "gap"):
            if getattr(settings, key):
                message = f"`{key}` has a meaning only for `task: forecast`, not {settings.task}"
                found.append(Diagnostic("unused-key", message, settings.span(key)))
    if settings.task == "classification" and len(settings.targets or ()) > 1:
        message = "a classification has one target column"
        units = len(settings.targets or ())
        help = (
            "of several columns of 0 and 1: `task: regression` with `scale: minmax`, a last layer"
        )
        help += (
            f" `Dense: {{units: {units}, activation: sigmoid}}`, and `loss: binary_crossentropy`"
        )
        found.append(Diagnostic("wrong-length", message, settings.span("targets"), help=help))
    if settings.shape is not None and settings.window is not None:
        message = "`shape` reshapes the columns of one row; with `window` a sample is several rows"
        found.append(Diagnostic("unused-key", message, settings.span("shape")))


def _check_roles(settings: DataSettings, found: Found) -> None:
    """Keys that say something only beside another."""
    beside = {
        "calendar": ("time", settings.time),
        "static": ("group", settings.group),
        "order": ("group", settings.group),
        "gap": ("window", settings.window),
        "stride": ("window", settings.window),
        "sampling": ("window", settings.window),
        "gaps": ("time", settings.time),
        "duplicates": ("time", settings.time),
        "date_format": ("time", settings.time),
    }
    for key, (other, value) in beside.items():
        if key in settings.spans and getattr(settings, key) and not value:
            message = f"`{key}` has a meaning only beside `{other}`"
            found.append(Diagnostic("unused-key", message, settings.span(key)))
    if isinstance(settings.source, Mapping) and not settings.source.get("train"):
        message = "`source` names no file for `train`"
        found.append(Diagnostic("missing-argument", message, settings.span("source")))
    if settings.order and settings.window:
        message = "`order` makes one sample of each group, `window` several; write one of them"
        found.append(Diagnostic("unused-key", message, settings.span("order")))
    steps = settings.horizon
    if isinstance(steps, tuple) and list(steps) != sorted(set(steps)):
        message = "the steps of `horizon` must rise"
        found.append(Diagnostic("not-ascending", message, settings.span("horizon")))


def _check_chronology(settings: DataSettings, found: Found) -> None:
    """Windows are split in order of time: shuffled ones would share rows with each other."""
    if settings.window is None:
        return
    for key in ("shuffle", "stratify"):
        if key in settings.spans and getattr(settings, key):
            message = f"`{key}` cannot be true with `window`: rows are split in order of time"
            found.append(Diagnostic("unused-key", message, settings.span(key)))
