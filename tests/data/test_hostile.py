"""Every kind of hostile data file, by every command that reads one: a right answer or one clear fault."""

from __future__ import annotations

import gzip
import importlib
import io
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from layerforge.cli.main import main
from layerforge.data import prepare
from layerforge.diagnostics import SpecError
from layerforge.tables import files, frames, inspection
from layerforge.tables.pages import sound_pages
from tests.fuzz.data.seeds import parquets

TABLE = """\
data: {source: FILE, task: regression, features: [a, b], targets: [y]}
model: {layers: [{Dense: 1}]}
train: {epochs: 1}
"""
SERIES = """\
data: {source: FILE, task: forecast, time: t, targets: [y], features: [y], window: 3, horizon: 2}
model: {layers: [Flatten, {Dense: 2}]}
train: {epochs: 1}
"""
ROWS = [f"{i},{i % 5},{i % 3 + i}" for i in range(30)]
GOOD = "a,b,y\n" + "\n".join(ROWS) + "\n"
DAYS = [f"2020-01-{day:02}" for day in range(1, 31)]


def table(*rows: str, head: str = "a,b,y") -> str:
    """Thirty good rows, then these."""
    return "\n".join([head, *ROWS, *rows]) + "\n"


def series(stamps: list[str]) -> str:
    return "t,y\n" + "".join(f"{stamp},{i % 7}\n" for i, stamp in enumerate(stamps))


def moments(form: str, count: int = 30) -> list[str]:
    return [form.format(i) for i in range(count)]


def parquet(**columns: Any) -> bytes:
    import polars as pl

    file = io.BytesIO()
    count = list(range(30))
    pl.DataFrame({"a": count, "b": count, "y": count} | columns).write_parquet(file)
    return file.getvalue()


def damaged(content: bytes, at: int) -> bytes:
    """The same with some bytes changed, counted from the end where `at` is negative."""
    changed = bytearray(content)
    place = at % len(changed)
    changed[place : place + 4] = b"\xff\x00\xff\x00"
    return bytes(changed)


@dataclass(frozen=True)
class Kind:
    """A file, and what is said of it: a pattern of the fault, or "" where it is as good as any."""

    name: str
    content: str | bytes | Callable[[], bytes]
    fault: str = ""
    file: str = "d.csv"

    def bytes(self) -> bytes:
        found = self.content() if callable(self.content) else self.content
        return found.encode() if isinstance(found, str) else found


def decimals() -> bytes:
    import polars as pl

    return parquet(a=pl.int_range(30, eager=True).cast(pl.Decimal(20, 3)))


def nested() -> bytes:
    return parquet(a=[[i, i] for i in range(30)])


def empty_parquet() -> bytes:
    import polars as pl

    file = io.BytesIO()
    pl.read_parquet(io.BytesIO(parquet())).head(0).write_parquet(file)
    return file.getvalue()


