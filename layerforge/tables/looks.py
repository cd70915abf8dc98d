"""What texts are that are nearly numbers: two in one, with a unit, times of day, dates, words among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from layerforge.tables.formats import formats_of, is_clock, with_days

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

Kind = Literal["pair", "unit", "clock", "date", "dates", "marks", "mixed"]
UNIT: Final = r"^[-+]?\d[\d.,' ]*?\s*([A-Za-zµμ°²³Ωℓ][A-Za-zµμ°²³Ω/0-9]*)$"
_PAIR: Final = "^\\d+([.,]\\d+)?\\s*([/xX\u00d7:~\u2013-])\\s*\\d+([.,]\\d+)?$"
_MARKED: Final = r"^[-+]?\d{1,3}([.,' ]\d{3})*([.,]\d+)?$|^[-+]?\d+[.,]\d+$"
_MARKS: Final = (-9999.0, -999.0, -99999.0, -999.9, -99.9, 9999.0, 99999.0, 999999.0)
_AWAY: Final = 3  # times the range of all other numbers that such a mark lies away from them
_OTHERS: Final = 20  # numbers that there are beside it
_SELDOM: Final = 50  # dates that there are for each text that is none
_WORDS: Final = 5  # different words among numbers that may all say that there is none,
_NUMBERS: Final = 10  # where there are more different numbers than these


@dataclass(frozen=True, slots=True)
class Look:
    """What the texts of a column look like, with one of them; of `dates` one that is none."""

    kind: Kind
    example: str


def look_of(known: pl.Series, strange: pl.Series) -> Look | None:
    """The look of a column; `known` are its texts, `strange` those that are no numbers. None for words."""
    example = str(strange[0])
    if 2 * len(strange) <= len(known):
        return Look("mixed", example)
    if is_clock(example) and known.str.contains(r"^\d{1,2}[:.]\d{2}").all():
        return Look("clock", example)
    if formats_of(example) and known.str.contains(r"\d").all():
        return Look("date", example)
    if (other := _among_dates(known)) is not None:
        return Look("dates", other)
    if known.str.contains(_PAIR).all():
        return Look("pair", example)
    if known.str.contains(_MARKED).all():
        return Look("marks", example)
    if known.str.contains(UNIT).all():
        return Look("unit", example)
    return None


def _among_dates(known: pl.Series) -> str | None:
    """The first text that is no date where nearly all are, as in a row of totals."""
    for form in formats_of(str(known[0])):
        texts, plain = with_days(known, form)
        zone = "UTC" if "%#z" in plain else None
        none = texts.str.to_datetime(plain, time_zone=zone, strict=False).is_null()
        if 0 < none.sum() * _SELDOM <= len(known):
            return str(known.filter(none)[0])
    return None


def words_for_nothing(known: pl.Series, strange: pl.Series) -> tuple[str, ...]:
    """The words among numbers that say that there is none: few, and without a digit."""
    words = strange.unique().sort().to_list()
    few = len(words) <= _WORDS and 2 * len(strange) <= len(known)
    among = known.n_unique() - len(words) > _NUMBERS and not strange.str.contains(r"\d").any()
    return tuple(words) if few and among else ()


def number_for_nothing(values: NDArray[np.float64]) -> float | None:
    """The number that says that there is none, such as -9999 among temperatures; None where there is not."""
    import numpy as np

    for end in (values.min(), values.max()):
        if float(end) not in _MARKS:
            continue
        others = values[values != end]
        if len(others) < _OTHERS or 2 * len(others) < len(values):
            continue
        low, high = others.min(), others.max()
        if np.minimum(abs(end - low), abs(end - high)) > _AWAY * max(high - low, 1):
            return float(end)
    return None
