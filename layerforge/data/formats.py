"""The forms in which dates and times are written, told from one of them."""

from __future__ import annotations

import re

_CLOCK = r"(?:(?P<gap>[ T])(?P<clock>\d{1,2}:\d{2}(?P<second>:\d{2}(?P<part>\.\d+)?)?)"
_CLOCK += r"(?P<noon> ?[AaPp][Mm])?(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
_YEAR_FIRST = re.compile(r"\d{4}(?P<mark>[-/.])\d{1,2}((?P=mark)(?P<day>\d{1,2}))?" + _CLOCK)
_YEAR_LAST = re.compile(r"\d{1,2}(?P<mark>[-/.])\d{1,2}(?P=mark)(?P<year>\d{4}|\d{2})" + _CLOCK)
_MONTH_NAMED = re.compile(r"\d{1,2}(?P<mark>[- ])(?P<month>[A-Za-z]{3,9})(?P=mark)\d{4}" + _CLOCK)


def formats_of(text: str) -> list[str]:
    """The formats, in strptime's letters, that a stamp may be written in; most often one or two."""
    if match := _YEAR_FIRST.fullmatch(text):
        mark = match["mark"]
        days = [f"%Y{mark}%m{mark}%d" if match["day"] else f"%Y{mark}%m"]
    elif match := _YEAR_LAST.fullmatch(text):
        mark, year = match["mark"], "%Y" if len(match["year"]) == 4 else "%y"
        days = [f"%m{mark}%d{mark}{year}", f"%d{mark}%m{mark}{year}"]
        # With points the day comes first wherever dates are written so.
        days = days[1:] if mark == "." else days
    elif match := _MONTH_NAMED.fullmatch(text):
        mark = match["mark"]
        days = [f"%d{mark}{'%b' if len(match['month']) == 3 else '%B'}{mark}%Y"]
    else:
        return []
    return [day + clock for day in days for clock in _clocks(match)]


def _clocks(match: re.Match[str]) -> list[str]:
    """The ways the time of day may be written, given one stamp: other rows may have fractions."""
    if not match["clock"]:
        return [""]
    hours = "%I:%M" if match["noon"] else "%H:%M"
    seconds = [""] if not match["second"] else [":%S%.f"] if match["part"] else [":%S", ":%S%.f"]
    noon = match["noon"].replace(match["noon"].strip(), "%p") if match["noon"] else ""
    zone = "%#z" if match["zone"] else ""
    return [f"{match['gap']}{hours}{second}{noon}{zone}" for second in seconds]