LONG = "9" * 400
ZIPPED = gzip.compress(b"a,b,y\n" + "\n".join(ROWS * 2_000).encode() + b"\n", mtime=0)
TABLES = (
    Kind("good", GOOD),
    Kind("row-too-short", table("1,2"), r"`d.csv` line 32: 2 fields, .* 3 fields \[ragged-row"),
    Kind("row-too-long", table("1,2,3,4"), r"line 32: 4 fields, .* 3 fields \[ragged-row"),
    Kind("blank-line", table("", "1,2,3"), r"line 32: a blank line, .* \[ragged-row"),
    Kind("open-quote", table('1,"2,3'), r"line 32: a quote in this row is never closed"),
    Kind("quote-within", table('1,"2"x,3'), r"line 32: a quote inside a quoted field must be"),
    Kind("quoted-line-breaks", 'n,a,b,y\n"x\ny\r\nz",1,2,3\n' + "".join(f"n,{r}\n" for r in ROWS)),
    Kind("quoted-numbers", table('"1","2","3"')),
    Kind("one-column", "y\n1\n2\n3\n", r"there is no column `a` in `d.csv`"),
    Kind("header-only", "a,b,y\n", r"`d.csv` has a header line but no rows below it \[empty-data"),
    Kind("header-without-line-end", "a,b,y", r"has a header line but no rows below it"),
    Kind("empty", "", r"`d.csv` is empty \[empty-data"),
    Kind("blank", "\r\n\n \n", r"`d.csv` is empty \[empty-data"),
    Kind("mixed-types", table("abc,2,3"), r"line 32, column `a`: found `abc`, where a number was"),
    Kind("infinity", table("inf,2,3"), r"line 32, column `a`: an infinite number"),
    Kind("missing", table("NaN,2,3"), r"line 32, column `a`: the value is missing"),
    Kind("beyond-64-bit", table(f"{2**64 + 1},{-(10**30)},3")),
    Kind("beyond-float64", table(f"{LONG},2,3"), r"line 32, column `a`: an infinite number"),
    Kind(
        "unicode-digits",
        table("\uff11\uff12,2,3"),
        "line 32, column `a`: found `\uff11\uff12`, where a number",
    ),
    Kind("repeated-names", table(head="a,a,y"), r"columns 1 and 2 are both called `a`"),
    Kind("names-that-collide", table(head="a, a ,y"), r"columns 1 and 2 are both called `a`"),
    Kind("no-names", table(head=",,y"), r"columns 1 and 2 have no name"),
    Kind("formula", table("=cmd|'/C calc'!A0,2,3"), r"column `a`: found `=cmd\|'/C calc'!A0`"),
    Kind("zero-bytes", table("1,\0,3"), r"`d.csv` line 32: a zero byte"),
    Kind("utf-8-mark", b"\xef\xbb\xbf" + GOOD.encode()),
    Kind("utf-16", GOOD.encode("utf-16"), r"`d.csv` is UTF-16 text; save it as UTF-8"),
    Kind("utf-16-without-mark", GOOD.encode("utf-16-le"), r"`d.csv` line 1: a zero byte"),
    Kind("utf-32", GOOD.encode("utf-32"), r"`d.csv` is UTF-16 text"),
    Kind("latin-1", table("é,2,3").encode("latin-1"), r"line 32: byte 0xe9 is not UTF-8 text"),
    Kind("old-mac", GOOD.replace("\n", "\r"), r"ends its lines with a carriage return alone"),
    Kind("windows", GOOD.replace("\n", "\r\n")),
    Kind("stray-return", table("1,2\r,3"), r"line 32: a carriage return within the line"),
    Kind("returns-twice", GOOD.replace("\n", "\r\r\n"), r"line 1: a carriage return within the"),
    Kind("quoted-returns", 'n,a,b,y\n"x\ry",1,2,3\n' + "".join(f"n,{row}\n" for row in ROWS)),
    Kind("no-last-line-end", GOOD.rstrip()),
    Kind("first-line-without-end", "x" * (1 << 21), r"the first line of `d.csv` is longer than"),
    Kind("gzip", gzip.compress(GOOD.encode())),
    Kind("gzip-cut-off", ZIPPED[:-50], r"`d.csv` is a broken gzip file \[unreadable-data"),
    Kind("gzip-damaged", damaged(ZIPPED, 200), r"`d.csv` is a broken gzip file"),
    Kind("gzip-and-junk", ZIPPED + b"junk", r"`d.csv` is a broken gzip file"),
    Kind("gzip-twice", gzip.compress(ZIPPED), r"`d.csv` line 1: a zero byte"),
    Kind("zeros-packed", gzip.compress(bytes(1 << 24)), r"the first line of `d.csv` is longer"),
    Kind("begins-like-zlib", "x\x01," + GOOD.replace("\n", "\n1,", 30).removesuffix("1,")),
    Kind("bzip2", b"BZh91AY&SY" + bytes(99), r"`d.csv` is a bzip2 file; data are read from CSV or"),
    Kind("xz", b"\xfd7zXZ\0" + bytes(99), r"`d.csv` is an xz file; data are read from CSV"),
    Kind("zstandard", b"\x28\xb5\x2f\xfd" + bytes(99), r"`d.csv` is a Zstandard file"),
    Kind("excel", b"PK\x03\x04" + bytes(99), r"`d.csv` is a ZIP archive \(an .xlsx or .zip file\)"),
    Kind("picture", b"\x89PNG\r\n\x1a\n" + bytes(99), r"`d.csv` line 3: a zero byte"),
    Kind("parquet", parquet, file="d.parquet"),
    Kind("parquet-called-csv", parquet),
    Kind("csv-called-parquet", GOOD, r"`d.parquet` is no Parquet file", "d.parquet"),
    Kind(
        "parquet-in-gzip", lambda: gzip.compress(parquet()), r"is a Parquet file packed with gzip"
    ),
    Kind("parquet-cut-off", lambda: parquet()[:-30], r"`d.csv` is a broken Parquet file"),
    Kind("parquet-cut-inside", lambda: parquet()[:40] + parquet()[-200:], r"is a broken Parquet"),
    Kind("parquet-without-rows", empty_parquet, r"`d.csv` has columns but no rows"),
    Kind("parquet-of-lists", nested, r"column `a`: holds values of type list, not numbers"),
    Kind("parquet-of-decimals", decimals),
    Kind(
        "parquet-of-nulls", lambda: parquet(a=[None] * 30), r"column `a`: .*null|value is missing"
    ),
    Kind(
        "parquet-of-nan",
        lambda: parquet(a=[float("nan")] * 30),
        r"every value is missing|30 of 30 are missing",
    ),
)
DST = [f"2020-10-25 {hour:02}:00" for hour in (0, 1, 2, 2, *range(3, 24))]
ZONES = [f"2020-03-29T{h:02}:00:00+0{1 + (h > 1)}:00" for h in range(24) if h != 2]
TIMES = (
    Kind("dates", series(DAYS)),
    Kind(
        "formats-mixed", series([*DAYS, "31/01/2020"]), r"line 32, .* is no time like `2020-01-01`"
    ),
    Kind("no-such-day", series([*DAYS, "2020-02-30"]), r"line 32, .*`2020-02-30` is no time"),
    Kind("hour-repeated", series(DST), r"line 5, .* stands in line 4 already"),
    Kind(
        "hour-left-out", series([s for s in moments("2020-03-29 {:02}:00", 24) if " 02" not in s])
    ),
    Kind("zones", series(ZONES)),
    Kind(
        "hour-24", series([*DAYS, "2020-01-31 24:00"]), r"line 32, .*`2020-01-31 24:00` is no time"
    ),
    Kind("year-0", series(moments("0000-01-{:02}")), r"column `t`"),
    Kind("year-1", series([day.replace("2020", "0001") for day in DAYS])),
    Kind("year-10000", series([*DAYS, "10000-01-01"]), r"line 32, .*`10000-01-01` is no time"),
    Kind("seconds-since-1970", series(moments("16000000{:02}"))),
    Kind("nanoseconds-since-1970", series(moments("1600000000{:02}0000000"))),
    Kind("fractions-of-numbers", series(moments("16000000{:02}.5")), r"is no known date or time"),
    Kind("number-beyond-64-bit", series(moments("99999999999999999999{:02}")), r"no known date or"),
    Kind(
        "number-too-large", series(moments("50000000000000000{:02}")), r"too large a number for a"
    ),
    Kind("words", series(moments("day {}")), r"line 2, .*`day 0` is no known date or time"),
    Kind("missing-time", series([*DAYS, ""]), r"line 32, column `t`: the time is missing"),
    Kind("last-of-days", series([day.replace("2020-01", "9999-12") for day in DAYS])),
)
COMMANDS = (
    ("data", "spec.yaml"),
    ("check", "spec.yaml", "--data"),
    ("baseline", "spec.yaml"),
    ("train", "spec.yaml", "--quiet"),
    ("predict", "RUN", "--data", "FILE"),
    ("evaluate", "RUN", "--data", "FILE"),
)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run of the table and one of the series, both trained on good data."""
    folder = tmp_path_factory.mktemp("runs")
    for name, spec, text in (("table", TABLE, GOOD), ("series", SERIES, series(DAYS))):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        text = f"name: {name}\n{spec.replace('FILE', f'{name}.csv')}"
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        told = str(folder / "runs")
        assert main(["train", str(folder / f"{name}.yaml"), "--quiet", "--runs", told]) == 0
    return folder / "runs"


class Desk:
    """A folder to stand in, with a spec of a file, and what a command said and left there."""

    def __init__(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capfd = folder, capfd

    def lay(self, spec: str, file: str, content: bytes | None) -> None:
        (self.folder / "spec.yaml").write_text(spec.replace("FILE", file), encoding="utf-8")
        if content is not None:
            (self.folder / file).write_bytes(content)

    def said(self, *command: str) -> tuple[int, str]:
        before = sorted(self.folder.rglob("*"))
        self.capfd.readouterr()
        status = main(command)
        out, err = self.capfd.readouterr()
        told = out + err
        for word in ("Traceback", "internal error", "panicked", "RuntimeWarning"):
            assert word not in told, told
        if status:
            assert sorted(self.folder.rglob("*")) == before, "something was left half-written"
            assert status == 1, told
            assert re.search(r"\[[a-z0-9-]+\]", told), told
        return status, told


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Desk:
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path, capfd)


def _id(kind: Kind) -> str:
    return kind.name


def _all_say(desk: Desk, kind: Kind, spec: str, run: Path) -> None:
    """Every command tells the fault; of a good file `train` and the like are asked elsewhere."""
    desk.lay(spec, kind.file, kind.bytes())
    for command in COMMANDS if kind.fault else COMMANDS[:3]:
        words = [{"RUN": str(run), "FILE": kind.file}.get(word, word) for word in command]
        status, told = desk.said(*words)
        assert status == (1 if kind.fault else 0), (words, told)
        if kind.fault:
            assert re.search(kind.fault, told), (words, told)


@pytest.mark.parametrize("kind", TABLES, ids=_id)
def test_every_command_tells_what_is_wrong_with_a_table(kind: Kind, desk: Desk, runs: Path) -> None:
    _all_say(desk, kind, TABLE, runs / "table" / "1")


@pytest.mark.parametrize("kind", TIMES, ids=_id)
def test_every_command_tells_what_is_wrong_with_times(kind: Kind, desk: Desk, runs: Path) -> None:
    _all_say(desk, kind, SERIES, runs / "series" / "1")


@pytest.mark.parametrize("kind", [*TABLES, *TIMES], ids=_id)
def test_new_writes_a_spec_that_can_be_read_or_says_why_not(kind: Kind, desk: Desk) -> None:
    desk.lay(TABLE, kind.file, kind.bytes())
    status, told = desk.said("new", kind.file, "--out", "made.yaml")
    if not status:
        assert "layerforge: 1" in (desk.folder / "made.yaml").read_text(encoding="utf-8"), told
        desk.said("check", "made.yaml", "--data")


@pytest.mark.slow
@pytest.mark.parametrize("kind", [k for k in (*TABLES, *TIMES) if not k.fault], ids=_id)
def test_what_is_odd_and_right_is_trained_on_scored_and_predicted_from(
    kind: Kind, desk: Desk, runs: Path
) -> None:
    spec, run = (TABLE, runs / "table/1") if kind in TABLES else (SERIES, runs / "series/1")
    desk.lay(spec, kind.file, kind.bytes())
    last = kind.name == "last-of-days"
    assert desk.said("train", "spec.yaml", "--quiet")[0] == 0
    assert desk.said("evaluate", str(run), "--data", kind.file)[0] == 0
    status, told = desk.said("predict", str(run), "--data", kind.file)
    assert status == (1 if last else 0), told
    assert not last or "lie beyond the year 9999 [bad-time]" in told


def test_a_forecast_after_the_year_9999_is_refused_and_one_of_the_year_1_is_written(
    desk: Desk, runs: Path
) -> None:
    desk.lay(SERIES, "d.csv", series([day.replace("2020", "0001") for day in DAYS]).encode())
    status, told = desk.said("predict", str(runs / "series/1"), "--data", "d.csv")
    assert status == 0
    assert "\n0001-01-31," in told


# ---- what is no regular file, or not to be had


def _as_directory(path: Path) -> None:
    path.mkdir()


def _as_fifo(path: Path) -> None:
    os.mkfifo(path)


def _as_dangling_link(path: Path) -> None:
    path.symlink_to("nowhere.csv")


def _as_circle(path: Path) -> None:
    path.symlink_to(path.name)


def _as_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _as_full_device(path: Path) -> None:
    path.symlink_to("/dev/full")


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (_as_directory, "`d.csv` cannot be read: is a directory"),
        (_as_fifo, "`d.csv` cannot be read: is no regular file"),
        (_as_device, "`d.csv` cannot be read: is no regular file"),
        (_as_full_device, "`d.csv` cannot be read: is no regular file"),
        (_as_dangling_link, "`d.csv` is a link to `nowhere.csv`, and that is not there"),
        (_as_circle, "`d.csv`"),
        (lambda path: None, "there is no file `d.csv`"),
    ],
    ids=["directory", "fifo", "zero", "full", "dangling-link", "circle", "nothing"],
)
def test_what_is_no_file_is_told_at_once(
    make: Callable[[Path], None], fault: str, desk: Desk, runs: Path
) -> None:
    desk.lay(TABLE, "d.csv", None)
    make(desk.folder / "d.csv")
    for command in (*COMMANDS, ("new", "d.csv", "--out", "made.yaml")):
        words = [{"RUN": str(runs / "table/1"), "FILE": "d.csv"}.get(w, w) for w in command]
        status, told = desk.said(*words)
        assert (status, fault in told) == (1, True), (words, told)


@pytest.mark.parametrize(
    "name", ["x" * 300 + ".csv", '"d\\0.csv"', "''", "d.csv/x", "~nobody/d.csv"]
)
def test_a_name_that_no_file_can_have_is_told(name: str, desk: Desk) -> None:
    desk.lay(TABLE.replace("FILE", name), "d.csv", GOOD.encode())
    assert desk.said("data", "spec.yaml")[0] == 1


@contextmanager
def somebody() -> Iterator[None]:
    """As a user who may read nothing of the administrator's."""
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_that_may_not_be_read_is_told(desk: Desk, tmp_path: Path) -> None:
    desk.lay(TABLE, "d.csv", GOOD.encode())
    (tmp_path / "d.csv").chmod(0)
    if os.geteuid() != 0:
        status, told = desk.said("data", "spec.yaml")
        assert (status, "cannot be read: permission denied" in told) == (1, True)
        return
    with somebody(), pytest.raises(SpecError, match="cannot be read: permission denied"):
        files.recognise(tmp_path / "d.csv", "d.csv", None, header=True)


