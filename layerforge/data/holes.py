"""Missing values: which policy a column has, which rows it costs, and what stands in the holes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from layerforge.diagnostics import SpecError
from layerforge.spec.data import DataSettings
from layerforge.tables.cells import Column, cell
from layerforge.tables.files import File
from layerforge.tables.roles import Roles
from layerforge.tables.series import firsts, stretches

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Fill: TypeAlias = float | Literal["previous", "mean", "interpolate"]


def policy_of(settings: DataSettings, column: str) -> Any:
    """What is done about a column's holes: "error", "drop", "interpolate" or `{"fill": ...}`."""
    missing = settings.missing
    if not isinstance(missing, Mapping):
        return missing or "error"
    own = (missing.get("columns") or {}).get(column)
    if own is not None:
        return own
    fill = missing.get("fill")
    return {"fill": fill} if fill is not None else missing.get("policy") or "error"


def dropped(settings: DataSettings, columns: Iterable[str]) -> list[str]:
    """The columns whose holes cost a row or a window."""
    return [name for name in columns if policy_of(settings, name) == "drop"]


def check_holes(
    settings: DataSettings, file: File, roles: Roles, columns: Iterable[Column]
) -> list[SpecError]:
    """The faults of columns with holes where none may be."""
    return [
        _missing_value(settings, file, roles, column)
        for column in columns
        if column.missing and policy_of(settings, column.name) == "error"
    ]


def _missing_value(settings: DataSettings, file: File, roles: Roles, column: Column) -> SpecError:
    row = int(column.absent().argmax())
    message = f"{cell(file, row, column.name)}: the value is missing"
    if column.missing > 1:
        message += f"; {column.missing:,} of {file.rows:,} are missing in this column"
    left_out = "rows" if settings.window is None else "windows"
    help = f"`missing: drop` leaves out {left_out} with missing values"
    return SpecError("missing-value", message, roles.written[column.name], help)


@dataclass(frozen=True, slots=True)
class Filling:
    """What stands in the holes of each column.

    `series` says whose each row is, None where all are one: no value crosses from one to another.
    `known` are the rows between which is interpolated, the training ones; elsewhere the last value
    is carried on, for the value after a hole is not known when a forecast is made. With `drop` no
    sample sees what stands there, but the arrays have no NaN.
    """

    rule: Callable[[str], Fill]
    series: NDArray[np.int64] | None = None
    known: NDArray[np.int64] | None = None

    def filled(self, name: str, values: NDArray[np.float64], mean: float) -> NDArray[np.float64]:
        """The values with every NaN replaced, by the training mean where the rule finds nothing."""
        import numpy as np

        rule, absent = self.rule(name), np.isnan(values)
        if rule == "mean":
            return np.where(absent, mean, values)
        if not isinstance(rule, str):
            return np.where(absent, float(rule), values)
        rows = np.arange(len(values))
        latest = np.maximum.accumulate(np.where(absent, -1, rows))
        first = firsts(self.series) if self.series is not None else np.zeros_like(rows)
        found = np.where(latest < first, mean, values[latest])
        return self._between(values, found, absent) if rule == "interpolate" else found

    def _between(
        self, values: NDArray[np.float64], found: NDArray[np.float64], absent: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """The holes of the known rows on a line between their neighbours, where both are known."""
        import numpy as np

        for whole, inner in self._inner(absent):
            found[inner] = np.interp(inner, whole, values[whole])
        return found

    def _inner(
        self, absent: NDArray[np.bool_]
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Of each stretch of known rows those with a value, and the holes with one on both sides."""
        import numpy as np

        if self.known is None:
            return
        for stretch in stretches(self.known, self.series):
            own = np.asarray(stretch)
            whole = own[~absent[own]]
            inner = own[absent[own]]
            if len(whole):
                yield whole, inner[(inner > whole[0]) & (inner < whole[-1])]

    def counts(self, name: str, absent: NDArray[np.bool_]) -> dict[str, int]:
        """How many holes of a column were filled, by what stands in them now."""
        rule, holes = self.rule(name), int(absent.sum())
        if rule != "interpolate":
            return {f"by {rule}": holes}
        between = sum(len(inner) for _, inner in self._inner(absent))
        return {"interpolated": between, "carried on": holes - between}


def filling_of(
    settings: DataSettings,
    series: NDArray[np.int64] | None = None,
    known: NDArray[np.int64] | None = None,
) -> Filling:
    """What the settings put into holes. Raises SpecError for a rule that a table cannot have."""
    rules = [settings.missing]
    if isinstance(settings.missing, Mapping):
        rules += [settings.missing.get("policy"), *(settings.missing.get("columns") or {}).values()]
    fills = [rule.get("fill") for rule in rules if isinstance(rule, Mapping)]
    if settings.window is None and not settings.is_sequences:
        if "previous" in fills:
            message = "the rows of a table have no order, so a hole cannot take the previous value"
            raise SpecError("unused-key", message, "missing.fill", "write `mean` or a number")
        if "interpolate" in rules:
            message = "the rows of a table have no order, so nothing lies between two of them"
            raise SpecError("unused-key", message, "missing", "write `{fill: mean}` or a number")
    return Filling(lambda name: _fill(policy_of(settings, name)), series, known)


def _fill(policy: Any) -> Fill:
    if isinstance(policy, Mapping):
        fill: Fill = policy["fill"]
        return fill
    return "interpolate" if policy == "interpolate" else "previous"


def holes_in(columns: Mapping[str, Column], names: Sequence[str]) -> NDArray[np.bool_] | None:
    """Where any of these columns has no value; None where they are whole."""
    import numpy as np

    holed = [columns[name].absent() for name in names if columns[name].missing]
    return np.logical_or.reduce(holed) if holed else None
