"""`layerforge new` on files of every kind: the spec that is written is clean, and says why it is so."""

from __future__ import annotations

import json
import math
import random
import re
import subprocess
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from layerforge.pipeline import compile_spec
from layerforge.run.completion import completed
from tests.cli.conftest import Run

Rows = Iterable[Sequence[object]]
random.seed(3)


def _csv(head: Sequence[str] | None, rows: Rows, separator: str = ",") -> str:
    lines = [separator.join(map(str, row)) for row in ([head] if head else []) + list(rows)]
    return "\n".join(lines) + "\n"


def _hours(count: int) -> list[str]:
    start = datetime(2024, 1, 1)
    return [f"{start + timedelta(hours=i):%Y-%m-%d %H:%M}" for i in range(count)]


def _day(hour: int) -> float:
    return round(math.sin(hour / 12 * math.pi) + random.gauss(0, 0.1), 3)


def _hourly() -> str:
    rows = (
        [t, _day(i), _day(i) * 2, ["dry", "wet"][i % 3 == 0]] for i, t in enumerate(_hours(600))
    )
    return _csv(["when", "load", "wind, m/s".replace(",", ""), "weather"], rows)


def _wide(head: Sequence[str] | None, columns: int, values: Callable[[], object]) -> str:
    rows = [[i % 3, *(values() for _ in range(columns))] for i in range(90)]
    return _csv(head, rows, "\t")


FILES: dict[str, Callable[[], str]] = {
    "hourly.csv": _hourly,
    "alone.csv": lambda: _csv(["y"], ([_day(i)] for i in range(300))),
    "named-rows.csv": lambda: _csv(["period", "v"], ([f"q{i}", _day(i)] for i in range(60))),
    "short.csv": lambda: _csv(["day", "v"], ([f"2024-01-{i:02}", i] for i in range(1, 29))),
    "wide.tsv": lambda: _wide(None, 40, lambda: random.gauss(0, 1)),
    "pixels.csv": lambda: _wide(
        ["label", *(f"p{i}" for i in range(49))], 49, lambda: random.randrange(17)
    ),
    "grid.csv": lambda: _wide(
        ["label", *(f"p{i}_{j}" for i in range(8) for j in range(8))],
        *(64, lambda: random.randrange(256)),
    ),
    "people.csv": lambda: _csv(
        ["id", "age", "job", "note", "const", "income"],
        ([i, i % 70, "abc"[i % 3], f"text {i}", 1, [" low", "high"][i % 2]] for i in range(200)),
    ),
    "holes.csv": lambda: _csv(
        ["a", "b", "gone", "y"],
        ([i, "" if i % 9 == 0 else i * 2, "", round(i % 50 * 1.5, 2)] for i in range(120)),
    ),
}


def _newest_first() -> str:
    return _csv(
        ["day", "v"], ([f"{m:02}/{d:02}/2023", m * d] for m in (6, 5) for d in range(30, 0, -1))
    )


def _panel() -> str:
    rows = (
        [town, t, _day(i) + n] for n, town in enumerate("ab") for i, t in enumerate(_hours(200))
    )
    return _csv(["town", "time", "load"], rows)


def _parts_of_dates() -> str:
    moments = [datetime(2024, 1, 30) + timedelta(hours=i) for i in range(300)]
    rows = ([m.year, m.month, m.day, m.hour, _day(i)] for i, m in enumerate(moments))
    return _csv(["year", "month", "day", "hour", "load"], rows)


def _long(first: int, last: int) -> str:
    rows = (
        [f"s{n}", t, round(random.gauss(n % 2, 0.3), 3), "ab"[n % 2]]
        for n in range(first, last)
        for t in range(4 + n % 5)
    )
    return _csv(["series", "step", "x", "label"], rows)


def _marked() -> str:
    return _csv(["a", "b", "y"], (["?" if i % 7 == 0 else i, i * 2, i * 1.5] for i in range(90)))


def _comma() -> str:
    """German figures: a decimal comma, points in dates, the clock in a column of its own."""
    moments = [datetime(2024, 1, 30) + timedelta(hours=i) for i in range(300)]
    rows = [
        [f"{m:%d.%m.%Y}", f"{m:%H.%M.%S}", str(_day(i)).replace(".", ",")]
        for i, m in enumerate(moments)
    ]
    return _csv(["Datum", "Uhrzeit", "Last"], rows, ";")