# ---- files that change while they are read


def _grows(path: Path) -> None:
    with path.open("a", encoding="utf-8") as stream:
        stream.write("1,2,3\n")


def _shrinks(path: Path) -> None:
    os.truncate(path, 40)


def _is_replaced(path: Path) -> None:
    other = path.with_name("other.csv")
    other.write_text(GOOD.replace("29,", "30,"), encoding="utf-8")
    other.replace(path)


def _vanishes(path: Path) -> None:
    path.unlink()


def _becomes_a_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


CHANGES = (_grows, _shrinks, _is_replaced, _vanishes, _becomes_a_directory)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("moment", ["looked at", "read"])
def test_a_file_that_changes_while_it_is_read_is_told(
    change: Callable[[Path], None], moment: str, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.lay(TABLE, "d.csv", GOOD.encode())
    path, changed = desk.folder / "d.csv", []

    def once(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if not changed:
                changed.append(1)
                change(path)
            return original(*arguments, **named)

        return call

    if moment == "looked at":
        monkeypatch.setattr(files, "inspect", once(files.inspect))
    else:
        monkeypatch.setattr(frames, "_read_text", once(frames._read_text))
    status = main(["data", "spec.yaml"])
    told = "".join(desk.capfd.readouterr())
    assert status == 1
    assert re.search(
        r"`d.csv` (changed|was taken away) while it was read \[unreadable-data\]", told
    )
    assert "Traceback" not in told


def test_a_file_that_grows_all_the_time_is_told(desk: Desk) -> None:
    desk.lay(TABLE, "d.csv", (GOOD + "\n".join(ROWS * 3_000) + "\n").encode())
    stop = threading.Event()

    def write() -> None:
        with (desk.folder / "d.csv").open("a", encoding="utf-8") as stream:
            while not stop.is_set():
                stream.write("1,2,3\n")
                stream.flush()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        status = main(["data", "spec.yaml"])
    finally:
        stop.set()
        writer.join()
    told = "".join(desk.capfd.readouterr())
    assert (status, "changed while it was read" in told) == (1, True)


# ---- what is small on disk and large in memory


def test_rows_that_would_not_fit_into_memory_are_not_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspection, "installed_memory", lambda: 1_000_000)
    desk.lay(TABLE, "d.csv", gzip.compress(b"a,b,y\n" + b"1,2,3\n" * 2_000_000))
    status, told = desk.said("data", "spec.yaml")
    assert status == 1
    assert re.search(r"`d.csv` has more than [\d,]+ rows: .* \[out-of-memory\]", told)


def test_a_column_of_one_number_without_end_is_not_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "installed_memory", lambda: 1_000_000)
    ones = dict.fromkeys("aby", np.ones(100_000))
    desk.lay(TABLE, "d.parquet", parquet(**ones))
    assert (desk.folder / "d.parquet").stat().st_size < 10_000
    status, told = desk.said("data", "spec.yaml")
    assert status == 1
    assert "the 100,000 rows of `d.parquet` take 3,600,000 bytes, and there are 1,000,000" in told


