"""The rows a forecast goes on into: how far, what is known of them, and which the model looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layerforge.data.calendar import calendar_columns, names_of
from layerforge.data.feeds import Feed
from layerforge.data.latest import check_missing, too_short
from layerforge.data.ordering import put_in
from layerforge.data.raw import Raw
from layerforge.data.windows import Frame
from layerforge.diagnostics import SpecError
from layerforge.records import replace
from layerforge.spec.data import DataSettings
from layerforge.tables.cells import called, read_text
from layerforge.tables.roles import listed
from layerforge.tables.series import stretches
from layerforge.tables.stamps import Clock

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Places = Mapping[str, tuple[int, ...]]  # the columns of the matrix that a column has become


@dataclass(frozen=True, slots=True)
class Course:
    """How far a forecast goes: `steps`, in so many `rounds` of the model's horizon.

    Behind the window lie `length` rows in all; of the first `seen` the inputs look at what is known
    ahead. `targets` are what is forecast; `fed_back` are columns of the matrix with the place of
    their target, which a forecast fills in; `static` are those that stay as they are.
    """

    steps: int
    rounds: int
    seen: int
    length: int
    targets: tuple[str, ...]
    fed_back: tuple[tuple[int, int], ...] = ()
    static: tuple[int, ...] = ()


def course_of(
    settings: DataSettings,
    raw: Raw,
    frame: Frame,
    feeds: Sequence[Feed],
    places: Places,
    targets: Sequence[str],
    steps: int | None,
) -> Course:
    """The course of a forecast of so many `steps`, of the horizon where they are None.

    Raises SpecError where the model cannot forecast so many: it answers steps that do not follow
    each other, or looks at features that neither the forecast nor the file says.
    """
    horizon = settings.steps or 1
    steps = steps or horizon
    rounds = -(-steps // horizon)
    whole = frame.chosen is None or frame.chosen == tuple(range(1, frame.steps + 1))
    if (steps != horizon and not whole) or (rounds > 1 and settings.gap):
        message = "the model forecasts steps that do not follow the window one after the other"
        message += f"; it forecasts {horizon:,} and no other number"
        raise SpecError("cannot-go-on", message, None, "leave `--steps` out")
    if rounds > 1:
        _check_features(settings, raw, feeds, places, targets, (steps, horizon))
    ahead = any(feed.offsets == frame.future for feed in feeds)
    behind = frame.answer - frame.span
    return Course(
        steps=steps,
        rounds=rounds,
        seen=behind + frame.steps * rounds if ahead else frame.steps * (rounds - 1),
        length=behind + frame.steps * rounds,
        targets=tuple(targets),
        fed_back=tuple((places[n][0], i) for i, n in enumerate(targets) if n in places),
        static=tuple(at for name in raw.roles.static for at in places[name]),
    )


def _check_features(
    settings: DataSettings,
    raw: Raw,
    feeds: Sequence[Feed],
    places: Places,
    targets: Sequence[str],
    numbers: tuple[int, int],
) -> None:
    """Raises SpecError for features whose values beyond the horizon nobody knows."""
    told = {*targets, *raw.roles.known, *raw.roles.static, *names_of(settings.calendar or ())}
    seen = {at for feed in feeds for at in feed.columns or range(sum(map(len, places.values())))}
    unknown = [name for name, own in places.items() if name not in told and seen & set(own)]
    if not unknown:
        return
    message = f"{numbers[0]:,} steps are more than the {numbers[1]:,} the model forecasts"
    message += f", and nothing predicts the features {listed(unknown)} it would go on from"
    help = f"ask for {numbers[1]:,} steps or fewer, or train with these among `targets`"
    help += ", or with `known` and a file that has their values to come"
    raise SpecError("cannot-go-on", message, None, help)


def with_coming(
    settings: DataSettings,
    raw: Raw,
    frame: Frame,
    course: Course,
    clock: Clock | None,
) -> tuple[Raw, NDArray[np.int64]]:
    """The rows with those to come behind each series, and where each one's last window begins.

    Columns known ahead are the file's, whose last rows then have no other values; the time goes on
    by the `clock` of training, and the calendar with it. Raises SpecError where there are too few
    rows, or where one is missing.
    """
    import numpy as np

    positions, after = [], np.zeros(raw.count, np.int64)
    added = 0
    for run in stretches(np.arange(raw.count, dtype=np.int64), raw.codes):
        stop = run.stop - _coming(raw, run, course)
        first = _last_window(settings, raw, range(run.start, stop), frame)
        _check_known(settings, raw, range(stop, run.stop), course)
        after[run.stop - 1] = max(course.length - (run.stop - stop), 0)
        positions.append(first + added)
        added += int(after[run.stop - 1])
    if raw.stamps is not None and clock is not None:
        # The file may be too short to show its step; the training rows did.
        own = replace(raw.stamps, clock=replace(raw.stamps.clock, step=clock.step))
        raw = replace(raw, stamps=own)
    raw = put_in(raw, after)
    if settings.calendar and raw.stamps is not None:
        derived = calendar_columns(raw.stamps, settings.calendar)
        raw = replace(raw, columns={**raw.columns, **derived})
    return raw, np.asarray(positions, np.int64)


def _coming(raw: Raw, run: range, course: Course) -> int:
    """How many rows at the end of a series have no value of what is not known ahead.

    Where all features are known ahead, the targets tell; of a file without them, the last rows.
    """
    import numpy as np

    if not course.seen and not raw.roles.known:
        return 0
    rows = np.asarray(run)
    past = [raw.columns[n] for n in raw.roles.features if n not in raw.roles.known]
    absent = [column.absent()[rows] for column in past]
    if not past:
        told = [name for name in course.targets if name in raw.file.columns]
        file_rows = rows if raw.kept is None else raw.kept[rows]
        absent = [read_text(raw.file, name).is_null().to_numpy()[file_rows] for name in told]
    if not absent:
        return course.seen
    whole = np.flatnonzero(~np.logical_and.reduce(absent))
    return len(run) - (int(whole[-1]) + 1 if len(whole) else 0)


def _last_window(settings: DataSettings, raw: Raw, run: range, frame: Frame) -> int:
    """The first row of the last window of a series that ends with this run."""
    import numpy as np

    if len(run) < frame.span:
        raise too_short(raw, len(run), frame.span, _series(raw, run.start))
    first = run.stop - frame.span
    looked_at = [name for name in raw.roles.looked_at if name in raw.columns]
    check_missing(settings, raw, first + np.asarray(frame.past), looked_at)
    return first


def _check_known(settings: DataSettings, raw: Raw, coming: range, course: Course) -> None:
    """Raises SpecError where the file has too few rows to come, or one with a hole."""
    import numpy as np

    known = raw.roles.known
    if not known or not course.seen:
        return
    if len(coming) < course.seen:
        columns = f"column{'s' if len(known) > 1 else ''} {listed(known)}"
        message = f"`{raw.file.shown}`: {course.seen:,} rows with the {columns}"
        message += (
            f", known ahead, must follow the last row with values{_series(raw, coming.start - 1)}"
        )
        message += f"; there are {len(coming):,}"
        help = "write them behind it, with the time and what is known ahead; the rest stays empty"
        raise SpecError("too-few-rows", message, None, help)
    check_missing(settings, raw, np.asarray(coming[: course.seen]), list(known), ahead=True)


def _series(raw: Raw, row: int) -> str:
    """` of the series ...`, where there are several."""
    if raw.series is None:
        return ""
    return f" of the series {called(raw.series.names[raw.series.codes[min(row, raw.count - 1)]])}"
