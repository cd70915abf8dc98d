"""What is decided about a file before a line is written: the wishes of its user, and the draft."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Task = Literal["forecast", "regression", "classification"]
Form = Literal["series", "table", "sequence", "image", "steps"]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user says; None where the file shall tell."""

    task: Task | None = None
    targets: tuple[str, ...] = ()
    time: str | None = None
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """The decisions from which a spec is written. `features` None means all the other columns.

    `reasons` says for a key of the spec why it is so. `left_out` are columns with what is wrong. Of a
    series `gaps` moments are absent that are put in; of a forecast the model is given `width` columns
    of the past, and `ahead` of the steps to come.
    """

    task: Task
    form: Form
    features: tuple[str, ...] | None
    targets: tuple[str, ...]
    width: int
    reasons: dict[str, str]
    left_out: dict[str, str]
    time: tuple[str, ...] = ()
    group: str | None = None
    order: str | None = None
    sort: bool = False
    gaps: int = 0
    strip: str | None = None
    classes: int = 0
    window: int = 0
    horizon: int = 0
    season: int | None = None
    known: tuple[str, ...] = ()
    calendar: tuple[str, ...] = ()
    ahead: int = 0
    side: int = 0
