"""The forms in which dates and times are written, told from one of them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

_CLOCK = r"(?:(?P<gap>[ T])(?P<clock>\d{1,2}(?P<colon>[:.])\d{2}"
_CLOCK += r"(?P<second>(?P=colon)\d{2}(?P<part>\.\d+)?)?)"
_CLOCK += r"(?P<noon> ?[AaPp][Mm])?(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
_MONTH, _YEAR = r"(?P<month>[A-Za-z]{3,9})", r"(?P<year>\d{4}|\d{2})"
_YEAR_FIRST = re.compile(r"\d{4}(?P<mark>[-/.])\d{1,2}((?P=mark)(?P<day>\d{1,2}))?" + _CLOCK)
_YEAR_LAST = re.compile(rf"\d{{1,2}}(?P<mark>[-/.])\d{{1,2}}(?P=mark){_YEAR}" + _CLOCK)
_DAY_MONTH = re.compile(rf"\d{{1,2}}(?P<mark>[-/. ]){_MONTH}(?P=mark){_YEAR}" + _CLOCK)
_MONTH_DAY = re.compile(rf"{_MONTH} \d{{1,2}}(?P<mark>,?) (?P<year>\d{{4}})" + _CLOCK)
_MONTH_YEAR = re.compile(rf"{_MONTH}(?P<mark>[- ]){_YEAR}" + _CLOCK)
_CHINESE = re.compile(r"\d{4}年\d{1,2}月(?P<day>\d{1,2}日)?" + _CLOCK)
_WEEK = re.compile(r"\d{4}(?P<mark>-?)W\d{2}" + _CLOCK)
_QUARTER = re.compile(r"\d{4}(?P<mark>[-/. ]?)Q[1-4]" + _CLOCK)
_QUARTER_YEAR = re.compile(r"Q[1-4](?P<mark>[-/. ]?)\d{4}" + _CLOCK)
_MONTHS_OF = {"Q1": "Q01", "Q2": "Q04", "Q3": "Q07", "Q4": "Q10"}  # the first of each quarter


def formats_of(text: str) -> list[str]:
    """The formats, in strptime's letters, that a stamp may be written in; most often one or two.

    `%q`, which strptime has not, is the quarter of the year.
    """
    if match := _YEAR_FIRST.fullmatch(text):
        mark = match["mark"]
        days = [f"%Y{mark}%m{mark}%d" if match["day"] else f"%Y{mark}%m"]
    elif match := _YEAR_LAST.fullmatch(text):
        mark, year = match["mark"], _year(match)
        days = [f"%m{mark}%d{mark}{year}", f"%d{mark}%m{mark}{year}"]
        # With points the day comes first wherever dates are written so.
        days = days[1:] if mark == "." else days
    elif match := _DAY_MONTH.fullmatch(text):
        mark = match["mark"]
        days = [f"%d{mark}{month}{mark}{_year(match)}" for month in _months(match)]
    elif match := _MONTH_DAY.fullmatch(text):
        days = [f"{month} %d{match['mark']} %Y" for month in _months(match)]
    elif match := _MONTH_YEAR.fullmatch(text):
        days = [f"{month}{match['mark']}{_year(match)}" for month in _months(match)]
    elif match := _CHINESE.fullmatch(text):
        days = ["%Y年%m月%d日" if match["day"] else "%Y年%m月"]
    elif match := _WEEK.fullmatch(text):
        days = [f"%G{match['mark']}W%V"]
    elif match := _QUARTER.fullmatch(text):
        days = [f"%Y{match['mark']}Q%q"]
    elif match := _QUARTER_YEAR.fullmatch(text):
        days = [f"Q%q{match['mark']}%Y"]
    else:
        return []
    return [day + clock for day in days for clock in _clocks(match)]


def written(moment: datetime, form: str) -> str:
    """A moment in a format that polars knows, of whose letters Python's strftime lacks some."""

    def letter(match: re.Match[str]) -> str:
        if match["digits"] is not None or match["point"] is not None:
            digits = f"{moment.microsecond:06}000"[: int(match["digits"] or 6)]
            return (match["point"] or "") + digits
        # glibc writes the year 1 as `1`, which no reader takes for a year.
        quarter = str((moment.month + 2) // 3)
        return {
            "%q": quarter,
            "%Y": f"{moment.year:04}",
            "%#z": "Z",
            "%:z": "+00:00",
            "%z": "+0000",
        }[match[0]]

    known = r"%%|%(?P<point>\.)?(?P<digits>[369])?f|%q|%Y|%#z|%:z|%z"
    filled = re.sub(known, lambda m: m[0] if m[0] in ("%%", "%f") else letter(m), form)
    return moment.strftime(filled)


def with_days(texts: pl.Series, form: str) -> tuple[pl.Series, str]:
    """Stamps of weeks, months or quarters with their first day, which polars wants, and their format."""
    if "%V" in form:
        return (texts, form) if "%u" in form else (texts + " 1", f"{form} %u")
    if "%q" in form:
        texts, form = texts.str.replace_many(_MONTHS_OF), form.replace("%q", "%m")
    dayless = any(month in form for month in ("%m", "%b", "%B")) and not re.search("%[deDF]", form)
    return (texts + " 01", f"{form} %d") if dayless else (texts, form)


def is_clock(text: str) -> bool:
    """Whether a text is a time of day alone, to stand behind a date in another column."""
    return re.fullmatch(r"\d{1,2}([:.])\d{2}(\1\d{2})?( ?[AaPp][Mm])?", text) is not None


def _year(match: re.Match[str]) -> str:
    return "%Y" if len(match["year"]) == 4 else "%y"


def _months(match: re.Match[str]) -> list[str]:
    """The name of the month in short or in full; of `May` no one can tell."""
    return ["%B"] if len(match["month"]) > 3 else ["%b", "%B"]


def _clocks(match: re.Match[str]) -> list[str]:
    """The ways the time of day may be written, given one stamp: other rows may have fractions."""
    if not match["clock"]:
        return [""]
    colon = match["colon"]
    hours = f"%I{colon}%M" if match["noon"] else f"%H{colon}%M"
    seconds = [f"{colon}%S%.f"] if match["part"] else [f"{colon}%S", f"{colon}%S%.f"]
    seconds = seconds if match["second"] else [""]
    noon = match["noon"].replace(match["noon"].strip(), "%p") if match["noon"] else ""
    zone = "%#z" if match["zone"] else ""
    return [f"{match['gap']}{hours}{second}{noon}{zone}" for second in seconds]
