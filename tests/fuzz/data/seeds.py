"""Small good tables with the sections that read them, and odd words for their cells."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Final

from layerforge.diagnostics import Diagnostic, Faults
from layerforge.source import read
from layerforge.spec.data import DataSettings, read_data

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Seed:
    """A section `data`, and the text of the file that it reads as `d.csv`.

    `plain` says that every number of the file reaches the matrix as it stands. A section that names
    `good.csv` too finds the text there as it was.
    """

    name: str
    section: str
    text: str
    plain: bool = False
    source: str = "d.csv"

    @property
    def whole(self) -> str:
        """The section with its source."""
        return f"source: {self.source}\n{dedent(self.section).strip()}\n"

    def settings(self) -> DataSettings:
        found: list[Diagnostic] = []
        tree = read(self.whole, "section", found)
        settings = read_data(tree, found) if tree is not None else None
        if settings is None:
            raise Faults(*found)
        return settings


def _rows(count: int, line: Callable[[int], str]) -> str:
    return "".join(line(i) + "\n" for i in range(count))


SEEDS: Final = (
    Seed(
        "table",
        "task: regression\ntargets: [y]\nfeatures: [x, z]\nscale: none\nshuffle: false",
        "name,x,z,y\n" + _rows(12, lambda i: f"n{i},{i},{i * i % 7}.5,{i % 3}"),
        plain=True,
    ),
    Seed(
        "kinds",
        "task: regression\ntargets: [y]\nmissing: {fill: mean}",
        "x,kind,flag,y\n" + _rows(12, lambda i: f"{i},{'ab'[i % 2]},{i % 3 == 0},{i}"),
    ),
    Seed(
        "classes",
        "task: classification\ntargets: [y]\nmissing: drop\nshuffle: false",
        "x,z,y\n" + _rows(24, lambda i: f"{i},{i % 5},{'abc'[i % 3]}"),
    ),
    Seed(
        "series",
        "task: forecast\ntime: t\nwindow: 2\nhorizon: 1\nscale: none",
        "t,x,y\n" + _rows(20, lambda i: f"2020-01-{i + 1:02},{i},{i % 4}"),
        plain=True,
    ),
    Seed(
        "panel",
        "task: forecast\ntime: t\ngroup: g\ntargets: [y]\nfeatures: [y]\nwindow: 2\nhorizon: 1\n"
        "sort: true\nduplicates: mean\ngaps: fill\nmissing: {fill: previous}\ncalendar: [month]",
        "t,g,y\n" + _rows(24, lambda i: f"2020-03-28 {i // 2:02}:00:00,{'ab'[i % 2]},{i}"),
    ),
    Seed(
        "zones",
        "task: forecast\ntime: t\nwindow: 2\nhorizon: 1\nmissing: interpolate\n"
        "split: {train: 2020-03-29, test: 2020-03-30}",
        "t,y\n" + _rows(48, lambda i: f"2020-03-{29 + i // 24}T{i % 24:02}:00:00+01:00,{i}"),
    ),
    Seed(
        "europe",
        "task: regression\ntargets: ['2']\nheader: false\ndecimal: ','\nseparator: ';'\n"
        "thousands: '.'\nmissing: {sentinels: ['?', -9999], fill: 0}",
        _rows(12, lambda i: f"1.234,{i};{i},5;{i}"),
    ),
    Seed(
        "steps",
        "task: classification\ntargets: [y]\ngroup: g\norder: n\nfeatures: [x]\nshuffle: false",
        "g,n,x,y\n" + _rows(36, lambda i: f"s{i // 3},{i % 3},{i},{'ab'[i // 3 % 2]}"),
    ),
    Seed(
        "parts",
        "task: forecast\ntime: [year, month]\nwindow: 2\nhorizon: [1, 2]\nfeatures: [v]\n"
        "scale: minmax",
        "year,month,v\n" + _rows(30, lambda i: f"{2000 + i // 12},{i % 12 + 1},{i}"),
    ),
    Seed(
        "epochs",
        "task: forecast\ntime: t\nwindow: 2\nhorizon: 1\nweights: w\nfeatures: [v]\nsort: true",
        "t,v,w\n" + _rows(20, lambda i: f"{1_600_000_000 + 60 * i},{i / 8},{i % 2}"),
    ),
    Seed(
        "known",
        "task: forecast\ntime: t\ngroup: [g, k]\ntargets: [y]\nfeatures: [y, p, s]\nknown: [p]\n"
        "static: [s]\ncalendar: [dayofweek, year]\nwindow: 3\nhorizon: [1, 2]\ngap: 1\nstride: 2\n"
        "sampling: 2\nduplicates: last\ntypes: {k: category}\nencode: {s: index}\n"
        "missing: {policy: drop, sentinels: [-9999, '?'], columns: {p: {fill: previous}}}",
        "t,g,k,p,s,y\n"
        + _rows(
            60, lambda i: f"2020-02-{i // 3 + 1:02},{'ab'[i % 3 % 2]},{i % 3},{i % 7},u{i % 3},{i}"
        ),
    ),
    Seed(
        "coded",
        "task: classification\ntargets: [y]\nfeatures: ['?', town]\nignore: [z]\nweights: w\n"
        "encode: {town: index}\ntypes: {y: category, c: category}\nstrip: '.'\nthousands: ','\n"
        "scale: minmax\nmissing: {policy: drop, columns: {x: {fill: mean}}}\n"
        "inputs: {left: [town], right: [x, c]}",
        "x,c,town,z,w,y\n"
        + _rows(40, lambda i: f'"1,{i:03}.5",{i % 3},.{"abcd"[i % 4]}.,-,{i % 2 + 1},{i % 2}'),
    ),
    Seed(
        "shaped",
        "task: regression\ntargets: [e]\nheader: false\ncolumns: [a, b, c, d, e]\nshape: [2, 2]\n"
        "separator: tab\nfold: 2/3\nmissing: {fill: 0}",
        _rows(30, lambda i: f"{i}\t{i % 3}\t{i * i}\t{i % 5}\t{i % 4}"),
    ),
    Seed(
        "dated",
        "task: classification\ntime: d\ntargets: [y]\nfeatures: [x]\nwindow: 3\ngaps: error\n"
        "duplicates: first\ndate_format: '%d.%m.%Y'\nsplit: {train: 0.6, validation: 0.2, gap: 1}",
        "d,x,y\n" + _rows(28, lambda i: f"{i + 1:02}.02.2021,{i % 9},{'ab'[i % 2]}"),
    ),
    Seed(
        "files",
        "task: forecast\ntime: t\nwindow: 2\nhorizon: 2\nsort: true\nduplicates: mean\nseason: 3\n"
        "missing: drop\nfold: 2/2",
        "t,v,u\n" + _rows(40, lambda i: f"2020-01-01 {i // 2:02}:{i % 2 * 30:02},{i % 3},{i}"),
        source="[good.csv, d.csv]",
    ),
    Seed(
        "held",
        "task: classification\ntargets: [y]\ngroup: g\nmissing: {fill: 0, columns: {x: drop}}",
        "g,x,kind,y\n" + _rows(40, lambda i: f"p{i // 4},{i},{'uvw'[i % 3]},{'ab'[i % 2]}"),
        source="{train: good.csv, test: d.csv}",
    ),
    Seed(
        "padded",
        "task: regression\ntargets: [y]\ngroup: [g, h]\norder: n\ntime: t\nfeatures: [x, kind]\n"
        "padding: -1\nscale: minmax\nweights: w\nmissing: {fill: mean}\ncalendar: [hour]",
        "g,h,n,t,x,kind,w,y\n"
        + _rows(
            48,
            lambda i: (
                f"s{i // 4},{i // 8},{i % 4},2020-01-01T{i % 4:02}:00,{i},{'ab'[i % 2]},{i // 4 % 3},{i // 4}"
            ),
        ),
    ),
)

_WORDS: Final = (Path(__file__).parent / "odd_cells.txt").read_text(encoding="utf-8").splitlines()
ODD: Final = (
    "",
    " ",
    "\t",
    "  7  ",
    '"',
    '""',
    '"""',
    '"a""b"',
    '"a\nb"',
    '"1,2"',
    '"x\r\ny"',
    "'",
    "\\",
    "\0",
    "\r",
    "\n",
    "\n\n",
    "\ufeff",
    "\u200b1",
    "1\u00a0000",
    "\x1b[31m",
    "\u202e",
    "\u2028",
    "\x85",
    "\x0b",
    "\x0c",
    "\x1a",
    "é",
    "😀",
    "a" * 50,
    "9" * 30,
    "9" * 400,
    "0." + "1" * 60,
    "long " * 100,
    *_WORDS,
)


