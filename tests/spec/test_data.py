"""The section `data`: what it takes, what it refuses, and where each of its parts stands."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from layerforge.diagnostics import Diagnostic
from layerforge.source import read
from layerforge.spec.data import SIGNATURE, DataSettings, read_data


def settings_of(text: str) -> tuple[DataSettings | None, list[Diagnostic]]:
    found: list[Diagnostic] = []
    tree = read(dedent(text).strip(), "spec.yaml", found)
    assert tree is not None
    return read_data(tree, found), found


FORECAST = "source: d.csv\ntask: forecast\nwindow: 4\nhorizon: 2\n"
TABLE = "source: d.csv\ntask: regression\ntargets: y\n"


def test_a_whole_section_is_read() -> None:
    settings, found = settings_of(
        """
        source: d.csv
        task: forecast
        time: date
        features: [a, b]
        targets: b
        window: 96
        horizon: 24
        season: 24
        split: {train: 8640, validation: 0.1, test: 2020-12-31}
        scale: minmax
        separator: tab
        header: false
        missing: {fill: mean}
        """
    )
    assert not found
    assert settings == DataSettings(
        source="d.csv",
        task="forecast",
        time=("date",),
        features=("a", "b"),
        targets=("b",),
        window=96,
        horizon=24,
        season=24,
        split={"train": 8640, "validation": 0.1, "test": "2020-12-31"},
        scale="minmax",
        separator="\t",
        header=False,
        missing={"fill": "mean"},
    )


def test_every_part_has_its_place() -> None:
    settings, _ = settings_of(FORECAST + "features: [a, b]\nsplit: {train: 0.8, test: 0.2}")
    assert settings is not None
    places = {key: str(settings.span(key)) for key in ("features.1", "split.test", "window")}
    assert places == {
        "features.1": "spec.yaml:5:15",
        "split.test": "spec.yaml:6:27",
        "window": "spec.yaml:3:9",
    }
    # A part without a place of its own is told at the next larger thing that has one.
    assert str(settings.span("features.7")) == "spec.yaml:5:11"
    assert str(settings.span("targets.0")) == "spec.yaml:1:1"


VALUES: list[tuple[str, str, Any]] = [
    ("missing: drop", "missing", "drop"),
    ("missing: error", "missing", "error"),
    ("missing: null", "missing", None),
    ("missing: {fill: 0}", "missing", {"fill": 0}),
    ("missing: {fill: -1.5}", "missing", {"fill": -1.5}),
    ("missing: {fill: previous}", "missing", {"fill": "previous"}),
    ("separator: ';'", "separator", ";"),
    ('separator: "\\t"', "separator", "\t"),
    ("separator: '\\t'", "separator", "\t"),
    ("separator: comma", "separator", ","),
    ("scale: none", "scale", "none"),
    ("scale: null", "scale", None),
    ("features: a", "features", ("a",)),
    ("features: [1, 2]", "features", ("1", "2")),
    ("split: {train: 0.5}", "split", {"train": 0.5}),
    ("split: {train: 1.0}", "split", {"train": 1.0}),
    ("split: {train: 1}", "split", {"train": 1}),
    ("split: {train: 0.5, test: null}", "split", {"train": 0.5}),
    ("split: {train: 2020-01-31}", "split", {"train": "2020-01-31"}),
    ("shape: 784", "shape", (784,)),
]


@pytest.mark.parametrize(("line", "key", "value"), VALUES, ids=[case[0] for case in VALUES])
def test_a_key_takes_this(line: str, key: str, value: Any) -> None:
    settings, found = settings_of(TABLE + line)
    assert not found
    assert getattr(settings, key) == value


REFUSED = [
    (
        TABLE + "missing: guess",
        "`missing` must be `error`, `drop`, `interpolate`, `{fill: previous | mean | a number}`"
        " or sentinels, not `guess`",
    ),
    (
        TABLE + "missing: {fill: zero}",
        "`fill` must be a number or `previous` or `mean`, not `zero`",
    ),
    (TABLE + "missing: {with: 0}", "`missing` has no key `with`"),
    (
        TABLE + "separator: '::'",
        '`separator` must be one ASCII character, or `tab`, not the text "::"',
    ),
    (TABLE + "separator: é", "`separator` must be one ASCII character, or `tab`, not `é`"),
    (
        TABLE + "split: 0.8",
        "`split` must be a mapping of train, validation and test, not `0.8`",
    ),
    (TABLE + "split: {val: 0.1}", "`split` has no key `val`"),
    (TABLE + "split: {train: 1.5}", "`train` must be a number from 0 to 1, not 1.5"),
    (TABLE + "split: {train: -5}", "`train` must be a number of rows, 0 or more, not -5"),
    (
        TABLE + "split: {train: [1]}",
        "`train` must be a number of rows, a fraction or a date, not a list",
    ),
    (
        TABLE + "scale: robust",
        "`scale` must be `standard`, `minmax` or `none`, not `robust`",
    ),
    (TABLE + "season: 7", "`season` has a meaning only for `task: forecast`, not regression"),
    (
        TABLE + "shape: [2, 2]\nwindow: 3",
        "`shape` reshapes the columns of one row; with `window` a sample is several rows",
    ),
    (
        TABLE + "window: 3\nshuffle: true",
        "`shuffle` cannot be true with `window`: rows are split in order of time",
    ),
    (
        FORECAST + "stratify: true",
        "`stratify` cannot be true with `window`: rows are split in order of time",
    ),
    ("source: d.csv\ntask: forecast\nwindow: 3", "`task: forecast` needs `horizon`"),
    ("source: d.csv\ntask: regression", "`task: regression` needs `targets`"),
    (
        "task: regression\ntargets: y",
        "data needs `source`: a file name, a list of them, or a mapping of train, validation and test",
    ),
    (
        "source: d.csv\ntask: classification\ntargets: [a, b]",
        "a classification has one target column",
    ),
    (FORECAST + "colums: [a]", "`data` has no key `colums`"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[case[1] for case in REFUSED])
def test_a_fault_in_the_section_is_one_line(text: str, message: str) -> None:
    settings, found = settings_of(text)
    assert settings is None
    assert [fault.message for fault in found] == [message]


SHAPES: list[tuple[str, tuple[int, ...] | None]] = [
    (FORECAST + "features: [a, b, c]", (4, 3)),
    (FORECAST, None),
    (FORECAST + "features: ['p*']", None),
    (TABLE + "shape: [8, 8, 1]", (8, 8, 1)),
    (TABLE + "features: [a, b]", None),
    (TABLE + "features: [a, b]\nwindow: 3", None),
]


@pytest.mark.parametrize(("text", "shape"), SHAPES)
def test_the_section_says_the_input_shape_only_where_no_data_can_change_it(
    text: str, shape: tuple[int, ...] | None
) -> None:
    settings, _ = settings_of(text)
    assert settings is not None
    assert settings.input_shape == shape


def test_the_settings_hold_every_key_with_its_default() -> None:
    settings = DataSettings("d.csv", "forecast")
    optional = [each for each in SIGNATURE.parameters if each.name not in ("source", "task")]
    assert {p.name: getattr(settings, p.name) for p in optional} == {
        p.name: p.default for p in optional
    }


def test_every_kind_has_a_schema() -> None:
    for parameter in SIGNATURE.parameters:
        assert isinstance(parameter.kind.schema(), dict)
