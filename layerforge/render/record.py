"""JSON on standard output: numbers that are none become null, everything else ASCII."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any


def json_text(record: Any) -> str:
    """The record as JSON that any reader takes: no NaN, no infinity, no byte above 127."""
    return json.dumps(plain(record), indent=2) + "\n"


def plain(value: Any) -> Any:
    """The value with null for every number that JSON cannot write."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value
