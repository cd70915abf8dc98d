"""A forecast beyond the horizon is what the model says of a file that has grown by its own forecast."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from layerforge.diagnostics import Diagnostic, Faults
from layerforge.run import predict, train
from tests.run.conftest import Compile, Told

HORIZON, COMING = 3, 12
TRAIN = "    train: {epochs: 1, batch_size: 32, seed: 1}\n"


@dataclass(frozen=True)
class Kind:
    """The section `data` without its source, the model, and what of each row is known ahead."""

    data: str
    model: str
    known: tuple[str, ...] = ()
    series: tuple[str, ...] = ("a",)


FLAT = "{layers: [Flatten, {Dense: 3}]}"
KINDS = {
    "one series": Kind("features: [y], targets: [y], window: 6", FLAT),
    "every second row": Kind("features: [y], targets: [y], window: 4, sampling: 2", FLAT),
    "two targets in another order": Kind(
        "features: [y, z], targets: [z, y], window: 5",
        "{layers: [Flatten, {Dense: 6}, {Reshape: [3, 2]}]}",
    ),
    "quantiles": Kind(
        "features: [y], targets: [y], window: 6",
        "{layers: [Flatten, {QuantileHead: {units: 3, quantiles: [0.1, 0.5, 0.9]}}]}",
    ),
    "a calendar": Kind(
        "features: [y], targets: [y], window: 6, calendar: [dayofweek], inputs: {past: past, future: future}",
        "{inputs: {past: [6, 3], future: [3, 2]}, layers: [{Flatten: , from: past, name: p},"
        " {Flatten: , from: future, name: f}, {Concatenate: , from: [p, f]}, {Dense: 3}]}",
    ),
    "known ahead, seen in the past alone": Kind(
        "features: [y], targets: [y], known: [price, sky], window: 6", FLAT, ("price", "sky")
    ),
    "known ahead, no past of the target": Kind(
        "features: [price], known: [price], targets: [y], window: 6", FLAT, ("price",)
    ),
    "several series": Kind(
        "features: [y], targets: [y], group: who, window: 6", FLAT, (), ("a", "b")
    ),
    "several series, all roles": Kind(
        "features: [y], targets: [y], group: who, known: [price], static: [size], calendar: [month],"
        " window: 6, inputs: {past: past, future: future, static: static}",
        "{inputs: {past: [6, 4], future: [3, 3], static: [3]}, layers: [{Flatten: , from: past, name: p},"
        " {Flatten: , from: future, name: f}, {Concatenate: , from: [p, f, static]}, {Dense: 3}]}",
        ("price",),
        ("a", "b"),
    ),
}


def rows_of(who: str, first: int, stop: int) -> list[dict[str, Any]]:
    """The true rows of a series, from one day to another."""
    shift = 10 * (who == "b")
    return [
        {
            "day": date(2021, 3, 1) + timedelta(days=i),
            "who": who,
            "size": "big" if shift else "small",
            "price": 2 + i % 5,
            "sky": "sun" if i % 3 else "rain",
            "y": shift + 3 * math.sin(i / 2) + i % 5,
            "z": 100 - i + math.cos(i),
        }
        for i in range(first, stop)
    ]


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows_of("a", 0, 1)[0]))
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue())
    return path


def coming(kind: Kind, who: str, first: int, stop: int) -> list[dict[str, Any]]:
    """Rows to come, as a user writes them: the time, whose it is, what is known ahead."""
    given = {"day", "who", *kind.known}
    rows = rows_of(who, first, stop) if kind.known else []
    return [{key: value for key, value in row.items() if key in given} for row in rows]


def file_of(kind: Kind, path: Path, forecast: dict[str, list[dict[str, Any]]]) -> Path:
    """Forty days, of which the last are as they were forecast, and the days to come."""
    rows = []
    for who in kind.series:
        past = rows_of(who, 0, 40)
        grown = rows_of(who, 40, 40 + len(forecast.get(who, ())))
        told = [row | each for row, each in zip(grown, forecast.get(who, ()), strict=True)]
        rows += [*past, *told, *coming(kind, who, 40 + len(told), 40 + COMING)]
    return written(path, rows)


SLOW = {"every second row", "quantiles", "known ahead, seen in the past alone", "several series"}


@pytest.mark.parametrize(
    "name", [pytest.param(k, marks=pytest.mark.slow if k in SLOW else ()) for k in KINDS]
)
def test_a_forecast_goes_on_as_if_it_had_come_true(
    compiled: Compile, folder: Path, name: str
) -> None:
    kind = KINDS[name]
    written(folder / "d.csv", [row for who in kind.series for row in rows_of(who, 0, 120)])
    text = f"""
    name: k
    data: {{source: d.csv, task: forecast, time: day, horizon: {HORIZON}, {kind.data}}}
    model: {kind.model}
