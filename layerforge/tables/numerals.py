"""How the numbers of a file are written that nobody has described: the marks in them and around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from layerforge.diagnostics import SpecError
from layerforge.records import replace
from layerforge.tables.cells import MISSING, called, plain, quoted, read_text
from layerforge.tables.files import File, Wording, without_lines
from layerforge.tables.frames import read_frame
from layerforge.tables.looks import UNIT

if TYPE_CHECKING:
    import polars as pl

# Decimal mark and mark of thousands, the plainer the sooner.
_MARKS: Final = ((".", None), (",", None), (".", ","), (",", "."), (".", "'"), (",", " "))
_SIGNS: Final = "$€£¥￥₹元%"
_TRIED: Final = 50  # columns of each kind; the others are written in the same way
_SIGNED: Final = rf"^[{_SIGNS}]\s*[-+]?\d|^[-+]?\d.*[{_SIGNS}]$"
_LIKE_A_NUMBER: Final = r"^[^\pL\d]{0,3}\d[\d.,' ]*[^\pL\d]{0,3}$"


def worded(file: File, rows: int) -> File:
    """The file with the marks under which most of its columns are numbers; `rows` are looked at."""
    import polars as pl

    if file.format != "text":
        return file
    frame = read_frame(replace(file, rows=min(file.rows, rows)), file.columns, pl.String)
    known = list(_known(frame))
    texts = [text for text in known if text.str.contains(r"\d").all()]
    open_ = [each for each in texts if not _numbers_in([each], file.wording)]
    if not open_:
        return file
    texts = [*open_[:_TRIED], *texts[:_TRIED]]
    best, most = file.wording, _numbers_in(texts, file.wording)
    for each in _wordings(file, texts):
        if each.decimal == file.separator or not _is_harmless(each, known):
            continue
        if (count := _numbers_in(texts, each)) > most:
            best, most = each, count
    return replace(file, wording=best)


def _known(frame: pl.DataFrame) -> Iterator[pl.Series]:
    """The texts of each column that has some."""
    for column in frame:
        known = column.str.strip_chars().drop_nulls()
        known = known.filter(~known.is_in(list(MISSING)))
        if len(known):
            yield known


def _wordings(file: File, texts: Sequence[pl.Series]) -> Iterator[Wording]:
    """What could be tried, the plainest first: signs are taken away only where there are some."""
    signed = [each for each in texts if each.str.contains(_SIGNED).all()]
    ends = {
        sign for each in signed for sign in _SIGNS if each.str.contains(sign, literal=True).any()
    }
    blank = any(each.str.contains(rf"[{_SIGNS}]\s|\s[{_SIGNS}]").any() for each in signed)
    signs = "".join(sorted(ends)) + (" " if blank else "")
    units = "".join(sorted(set("".join(_units(texts)))))
    strips = ["", signs] if signs else [""]
    if units:
        strips.append("".join(sorted(ends)) + units + " ")
    for strip in strips:
        for decimal, thousands in _MARKS:
            yield replace(file.wording, decimal=decimal, thousands=thousands, strip=strip or None)


def _units(texts: Sequence[pl.Series]) -> Iterator[str]:
    """The unit behind the numbers of each column whose numbers all have one and the same."""
    for each in texts:
        units = each.str.extract(UNIT, 1)
        if not units.null_count() and units.n_unique() == 1:
            yield str(units[0])


def _is_harmless(wording: Wording, known: Sequence[pl.Series]) -> bool:
    """Whether letters that are taken away as units leave every text whole that is no number."""
    if not any(each.isalnum() for each in wording.strip or ""):
        return True
    changed = [each for each in known if (each != each.str.strip_chars(wording.strip)).any()]
    return _numbers_in(changed, wording) == len(changed)


def _numbers_in(texts: Sequence[pl.Series], wording: Wording) -> int:
    """How many of the columns are numbers and nothing else."""
    import polars as pl

    count = 0
    for each in texts:
        bare = each.str.strip_chars(wording.strip) if wording.strip else each
        count += not plain(bare, wording).cast(pl.Float64, strict=False).null_count()
    return count


def numbers_of(file: File, names: Sequence[str]) -> pl.DataFrame:
    """Columns of numbers, however they are written; None or NaN where there is none."""
    import polars as pl

    if not file.wording.thousands and not file.wording.strip:
        return read_frame(file, list(names), pl.Float64)
    return pl.DataFrame(  # by name: of a list polars calls the column without one otherwise
        {
            name: plain(read_text(file, name), file.wording).cast(pl.Float64, strict=False)
            for name in names
        }
    )


def check_units(file: File, frame: pl.DataFrame) -> None:
    """Raises SpecError where the first row is one of words, such as units, above columns of numbers."""
    firsts = {column.name: (column[0] or "").strip() for column in frame}
    if file.format != "text" or file.rows < 3 or any(_is_like(each) for each in firsts.values()):
        return
    for column in frame:
        rest = next(_known(column[1:].to_frame()), None)
        first = firsts[column.name]
        if first in MISSING or rest is None or not rest.str.contains(_LIKE_A_NUMBER).all():
            continue
        line = file.header_lines + 1
        message = f"`{file.shown}` line {line}, column {called(column.name)}: found {quoted(first)}"
        message += ", where every row below has a number; is it a line of units?"
        help = f"take line {line} out of the file: `{without_lines(file.path, str(line))}`"
        raise SpecError("not-a-number", message, "source", help)


def _is_like(text: str) -> bool:
    import polars as pl

    return bool(pl.Series([text]).str.contains(_LIKE_A_NUMBER).all())