def _shops() -> str:
    """Two shops, and a flag of each day."""
    days = [f"2024年{1 + i // 28}月{1 + i % 28}日" for i in range(120)]
    rows = ([t, "ab"[n], _day(i) + n, i % 5 == 0] for n in (0, 1) for i, t in enumerate(days))
    return _csv(["日期", "店", "销量", "促销"], rows)


def _gestures() -> str:
    """Sequences whose label is called as nothing, beside a column called `y`."""
    rows = (
        [f"s{n}", t, round(random.gauss(n % 2, 0.3), 3), 0.5 * t, ["wave", "stop"][n % 2]]
        for n in range(40)
        for t in range(6 + n % 5)
    )
    return _csv(["subject", "frame", "x", "y", "gesture"], rows)


FILES |= {
    "comma.csv": _comma,
    "shops.csv": _shops,
    "gestures.csv": _gestures,
    "chinese.csv": lambda: _csv(
        ["编号", "年龄", "城市", "标签"],
        ([i, i % 71, ["北京", "上海"][i % 2], "是否"[i % 3 // 2]] for i in range(150)),
    ),
    "newest.csv": _newest_first,
    "panel.csv": _panel,
    "parts.csv": _parts_of_dates,
    "steps.csv": lambda: _long(0, 40),
    "marked.csv": _marked,
}
TOLD = {
    "comma": {"task": "forecast", "form": "series", "season": 24},
    "shops": {"task": "forecast", "form": "series"},
    "gestures": {"task": "classification", "form": "steps"},
    "chinese": {"task": "classification", "form": "table"},
    "hourly": {"task": "forecast", "form": "series", "season": 24},
    "alone": {"task": "forecast", "form": "series"},
    "named-rows": {"task": "forecast", "form": "series"},
    "short": {"task": "forecast", "form": "series"},
    "wide": {"task": "classification", "form": "sequence"},
    "pixels": {"task": "classification", "form": "image"},
    "grid": {"task": "classification", "form": "image"},
    "people": {"task": "classification", "form": "table"},
    "holes": {"task": "regression", "form": "table"},
    "newest": {"task": "forecast", "form": "series"},
    "panel": {"task": "forecast", "form": "series", "season": 24},
    "parts": {"task": "forecast", "form": "series", "season": 24},
    "steps": {"task": "classification", "form": "steps"},
    "marked": {"task": "regression", "form": "table"},
}
KEYS = {
    "comma": '  decimal: ","',
    "shops": '  features: ["销量", "促销"]',
    "gestures": "  targets: [gesture]",
    "chinese": "    # left out: 编号 (a number of each row)",
    "newest": "  sort: true",
    "panel": "  group: town",
    "parts": "  time: [year, month, day, hour]",
    "steps": "  order: step",
    "marked": '  missing: {sentinels: ["?"], fill: mean}',
}


@pytest.fixture
def files(folder: Path) -> Path:
    for name, text in FILES.items():
        (folder / name).write_text(text(), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", FILES)
def test_the_spec_of_a_file_is_clean_and_of_its_kind(run: Run, files: Path, name: str) -> None:
    done = run("new", name, "--json")
    assert done.status == 0, done.err
    told = json.loads(done.out)
    stem = name.split(".")[0]
    compiled = completed(compile_spec(files / told["file"]))
    assert [fault.message for fault in compiled.found] == []
    wanted = TOLD[stem]
    assert (told["task"], told["form"]) == (wanted["task"], wanted["form"])
    if "season" in wanted:
        assert compiled.data is not None
        assert compiled.data.season == wanted["season"]


@pytest.mark.parametrize("name", KEYS)
def test_what_is_special_about_a_file_is_a_key_of_its_spec(
    run: Run, files: Path, name: str
) -> None:
    assert run("new", f"{name}.csv").status == 0
    assert f"\n{KEYS[name]}" in (files / f"{name}.yaml").read_text(encoding="utf-8")


def test_a_file_called_test_beside_one_called_train_holds_the_test_rows(
    run: Run, files: Path
) -> None:
    rows = ([i, i % 3, "yes" if i % 3 else "no"] for i in range(60))
    (files / "x_train.csv").write_text(_csv(["a", "b", "class"], rows), encoding="utf-8")
    other = ([i, i % 3, "yes." if i % 3 else "no."] for i in range(30))
    (files / "x_test.csv").write_text(_csv(["a", "b", "class"], other), encoding="utf-8")
    assert run("new", "x_train.csv").status == 0
    text = (files / "x_train.yaml").read_text(encoding="utf-8")
    assert "  source: {train: x_train.csv, test: x_test.csv}\n" in text
    assert '  strip: "."' in text
    done = run("train", "x_train.yaml", "--epochs", "2", "--set", "train.callbacks=[]", "--quiet")
    assert done.status == 0, done.err
    assert done.out.startswith("test: 30 rows\n")


@pytest.mark.parametrize(
    "name", ["hourly.csv", "people.csv", "wide.tsv", "steps.csv", "panel.csv", "shops.csv"]
)
def test_the_spec_trains_as_it_is(run: Run, files: Path, name: str) -> None:
    assert run("new", name).status == 0
    spec = f"{name.split('.')[0]}.yaml"
    done = run("train", spec, "--epochs", "1", "--set", "train.callbacks=[]", "--json", "--quiet")
    assert done.status == 0, done.err
    assert json.loads(done.out)["model"]


def test_columns_that_tell_nothing_are_left_out_and_named(run: Run, files: Path) -> None:
    done = run("new", "people.csv")
    assert "wrote people.yaml: classification of income" in done.out
    told = ["id: a number of each row", "note: 200 different texts", "const: always the same"]
    for line in told:
        assert f"  without {line}\n" in done.out
    text = (files / "people.yaml").read_text(encoding="utf-8")
    assert "  features: [age, job]\n" in text


def test_a_named_target_decides_the_task(run: Run, files: Path) -> None:
    told = json.loads(run("new", "people.csv", "--target", "age", "--json").out)
    assert (told["task"], told["targets"]) == ("regression", ["age"])


def test_other_columns_of_a_forecast_are_features_behind_the_targets(run: Run, files: Path) -> None:
    assert run("new", "hourly.csv", "--target", "wind m/s").status == 0
    compiled = compile_spec(files / "hourly.yaml")
    assert compiled.data is not None
    assert compiled.data.features == ("wind m/s", "load", "weather")
    assert compiled.data.targets == ("wind m/s",)
    compiled = completed(compiled)
    assert compiled.plan is not None
    assert compiled.plan.outputs[0][1:] == (24, 1)


def test_missing_numbers_are_filled_by_what_the_spec_says(run: Run, files: Path) -> None:
    told = json.loads(run("new", "holes.csv", "--json").out)
    assert "missing: {fill: mean}" in told["spec"]
    assert told["left_out"] == {"gone": "empty", "a": "a number of each row"}


def test_dates_are_no_features_of_a_table(run: Run, files: Path) -> None:
    done = run("new", "shops.csv", "--task", "regression", "--target", "销量", "--json")
    why = "is a date: write a number instead, such as the days since another"
    assert json.loads(done.out)["left_out"] == {"日期": f"`2024年1月1日` {why}"}


def test_words_are_no_target_of_a_regression(run: Run, files: Path) -> None:
    done = run("new", "people.csv", "--task", "regression", "--target", "job")
    assert done.status == 1
    assert "column `job` holds words, 3 different ones, and a regression is of numbers" in done.err
    assert not (files / "people.yaml").exists()


def test_a_file_that_does_not_tell_its_target_asks_for_it(run: Run, files: Path) -> None:
    (files / "plain.csv").write_text("a,b\n1.5,2\n2.5,3\n0.5,9\n", encoding="utf-8")
    done = run("new", "plain.csv")
    assert done.status == 1
    assert "[no-target]" in done.err
    assert "--target; there are a, b" in done.err
    assert not (files / "plain.yaml").exists()


def test_nothing_is_written_over_unless_asked(run: Run, files: Path) -> None:
    (files / "alone.yaml").write_text("mine", encoding="utf-8")
    done = run("new", "alone.csv")
    assert done.status == 1
    assert (files / "alone.yaml").read_text(encoding="utf-8") == "mine"
    assert run("new", "alone.csv", "--force").status == 0
    assert "layerforge: 1" in (files / "alone.yaml").read_text(encoding="utf-8")


def test_a_dash_prints_the_spec(run: Run, files: Path) -> None:
    done = run("new", "alone.csv", "--out", "-")
    assert done.out.startswith("# Forecasts ")
    assert not (files / "alone.yaml").exists()


def test_the_source_is_written_as_seen_from_the_spec(run: Run, files: Path) -> None:
    (files / "specs").mkdir()
    assert run("new", "alone.csv", "--out", "specs/mine.yaml").status == 0
    assert completed(compile_spec(files / "specs" / "mine.yaml")).clean


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing.csv"], "there is no file `nothing.csv`"),
        (["people.csv", "--target", "incom"], "did you mean `income`?"),
        (["hourly.csv", "--time", "load"], "no known date or time"),
        (["alone.csv", "--out", "spec.txt"], "must end in .yaml"),
    ],
)
def test_what_cannot_be_done_is_told(run: Run, files: Path, words: list[str], said: str) -> None:
    done = run("new", *words)
    assert done.status in (1, 2)
    assert said in " ".join(done.err.replace("│", " ").split())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("when;kWh;\n{0};1.000,5;\n{1};0,446;\n", ['decimal: ","', 'thousands: "."']),
        ('when,sold\n{0},"$2,292.86"\n{1},$15.00\n', ['strip: "$"', 'thousands: ","']),
        ("when;sold\n{0};2292,86 €\n{1};15,00 €\n", ['strip: "€ "', 'decimal: ","']),
        ('when,sold\n{0},"2,292"\n{1},150\n', ['thousands: ","']),
        ("when,sold\n{0},2'292.5\n{1},150\n", ['thousands: "\'"']),
    ],
)
def test_numbers_are_read_as_they_are_written(
    run: Run, files: Path, text: str, said: list[str]
) -> None:
    head, *pair = text.splitlines()
    days = (f"2024-{month:02}-{day:02}" for month in range(1, 7) for day in range(1, 29))
    rows = [pair[i % 2].format(*(day,) * 2) for i, day in enumerate(days)]
    (files / "marks.csv").write_text("\n".join([head, *rows]) + "\n")
    done = run("new", "marks.csv", "--out", "marks.yaml")
    assert done.status == 0, done.err
    spec = (files / "marks.yaml").read_text()
    assert all(each in spec for each in said), spec
    assert completed(compile_spec(files / "marks.yaml")).clean


