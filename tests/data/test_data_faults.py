"""Every fault of a data file is one line that names the file, the row, the column and the key."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.data.conftest import Prepare, Told

ROWS = "".join(f"{i},{i * i % 7}\n" for i in range(20))
DAYS = "".join(f"2020-01-{i:02},{i % 5}\n" for i in range(1, 21))
TABLE = """\
source: d.csv
task: regression
targets: [y]
"""
SERIES = """\
source: d.csv
task: forecast
time: t
window: 2
horizon: 1
"""


@dataclass(frozen=True)
class Case:
    """A file, what the spec says beside or in place of the usual, and the faults as golden text."""

    name: str
    content: str | bytes
    expected: str
    spec: str = TABLE


FILES = [
    Case("empty", "", "1:9: `d.csv` is empty [empty-data]"),
    Case("blank", "\n \n", "1:9: `d.csv` is empty [empty-data]"),
    Case(
        "header-only",
        "x,y\n",
        "1:9: `d.csv` has a header line but no rows below it [empty-data]",
    ),
    Case(
        "latin-1",
        b"x,y\n1,2\ncaf\xe9,3\n",
        "1:9: `d.csv` line 3: byte 0xe9 is not UTF-8 text [data-not-text]\n"
        "help: save the file as UTF-8; it may be WINDOWS-1252,"
        " and `iconv -f WINDOWS-1252 -t UTF-8 old.csv > new.csv` turns that",
    ),
    Case(
        "gb18030",
        "x,y\n1,2\n客流,3\n晴,4\n".encode("gb18030"),
        "1:9: `d.csv` line 3: byte 0xbf is not UTF-8 text [data-not-text]\n"
        "help: save the file as UTF-8; it may be GB18030,"
        " and `iconv -f GB18030 -t UTF-8 old.csv > new.csv` turns that",
    ),
    Case(
        "cut-character",
        b"x,y\n1,2\n3,\xc3",
        "1:9: `d.csv` ends in the middle of a character; it is cut off, or not UTF-8 [data-not-text]",
    ),
    Case(
        "utf-16",
        "x,y\n1,2\n".encode("utf-16"),
        "1:9: `d.csv` is UTF-16 text; save it as UTF-8 [data-not-text]",
    ),
    Case(
        "binary",
        b"x,y\n1,2\n\x00\x01\x02,3\n",
        "1:9: `d.csv` line 3: a zero byte; this is a binary file, not CSV text [data-not-text]",
    ),
    Case(
        "excel",
        b"PK\x03\x04" + bytes(100),
        "1:9: `d.csv` is a ZIP archive (an .xlsx or .zip file); data are read from CSV or Parquet"
        " [data-not-text]",
    ),
    Case(
        "old-mac",
        "x,y\r1,2\r3,4\r",
        "1:9: `d.csv` ends its lines with a carriage return alone; save it with line feeds"
        " [data-not-text]",
    ),
    Case(
        "one-endless-line",
        "x" * (1 << 21),
        "1:9: the first line of `d.csv` is longer than 1,048,576 bytes; is it a table?"
        " [data-not-text]",
    ),
    Case(
        "long-row",
        "x,y\n1,2\n1,2,3\n" + ROWS,
        "1:9: `d.csv` line 3: 3 fields, where the header has 2 fields [ragged-row]",
    ),
    Case(
        "short-row",
        "x,y\n" + ROWS + "7\n" + ROWS,
        "1:9: `d.csv` line 22: 1 field, where the header has 2 fields [ragged-row]",
    ),
    Case(
        "long-row-in-a-column-not-used",
        "x,y,z\n1,2,3\n4,5,6,7\n",
        "1:9: `d.csv` line 3: 4 fields, where the header has 3 fields [ragged-row]",
        TABLE + "features: [x]",
    ),
    Case(
        "blank-line",
        "x,y\n" + ROWS + "\n" + ROWS,
        "1:9: `d.csv` line 22: a blank line, where the header has 2 fields [ragged-row]",
    ),
    Case(
        "open-quote",
        "x,y\n" + ROWS + '"a,1\n' + ROWS,
        "1:9: `d.csv` line 22: a quote in this row is never closed [ragged-row]",
    ),
    Case(
        "quote-in-a-field",
        "x,y\n" + ROWS + '"a"b,1\n' + ROWS,
        "1:9: `d.csv` line 22: a quote inside a quoted field must be doubled [ragged-row]",
    ),
    Case(
        "quotes-of-both-kinds",
        "size,y\n" + '"6 feet",1\n' * 9 + '5" pipe,1\n',
        "1:9: `d.csv` line 11: a quote inside a field that does not begin with one [ragged-row]\n"
        'help: put the field in quotes and double those inside: "5"" pipe"',
    ),
    Case(
        "blank-header",
        "\nx,y\n1,2\n",
        "1:9: `d.csv` line 1 is blank; its first line gives the column names [ragged-row]",
    ),
    Case(
        "repeated-names",
        "x,y,x\n1,2,3\n",
        "1:9: `d.csv`: columns 1 and 3 are both called `x` [repeated-column]",
    ),
    Case(
        "no-names",
        "y,,\n1,2,3\n",
        "1:9: `d.csv`: columns 2 and 3 have no name [repeated-column]",
    ),
]

COLUMNS = [
    Case(
        "misspelt",
        "width,y\n1,2\n",
        "4:15: there is no column `widht` in `d.csv` [unknown-column]\nhelp: did you mean `width`?",
        TABLE + "features: [y, widht]",
    ),
    Case(
        "nowhere-near",
        "a,b\n1,2\n",
        "3:11: there is no column `y` in `d.csv` [unknown-column]\nhelp: its columns are a, b",
    ),
    Case(
        "both-at-once",
        "a,b\n1,2\n",
        "3:7: there is no column `t` in `d.csv` [unknown-column]\nhelp: its columns are a, b\n"
        "6:12: there is no column `c` in `d.csv` [unknown-column]\nhelp: its columns are a, b",
        SERIES + "features: [c, a]",
    ),
    Case(
        "pattern",
        "a,y\n1,2\n",
        "4:12: no column matches `p*` in `d.csv` [unknown-column]\nhelp: its columns are a, y",
        TABLE + "features: [p*]",
    ),
    Case(
        "no-header",
        "1.5,2\n1,2\n",
        "3:11: there is no column `y` in `d.csv` [unknown-column]\n"
        "help: the first line holds numbers alone; if it is a row, write `header: false`",
    ),
    Case(
        "numbered",
        "1,2\n1,2\n",
        "3:11: there is no column `y` in `d.csv` [unknown-column]\n"
        "help: with `header: false` the columns are called 0, 1",
        TABLE + "header: false",
    ),
    Case(
        "listed-twice",
        "x,y\n" + ROWS,
        "4:15: `x` is listed twice [repeated-column]",
        TABLE + "features: [x, x]",
    ),
    Case(
        "answer-given-away",
        "x,y\n" + ROWS,
        "4:15: the target `y` is among the features: that gives the answer away"
        " [target-among-features]",
        TABLE + "features: [x, y]",
    ),
    Case(
        "time-as-feature",
        "t,y\n" + DAYS,
        "6:11: `t` is the time; it cannot be among the features too [repeated-column]",
        SERIES + "features: [t, y]\ntargets: [y]",
    ),
    Case(
        "nothing-left",
        "y\n1\n2\n",
        "1:9: `d.csv` has no column beside time and targets that could be a feature"
        " [unknown-column]",
    ),
    Case(
        "shape",
        "a,b,y\n1,2,3\n" * 1 + "4,5,6\n" * 20,
        "4:8: `shape: [3, 1]` holds 3 values, but a row has 2 feature columns [bad-reshape]",
        TABLE + "shape: [3, 1]",
    ),
]

CELLS = [
    Case(
        "text-far-down",
        "x,y\n" + "1.5,2\n" * 20_000 + "abc,2\n" + "2.5,2\n" * 10,
        "4:12: `d.csv` line 20002, column `x`: found `abc`, where a number was expected"
        " [not-a-number]",
        TABLE + "features: [x]",
    ),
    Case(
        "text-below-quoted-line-breaks",
        'x,n,y\n1,"two\nlines",2\n1,"one",2\n1,"a\n\nb",2\nfive,b,2\n' + "1,b,2\n" * 9,
        "4:12: `d.csv` line 8, column `x`: found `five`, where a number was expected"
        " [not-a-number]",
        TABLE + "features: [x]",
    ),
    Case(
        "text-in-a-forecast",
        "t,y,sky\n2020-01-01,1,rain\n2020-01-02,2,sun\n",
        "1:9: `d.csv` line 2, column `sky`: found `rain`, where a number was expected;"
        " 2 values of this column are no numbers [not-a-number]\n"
        "help: list the columns to use under `targets`, without `sky`",
        SERIES,
    ),
    Case(
        "every-column-at-once",
        "a,b,y\n1,2,3\nx,2,3\n1,y,3\n1,2,z\n",
        "1:9: `d.csv` line 3, column `a`: found `x`, where a number was expected [not-a-number]\n"
        "1:9: `d.csv` line 4, column `b`: found `y`, where a number was expected [not-a-number]\n"
        "3:11: `d.csv` line 5, column `y`: found `z`, where a number was expected [not-a-number]",
    ),
    Case(
        "decimal-comma",
        "x;y\n" + "1,5;2\n" * 10,
        "1:9: `d.csv` line 2, column `x`: found `1,5`, where a number was expected;"
        " 10 values of this column are no numbers [not-a-number]\n"
        'help: write `decimal: ","` for numbers with a decimal comma',
    ),
    Case(
        "dates-without-time",
        "when,y\n" + DAYS,
        "1:9: `d.csv` line 2, column `when`: found `2020-01-01`, where a number was expected;"
        " 20 values of this column are no numbers [not-a-number]\n"
        "help: if this is the time of the rows, write `time: when`",
        "source: d.csv\ntask: forecast\nwindow: 2\nhorizon: 1",
    ),
    Case(
        "long-text-with-line-breaks",
        'x,y\n1,2\n2,2\n3,2\n"' + "a\tb" * 30 + '",2\n',
        "4:11: `d.csv` line 5, column `x`: found `a ba ba ba ba ba ba ba ba ba ba ba ba ba...`,"
        " where a number was expected [not-a-number]",
        TABLE + "features: x",
    ),
    Case(
        "infinite",
        "x,y\n" + ROWS + "inf,1\n-inf,1\n",
        "1:9: `d.csv` line 22, column `x`: an infinite number, one of 2 in this column"
        " [not-finite]",
    ),
    Case(
        "overflowing",
        "x,y\n" + "1e300,1\n2e300,1\n" * 10,
        "1:9: `d.csv`: column `x` holds numbers too large to scale [not-finite]",
    ),
    Case(
        "missing-in-a-table",
        "x,y\n" + ROWS + ",1\nNA,1\nnan,1\nnull,1\n",
        "1:9: `d.csv` line 22, column `x`: the value is missing;"
        " 4 of 24 are missing in this column [missing-value]\n"
        "help: `missing: drop` leaves out rows with missing values",
    ),
    Case(
        "missing-in-a-series",
        "t,y\n" + DAYS.replace("2020-01-07,2", "2020-01-07,"),
        "1:9: `d.csv` line 8, column `y`: the value is missing [missing-value]\n"
        "help: `missing: drop` leaves out windows with missing values",
        SERIES,
    ),
    Case(
        "nothing-but-missing",
        "x,y\n" + ",1\n" * 9,
        "1:9: `d.csv`, column `x`: every value is missing [missing-value]",
        TABLE + "missing: drop",
    ),
    Case(
        "no-whole-row",
        "a,b,y\n1,,3\n,2,3\n",
        "4:10: `d.csv`: no row is without a missing value [missing-value]",
        TABLE + "missing: drop",
    ),
    Case(
        "previous-in-a-table",
        "x,y\n" + ROWS + ",1\n",
        "4:17: the rows of a table have no order, so a hole cannot take the previous value"
        " [unused-key]\nhelp: write `mean` or a number",
        TABLE + "missing: {fill: previous}",
    ),
    Case(
        "too-many-categories",
        "name,y\n" + "".join(f"n{i},1\n" for i in range(2_000)),
        "1:9: `d.csv`: column `name` holds 1,400 different texts, too many for a one-hot encoding"
        " (at most 1,000) [too-many-categories]\n"
        "help: `encode: {name: index}` gives each its number, for an Embedding",
    ),
    Case(
        "one-class",
        "x,y\n" + "1,a\n" * 9,
        "3:11: column `y` holds `a` alone; that is no choice [single-class]",
        TABLE.replace("regression", "classification"),
    ),
    Case(
        "classes-without-end",
        "x,y\n" + "".join(f"1,{i}\n" for i in range(2_000)),
        "3:11: column `y` holds 2,000 different values, no classes [too-many-classes]\n"
        "help: is this `task: regression`?",
        TABLE.replace("regression", "classification"),
    ),
    Case(
        "class-without-training-row",
        "x,y\n" + "1,a\n" * 9 + "1,b\n",
        "3:11: `d.csv` line 11, column `y`: the class `b` has no training row"
        " (1 in all, split in the order of the file)"
        " [unseen-class]",
        TABLE.replace("regression", "classification") + "shuffle: false",
    ),
]

TIMES = [
    Case(
        "no-date",
        "t,y\n1-01,1\n1-02,2\n",
        "3:7: `d.csv` line 2, column `t`: `1-01` is no known date or time [bad-time]\n"
        "help: write 2016-07-01 or 2016-07-01 13:00:00, or leave `time` out: rows are then counted",
        SERIES,
    ),
    Case(
        "a-text-among-dates",
        "t,y\n" + DAYS + "soon,1\n",
        "3:7: `d.csv` line 22, column `t`: `soon` is no time like `2020-01-01` in the first row"
        " [bad-time]",
        SERIES,
    ),
    Case(
        "no-such-day",
        "t,y\n2021-02-27,1\n2021-02-28,1\n2021-02-29,1\n",
        "3:7: `d.csv` line 4, column `t`: `2021-02-29` is no time like `2021-02-27` in the first"
        " row [bad-time]",
        SERIES,
    ),
    Case(
        "day-or-month",
        "t,y\n01/02/2020,1\n02/02/2020,2\n03/02/2020,3\n",
        "3:7: `d.csv` line 2, column `t`: `01/02/2020` may be month/day or day/month in every row"
        ' [bad-time]\nhelp: write `date_format: "%d/%m/%Y"` or `"%m/%d/%Y"`',
        SERIES,
    ),
    Case(
        "missing-stamp",
        "t,y\n" + DAYS + ",1\n",
        "3:7: `d.csv` line 22, column `t`: the time is missing [bad-time]",
        SERIES,
    ),
    Case(
        "newest-first",
        "t,y\n04/30/2021,1\n04/23/2021,2\n04/16/2021,3\n",
        "3:7: `d.csv` line 3, column `t`: 04/23/2021 comes after 04/30/2021 in line 2; the rows run"
        " newest first [time-order]\nhelp: `sort: true` takes the rows in order of time",
        SERIES,
    ),
    Case(
        "unsorted",
        "t,y\n2020-01-01,1\n2020-01-03,2\n2020-01-02,3\n2020-01-04,3\n",
        "3:7: `d.csv` line 4, column `t`: 2020-01-02 comes after 2020-01-03 in line 3 [time-order]"
        "\nhelp: `sort: true` takes the rows in order of time",
        SERIES,
    ),
    Case(
        "repeated-stamps",
        "t,y\n2020-01-01,1\n2020-01-02,2\n2020-01-02,3\n2020-01-02,3\n",
        "3:7: `d.csv` line 4, column `t`: 2020-01-02 stands in line 3 already; 2 stamps are"
        " repeated [time-order]\nhelp: each moment may have one row;"
        " `duplicates: first`, `last` or `mean` makes it so",
        SERIES,
    ),
]

SPLITS = [
    Case(
        "more-rows-than-there-are",
        "x,y\n" + ROWS,
        "4:8: `split` asks for 15 + 10 = 25 rows, but the data have 20 [bad-split]",
        TABLE + "split: {train: 15, test: 10}",
    ),
    Case(
        "more-than-the-whole",
        "x,y\n" + ROWS,
        "4:8: the parts of `split` add up to 1.2, which is more than the whole [bad-split]",
        TABLE + "split: {train: 0.7, test: 0.5}",
    ),
    Case(
        "fractions-and-rows",
        "x,y\n" + ROWS,
        "4:8: `split` mixes fractions and numbers of rows; write all parts in one of them"
        " [bad-split]",
        TABLE + "split: {train: 0.7, test: 5}",
    ),
    Case(
        "an-empty-part",
        "x,y\n1,2\n2,3\n3,4\n",
        "1:9: the part `test` has no rows: 3 rows give train 2, validation 1, test 0 [bad-split]",
    ),
    Case(
        "nothing-to-train-on",
        "x,y\n" + ROWS,
        "4:16: the part `train` has no rows: 20 rows give train 0, validation 0, test 20"
        " [bad-split]",
        TABLE + "split: {train: 0, test: 20}",
    ),
    Case(
        "dates-without-time",
        "x,y\n" + ROWS,
        "4:16: `2020-01-05` is no number of rows and no fraction [bad-split]\n"
        "help: to split by dates, name the column that holds them: `time: ...`",
        TABLE + "split: {train: 2020-01-05}",
    ),
    Case(
        "no-date",
        "t,y\n" + DAYS,
        "6:16: `half` is no number of rows, no fraction and no date [bad-split]\n"
        "help: a date is written like 2017-06-30",
        SERIES + "split: {train: half}",
    ),
    Case(
        "dates-out-of-order",
        "t,y\n" + DAYS,
        "6:40: no row lies in the part `validation`, which ends with 2020-01-05; the rows left begin"
        " at 2020-01-11 [bad-split]",
        SERIES + "split: {train: 2020-01-10, validation: 2020-01-05}",
    ),
    Case(
        "a-date-after-the-end",
        "t,y\n" + DAYS,
        "6:34: no row lies in the part `test`, which ends with 2020-03-01; no rows are left"
        " [bad-split]",
        SERIES + "split: {train: 2020-02-01, test: 2020-03-01}",
    ),
    Case(
        "dates-and-rows",
        "t,y\n" + DAYS,
        "6:8: `split` mixes dates with numbers; write all parts in one of them [bad-split]",
        SERIES + "split: {train: 2020-01-10, test: 5}",
    ),
    Case(
        "shorter-than-a-window",
        "t,y\n" + DAYS,
        "4:9: `d.csv` has 20 rows, but one window takes 99 rows (96 + 3) [too-few-rows]",
        SERIES.replace("window: 2", "window: 96").replace("horizon: 1", "horizon: 3"),
    ),
    Case(
        "training-rows-shorter-than-a-window",
        "t,y\n" + DAYS,
        "4:9: the part `train` has too few rows: one window takes 15 rows (14 + 1), and there are"
        " train 14, validation 2, test 4 [too-few-rows]",
        SERIES.replace("window: 2", "window: 14"),
    ),
    Case(
        "test-rows-shorter-than-the-horizon",
        "t,y\n" + DAYS,
        "4:9: the part `validation` has too few rows: one window takes 5 rows (2 + 3), and there"
        " are train 14, validation 2, test 4; a part needs 3 of its own [too-few-rows]",
        SERIES.replace("horizon: 1", "horizon: 3"),
    ),
]


def _id(case: Case) -> str:
    return case.name


def _expected(case: Case) -> list[str]:
    return case.expected.splitlines()


@pytest.mark.parametrize("case", FILES, ids=_id)
def test_a_file_that_is_no_table_is_named_with_the_line(case: Case, told: Told) -> None:
    assert told(case.spec, d_csv=case.content) == _expected(case)


@pytest.mark.parametrize("case", COLUMNS, ids=_id)
def test_a_wrong_column_is_told_at_the_place_that_names_it(case: Case, told: Told) -> None:
    assert told(case.spec, d_csv=case.content) == _expected(case)


@pytest.mark.parametrize("case", CELLS, ids=_id)
def test_a_wrong_value_is_told_with_file_row_and_column(case: Case, told: Told) -> None:
    assert told(case.spec, d_csv=case.content) == _expected(case)


@pytest.mark.parametrize("case", TIMES, ids=_id)
def test_a_wrong_time_is_told_with_file_row_and_column(case: Case, told: Told) -> None:
    assert told(case.spec, d_csv=case.content) == _expected(case)


@pytest.mark.parametrize("case", SPLITS, ids=_id)
def test_a_split_that_cannot_be_had_says_what_there_is(case: Case, told: Told) -> None:
    assert told(case.spec, d_csv=case.content) == _expected(case)


def test_a_missing_file_is_told_with_the_nearest_name(told: Told) -> None:
    assert told(TABLE, dd_csv="x,y\n1,2\n") == [
        "1:9: there is no file `d.csv`; it is looked for beside the spec [unreadable-data]",
        "help: did you mean `dd.csv`?",
    ]


def test_a_pattern_that_no_file_matches_is_told(told: Told) -> None:
    assert told(TABLE.replace("d.csv", "'*.csv'"))[0] == (
        "1:9: no file matches `*.csv` [unreadable-data]"
    )


def test_a_directory_is_no_data_file(told: Told, tmp_path: Path) -> None:
    (tmp_path / "d.csv").mkdir()
    assert told(TABLE) == ["1:9: `d.csv` cannot be read: is a directory [unreadable-data]"]


def test_a_device_is_no_data_file(told: Told) -> None:
    assert told(TABLE.replace("d.csv", "/dev/zero")) == [
        "1:9: `/dev/zero` cannot be read: is no regular file [unreadable-data]"
    ]


def test_a_file_that_claims_to_be_parquet_is_told(told: Told) -> None:
    spec = TABLE.replace("d.csv", "d.parquet")
    assert told(spec, d_parquet=b"x,y\n1,2\n") == [
        "1:9: `d.parquet` is no Parquet file [unreadable-data]"
    ]
    assert told(spec, d_parquet=b"PAR1 and then nothing PAR1") == [
        "1:9: `d.parquet` is a broken Parquet file [unreadable-data]"
    ]


def test_a_broken_gzip_file_is_told(told: Told) -> None:
    whole = gzip.compress(("x,y\n" + ROWS * 100).encode())
    expected = ["1:9: `d.csv` is a broken gzip file [unreadable-data]"]
    assert told(TABLE, d_csv=whole[: len(whole) // 2]) == expected


@pytest.mark.parametrize(
    ("column", "kind", "help"),
    [
        ("when", "datetime", ["help: if this is the time of the rows, write `time: when`"]),
        ("many", "list", []),
    ],
)
def test_a_parquet_column_of_another_type_is_told(
    told: Told, tmp_path: Path, column: str, kind: str, help: list[str]
) -> None:
    import polars as pl

    when = [f"2020-01-0{i} 00:00:00" for i in range(1, 10)]
    frame = pl.DataFrame({"y": range(9), "when": when, "many": [[1, 2]] * 9})
    frame.with_columns(pl.col("when").str.to_datetime()).write_parquet(tmp_path / "d.parquet")
    spec = TABLE.replace("d.csv", "d.parquet") + f"features: [{column}]"
    fault = f"`d.parquet`, column `{column}`: holds values of type {kind}, not numbers"
    assert told(spec) == [f"4:12: {fault} [not-a-number]", *help]


def test_a_missing_value_in_parquet_is_told_by_its_row(told: Told, tmp_path: Path) -> None:
    import polars as pl

    pl.DataFrame({"x": [1.0, None, 3.0], "y": [1, 2, 3]}).write_parquet(tmp_path / "d.parquet")
    assert told(TABLE.replace("d.csv", "d.parquet"))[0] == (
        "1:9: `d.parquet` row 2, column `x`: the value is missing [missing-value]"
    )


def test_a_dropped_row_does_not_shift_the_lines_told(prepared: Prepare) -> None:
    data = prepared(TABLE + "missing: drop", d_csv="x,y\n,1\n" + ROWS)
    assert data.kept is not None
    assert data.account["rows_dropped"] == 1
    assert data.file.row(int(data.kept[0])) == "line 3"
