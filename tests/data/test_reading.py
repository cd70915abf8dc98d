"""What counts as a table: separators, quotes, line ends, encodings, and how columns get their type."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerforge.diagnostics import SpecError
from layerforge.tables import inspection
from layerforge.tables.files import recognise
from tests.data.conftest import Prepare

ROWS = [(i, i * i % 7) for i in range(20)]
SECTION = "source: d.csv\ntask: regression\ntargets: [y]\nscale: none\nshuffle: false\n"


def table(separator: str = ",", end: str = "\n", quote: str = "") -> str:
    lines = [f"{quote}x{quote}{separator}y", *[f"{x}{separator}{quote}{y}{quote}" for x, y in ROWS]]
    return "".join(line + end for line in lines)


SAME = {
    "comma": table(),
    "semicolon": table(";"),
    "tab": table("\t"),
    "bar": table("|"),
    "windows-line-ends": table(end="\r\n"),
    "quoted": table(quote='"'),
    "byte-order-mark": b"\xef\xbb\xbf" + table().encode(),
    "byte-order-mark-and-quotes": b"\xef\xbb\xbf" + table(quote='"').encode(),
    "no-last-line-end": table().rstrip(),
    "blank-lines-at-the-end": table() + "\n\r\n\n",
    "blanks-around": table().replace(",", " , "),
    "gzip": gzip.compress(table().encode()),
}


@pytest.mark.parametrize("content", SAME.values(), ids=SAME.keys())
def test_every_way_to_write_a_table_gives_the_same_numbers(
    content: str | bytes, prepared: Prepare
) -> None:
    data = prepared(SECTION, d_csv=content)
    assert data.features.tolist() == [[x] for x, _ in ROWS]
    assert data.targets.tolist() == [[y] for _, y in ROWS]


def test_a_separator_that_cannot_be_guessed_can_be_given(prepared: Prepare) -> None:
    content = table(":").replace("x:y", "x:y,z:y")
    with pytest.raises(Exception, match="no column `y`"):
        prepared(SECTION, d_csv=content.replace("x:y,z:y", "x:y"))
    data = prepared(SECTION + "separator: ':'", d_csv=table(":"))
    assert len(data.features) == 20


def test_without_a_header_columns_are_numbered(prepared: Prepare) -> None:
    section = SECTION.replace("[y]", "['1']") + "header: false"
    data = prepared(section, d_csv=table().split("\n", 1)[1])
    assert data.features.tolist() == [[x] for x, _ in ROWS]
    assert data.feature_names == ("0",)


def test_a_first_line_of_numbers_alone_is_suspected_to_be_a_row(prepared: Prepare) -> None:
    data = prepared(SECTION.replace("[y]", "['0']"), d_csv="5,0\n" + "1,2\n" * 20)
    assert data.account["warnings"][0] == (
        "every column name is a number: if line 1 is a row, write `header: false`"
    )


def test_parquet_gives_what_csv_gives(prepared: Prepare, tmp_path: Path) -> None:
    import polars as pl

    x, y = zip(*ROWS, strict=True)
    flags = [value > 3 for value in y]
    frame = pl.DataFrame({"x": x, "flag": flags, "kind": ["ab"[i % 2] for i in x], "y": y})
    frame.write_parquet(tmp_path / "d.parquet")
    frame.write_csv(tmp_path / "d.csv")
    one = prepared(SECTION)
    two = prepared(SECTION.replace("d.csv", "d.parquet"))
    assert one.features.tolist() == two.features.tolist()
    assert one.feature_names == two.feature_names
    types = [column["type"] for column in one.account["columns"]]
    assert types == ["number", "flag", "category", "number"]


def test_patterns_take_columns_in_the_order_of_the_file(prepared: Prepare) -> None:
    rows = "1,2,3,4,5\n" * 20
    data = prepared(SECTION + "features: ['p1*', p]", d_csv="p11,p,y,p10,p2\n" + rows)
    assert data.feature_names == ("p11", "p10", "p")


def test_a_column_called_like_a_pattern_is_taken_by_its_name(prepared: Prepare) -> None:
    data = prepared(SECTION + "features: ['p*']", d_csv="p*,p2,y\n" + "1,2,3\n" * 20)
    assert data.feature_names == ("p*",)


cells = st.text(alphabet='ab1,";\n\r é', max_size=4)


@given(
    st.lists(st.lists(cells, min_size=2, max_size=2), min_size=1, max_size=30), st.integers(1, 9)
)
@settings(deadline=None)  # a file is written and read each time
def test_the_quick_count_of_rows_agrees_with_the_csv_module(
    rows: list[list[str]], piece: int
) -> None:
    """In pieces of any size, so that quotes, line ends and characters are cut anywhere."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([["x", "y"], *rows])
    marks = inspection.Marks(ord(","))
    raw = text.getvalue().encode()
    for start in range(0, len(raw), piece):
        marks.take(raw[start : start + piece])
    assert marks.records == len(rows) + 1
    assert not marks.suspicious(2)


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 1 << 22])
def test_a_file_read_in_small_pieces_is_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    path = tmp_path / "d.csv"
    monkeypatch.setattr(inspection, "PIECE", piece)
    path.write_bytes('x,y\n"ü\n,",2\n3,4\n\n\n'.encode())
    file = recognise(path, "d.csv", None, header=True)
    assert (file.rows, file.columns, file.quoted) == (2, ("x", "y"), True)
    assert file.row(1) == "line 4"
    path.write_bytes(b"x,y\n1,2\n\xc3\xa9,3\n\xc3,4\n")
    with pytest.raises(SpecError, match="line 4: byte 0xc3"):
        recognise(path, "d.csv", None, header=True)


