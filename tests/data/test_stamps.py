"""Times as files write them: the format found, the step, gaps told, and the stamps to come."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from layerforge.tables.files import recognise
from layerforge.tables.stamps import Clock, Stamps, read_stamps


def stamps_of(tmp_path: Path, texts: list[str]) -> Stamps:
    path = tmp_path / "d.csv"
    path.write_text("t\n" + "".join(f"{text}\n" for text in texts))
    return read_stamps(recognise(path, "d.csv", ",", header=True), "t")


# three stamps, the format found, the step, and the two stamps that follow
WRITTEN = {
    "iso": (
        ["2016-07-01", "2016-07-02", "2016-07-03"],
        "%Y-%m-%d",
        "1 day",
        ["2016-07-04", "2016-07-05"],
    ),
    "iso-hours": (
        ["2016-07-01 21:00:00", "2016-07-01 22:00:00", "2016-07-01 23:00:00"],
        "%Y-%m-%d %H:%M:%S",
        "1 hour",
        ["2016-07-02 00:00:00", "2016-07-02 01:00:00"],
    ),
    "zulu": (
        ["2013-01-01T06:00:00Z", "2013-01-01T06:30:00Z", "2013-01-01T07:00:00Z"],
        "%Y-%m-%dT%H:%M:%S%#z",
        "30 minutes",
        ["2013-01-01T07:30:00Z", "2013-01-01T08:00:00Z"],
    ),
    "offset-is-taken-to-utc": (
        ["2013-01-01T06:00:00+02:00", "2013-01-01T07:00:00+02:00", "2013-01-01T09:00:00+03:00"],
        "%Y-%m-%dT%H:%M:%S%#z",
        "1 hour",
        ["2013-01-01T07:00:00Z", "2013-01-01T08:00:00Z"],
    ),
    "without-leading-zeros": (
        ["1990/1/1 0:00", "1990/1/2 0:00", "1990/1/3 0:00"],
        "%Y/%m/%d %H:%M",
        "1 day",
        ["1990/01/04 00:00", "1990/01/05 00:00"],
    ),
    "american": (
        ["02/8/1991", "02/15/1991", "02/22/1991"],
        "%m/%d/%Y",
        "1 week",
        ["03/01/1991", "03/08/1991"],
    ),
    "european": (
        ["30.01.2020", "31.01.2020", "01.02.2020"],
        "%d.%m.%Y",
        "1 day",
        ["02.02.2020", "03.02.2020"],
    ),
    "compact": (["20200130", "20200131", "20200201"], "%Y%m%d", "1 day", ["20200202", "20200203"]),
    "months": (["1949-11", "1949-12", "1950-01"], "%Y-%m", "1 month", ["1950-02", "1950-03"]),
    "month-ends": (
        ["2019-11-30", "2019-12-31", "2020-01-31"],
        "%Y-%m-%d",
        "1 month",
        ["2020-02-29", "2020-03-31"],
    ),
    "quarters": (
        ["2019-04-15", "2019-07-15", "2019-10-15"],
        "%Y-%m-%d",
        "3 months",
        ["2020-01-15", "2020-04-15"],
    ),
    "years-on-the-thirty-first": (
        ["2018-12-31", "2019-12-31", "2020-12-31"],
        "%Y-%m-%d",
        "12 months",
        ["2021-12-31", "2022-12-31"],
    ),
    "named-months": (
        ["30-Jan-2020", "31-Jan-2020", "01-Feb-2020"],
        "%d-%b-%Y",
        "1 day",
        ["02-Feb-2020", "03-Feb-2020"],
    ),
    "named-months, years short": (
        ["30-Jan-20", "31-Jan-20", "01-Feb-20"],
        "%d-%b-%y",
        "1 day",
        ["02-Feb-20", "03-Feb-20"],
    ),
    "months before days": (
        ['"Jan 30, 2020"', '"Jan 31, 2020"', '"Feb 1, 2020"'],
        "%b %d, %Y",
        "1 day",
        ["Feb 02, 2020", "Feb 03, 2020"],
    ),
    "months alone, in May": (
        ["May 2020", "June 2020", "July 2020"],
        "%B %Y",
        "1 month",
        ["August 2020", "September 2020"],
    ),
    "months alone, in short": (
        ["Nov-1949", "Dec-1949", "Jan-1950"],
        "%b-%Y",
        "1 month",
        ["Feb-1950", "Mar-1950"],
    ),
    "in Chinese": (
        ["2020年1月30日", "2020年1月31日", "2020年2月1日"],
        "%Y年%m月%d日",
        "1 day",
        ["2020年02月02日", "2020年02月03日"],
    ),
    "months in Chinese": (
        ["2020年11月", "2020年12月", "2021年1月"],
        "%Y年%m月",
        "1 month",
        ["2021年02月", "2021年03月"],
    ),
    "weeks by number": (
        ["2020-W51", "2020-W52", "2020-W53"],
        "%G-W%V",
        "1 week",
        ["2021-W01", "2021-W02"],
    ),
    "quarters by name": (
        ["2020Q3", "2020Q4", "2021Q1"],
        "%YQ%q",
        "3 months",
        ["2021Q2", "2021Q3"],
    ),
    "quarters before years": (
        ["Q3 2020", "Q4 2020", "Q1 2021"],
        "Q%q %Y",
        "3 months",
        ["Q2 2021", "Q3 2021"],
    ),
    "clocks with points": (
        ["10.03.2004 18.00.00", "10.03.2004 19.00.00", "10.03.2004 20.00.00"],
        "%d.%m.%Y %H.%M.%S",
        "1 hour",
        ["10.03.2004 21.00.00", "10.03.2004 22.00.00"],
    ),
    "half-days": (
        ["2020-01-01 06:00 AM", "2020-01-01 06:00 PM", "2020-01-02 06:00 AM"],
        "%Y-%m-%d %I:%M %p",
        "12 hours",
        ["2020-01-02 06:00 PM", "2020-01-03 06:00 AM"],
    ),
    "some-fractions": (
        ["2020-01-01 00:00:00", "2020-01-01 00:00:00.5", "2020-01-01 00:00:01.0"],
        "%Y-%m-%d %H:%M:%S%.f",
        "500 milliseconds",
        ["2020-01-01 00:00:01.500000", "2020-01-01 00:00:02.000000"],
    ),
    "business days": (
        ["2024-01-04", "2024-01-05", *(f"2024-01-{i:02}" for i in (8, 9, 10, 11, 12, 15, 16))],
        "%Y-%m-%d",
        "1 business day",
        ["2024-01-17", "2024-01-18"],
    ),
    "a shop shut on Sundays": (
        [f"2024-01-{i:02}" for i in range(1, 21) if i not in (7, 14)],
        "%Y-%m-%d",
        "1 day of Mon to Sat",
        ["2024-01-22", "2024-01-23"],
    ),
    "three days a week": (
        [f"2024-01-{i:02}" for i in range(1, 24) if i % 7 in (1, 3, 5)],
        "%Y-%m-%d",
        "1 day of Mon, Wed, Fri",
        ["2024-01-24", "2024-01-26"],
    ),
    "business days in a zone with summer time": (
        [
            *(f"2024-03-{i:02} 00:00:00-05:00" for i in (1, 4, 5, 6, 7, 8)),
            *(f"2024-03-{i:02} 00:00:00-04:00" for i in (11, 12, 13, 14, 15)),
        ],
        "%Y-%m-%d %H:%M:%S%#z",
        "1 business day",
        ["2024-03-18 04:00:00Z", "2024-03-19 04:00:00Z"],
    ),
    "the twenty-eighth of a February": (
        ["2020-12-28", "2021-01-28", "2021-02-28"],
        "%Y-%m-%d",
        "1 month",
        ["2021-03-28", "2021-04-28"],
    ),
    "the thirtieth, or the end of February": (
        ["2020-12-30", "2021-01-30", "2021-02-28"],
        "%Y-%m-%d",
        "1 month",
        ["2021-03-30", "2021-04-30"],
    ),
    "ends of quarters": (
        ["2020-06-30", "2020-09-30", "2020-12-31"],
        "%Y-%m-%d",
        "3 months",
        ["2021-03-31", "2021-06-30"],
    ),
    "last business days of months": (
        ["2024-01-31", "2024-02-29", "2024-03-28", "2024-04-30", "2024-05-31", "2024-06-28"],
        "%Y-%m-%d",
        "1 month (last business day)",
        ["2024-07-31", "2024-08-30"],
    ),
    "first business days of months": (
        ["2024-01-02", "2024-02-01", "2024-03-01", "2024-04-01", "2024-05-01", "2024-06-03"],
        "%Y-%m-%d",
        "1 month (first business day)",
        ["2024-07-01", "2024-08-01"],
    ),
    "every other week": (
        ["2024-01-01", "2024-01-15", "2024-01-29"],
        "%Y-%m-%d",
        "2 weeks",
        ["2024-02-12", "2024-02-26"],
    ),
    "quarters of an hour": (
        ["2024-12-31 23:15", "2024-12-31 23:30", "2024-12-31 23:45"],
        "%Y-%m-%d %H:%M",
        "15 minutes",
        ["2025-01-01 00:00", "2025-01-01 00:15"],
    ),
    "counted": (["10", "20", "30"], None, "10", ["40", "50"]),
    "years-alone": (["1998", "1999", "2000"], None, "1", ["2001", "2002"]),
}


@pytest.mark.parametrize(
    ("texts", "form", "step", "after"),
    WRITTEN.values(),
    ids=WRITTEN.keys(),
)
def test_a_form_is_found_and_continued(
    tmp_path: Path, texts: list[str], form: str | None, step: str, after: list[str]
) -> None:
    stamps = stamps_of(tmp_path, texts)
    clock = stamps.clock
    assert (clock.format, str(clock.step)) == (form, step)
    assert stamps.warnings == ()
    assert [clock.text(value) for value in clock.after(int(stamps.values[-1]), 2)] == after


def test_of_two_readings_the_one_in_which_time_goes_forward_is_taken(tmp_path: Path) -> None:
    stamps = stamps_of(tmp_path, ["11/01/2020", "12/01/2020", "01/02/2020"])
    assert stamps.clock.format == "%d/%m/%Y"
    assert stamps.text(2) == "01/02/2020"


def test_a_clock_is_kept_as_json_and_restored(tmp_path: Path) -> None:
    clock = stamps_of(tmp_path, ["1949-11", "1949-12", "1950-01"]).clock
    assert Clock.restored(clock.saved()) == clock


def test_the_values_are_those_that_python_reads(tmp_path: Path) -> None:
    texts = ["2016-02-28 23:59:59", "2016-02-29 00:00:00", "2016-03-01 12:30:00"]
    epoch = datetime(1970, 1, 1)
    expected = [
        (datetime.fromisoformat(text) - epoch) // timedelta(microseconds=1) for text in texts
    ]
    assert stamps_of(tmp_path, texts).values.tolist() == expected


def test_absent_moments_are_told_with_the_first_gap(tmp_path: Path) -> None:
    texts = ["1984-12-29", "1984-12-30", "1985-01-01", "1985-01-02", "1985-01-05"]
    (warning,) = stamps_of(tmp_path, texts).warnings
    assert warning == (
        "2 of 4 steps in `t` are not 1 day (the first from 1984-12-30 to 1985-01-01, line 4);"
        " 3 moments are absent; rows are taken as equally far apart"
    )


def test_absent_months_are_counted_as_months(tmp_path: Path) -> None:
    texts = ["1963-07", "1963-08", "1963-10", "1963-11", "1963-12"]
    (warning,) = stamps_of(tmp_path, texts).warnings
    assert warning == (
        "1 of 4 steps in `t` are not 1 month (the first from 1963-08 to 1963-10, line 4);"
        " 1 moment is absent; rows are taken as equally far apart"
    )


@pytest.mark.parametrize("dtype", ["Date", "Datetime"])
def test_parquet_has_times_of_its_own(tmp_path: Path, dtype: str) -> None:
    import polars as pl

    path = tmp_path / "d.parquet"
    texts = pl.Series("t", ["2020-01-30", "2020-01-31", "2020-02-01"])
    texts.str.to_date().cast(getattr(pl, dtype)).to_frame().write_parquet(path)
    stamps = read_stamps(recognise(path, "d.parquet", None, header=True), "t")
    assert stamps.text(2).startswith("2020-02-01")
    assert str(stamps.clock.step) == "1 day"


def test_days_that_are_absent_once_are_gaps_and_not_shut(tmp_path: Path) -> None:
    texts = [f"2024-01-{i:02}" for i in (1, 2, 3, 4, 5, 8, 9, 10, 11, 12)]
    stamps = stamps_of(tmp_path, texts)
    assert str(stamps.clock.step) == "1 day"
    assert "2 moments are absent" in stamps.warnings[0]


def test_holidays_are_absent_business_days(tmp_path: Path) -> None:
    days = [datetime(2024, 1, 1) + timedelta(days=i) for i in range(120)]
    texts = [f"{day:%Y-%m-%d}" for day in days if day.weekday() < 5 and day.day != 15]
    stamps = stamps_of(tmp_path, texts)
    assert str(stamps.clock.step) == "1 business day"
    assert stamps.warnings == (
        "4 of 81 steps in `t` are not 1 business day (the first from 2024-01-12 to 2024-01-16,"
        " line 12); 4 moments are absent; rows are taken as equally far apart",
    )


def test_steps_of_every_length_are_told_as_such(tmp_path: Path) -> None:
    texts = [f"2024-01-01 {i * i // 60:02}:{i * i % 60:02}" for i in range(30)]
    (warning,) = stamps_of(tmp_path, texts).warnings
    assert warning == (
        "the steps in `t` are 1 minute to 57 minutes long, 29 minutes in the middle;"
        " rows are taken as equally far apart"
    )
