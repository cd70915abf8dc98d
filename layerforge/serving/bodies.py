"""The body of a request as the table it is: JSON rows or CSV text, before any value is looked at."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from math import isfinite
from typing import Any, Final, NoReturn

from layerforge.records import record
from layerforge.serving.limits import Limits, Refusal

JSON: Final = "application/json"
CSV: Final = "text/csv"
_DIGITS: Final = 300  # a longer whole number is beyond any float, and dear to read
_HELP: Final = 'send {"rows": [{"COLUMN": VALUE, ...}, ...]}'


@record
class Body:
    """A table as CSV text, its header first. `columns` and `rows` are known of what came as JSON.

    `steps` is how far a forecast shall go, None for the horizon.
    """

    text: str
    columns: tuple[str, ...] | None = None
    rows: int = 0
    steps: int | None = None

    @property
    def is_json(self) -> bool:
        return self.columns is not None

    @property
    def records(self) -> str:
        """The text without its header."""
        return self.text.partition("\r\n")[2]


def read_body(
    raw: bytes,
    media_type: str,
    limits: Limits,
    steps: int | None = None,
    taken: Mapping[str, bool] | None = None,
) -> Body:
    """The table of a body. Raises Refusal: 400 for what cannot be read, 413 for too many rows.

    Of JSON the columns in `taken` are taken, all where it is None; where one holds numbers, true and
    false are 1 and 0, also beside numbers.
    """
    text = _decoded(raw)
    if media_type == CSV:
        lines = text.count("\n") + text.count("\r") - text.count("\r\n")
        if lines > limits.max_rows + 1:
            raise _too_many(limits)
        return Body(text, steps=steps)
    rows = _rows(text)
    if len(rows) > limits.max_rows:
        raise _too_many(limits)
    return _table(rows, steps, taken)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"byte {error.start + 1:,} of the body is not UTF-8 text"
        raise Refusal(400, "not-utf8", message) from None


def _too_many(limits: Limits) -> Refusal:
    message = f"more than {limits.max_rows:,} rows"
    return Refusal(413, "too-large", message, "send them in several requests")


def _rows(text: str) -> list[Mapping[str, Any]]:
    try:
        given = json.loads(
            text, parse_int=_whole, parse_constant=_not_json, object_pairs_hook=_object
        )
    except RecursionError:
        raise Refusal(400, "too-deep", "the JSON is nested too deep", _HELP) from None
    except ValueError as error:
        raise Refusal(400, "not-json", f"the body is not JSON: {error}", _HELP) from None
    rows = given.get("rows") if isinstance(given, dict) else given
    if not isinstance(rows, list):
        raise Refusal(400, "wrong-type", "the body has no list of rows", _HELP)
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise Refusal(400, "wrong-type", f"row {number} is not an object", _HELP)
    if not rows:
        raise Refusal(422, "empty-data", "the list of rows is empty")
    return rows


def _not_json(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON; a missing value is null")


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= _DIGITS else float(digits)


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = counts.most_common(1)[0][0]
        raise ValueError(f"{json.dumps(twice)} stands twice in one object")
    return found


def _table(
    rows: Sequence[Mapping[str, Any]], steps: int | None, taken: Mapping[str, bool] | None
) -> Body:
    columns = tuple(_columns(rows, taken))
    if not columns:
        raise Refusal(422, "empty-data", "the rows have no columns")
    if taken is not None and not all(map(taken.__contains__, columns)):
        rows = rows[:1]  # one is missing, which is told of one row as of many
    numbers = {name for name in columns if taken is not None and taken.get(name)}
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for number, row in enumerate(rows, 1):
        writer.writerow([_cell(row.get(name), number, name, numbers) for name in columns])
    text = out.getvalue()
    if "\x00" in text or not _can_be_written(text):
        message = "a text holds a zero byte or half of a surrogate pair"
        raise Refusal(400, "control-character", message)
    return Body(text, columns, len(rows), steps)


def _columns(
    rows: Sequence[Mapping[str, Any]], taken: Mapping[str, bool] | None
) -> Collection[str]:
    """The columns in order, without those that nobody looks at, where all others are there.

    Rows of a column each of its own would be a table of the square of their number.
    """
    found = dict.fromkeys(name for row in rows for name in row)
    if taken is None or not all(name in found for name in taken):
        return found
    return [name for name in found if name in taken]


def _cell(value: Any, row: int, column: str, numbers: Collection[str]) -> str:
    """A value as CSV says it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value)) if column in numbers else str(value).lower()
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and isfinite(value):
        return repr(value)
    if isinstance(value, float):
        message = f"row {row}, column `{column}`: the number is too large"
        raise Refusal(422, "not-finite", message)
    message = f"row {row}, column `{column}`: a number, a text, true, false or null is wanted"
    raise Refusal(422, "wrong-type", message)


def _can_be_written(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def joined(bodies: Iterable[Body]) -> str:
    """The text of several JSON bodies of the same columns as that of one."""
    first, *rest = bodies
    return first.text + "".join(body.records for body in rest)