def test_where_no_field_is_quoted_a_quote_is_a_character(prepared: Prepare) -> None:
    content = 'size,x,y\n5" pipe,1,2\n' + "6 feet,2,3\n" * 30 + '7" pipe,4,5\n'
    data = prepared(SECTION + "features: [x]", d_csv=content)
    assert data.features[[0, -1], 0].tolist() == [1, 4]
    assert len(data.features) == 32


def test_stray_quotes_that_seem_to_make_a_pair_lose_no_row(prepared: Prepare) -> None:
    """Read as one quoted stretch, the lines between them would be a single row of three fields."""
    content = 'size,x,y\n5" pipe,1,2\n' + "6 feet,2,3\n" * 30 + '7" pipe,4,5\n' + "8,4,5\n" * 9
    assert len(prepared(SECTION + "features: [x]", d_csv=content).features) == 41


def test_a_hole_is_left_out_or_filled_as_the_spec_says(prepared: Prepare) -> None:
    content = "x,y\n" + "1,5\n3,5\n" * 10 + ",5\n4,\n"
    dropped = prepared(SECTION + "missing: drop", d_csv=content)
    assert len(dropped.features) == 20
    mean = prepared(SECTION + "missing: {fill: mean}", d_csv=content)
    # The row without an answer is left out; the fill is the mean of the training rows.
    assert mean.features[-1].tolist() == [2.0]
    assert len(mean.features) == 21
    number = prepared(SECTION + "missing: {fill: -1}", d_csv=content)
    assert number.features[-1].tolist() == [-1.0]


def test_a_hole_in_a_series_takes_the_value_before_it(prepared: Prepare) -> None:
    section = "source: d.csv\ntask: forecast\nwindow: 2\nhorizon: 1\nscale: none\ntargets: [y]\n"
    rows = "".join(f"{i if i % 10 else ''},{i}\n" for i in range(40))
    data = prepared(section + "missing: {fill: previous}", d_csv="x,y\n" + rows)
    assert data.features[10].tolist() == [9.0, 10.0]
    assert data.features[0, 0] == pytest.approx(np.mean([i for i in range(28) if i % 10]))
    assert data.samples("train") == 26


def test_dropping_holes_drops_every_window_that_touches_one(prepared: Prepare) -> None:
    section = "source: d.csv\ntask: forecast\nwindow: 3\nhorizon: 2\nmissing: drop\n"
    rows = [str(i) for i in range(40)]
    rows[12] = "NA"
    data = prepared(section, d_csv="y\n" + "\n".join(rows))
    assert not np.isnan(data.features).any()
    starts = data.positions["train"].tolist()
    assert starts == [i for i in range(28 - 4) if not i <= 12 < i + 5]
    discarded = data.account["split"]["train"]["windows_discarded"]
    assert discarded == {"too little past": 3, "missing values": 5}


def test_importing_the_room_loads_neither_numpy_nor_polars() -> None:
    import subprocess
    import sys

    code = "import layerforge.data, sys; print({'numpy', 'polars'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