@cache
def parquets() -> tuple[bytes, ...]:
    """Parquet files of the seeds' columns in every type that a column may have."""
    return tuple(_parquet(frame) for frame in _frames())


def _parquet(frame: pl.DataFrame) -> bytes:
    file = io.BytesIO()
    frame.write_parquet(file)
    return file.getvalue()


def _frames() -> list[pl.DataFrame]:
    import polars as pl

    found = []
    for seed in SEEDS:
        if ";" not in seed.text:
            read_frame = pl.read_csv(seed.text.encode(), try_parse_dates=True)
            found += [read_frame, read_frame.head(0), read_frame.with_columns(pl.all().shuffle(1))]
    count = pl.int_range(20, eager=True)
    kinds = {
        "decimal": count.cast(pl.Decimal(20, 3)),
        "int128": count.cast(pl.Int128),
        "uint64": count.cast(pl.UInt64) + pl.Series([2**63], dtype=pl.UInt64),
        "float32": (count / 7).cast(pl.Float32),
        "binary": count.cast(pl.String).cast(pl.Binary),
        "null": pl.Series([None] * 20),
        "list": pl.Series([[i, i] for i in count]),
        "struct": pl.DataFrame({"a": count, "b": count}).to_struct("s"),
        "time": count.cast(pl.Time),
        "span": (count * 1_000_000).cast(pl.Duration("us")),
        "date": count.cast(pl.Date),
        "far": (count * 10_000_000_000_000_000).cast(pl.Datetime("us")),
        "nano": (count * 1_000_000_000).cast(pl.Datetime("ns")),
        "zone": (count * 1_000_000_000).cast(pl.Datetime("us", "UTC")),
        "category": count.cast(pl.String).cast(pl.Categorical),
        "nan": pl.Series([float("nan")] * 20),
        "inf": pl.Series([float("inf")] * 20),
        "flag": count % 2 == 0,
    }
    for values in kinds.values():
        for name in ("x", "y", "t", "g", "v"):
            columns = {"t": count, "x": count, "y": count, "z": count, "g": count % 2, "v": count}
            found.append(pl.DataFrame({**columns, name: values}))
    return found
