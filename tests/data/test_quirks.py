"""Each quirk of real files: handled by a stated policy and told, or refused with file, row and column."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from tests.data.conftest import Prepare, Told

SERIES = "source: d.csv\ntask: forecast\ntime: t\nwindow: 2\nhorizon: 1\n"
TABLE = "source: d.csv\ntask: regression\ntargets: y\nshuffle: false\nscale: none\n"
LABELS = "task: classification\ntargets: y\nshuffle: false\n"


def days(count: int) -> list[str]:
    return [str(np.datetime64("2024-02-01") + i) for i in range(count)]


def series(stamps: list[str]) -> str:
    return "t,y\n" + "".join(f"{stamp},{i}\n" for i, stamp in enumerate(stamps))


def test_rows_that_run_newest_first_are_sorted_where_the_spec_says_so(prepared: Prepare) -> None:
    stamps = [f"{int(day[5:7])}/{day[8:]}/2024" for day in reversed(days(29))]
    data = prepared(SERIES + "sort: true\nscale: none", d_csv=series(stamps))
    assert data.features[:3, 0].tolist() == [28, 27, 26]
    assert data.account["warnings"][0] == (
        "the rows were sorted by time: 28 stood before an earlier one"
    )


@pytest.mark.parametrize(("policy", "value"), [("first", 3), ("last", 4), ("mean", 3.5)])
def test_repeated_moments_become_one_row(prepared: Prepare, policy: str, value: float) -> None:
    stamps = [*days(4), days(4)[-1], *days(20)[4:]]
    section = SERIES + f"duplicates: {policy}\nscale: none"
    data = prepared(section, d_csv=series(stamps))
    assert len(data.features) == 20
    assert data.features[3, 0] == value
    assert "1 row repeats a moment" in data.account["warnings"][0]


def test_absent_moments_are_filled_refused_or_told(prepared: Prepare, told: Told) -> None:
    stamps = [*days(5), *days(20)[7:]]
    section = SERIES + "scale: none\nmissing: {fill: previous}\n"
    data = prepared(section + "gaps: fill", d_csv=series(stamps))
    assert data.features[4:8, 0].tolist() == [4, 4, 4, 5]
    # No window answers with a value that was made up.
    answers = data.answers(data.positions["train"])[:, 0, 0].tolist()
    assert answers == sorted(set(answers))
    assert told(section + "gaps: error", d_csv=series(stamps)) == [
        "8:7: `d.csv` line 7, column `t`: 2024-02-08 comes after 2024-02-05, where the step is 1 day"
        " [time-gap]",
        "help: `gaps: fill` puts rows without values there, for `missing` to treat; `keep` ignores it",
    ]
    kept = prepared(section, d_csv=series(stamps))
    assert "2 moments are absent" in kept.account["warnings"][0]


def test_absent_months_are_filled_by_the_calendar(prepared: Prepare) -> None:
    months = [f"20{19 + i // 12}-{i % 12 + 1:02}" for i in range(30)]
    stamps = [*months[:10], *months[13:]]
    section = SERIES + "scale: none\nmissing: {fill: previous}\ngaps: fill"
    data = prepared(section, d_csv=series(stamps))
    assert data.stamps is not None
    assert [data.stamps.text(row) for row in range(30)] == months


def test_of_business_days_holidays_are_filled_and_weekends_are_not(prepared: Prepare) -> None:
    open_ = [day for day in days(60) if np.is_busday(day)]
    section = SERIES + "scale: none\nmissing: {fill: previous}\ngaps: fill"
    data = prepared(section, d_csv=series([*open_[:12], *open_[13:]]))
    assert data.stamps is not None
    assert [data.stamps.text(row) for row in range(len(open_))] == open_
    assert data.account["time"]["step"] == "1 business day"


def test_a_time_of_several_columns_is_read_by_their_names(prepared: Prepare, told: Told) -> None:
    rows = [(2024, 2, 1 + i // 24, i % 24) for i in range(60)]
    content = "hour,day,month,year,y\n" + "".join(
        f"{h},{d},{m},{y},{i}\n" for i, (y, m, d, h) in enumerate(rows)
    )
    section = SERIES.replace("time: t", "time: [year, month, day, hour]") + "targets: y\n"
    data = prepared(section, d_csv=content)
    assert data.account["time"]["step"] == "1 hour"
    assert data.account["time"]["first"] == "2024-02-01 00:00:00"
    assert data.roles.features == ("y",)
    assert told(section, d_csv=content.replace("5,1,2,", "24,1,2,"))[0] == (
        "3:7: `d.csv` line 7, column `hour`: `24` is no hour (0 to 23) [bad-time]"
    )


def test_a_hour_that_the_clock_repeats_is_told(told: Told) -> None:
    rows = [(3, 0), (3, 1), (3, 1), (3, 2)]
    content = "year,month,day,hour,y\n" + "".join(f"2013,11,{d},{h},1\n" for d, h in rows)
    section = SERIES.replace("time: t", "time: [year, month, day, hour]")
    assert (
        "`d.csv` line 4, column `year month day hour`: 2013-11-03 01:00:00 stands in line 3"
        in (told(section, d_csv=content)[0])
    )


def test_a_date_format_settles_what_two_readings_would_allow(prepared: Prepare) -> None:
    stamps = ["01/02/2020", "02/02/2020", "03/02/2020", *(f"{d:02}/02/2020" for d in range(4, 13))]
    data = prepared(SERIES + 'date_format: "%d/%m/%Y"', d_csv=series(stamps))
    assert data.account["time"]["step"] == "1 day"


def test_sentinels_are_missing_values(prepared: Prepare, told: Told) -> None:
    rows = "x,kind,y\n" + "1, a,1\n2,b,2\n-9999,?,3\n" * 4
    section = TABLE + "missing: {sentinels: [-9999, '?'], fill: mean}\n"
    data = prepared(section, d_csv=rows)
    assert data.features[:3].tolist() == [[1, 0, 1, 0], [2, 0, 0, 1], [1.5, 1, 0, 0]]
    assert told(TABLE + "missing: [-9999, '?']\n", d_csv=rows)[:2] == [
        "1:9: `d.csv` line 4, column `x`: the value is missing; 4 of 12 are missing in this column"
        " [missing-value]",
        "help: `missing: drop` leaves out rows with missing values",
    ]


def test_each_column_may_have_its_own_policy(prepared: Prepare) -> None:
    rows = "a,b,y\n" + "1,,1\n,2,2\n3,4,3\n" * 4
    section = TABLE + "missing: {policy: drop, columns: {a: {fill: 7}}}\n"
    data = prepared(section, d_csv=rows)
    assert data.features[:2].tolist() == [[7, 2], [3, 4]]
    assert data.account["rows_dropped"] == 4


def test_interpolation_never_looks_beyond_the_training_rows(prepared: Prepare) -> None:
    values = [str(i) for i in range(20)]
    values[3] = values[13] = values[17] = ""
    content = "t,y\n" + "".join(f"{d},{v}\n" for d, v in zip(days(20), values, strict=True))
    data = prepared(SERIES + "scale: none\nmissing: interpolate", d_csv=content)
    # The row 13 is the last of the training part, 17 a test row: both carry on what was before.
    assert data.features[[3, 13, 17], 0].tolist() == [3, 12, 16]
    assert data.account["filled"] == {"y": {"interpolated": 1, "carried on": 2}}


def test_the_account_counts_what_stands_in_the_holes_of_each_column(prepared: Prepare) -> None:
    rows = "a,b,y\n" + "1,,1\n,2,2\n3,4,3\n" * 10
    section = TABLE + "missing: {fill: mean, columns: {a: {fill: 7}}}\n"
    data = prepared(section, d_csv=rows)
    assert data.account["filled"] == {"a": {"by 7": 10}, "b": {"by mean": 10}}
    dropped = prepared(TABLE + "missing: drop\n", d_csv=rows)
    assert dropped.account["filled"] == {}
    words = "a,b,y\n" + "p,1,1\n,2,2\nq,3,3\n" * 10
    data = prepared(TABLE + "missing: {fill: mean}\n", d_csv=words)
    assert data.account["filled"] == {"a": {"as unknown": 10}}


def test_blanks_around_words_are_taken_away_and_told(prepared: Prepare) -> None:
    rows = "kind,y\n" + " a,1\nb ,2\na,3\n" * 3
    data = prepared(TABLE, d_csv=rows)
    assert data.feature_names == ("kind=[UNK]", "kind=a", "kind=b")
    assert (
        "blanks or other marks around the texts of `kind` were taken away"
        in (data.account["warnings"])
    )


def test_labels_with_a_full_stop_in_the_test_file_are_refused_or_stripped(
    prepared: Prepare, told: Told
) -> None:
    section = LABELS + "source: {train: d.csv, test: e.csv}\nsplit: {train: 1.0}\n"
    train, test = "x,y\n1,no\n2,yes\n" * 1, "x,y\n3,no.\n4,yes.\n"
    assert told(section, d_csv=train, e_csv=test) == [
        "2:10: `e.csv` line 2, column `y`: the class `no.` has no training row (1 in all, split by"
        " file) [unseen-class]",
        'help: `strip: "."` takes such marks away',
    ]
    data = prepared(section + "strip: '.'\n", d_csv=train, e_csv=test)
    assert data.classes == ("no", "yes")
    assert (data.samples("train"), data.samples("test")) == (2, 2)


def test_several_files_are_one_and_faults_name_the_file(prepared: Prepare, told: Told) -> None:
    section = TABLE.replace("source: d.csv", "source: [d.csv, e.csv]")
    rows = "x,y\n" + "".join(f"{i},{i}\n" for i in range(8))
    swapped = "y,x\n" + "".join(f"{i},{i + 100}\n" for i in range(8))
    data = prepared(section, d_csv=rows, e_csv=swapped)
    assert data.features[[0, 7, 8, 15], 0].tolist() == [0, 7, 100, 107]
    assert prepared(section.replace("[d.csv, e.csv]", "'?.csv'")).features.shape == (16, 1)
    assert told(section, e_csv=swapped.replace("3,103", "3,three"))[0] == (
        "1:9: `e.csv` line 5, column `x`: found `three`, where a number was expected [not-a-number]"
    )
    assert told(section, e_csv=swapped.replace("y,x", "y,z"))[0] == (
        "1:9: `d.csv` has a column `x`, but `e.csv` has none [unknown-column]"
    )


def test_gzip_decimal_commas_and_names_of_the_users_own(prepared: Prepare) -> None:
    content = "1,5;2\n2,5;3\n" * 6
    section = TABLE.replace("d.csv", "d.gz") + 'decimal: ","\nheader: false\ncolumns: [x, y]\n'
    data = prepared(section, d_gz=gzip.compress(content.encode()))
    assert data.feature_names == ("x",)
    assert data.features[:2, 0].tolist() == [1.5, 2.5]


def test_a_number_may_be_declared_a_category(prepared: Prepare) -> None:
    data = prepared(TABLE + "types: {zip: category}", d_csv="zip,y\n" + "10,1\n20,2\n" * 5)
    assert data.feature_names == ("zip=[UNK]", "zip=10", "zip=20")


def test_a_gap_between_the_splits_is_left_out(prepared: Prepare) -> None:
    section = SERIES + "split: {train: 10, validation: 5, test: 5, gap: 2}\n"
    split = prepared(section, d_csv=series(days(20))).account["split"]
    assert [split[part]["rows"] for part in ("train", "validation", "test")] == [10, 3, 3]
    assert split["validation"]["from"] == "2024-02-13"
    assert split["rows_unused"] == 4


def test_files_for_the_splits_are_one_series_in_the_order_of_the_splits(prepared: Prepare) -> None:
    section = SERIES.replace("source: d.csv", "source: {test: e.csv, train: d.csv}")
    section += "split: {train: 8, validation: 2}\nscale: none\n"
    whole = series(days(16)).splitlines(keepends=True)
    data = prepared(section, d_csv="".join(whole[:11]), e_csv="".join([whole[0], *whole[11:]]))
    assert [data.samples(part) for part in ("train", "validation", "test")] == [6, 2, 6]
    # The first test window looks back into the training file, and answers with a row of the other.
    x, y = data.batch(data.positions["test"][:1])
    assert (x[0, :, 0].tolist(), y[0].tolist()) == ([8, 9], [10])


@pytest.mark.parametrize(
    ("marks", "rows"),
    [
        ('thousands: ","', '"1,234.5",1\n7,2\n"-1,234,567",3\n'),
        ('thousands: "."\ndecimal: ","\nseparator: ";"', "1.234,5;1\n7;2\n-1.234.567;3\n"),
        ('thousands: " "', "1 234.5,1\n7,2\n-1 234 567,3\n"),
        ('thousands: "\'"', "1'234.5,1\n7,2\n-1'234'567,3\n"),
    ],
)
def test_thousands_are_parted_by_the_mark_that_is_declared(
    prepared: Prepare, marks: str, rows: str
) -> None:
    head = "x;y\n" if ";" in rows else "x,y\n"
    data = prepared(f"{TABLE}{marks}\n", d_csv=head + rows * 4)
    assert data.features[:3, 0].tolist() == [1234.5, 7, -1234567]


@pytest.mark.parametrize("word", ["1.5", "12.34", "1234.567", "1.234.56"])
def test_a_mark_of_thousands_elsewhere_is_no_number(told: Told, word: str) -> None:
    section = TABLE + 'thousands: "."\ndecimal: ","\nseparator: ";"\n'
    lines = told(section, d_csv="x;y\n" + f"1,5;1\n2;2\n{word};3\n" * 4)
    assert any(f"found `{word}`, where a number was expected" in line for line in lines)


def test_thousands_that_nobody_declared_are_named(told: Told) -> None:
    lines = told(TABLE, d_csv="x,y\n" + '"1,234",1\n5,2\n"6,000.5",3\n' * 4)
    assert any('write `thousands: ","`' in line for line in lines)


def test_one_mark_cannot_part_thousands_and_decimals(told: Told) -> None:
    lines = told(TABLE + 'thousands: "."\n', d_csv="x,y\n1,2\n")
    assert any("cannot both part thousands and be the decimal mark" in line for line in lines)


def test_dates_need_not_be_written_as_iso_does(prepared: Prepare) -> None:
    stamps = [f"{day[:4]}/{int(day[5:7])}/{int(day[8:])} 0:00" for day in days(29)]
    data = prepared(SERIES + "scale: none", d_csv=series(stamps))
    assert data.account["time"]["step"] == "1 day"
    assert data.account["split"]["train"]["from"].startswith("2024/02/01")


def test_a_time_that_is_none_is_refused_and_needs_none(prepared: Prepare, told: Told) -> None:
    stamps = [f"{year}-{month:02}" for year in (1, 2, 3) for month in range(1, 13)]
    first, *_ = told(SERIES, d_csv=series(stamps))
    assert first.startswith("3:7: `d.csv` line 2, column `t`: `1-01`")
    data = prepared(SERIES.replace("time: t", "features: y") + "scale: none", d_csv=series(stamps))
    assert data.features[:, 0].tolist() == list(range(36))


def test_a_series_may_have_no_time_at_all(prepared: Prepare) -> None:
    rows = "\n".join(str(i) for i in range(30))
    data = prepared(SERIES.replace("time: t\n", "") + "scale: none", d_csv=f"y\n{rows}\n")
    assert data.account["time"] is None
    assert data.samples("train") == 19


def test_a_panel_has_gaps_and_a_column_that_is_mostly_empty(prepared: Prepare, told: Told) -> None:
    lines = ["t,site,y,gust"]
    for site in "ab":
        held = [day for i, day in enumerate(days(40)) if site == "a" or i not in (5, 6, 30)]
        lines += [f"{day},{site},{i},{9 if i % 5 == 0 else ''}" for i, day in enumerate(held)]
    text, section = (
        "\n".join(lines) + "\n",
        SERIES + "group: site\nfeatures: [y, gust]\ntargets: y\n",
    )
    first, *_ = told(section, d_csv=text)
    assert "`d.csv` line 3, column `gust`: the value is missing; 61 of 77" in first
    data = prepared(section + "gaps: fill\nmissing: {fill: previous}", d_csv=text)
    assert sum("moments are absent" in line for line in data.account["warnings"]) <= 1
    assert data.account["filled"]["gust"]
    left_out = prepared(section.replace("[y, gust]", "[y]"), d_csv=text)
    assert "gust" in left_out.account["unused_columns"]


def test_classes_are_numbers_without_a_header_and_one_is_rare(prepared: Prepare) -> None:
    labels = [1] * 30 + [2] * 20 + [5] * 2
    rows = "".join(f"{label}\t{i % 7}.5\t{i % 3}.25\n" for i, label in enumerate(labels))
    section = "source: d.tsv\ntask: classification\ntargets: ['0']\nheader: false\n"
    data = prepared(section, d_tsv=rows)
    assert data.classes == ("1", "2", "5")
    counts = [data.account["split"][part]["classes"] for part in ("train", "validation", "test")]
    assert sum(each["5"] for each in counts) == 2
    assert counts[0]["5"] >= 1


@pytest.mark.parametrize(("cap", "end"), [(50, "largest"), (-50, "smallest")])
def test_a_capped_target_is_told(prepared: Prepare, cap: int, end: str) -> None:
    values = [round((i * 37 % 101) + i / 1000 - 50, 3) for i in range(300)]
    values = [min(v, 40) if cap > 0 else max(v, -40) for v in values]
    rows = "".join(f"{i},{value}\n" for i, value in enumerate(values))
    data = prepared(TABLE, d_csv=f"x,y\n{rows}")
    [line] = [line for line in data.account["warnings"] if "capped" in line]
    assert line.startswith(f"`y` is {40 if cap > 0 else -40}, its {end} value, in ")
    free = "".join(f"{i},{i * 37 % 101 + i / 1000}\n" for i in range(300))
    assert not any(
        "capped" in each for each in prepared(TABLE, d_csv=f"x,y\n{free}").account["warnings"]
    )


def test_amounts_that_are_often_nothing_are_not_capped(prepared: Prepare) -> None:
    rows = "".join(f"{i},{0 if i % 3 else i / 10}\n" for i in range(300))
    data = prepared(TABLE, d_csv=f"x,y\n{rows}")
    assert not any("capped" in line for line in data.account["warnings"])
