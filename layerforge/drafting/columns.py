"""Which columns of a file a spec leaves out, and why; what the others are taken for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from layerforge.data.giveaways import giveaways
from layerforge.data.survey import Seen, Survey
from layerforge.tables.looks import Look

# Names of what numbers rows, also with what is numbered before them: `customer_id`, `PassengerId`.
_NUMBER: Final = re.compile(
    r"id|index|key|no|nr|row|uuid|编号|序号|.*编号|(.*[_ -])(id|no|nr|key|number|index)"
    r"|(customer|user|client|account|patient|passenger|employee|order|product|item|session)(id|no)|",
    re.I,
)
_CAMEL: Final = re.compile(r".*[a-z](ID|Id|No|Nr)")
_CATEGORIES: Final = 100  # texts in a column that is worth one-hot columns
_NAMES: Final = 20  # of texts that are nearly numbers, at most, that are names of classes: `18-25`
_LOOKS: Final = {
    "pair": "holds two numbers: give each a column",
    "unit": "is a number with its unit: take the unit away",
    "clock": "is a time of day: write it as hours, 3.5 for 03:30",
    "date": "is a date: write a number instead, such as the days since another",
    "dates": "stands among dates: leave its row out, or write a date",
    "marks": "is a number written in another way than those of the other columns",
    "mixed": "stands among numbers: leave the field empty, or write a number",
}


def useless(column: Seen, rows: int, forecast: bool) -> str:
    """Why a column is left out, or nothing."""
    if column.kind == "empty":
        return "empty"
    if column.kind == "other":
        return f"values of type {column.sentinels[0]}"
    absent = column.blank if column.kind == "text" else column.missing
    if absent * 2 > rows:
        return f"{absent / rows:.0%} missing"
    if column.distinct == 1 and not (column.missing and column.kind == "text"):
        return "always the same"
    if column.kind == "text":
        return _text(column, rows, forecast)
    each = column.kind == "whole" and column.distinct == rows - column.missing
    called = _NUMBER.fullmatch(column.name) or _CAMEL.fullmatch(column.name)
    return "a number of each row" if each and called else ""


def _text(column: Seen, rows: int, forecast: bool) -> str:
    look = column.look
    if look is not None and (forecast or look.kind in ("date", "dates", "marks")):
        return nearly(look)
    if forecast and (column.distinct > _NAMES or column.distinct * 2 > rows):
        return f"{column.distinct:,} different texts"
    if look is not None and column.distinct > _NAMES:
        return f"{nearly(look)}; {column.distinct:,} different"
    if column.distinct > _CATEGORIES or column.distinct * 2 > rows:
        return f"{column.distinct:,} different texts"
    return ""


def nearly(look: Look) -> str:
    """What a text is in place of a number, and what to write instead."""
    return f"`{look.example}` {_LOOKS[look.kind]}"


def tell_too_much(
    survey: Survey, target: str, names: Sequence[str], classes: bool
) -> dict[str, str]:
    """Why each of these columns that gives the target away is left out."""
    found = giveaways(survey, target, names, classes)
    asked = "is it known before the answer is?"
    return {name: f"{how} `{target}` in every row: {asked}" for name, how in found.items()}
