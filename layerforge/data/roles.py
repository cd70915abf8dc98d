"""Which column of the file is what: time, features, targets, by name or pattern."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from layerforge.data.files import File
from layerforge.diagnostics import SpecError, did_you_mean
from layerforge.spec.data import DataSettings, is_pattern


@dataclass(frozen=True, slots=True)
class Roles:
    """The columns in use. `written` says for each which key or list item of the spec names it."""

    features: tuple[str, ...]
    targets: tuple[str, ...]
    time: str | None
    written: Mapping[str, str]

    @property
    def used(self) -> tuple[str, ...]:
        """Features and targets, each once."""
        return tuple(dict.fromkeys((*self.features, *self.targets)))


def assign(settings: DataSettings, file: File, found: list[SpecError]) -> Roles:
    """The roles of the file's columns; every fault in the names goes to `found`.

    Raises SpecError, about `source`, where two columns have one name.
    """
    _check_repeated(file)
    work = _Assignment(settings, file, found)
    time = work.one("time", settings.time)
    forecast = settings.task == "forecast"
    targets = work.many("targets", settings.targets, without={time})
    # A forecast may look at the target's own past; a table's target is the answer itself.
    hidden = {time} if forecast else {time, *targets}
    features = work.many("features", settings.features, without=hidden)
    if settings.targets is None:
        targets = features
    roles = Roles(features, targets, time, work.written)
    if not found:
        _check_overlap(settings, roles, file, found)
    return roles


def _check_repeated(file: File) -> None:
    counts = Counter(file.columns)
    repeated = next((name for name in file.columns if counts[name] > 1), None)
    if repeated is not None:
        first, second = [i + 1 for i, name in enumerate(file.columns) if name == repeated][:2]
        called = f"are both called `{repeated}`" if repeated else "have no name"
        message = f"`{file.shown}`: columns {first} and {second} {called}"
        raise SpecError("repeated-column", message, "source")


class _Assignment:
    """Looks names up among the columns, and remembers where each was written."""

    def __init__(self, settings: DataSettings, file: File, found: list[SpecError]) -> None:
        self.settings = settings
        self.file = file
        self.found = found
        self.written: dict[str, str] = {}

    def one(self, key: str, name: str | None) -> str | None:
        """The column of a key that takes one name."""
        if name is not None and name not in self.file.columns:
            self._unknown(name, key)
        return name

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
        elif self.file.lacks_header:
            help = "the first line holds numbers alone; if it is a row, write `header: false`"
        what = "no column matches" if is_pattern(name) else "there is no column"
        message = f"{what} `{name}` in `{self.file.shown}`"
        self.found.append(SpecError("unknown-column", message, place, help))


def listed(names: Sequence[str]) -> str:
    """Names for a message, the first ten of them."""
    shown = ", ".join(name if name else '""' for name in names[:10])
    return f"{shown}, ... ({len(names)} in all)" if len(names) > 10 else shown


def _check_overlap(
    settings: DataSettings, roles: Roles, file: File, found: list[SpecError]
) -> None:
    for role in ("features", "targets"):
        if roles.time is not None and roles.time in getattr(roles, role):
            message = f"`{roles.time}` is the time; it cannot be among the {role} too"
            found.append(SpecError("repeated-column", message, role))
    if settings.task != "forecast":
        for name in roles.targets:
            if name in roles.features:
                message = f"the target `{name}` is among the features: that gives the answer away"
                place = _place_of(settings, "features", name)
                found.append(SpecError("target-among-features", message, place))
    if not roles.features:
        rest = "the time" if settings.task == "forecast" else "time and targets"
        message = f"`{file.shown}` has no column beside {rest} that could be a feature"
        found.append(SpecError("unknown-column", message, "source"))


def _place_of(settings: DataSettings, key: str, name: str) -> str:
    names = settings.features or ()
    return f"{key}.{names.index(name)}" if name in names else key