def test_a_line_of_units_is_named(run: Run, files: Path) -> None:
    rows = "".join(f"{t},{i}\n" for i, t in enumerate(_hours(50)))
    (files / "units.csv").write_text(f"when,load\n,kWh\n{rows}")
    done = run("new", "units.csv")
    assert done.status == 1
    assert "line 2, column `load`: found `kWh`" in done.err
    (command,) = re.findall(r"`(sed .*)`", done.err)
    subprocess.run(command, shell=True, check=True, cwd=files)
    assert (files / "units-rows.csv").read_text() == f"when,load\n{rows}"
    assert run("new", "units-rows.csv").status == 0


def test_a_spec_is_called_like_its_file(run: Run, files: Path) -> None:
    (files / "客流.csv").write_text((files / "alone.csv").read_text())
    assert run("new", "客流.csv", "--out", "passengers.yaml").status == 0
    assert "name: passengers" in (files / "passengers.yaml").read_text()


def test_an_hour_that_summer_time_repeats_leaves_a_series(run: Run, files: Path) -> None:
    hours = _hours(400)
    stamps = [*hours[:200], *hours[199:]]
    (files / "dst.csv").write_text(
        _csv(["when", "load"], ([t, _day(i)] for i, t in enumerate(stamps)))
    )
    done = run("new", "dst.csv", "--out", "dst.yaml")
    assert done.status == 0, done.err
    spec = (files / "dst.yaml").read_text()
    assert "duplicates: mean" in spec
    assert "time: when" in spec
    assert completed(compile_spec(files / "dst.yaml")).clean
    assert "1 row repeats a moment: their mean is one" in run("data", "dst.yaml").out