@pytest.mark.parametrize(
    "stamps",
    [
        [*moments("0001-01-01 00:00:00.{:06}", 60), "9999-12-31 23:59:59.000000"],
        ["0200-01-01 00:00", *moments("2020-01-01 00:{:02}", 60)],
    ],
    ids=["microseconds of all years", "a wrong year"],
)
def test_moments_that_are_absent_without_end_are_not_put_in(stamps: list[str], desk: Desk) -> None:
    spec = SERIES.replace("horizon: 2", "horizon: 2, gaps: fill, missing: {fill: previous}")
    desk.lay(spec, "d.csv", series(stamps).encode())
    status, told = desk.said("data", "spec.yaml")
    assert status == 1
    assert re.search(r"`d.csv` line (62|3), .* moments are absent before this row", told)
    assert "is a time wrong?" in told


def test_a_row_longer_than_any_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection, "MAX_LINE", 1 << 22)
    desk.lay(TABLE, "d.csv", gzip.compress((GOOD + "9" * (1 << 24)).encode()))
    status, told = desk.said("data", "spec.yaml")
    assert (status, "`d.csv` line 32: longer than 4,194,304 bytes" in told) == (1, True)


@pytest.mark.slow
def test_a_line_of_a_hundred_megabytes_is_read(desk: Desk) -> None:
    long = "x" * 100_000_000
    rows = "".join(f"n,{row}\n" for row in ROWS)
    desk.lay(TABLE, "d.csv", f"n,a,b,y\n{long},1,2,3\n{rows}".encode())
    assert desk.said("data", "spec.yaml")[0] == 0
    desk.lay(TABLE, "d.csv", table(f"{long},2,3").encode())
    status, told = desk.said("data", "spec.yaml")
    assert (status, "line 32, column `a`: found `xxxx" in told) == (1, True)
    assert len(told) < 1_000


