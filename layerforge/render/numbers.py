"""Numbers as people read them: thousands apart, memory in units, seconds, scores."""

from __future__ import annotations

from typing import Final

from layerforge.shapes import Dim

_UNITS: Final = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB")
FLOAT32: Final = 4  # bytes


def count(value: Dim) -> str:
    """A whole number with its thousands apart, `?` for one that depends on the data."""
    return f"{value:,}" if isinstance(value, int) else "?"


def many(value: int, noun: str) -> str:
    """A number of things: `1 unit`, `1,024 units`."""
    return f"{value:,} {noun}{'' if value == 1 else 's'}"


def memory(size: int) -> str:
    """Bytes, and from 1,024 on also in the unit that leaves fewest digits: `138,268 bytes (135.0 KiB)`."""
    amount, unit = float(size), 0
    while amount >= 1024 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1024, unit + 1
    exact = many(size, "byte")
    return exact if unit == 0 else f"{exact} ({amount:,.1f} {_UNITS[unit]})"


def share(part: int, whole: int) -> str:
    """A part in percent: one decimal, `<0.1` for a little, blank for nothing."""
    if not part:
        return ""
    percent = 100 * part / whole
    return f"{percent:.1f}" if percent >= 0.05 else "<0.1"


def duration(seconds: float) -> str:
    """`3.1 s`, `2 min 05 s`, `1 h 02 min`."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def score(value: float) -> str:
    """A score to five digits: as many decimals as tell scores apart, never a rounded `0.0000`."""
    return f"{value:,.4f}" if 0.1 <= abs(value) < 1e7 or value == 0 else f"{value:#.4g}"