def test_words_in_a_forecast_are_categories_that_the_spec_names(run: Run, files: Path) -> None:
    assert run("new", "hourly.csv").status == 0
    spec = (files / "hourly.yaml").read_text(encoding="utf-8")
    assert "    # categories, with how many different ones: weather (2)\n" in spec
    assert "  types: {weather: category}\n" in spec
    assert completed(compile_spec(files / "hourly.yaml")).clean
    # Two numbers, the two words, any other, and sines and cosines of two cycles.
    assert "inputs: past [96, 9], future [24, 4]" in run("data", "hourly.yaml").out


def test_a_time_that_repeats_often_is_told(run: Run, files: Path) -> None:
    rows = ([t, _day(i)] for i, t in enumerate(_hours(50) * 2))
    (files / "twice.csv").write_text(_csv(["when", "load"], rows))
    done = run("new", "twice.csv", "--time", "when", "--out", "twice.yaml")
    assert done.status == 1
    assert "moments in `when` repeat" in done.err


def test_a_spec_is_never_written_over_its_data(run: Run, files: Path) -> None:
    (files / "data.yaml").write_text((files / "alone.csv").read_text())
    done = run("new", "data.yaml", "--force")
    assert done.status == 1
    assert "is both the data and the spec" in done.err
    assert (files / "data.yaml").read_text() == (files / "alone.csv").read_text()