@pytest.mark.slow
def test_a_hundred_thousand_columns_are_read(desk: Desk) -> None:
    names = ",".join(f"c{i}" for i in range(100_000))
    rows = [",".join(str(i * row % 97) for i in range(100_000)) for row in range(20)]
    text = f"{names},y\n" + "".join(f"{row},{i}\n" for i, row in enumerate(rows))
    desk.lay(TABLE.replace("features: [a, b], ", ""), "d.csv", text.encode())
    for command in (*COMMANDS[:2], ("new", "d.csv", "--target", "y", "--out", "made.yaml")):
        assert desk.said(*command)[0] == 0, command


def test_of_very_many_wrong_columns_the_first_are_told(desk: Desk) -> None:
    head = ",".join(f"c{i}" for i in range(1_000))
    rows = "".join(",".join(["1", "x"][i % 2] for _ in range(1_000)) + ",1\n" for i in range(12))
    desk.lay(TABLE.replace("features: [a, b], ", ""), "d.csv", f"{head},y\n{rows}".encode())
    status, told = desk.said("data", "spec.yaml")
    assert status == 1
    assert told.count("where a number was expected") == 100
    assert "line 3, column `c0`: found `x`" in told


# ---- packed files are read in pieces


@pytest.mark.parametrize("size", [7, 64, 1 << 22])
def test_what_is_packed_is_read_in_pieces_that_end_with_a_row(
    size: int, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(f'"{i}\n{i}",{i},{i % 5},{i * 2}\n' for i in range(200))
    desk.lay(TABLE, "plain.csv", f"n,a,b,y\n{rows}".encode())
    desk.lay(TABLE, "d.csv", gzip.compress(f"n,a,b,y\n{rows}".encode()))
    monkeypatch.setattr(inspection, "PIECE", size)
    assert _features(desk, "d.csv").tolist() == _features(desk, "plain.csv").tolist()


def _features(desk: Desk, file: str) -> Any:
    from layerforge.pipeline import compile_spec
    from layerforge.run.scoring import data_settings

    spec = desk.folder / "spec.yaml"
    spec.write_text(TABLE.replace("FILE", file).replace("[{Dense: 1}]}", "[{Dense: 1}], input: 2}"))
    return prepare(data_settings(compile_spec(spec)), desk.folder).features


def test_pieces_are_cut_behind_rows_and_lose_nothing() -> None:
    text = b'a,"b\nc"\n"",d\n"""\n"\nx,y'
    for size in range(1, len(text)):
        parts = iter([text[i : i + size] for i in range(0, len(text), size)])
        found = list(frames.whole_rows(parts, '"'))
        assert b"".join(found) == text
        assert all(piece.count(b'"') % 2 == 0 for piece in found)


# ---- what polars does not survive


def _pages(folder: Path, content: bytes) -> bool:
    path = folder / "d.parquet"
    path.write_bytes(content)
    return sound_pages(path, ["a", "b", "y", "g"])


def test_a_page_with_fewer_values_than_none_is_told_before_polars_ends_the_process(
    desk: Desk,
) -> None:
    words = parquet(a=["ab"[i % 2] for i in range(30)])
    header = bytes((0x2C, 0x15, 2 * 30, 0x15, 0x10))  # a page of 30 values, as Thrift writes it
    assert header in words
    content = words.replace(header, bytes((0x2C, 0x15, 43, 0x15, 0x10)), 1)  # of -22
    desk.lay(TABLE, "d.csv", content)
    status, told = desk.said("data", "spec.yaml")
    assert (status, "`d.csv` is a broken Parquet file" in told) == (1, True)


def test_pages_of_every_kind_of_sound_file_are_sound(tmp_path: Path) -> None:
    import polars as pl

    count = pl.int_range(50_000, eager=True)
    frame = pl.DataFrame(
        {
            "a": count,
            "b": [None if i % 3 else f"word {i % 70}" for i in range(50_000)],
            "y": (count % 5 == 0),
            "g": [[i, i + 1] for i in range(50_000)],
        }
    )
    for compression in ("zstd", "snappy", "gzip", "lz4", "brotli", "uncompressed"):
        for rows in (None, 700):
            file = io.BytesIO()
            frame.write_parquet(
                file, compression=compression, row_group_size=rows, data_page_size=999
            )
            assert _pages(tmp_path, file.getvalue())
    assert all(_pages(tmp_path, content) for content in parquets())


def test_what_is_no_parquet_is_left_to_polars(tmp_path: Path) -> None:
    for content in (b"", b"PAR1", b"PAR1" + bytes(20) + b"PAR1", b"x" * 99, parquet()[:-9]):
        assert _pages(tmp_path, content)


# ---- what is written


def test_texts_that_a_spreadsheet_would_run_are_written_as_they_are_and_told(
    desk: Desk, tmp_path: Path
) -> None:
    spec = TABLE.replace("regression", "classification").replace(
        "[{Dense: 1}]", "[{Dense: {units: 2, activation: softmax}}]"
    )
    rows = "".join(f"{i},{i % 5},{['=1+1', '-2'][i % 2]}\n" for i in range(30))
    desk.lay("name: odd\n" + spec, "d.csv", f"a,b,y\n{rows}".encode())
    assert desk.said("train", "spec.yaml", "--quiet")[0] == 0
    assert desk.said("predict", "odd", "--data", "d.csv", "--out", "answer.csv")[0] == 0
    main(["predict", "odd", "--data", "d.csv", "--json"])
    told = desk.capfd.readouterr().err
    assert "a spreadsheet takes '=1+1' in the column 'y' for a formula" in told
    assert "'-2'" not in told
    written = (tmp_path / "answer.csv").read_text(encoding="utf-8")
    assert re.search(r"^\d+,(=1\+1|-2),", written, re.M)


def test_a_run_of_data_that_changed_meanwhile_is_not_begun_and_says_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from layerforge.run import preparation

    desk.lay(TABLE, "d.csv", GOOD.encode())
    original = preparation.table_of

    def late(*arguments: Any) -> Any:
        _grows(desk.folder / "d.csv")
        return original(*arguments)

    monkeypatch.setattr(preparation, "table_of", late)
    status = main(["train", "spec.yaml", "--quiet"])
    told = "".join(desk.capfd.readouterr())
    assert (status, "`d.csv` changed while it was read" in told) == (1, True)
    assert "Traceback" not in told
    status, told = desk.said("runs")
    assert (status, "failed" in told) == (0, True), told


def test_a_name_that_acts_on_a_terminal_is_written_as_an_escape(desk: Desk) -> None:
    rows = "".join(f"{i},{'ab'[i % 2]},{i % 3}\n" for i in range(40))
    head = 'a\x1b]0;evil\x07,k\x1b[2J,"y\nz"\n'
    desk.lay(TABLE, "d.csv", (head + rows).encode())
    spec = TABLE.replace("features: [a, b], targets: [y]", 'targets: ["y\\nz"]')
    (desk.folder / "spec.yaml").write_text(spec.replace("FILE", "d.csv"), encoding="utf-8")
    new = ("new", "d.csv", "--task", "forecast", "--out", "made.yaml")
    for command in (*COMMANDS[:3], new):
        status, told = desk.said(*command)
        assert (status, "\x1b]" in told, "\x1b[2J" in told, "\x07" in told) == (0, *[False] * 3), (
            told
        )


def test_of_very_many_columns_left_out_the_first_are_told(desk: Desk) -> None:
    names = ",".join(f"c{i}" for i in range(200))
    rows = "".join(f"{'1,' * 200}{i},{i % 7}\n" for i in range(40))
    desk.lay(TABLE, "d.csv", f"{names},x,y\n{rows}".encode())
    status, told = desk.said(
        "new", "d.csv", "--target", "y", "--task", "regression", "--out", "m.yaml"
    )
    assert (status, told.count("always the same"), "without 150 more" in told) == (0, 50, True)


@pytest.mark.parametrize("task", [None, "forecast", "regression", "classification"])
def test_new_refuses_a_target_without_a_value(task: str | None, desk: Desk) -> None:
    content = "a,v\n" + "".join(f"{i},NA\n" for i in range(30))
    desk.lay(TABLE, "d.csv", content.encode())
    desk.lay(TABLE, "d.parquet", parquet(a=list(range(30)), v=[None] * 30))
    for file in ("d.csv", "d.parquet"):
        wished = ("--task", task) if task else ()
        status, told = desk.said("new", file, "--target", "v", *wished, "--out", "m.yaml")
        assert (status, "column `v`: every value is missing [missing-value]" in told) == (1, True)


@pytest.mark.parametrize("power", [200, 307])
def test_errors_that_no_number_can_hold_are_left_out_of_the_scores(power: int, desk: Desk) -> None:
    spec = TABLE.replace("task:", "scale: minmax, task:")
    rows = "".join(f"{i},{i % 5},{i % 3 * 8}e{power}\n" for i in range(40))
    desk.lay(spec, "d.csv", f"a,b,y\n{rows}".encode())
    status, told = desk.said("baseline", "spec.yaml", "--json")
    assert status == 0
    assert '"mse":null' in told.replace(" ", "")


def test_new_says_of_a_file_of_targets_alone_that_nothing_tells_them(desk: Desk) -> None:
    desk.lay(TABLE, "d.csv", b"v\n" + b"1\n2\n3\n4\n" * 9)
    wished = ("--target", "v", "--task", "regression", "--out", "m.yaml")
    status, told = desk.said("new", "d.csv", *wished)
    assert (status, "no column beside the target" in told) == (1, True)


def test_a_character_that_no_spec_can_hold_is_none_in_what_new_says(desk: Desk) -> None:
    rows = "".join(
        f"{i % 2},{i},\x1a{i}\n" if i % 9 == 0 else f"{i % 2},{i},{i}\n" for i in range(90)
    )
    desk.lay(TABLE, "d.csv", f"y,z,x\n{rows}".encode())
    assert desk.said("new", "d.csv", "--target", "y", "--out", "m.yaml")[0] == 0
    written = (desk.folder / "m.yaml").read_text(encoding="utf-8")
    assert ("stands among numbers" in written, "\x1a" in written) == (True, False)


def test_a_file_that_new_can_no_longer_read_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> bool:
        (desk.folder / "d.csv").unlink()
        raise SpecError("unreadable-data", "`d.csv` cannot be read as CSV")

    monkeypatch.setattr(importlib.import_module("layerforge.drafting.draft"), "_rows", gone)
    desk.lay(TABLE, "d.csv", GOOD.encode())
    status = main(["new", "d.csv", "--target", "y", "--task", "regression", "--out", "m.yaml"])
    told = "".join(desk.capfd.readouterr())
    assert (status, "`d.csv` cannot be read as CSV [unreadable-data]" in told) == (1, True), told


def test_a_long_name_of_a_target_is_cut_in_what_new_says(desk: Desk) -> None:
    name = "w" * 5_000
    desk.lay(TABLE, "d.csv", f"a,{name}\n".encode() + b"1,one\n2,two\n" * 20)
    wished = ("--target", name, "--task", "regression", "--out", "m.yaml")
    status, told = desk.said("new", "d.csv", *wished)
    assert (status, len(told.splitlines()[0]) < 300) == (1, True)


def test_new_reads_numbers_with_thousands_in_a_column_without_a_name(desk: Desk) -> None:
    rows = "".join(f'"1,{i:03}.5",{i % 3},{i % 2}\n' for i in range(40))
    desk.lay(TABLE, "d.csv", f",x,y\n{rows}".encode())
    assert desk.said("new", "d.csv", "--target", "y", "--out", "m.yaml")[0] == 0


def test_a_long_word_above_numbers_is_cut_in_what_new_says(desk: Desk) -> None:
    rows = "".join(f"{i},{i % 7}.5,{i % 3}\n" for i in range(40))
    desk.lay(TABLE, "d.csv", f"a,b,y\nm,{'k' * 5_000},kg\n{rows}".encode())
    status, told = desk.said("new", "d.csv", "--target", "y", "--out", "m.yaml")
    assert (status, max(map(len, told.splitlines())) < 300) == (1, True), told[:300]


@pytest.mark.filterwarnings("error")
def test_new_looks_at_infinite_numbers_without_a_warning(desk: Desk) -> None:
    rows = "".join(f"{i},{'inf' if i % 4 else i},{i % 3}\n" for i in range(40))
    desk.lay(TABLE, "d.csv", f"a,x,y\n{rows}".encode())
    desk.said("new", "d.csv", "--target", "y", "--out", "m.yaml")