"""
    run = train(compiled(text + TRAIN), folder / "runs", Told()).path
    file = file_of(kind, folder / "new.csv", {})
    far = predict(run, file, Told(), steps=2 * HORIZON + 1).records()
    assert len(far) == (2 * HORIZON + 1) * len(kind.series)
    for who in kind.series:
        own = [row for row in far if row.get("who", "a") == who]
        days = [str(date(2021, 3, 1) + timedelta(days=40 + i)) for i in range(2 * HORIZON + 1)]
        assert [row["day"] for row in own] == days
    first = {who: _values(far, who)[:HORIZON] for who in kind.series}
    grown = predict(run, file_of(kind, folder / "grown.csv", first), Told()).records()
    for who in kind.series:
        expected, found = _values(grown, who), _values(far, who)[HORIZON : 2 * HORIZON]
        for each, other in zip(expected, found, strict=True):
            assert other == pytest.approx(each, rel=1e-4, abs=1e-4)
    near = predict(run, file, Told(), steps=HORIZON - 1).records()
    assert near == [row for who in kind.series for row in _own(far, who)[: HORIZON - 1]]


def _own(rows: list[dict[str, Any]], who: str) -> list[dict[str, Any]]:
    return [row for row in rows if row.get("who", "a") == who]


def _values(rows: list[dict[str, Any]], who: str) -> list[dict[str, float]]:
    """The forecast of a series by target; of quantiles the median."""
    found = []
    for row in _own(rows, who):
        values = {key.removesuffix("_q50"): value for key, value in row.items()}
        found.append({key: values[key] for key in ("y", "z") if key in values})
    return found


def fault(compiled: Compile, folder: Path, data: str, file: Path, steps: int | None) -> Diagnostic:
    text = f"""
    name: k
    data: {{source: d.csv, task: forecast, time: day, window: 6, {data}}}
    model: {{layers: [Flatten, {{Dense: 3}}]}}
"""
    written(folder / "d.csv", [row for who in "ab" for row in rows_of(who, 0, 120)])
    run = train(compiled(text + TRAIN), folder / "runs", Told()).path
    with pytest.raises(Faults) as stop:
        predict(run, file, Told(), steps)
    (found,) = stop.value.diagnostics
    return found


SERIES = "features: [y], targets: [y], horizon: 3, group: who"


def test_too_few_rows_to_come_are_told_with_the_series(compiled: Compile, folder: Path) -> None:
    rows = [
        *rows_of("a", 0, 40),
        *coming(KINDS["several series, all roles"], "a", 40, 46),
        *rows_of("b", 0, 40),
        *coming(KINDS["several series, all roles"], "b", 40, 42),
    ]
    file = written(folder / "n.csv", rows)
    found = fault(compiled, folder, SERIES + ", known: [price]", file, 7)
    assert found.code == "too-few-rows"
    assert found.message == (
        f"`{file}`: 6 rows with the column price, known ahead, must follow the last row with values"
        " of the series `b`; there are 2"
    )


def test_a_value_known_ahead_is_never_filled_in_from_before(
    compiled: Compile, folder: Path
) -> None:
    rows = [*rows_of("a", 0, 40), *coming(KINDS["several series, all roles"], "a", 40, 46)]
    rows[41]["price"] = ""
    file = written(folder / "n.csv", rows)
    found = fault(compiled, folder, SERIES + ", known: [price], missing: {fill: previous}", file, 6)
    assert found.code == "missing-value"
    assert "line 43, column `price`: a value is missing" in found.message


def test_a_short_series_is_told_by_its_name(compiled: Compile, folder: Path) -> None:
    file = written(folder / "n.csv", [*rows_of("a", 0, 40), *rows_of("b", 0, 5)])
    found = fault(compiled, folder, SERIES, file, None)
    assert found.message == f"`{file}` has 5 rows of the series `b`; the model looks at 6"


@pytest.mark.parametrize("form", ["horizon: [1, 2, 6]", "horizon: 3, gap: 2"])
def test_steps_with_holes_between_cannot_go_on(compiled: Compile, folder: Path, form: str) -> None:
    file = written(folder / "n.csv", rows_of("a", 0, 40))
    found = fault(compiled, folder, f"features: [y], targets: [y], group: who, {form}", file, 6)
    assert found.code == "cannot-go-on"
    assert found.help == "leave `--steps` out"


def test_what_nothing_predicts_is_named_and_only_where_the_model_looks_at_it(
    compiled: Compile, folder: Path
) -> None:
    file = written(folder / "n.csv", rows_of("a", 0, 40))
    found = fault(
        compiled, folder, "features: [y, z, sky], targets: [y], horizon: 3, group: who", file, 6
    )
    assert found.message == (
        "6 steps are more than the 3 the model forecasts, and nothing predicts the features z, sky it"
        " would go on from"
    )
    assert "`known` and a file that has their values to come" in (found.help or "")