def test_a_column_without_a_name_is_told_as_one(run: Run, files: Path) -> None:
    (files / "bare.csv").write_text(
        _csv(["when", "load", ""], ([t, _day(0), ""] for t in _hours(99)))
    )
    assert run("new", "bare.csv").status == 0
    assert "not used: the column without a name\n" in run("data", "bare.yaml").out


def _nearly_numbers() -> dict[str, Callable[[int], str]]:
    return {
        "pressure": lambda i: f"{100 + i % 60}/{60 + i % 37}",
        "rise": lambda i: f"{i % 90}%",
        "large": lambda i: f"{1 + i % 7}e{1 + i % 3}",
        "weight": lambda i: f"{50 + i % 61} kg",
        "at": lambda i: f"{i % 24:02}:{i * 7 % 60:02}",
        "since": lambda i: f"2024-{1 + i % 12:02}-{1 + i % 28:02}",
        "euro": lambda i: f"{1 + i % 9}.{i % 900:03},{i % 90:02}",
        "ages": lambda i: ["18-25", "26-40", "41+"][i % 3],
        "level": lambda i: ["<5", "7", "9"][i * i % 3],
        "count": lambda i: "gone" if i % 11 == 0 else str(i * i % 101),
        "again": lambda i: "yes" if i % 5 else "no",
    }


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("pressure", "  # left out: pressure (`100/60` holds two numbers: give each a column"),
        ("rise", '  strip: "%" '),
        ("large", "  targets: [label]"),
        ("weight", '  strip: "gk "   '),
        ("at", "  # left out: at (`00:00` is a time of day: write it as hours"),
        ("since", "  # left out: since (`2024-01-01` is a date: write a number instead"),
        ("euro", "  # left out: euro (`1.000,00` is a number written in another way"),
        ("ages", "  # categories, with how many different ones: ages (3)"),
        ("level", "  types: {level: category} "),
        ("count", "  missing: {sentinels: [gone], fill: mean} "),
        ("again", "  # categories, with how many different ones: again (2)"),
    ],
)
def test_what_is_nearly_a_number_is_read_or_told(
    run: Run, files: Path, column: str, said: str
) -> None:
    value = _nearly_numbers()[column]
    rows = ([f"{random.random():.2f}", value(i), "ab"[random.random() < 0.5]] for i in range(300))
    (files / "odd.csv").write_text(_csv(["x", column, "label"], map(_quoted, rows)))
    done = run("new", "odd.csv", "--out", "odd.yaml")
    assert done.status == 0, done.err
    spec = (files / "odd.yaml").read_text(encoding="utf-8")
    assert said in spec, spec
    assert run("data", "odd.yaml").status == 0


def _quoted(row: Sequence[object]) -> list[str]:
    return [f'"{each}"' if "," in str(each) else str(each) for each in row]


