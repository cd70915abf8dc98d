"""Which column of the file is what: time, features, targets, by name or pattern."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from layerforge.diagnostics import SpecError, did_you_mean
from layerforge.spec.data import DataSettings, is_pattern
from layerforge.tables.files import File


@dataclass(frozen=True, slots=True)
class Roles:
    """The columns in use. `written` says for each which key or list item of the spec names it."""

    features: tuple[str, ...]
    targets: tuple[str, ...]
    time: tuple[str, ...]
    written: Mapping[str, str]
    known: tuple[str, ...] = ()
    static: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    order: str | None = None
    weights: str | None = None

    @property
    def looked_at(self) -> tuple[str, ...]:
        """What a model may be given: features, what is known ahead, what a series is; each once."""
        return tuple(dict.fromkeys((*self.features, *self.known, *self.static)))

    @property
    def used(self) -> tuple[str, ...]:
        """Every column that is read as values, each once."""
        weights = () if self.weights is None else (self.weights,)
        return tuple(dict.fromkeys((*self.looked_at, *self.targets, *weights)))

    @property
    def naming(self) -> tuple[str, ...]:
        """The columns that say which row it is, and whose."""
        return (*self.time, *self.group, *(() if self.order is None else (self.order,)))

    def by_column(self) -> dict[str, list[str]]:
        """Every role of each column, by its key in the spec."""
        found: dict[str, list[str]] = {}
        keys = ("time", "group", "order", "features", "known", "static", "targets", "weights")
        for key in keys:
            names = getattr(self, key) or ()
            for name in (names,) if isinstance(names, str) else names:
                found.setdefault(name, []).append(key)
        return found


def assign(settings: DataSettings, file: File, found: list[SpecError]) -> Roles:
    """The roles of the file's columns; every fault in the names goes to `found`.

    Raises SpecError, about `source`, where two columns have one name.
    """
    check_repeated(file)
    work = _Assignment(settings, file, found)
    named: list[str | None] = [*(settings.time or ()), *(settings.group or ())]
    time = tuple(work.one("time", name) for name in settings.time or ())
    group = tuple(work.one("group", name) for name in settings.group or ())
    named += [work.one(key, getattr(settings, key)) for key in ("order", "weights")]
    named += work.named("ignore", settings.ignore)
    known = work.named("known", settings.known, named)
    static = work.named("static", settings.static, named)
    targets = work.many("targets", settings.targets, without={*named, *known, *static})
    # A forecast may look at the target's own past; a table's target is the answer itself.
    hidden = {*named, *known, *static}
    hidden |= set() if settings.task == "forecast" else set(targets)
    features = work.many("features", settings.features, without=hidden)
    if settings.targets is None:
        targets = features
    roles = Roles(
        features,
        targets,
        time,
        work.written,
        known,
        static,
        group,
        settings.order,
        settings.weights,
    )
    if not found:
        _check_overlap(settings, roles, file, found)
    return roles


def check_repeated(file: File) -> None:
    """Raises SpecError, about `source`, where two columns have one name."""
    counts = Counter(file.columns)
    repeated = next((name for name in file.columns if counts[name] > 1), None)
    if repeated is not None:
        first, second = [i + 1 for i, name in enumerate(file.columns) if name == repeated][:2]
        called = f"are both called `{repeated[:100]}`" if repeated else "have no name"
        message = f"`{file.shown}`: columns {first} and {second} {called}"
        raise SpecError("repeated-column", message, "source")


class _Assignment:
    """Looks names up among the columns, and remembers where each was written."""

    def __init__(self, settings: DataSettings, file: File, found: list[SpecError]) -> None:
        self.settings = settings
        self.file = file
        self.found = found
        self.written: dict[str, str] = {}

    def one(self, key: str, name: Any) -> Any:
        """The column of a key that takes one name, which may be None."""
        if name is not None and name not in self.file.columns:
            self._unknown(name, key)
        elif name is not None:
            self._remember([name], key)
        return name

    def named(
        self, key: str, names: Sequence[str] | None, without: Collection[str | None] = ()
    ) -> tuple[str, ...]:
        """The columns of a list that stands for none where it is left out."""
        return self.many(key, names, set(without)) if names is not None else ()

    def many(
        self, key: str, names: Sequence[str] | None, without: set[str | None]
    ) -> tuple[str, ...]:
        """The columns of a list: all but `without` where it is left out, patterns in file order."""
        if names is None:
            chosen = [name for name in self.file.columns if name not in without]
            self._remember(chosen, key)
            return tuple(chosen)
        columns: list[str] = []
        for number, name in enumerate(names):
            place = f"{key}.{number}"
            matches = self._matches(name, without)
            if not matches:
                self._unknown(name, place)
            elif len(matches) == 1 and matches[0] in columns and not is_pattern(name):
                message = f"`{name}` is listed twice"
                self.found.append(SpecError("repeated-column", message, place))
            self._remember(matches, place)
            columns += [match for match in matches if match not in columns]
        return tuple(columns)

    def _matches(self, name: str, without: set[str | None]) -> list[str]:
        if name in self.file.columns:
            return [name]
        if not is_pattern(name):
            return []
        known = [column for column in self.file.columns if column not in without]
        return [column for column in known if fnmatchcase(column, name)]

    def _remember(self, columns: Sequence[str], place: str) -> None:
        for column in columns:
            self.written.setdefault(column, place)

    def _unknown(self, name: str, place: str) -> None:
        columns = self.file.columns
        help = did_you_mean(name, columns) or f"its columns are {listed(columns)}"
        if not self.file.header_lines and self.file.format == "text":
            help = f"with `header: false` the columns are called {listed(columns)}"
        elif self.file.lacks_header and not self.settings.columns:
            help = "the first line holds numbers alone; if it is a row, write `header: false`"
        what = "no column matches" if is_pattern(name) else "there is no column"
        message = f"{what} `{name}` in `{self.file.shown}`"
        self.found.append(SpecError("unknown-column", message, place, help))


def listed(names: Sequence[str]) -> str:
    """Names for a message, the first ten of them."""
    shown = ", ".join(name[:100] if name else '""' for name in names[:10])
    return f"{shown}, ... ({len(names)} in all)" if len(names) > 10 else shown


def _check_overlap(
    settings: DataSettings, roles: Roles, file: File, found: list[SpecError]
) -> None:
    for role in ("features", "targets", "known", "static"):
        for name in roles.time:
            # Parts of a time, such as the month, may be features as well.
            if name in getattr(roles, role) and len(roles.time) == 1:
                message = f"`{name}` is the time; it cannot be among the {role} too"
                found.append(SpecError("repeated-column", message, role))
    for name in roles.static:
        if name in roles.targets or name in roles.known:
            message = f"`{name}` cannot be the same in all rows of a series and change in them"
            found.append(SpecError("repeated-column", message, "static"))
    if settings.task != "forecast":
        for name in roles.targets:
            if name in roles.looked_at or name == roles.weights:
                message = f"the target `{name}` is among the features: that gives the answer away"
                place = _place_of(settings, "features", name)
                found.append(SpecError("target-among-features", message, place))
    if not roles.looked_at and not settings.calendar:
        rest = "the time" if settings.task == "forecast" else "time and targets"
        message = f"`{file.shown}` has no column beside {rest} that could be a feature"
        found.append(SpecError("unknown-column", message, "source"))


def _place_of(settings: DataSettings, key: str, name: str) -> str:
    names = settings.features or ()
    return f"{key}.{names.index(name)}" if name in names else key