def test_letters_are_no_unit_where_other_texts_would_lose_them(run: Run, files: Path) -> None:
    rows = ([f"{50 + i % 61} kg", ["bag", "box"][i % 2], i % 3] for i in range(90))
    (files / "bags.csv").write_text(_csv(["weight", "kind", "label"], rows))
    assert run("new", "bags.csv").status == 0
    spec = (files / "bags.yaml").read_text(encoding="utf-8")
    assert "strip" not in spec
    assert "# left out: weight (`50 kg` is a number with its unit" in spec


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (lambda price, i: 2 * price + 1, "is a line of `price` in every row"),
        (lambda price, i: round(math.log(price), 9), "rises or falls with `price` in every row"),
    ],
)
def test_a_column_that_gives_the_answer_away_is_left_out(
    run: Run, files: Path, value: Callable[[float, int], float], said: str
) -> None:
    prices = [round(random.uniform(1, 99), 3) for _ in range(90)]
    rows = [[i * i % 31, value(price, i), price] for i, price in enumerate(prices)]
    (files / "sold.csv").write_text(_csv(["rooms", "fee", "price"], rows))
    done = run("new", "sold.csv", "--target", "price")
    assert f"  without fee: {said}: is it known before the answer is?\n" in done.out
    assert "  features: [rooms]\n" in (files / "sold.yaml").read_text()
    # Alone it is kept, since nothing else tells anything.
    (files / "alone2.csv").write_text(_csv(["fee", "price"], (row[1:] for row in rows)))
    assert run("new", "alone2.csv", "--target", "price").status == 0
    assert f"    # `fee` {said}" in (files / "alone2.yaml").read_text()


def test_a_reason_that_only_one_class_has_gives_it_away(run: Run, files: Path) -> None:
    rows = [
        [f"c{i:03}", i * i % 31, ["", "", "moved", "dear"][i % 4], ["no", "yes"][i % 4 > 1]]
        for i in range(120)
    ]
    (files / "left.csv").write_text(_csv(["customerID", "months", "reason", "churn"], rows))
    done = run("new", "left.csv")
    assert "without reason: tells the class `churn` in every row" in done.out
    assert "without customerID: 120 different texts" in done.out


def test_dates_of_a_table_make_no_series(run: Run, files: Path) -> None:
    """Customers with the day of their contract, in no order: no step, and a column called `churn`."""
    days = random.sample(range(2000), 200)
    start = datetime(2019, 1, 1)
    rows = (
        [f"{start + timedelta(days=day):%Y-%m-%d}", day % 61, ["no", "yes"][random.random() < 0.4]]
        for day in days
    )
    (files / "contracts.csv").write_text(_csv(["signed", "fee", "churn"], rows))
    told = json.loads(run("new", "contracts.csv", "--json").out)
    assert (told["task"], told["targets"]) == ("classification", ["churn"])
    asked = json.loads(run("new", "contracts.csv", "--task", "forecast", "--force", "--json").out)
    assert asked["task"] == "forecast"


def test_columns_of_0_and_1_are_features_of_a_forecast(run: Run, files: Path) -> None:
    rows = ([t, _day(i), int(i % 24 > 8)] for i, t in enumerate(_hours(300)))
    (files / "open.csv").write_text(_csv(["when", "sold", "promo"], rows))
    assert run("new", "open.csv").status == 0
    compiled = compile_spec(files / "open.yaml")
    assert compiled.data is not None
    assert (compiled.data.features, compiled.data.targets) == (("sold", "promo"), ("sold",))


def test_what_is_known_ahead_is_given_with_the_steps_to_come(run: Run, files: Path) -> None:
    kinds = ["ordinary", "sale"]
    rows = [[t, _day(i), int(i % 24 > 8), kinds[i % 5 == 0]] for i, t in enumerate(_hours(24 * 20))]
    (files / "ahead.csv").write_text(_csv(["when", "sold", "open", "kind"], rows[:-24]))
    done = run("new", "ahead.csv", "--known", "open", "--known", "kind")
    assert done.status == 0, done.err
    compiled = compile_spec(files / "ahead.yaml")
    assert compiled.data is not None
    assert (compiled.data.known, compiled.data.targets) == (("open", "kind"), ("sold",))
    assert "  calendar: [hour, dayofweek]" in (files / "ahead.yaml").read_text()
    trained = run("train", "ahead.yaml", "--epochs", "1", "--set", "train.callbacks=[]", "--quiet")
    assert trained.status == 0, trained.err
    few = run("predict", "ahead", "--data", "ahead.csv", "--steps", "12")
    assert few.status == 1
    assert "known ahead, must follow the last row" in few.err
    coming = [*rows[:-24], *([t, "", opened, kind] for t, _, opened, kind in rows[-24:])]
    (files / "coming.csv").write_text(_csv(["when", "sold", "open", "kind"], coming))
    said = run("predict", "ahead", "--data", "coming.csv", "--steps", "12")
    assert said.status == 0, said.err
    assert [line.split(",")[0] for line in said.out.splitlines()[1:]] == _hours(24 * 20)[-24:-12]


def test_only_a_forecast_has_columns_known_ahead(run: Run, files: Path) -> None:
    done = run("new", "people.csv", "--known", "age")
    assert done.status == 1
    assert "`--known` has a meaning only for a forecast" in done.err


@pytest.mark.parametrize(
    ("stamps", "calendar"),
    [
        ([f"20{i // 12:02}-{i % 12 + 1:02}" for i in range(40)], ["month"]),
        ([f"20{i // 12:02}-{i % 12 + 1:02}" for i in range(20)], None),
        (
            [f"{datetime(2024, 1, 1) + timedelta(days=i):%Y-%m-%d}" for i in range(99)],
            ["dayofweek"],
        ),
        (
            [f"{datetime(2024, 1, 1) + timedelta(weeks=i):%Y-%m-%d}" for i in range(120)],
            ["dayofyear"],
        ),
        (list(range(99)), None),
    ],
)
def test_cycles_of_the_calendar_are_those_that_the_rows_show_twice(
    run: Run, files: Path, stamps: list[str], calendar: list[str] | None
) -> None:
    (files / "when.csv").write_text(
        _csv(["time", "v"], ([t, round(random.random(), 3)] for t in stamps))
    )
    assert run("new", "when.csv").status == 0
    compiled = compile_spec(files / "when.yaml")
    assert compiled.clean
    assert compiled.data is not None
    assert (compiled.data.calendar and list(compiled.data.calendar)) == calendar


def test_a_text_that_only_late_rows_have_is_no_feature(run: Run, files: Path) -> None:
    rows = ([t, _day(i), "new" if i > 350 else "old"] for i, t in enumerate(_hours(400)))
    (files / "late.csv").write_text(_csv(["when", "v", "plan"], rows))
    assert "without plan: some of its texts are in no earlier row" in run("new", "late.csv").out


def test_very_many_rows_are_not_all_seen_in_each_epoch(run: Run, files: Path) -> None:
    (files / "long.csv").write_text(_csv(["v"], ([i % 7] for i in range(20_000))))
    assert run("new", "long.csv").status == 0
    train = compile_spec(files / "long.yaml").train
    assert train is not None
    assert (train.epochs, train.steps_per_epoch) == (20, 300)


def test_steps_of_a_sequence_are_scaled_as_one_quantity_or_not_at_all(
    run: Run, files: Path
) -> None:
    assert run("new", "wide.tsv").status == 0
    assert "\n  scale: none\n" in (files / "wide.yaml").read_text()
    rows = [[i % 3, *(random.gauss(500, 90) for _ in range(30))] for i in range(90)]
    (files / "large.csv").write_text(_csv(["label", *(f"t{i}" for i in range(30))], rows))
    assert run("new", "large.csv").status == 0
    assert "\n  scale: standard " in (files / "large.yaml").read_text()


def test_gaps_and_uneven_steps_are_told_with_what_to_do(run: Run, files: Path) -> None:
    hours = _hours(300)
    rows = ([t, _day(i)] for i, t in enumerate(hours) if i not in (50, 51, 90))
    (files / "gaps.csv").write_text(_csv(["when", "v"], rows))
    assert run("new", "gaps.csv").status == 0
    spec = (files / "gaps.yaml").read_text()
    assert (
        "  gaps: fill                                              # 3 moments are absent\n" in spec
    )
    assert "  missing: {fill: previous}                               # in rows put in\n" in spec
    assert "3 absent moments were put in as rows without values" in run("data", "gaps.yaml").out
    days = [datetime(2024, 1, 1) + timedelta(days=i) for i in range(99)]
    open_ = ([f"{d:%Y-%m-%d}", d.day] for d in days if d.weekday() < 5 and d.day != 15)
    (files / "holidays.csv").write_text(_csv(["when", "v"], open_))
    assert run("new", "holidays.csv").status == 0
    spec = (files / "holidays.yaml").read_text()
    assert "\n  gaps: fill" not in spec
    assert "  # A forecast goes on by that step and leaves nothing out" in spec
    start = datetime(2024, 1, 1)
    odd = ([f"{start + timedelta(seconds=i * i * 7):%Y-%m-%d %H:%M:%S}", i % 7] for i in range(200))
    (files / "odd-steps.csv").write_text(_csv(["when", "v"], odd))
    assert run("new", "odd-steps.csv").status == 0
    assert (
        "The times of a forecast go on by the middle step" in (files / "odd-steps.yaml").read_text()
    )


def test_a_number_far_from_all_others_stands_for_nothing(run: Run, files: Path) -> None:
    rows = ([t, -9999 if i % 37 == 5 else 1013 + i % 9] for i, t in enumerate(_hours(300)))
    (files / "marks.csv").write_text(_csv(["when", "pressure"], rows))
    assert run("new", "marks.csv").status == 0
    assert "  missing: {sentinels: [-9999], fill: previous}" in (files / "marks.yaml").read_text()
    told = run("data", "marks.yaml").out
    assert "1013 to 1021" in told
    # It is a number like any other where the others reach as far.
    rows = ([t, -9999 if i % 37 == 5 else i * 50 - 8000] for i, t in enumerate(_hours(300)))
    (files / "far.csv").write_text(_csv(["when", "depth"], rows))
    assert run("new", "far.csv").status == 0
    assert "sentinels" not in (files / "far.yaml").read_text()


def test_the_season_is_found_across_gaps(run: Run, files: Path) -> None:
    """Rows counted one by one would lose the hour of the day at each gap."""
    rows = (
        [t, _day(i), "ok"]
        for i, t in enumerate(_hours(700))
        if i % 97 > 9  # ten hours each
    )
    (files / "log.csv").write_text(_csv(["when", "v", "state"], rows))
    assert run("new", "log.csv").status == 0
    assert "  season: 24\n" in (files / "log.yaml").read_text()
    assert "season: 24" in run("data", "log.yaml").out


@pytest.mark.parametrize("titles", ["# Station\n# in C\n\n", '"Source","World",\n"Year",2024,\n\n'])
def test_titles_above_the_header_come_with_the_command_that_takes_them_out(
    run: Run, files: Path, titles: str
) -> None:
    table = _csv(["when", "t"], ([t, _day(i)] for i, t in enumerate(_hours(99))))
    (files / "titles.csv").write_text(titles + table)
    done = run("new", "titles.csv")
    assert done.status == 1
    assert "[ragged-row]" in done.err
    assert "if the names of the columns stand in line 4" in done.err
    (command,) = re.findall(r"`(sed .*)`", done.err)
    subprocess.run(command, shell=True, check=True, cwd=files)
    assert (files / "titles-rows.csv").read_text() == table


def test_two_columns_of_one_name_are_told(run: Run, files: Path) -> None:
    rows = ([t, i, 2 * i] for i, t in enumerate(_hours(50)))
    (files / "twice.csv").write_text(_csv(["when", "v", "v"], rows))
    done = run("new", "twice.csv")
    assert done.status == 1
    assert "columns 2 and 3 are both called `v` [repeated-column]" in done.err


def test_a_row_of_totals_below_the_dates_is_named(run: Run, files: Path) -> None:
    days = (f"{1 + i % 28:02}.{1 + i // 28:02}.2023" for i in range(200))
    rows = [*([day, i] for i, day in enumerate(days)), ["Summe", 19900]]
    (files / "sums.csv").write_text(_csv(["Datum", "Umsatz"], rows, ";"))
    done = run("new", "sums.csv")
    assert done.status == 1
    assert "line 202, column `Datum`: `Summe` stands among dates: leave its row out" in done.err
