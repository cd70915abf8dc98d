"""A forecast: which columns, how long a window, what of the steps to come is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from layerforge.data.survey import PARTS, Survey, Times, grid_of, season_of, texts_of
from layerforge.diagnostics import Diagnostic, Faults
from layerforge.drafting.columns import nearly, useless
from layerforge.drafting.plan import Draft, Wishes
from layerforge.tables.cells import cell, read_text
from layerforge.tables.steps import MICROSECONDS

_DAY: Final = MICROSECONDS["day"]
_LONGEST: Final = 360  # rows of a season that a window holds
_SHOWN: Final = 2  # times that a cycle must have been seen, before its place says anything


def series_draft(survey: Survey, wishes: Wishes, reasons: dict[str, str]) -> Draft:
    """A forecast: the targets first among the features, so that their own past can be cut out."""
    times, targets = survey.times, wishes.targets
    if times is None:
        _check_dates(survey)
    texts = _texts(survey)
    left_out = _left_out(survey, wishes, texts)
    taken = () if times is None else (*times.columns, times.group)
    kept = [name for name in survey.names if name not in left_out and name not in taken]
    chosen = targets or _numbers(survey, [name for name in kept if name not in wishes.known])
    if not chosen:
        message = f"`{survey.file.shown}` has no column of numbers that could be forecast"
        raise Faults(Diagnostic("no-target", message))
    if not targets:
        reasons["targets"] = "columns of numbers; name fewer with --target"
    known = tuple(name for name in wishes.known if name in kept and name not in chosen)
    features = tuple(n for n in dict.fromkeys((*chosen, *kept)) if n not in known)
    season = season_of(survey, chosen)
    reasons["season"] = season.why
    calendar = _calendar(times)
    ahead = sum(texts.get(name, 1) for name in known) + 2 * len(calendar)
    window, horizon = _lengths(survey.file.rows if times is None else times.first, season.length)
    return Draft(
        task="forecast",
        form="series",
        time=() if times is None else times.columns,
        group=None if times is None else times.group,
        sort=times is not None and times.sort,
        gaps=_absent(times),
        features=features,
        targets=chosen,
        window=window,
        horizon=horizon,
        season=season.length,
        known=known,
        calendar=calendar,
        ahead=ahead,
        width=sum(texts.get(name, 1) for name in features) + ahead,
        reasons=reasons,
        left_out=left_out,
    )


def _check_dates(survey: Survey) -> None:
    """Raises Faults for a column that would be the time, but for a text that is none: a row of totals."""
    for each in survey.columns:
        if each.look is not None and each.look.kind == "dates":
            row = (read_text(survey.file, each.name) == each.look.example).arg_max() or 0
            message = f"{cell(survey.file, row, each.name)}: {nearly(each.look)}"
            raise Faults(Diagnostic("bad-time", message))


def _texts(survey: Survey) -> dict[str, int]:
    """The columns of texts with the numbers they become: one for each text, one for any other."""
    taken = () if survey.times is None else (*survey.times.columns, survey.times.group)
    names = [c.name for c in survey.columns if c.kind == "text" and c.name not in taken]
    useful = [name for name in names if not useless(survey.column(name), survey.looked, True)]
    return {name: count and count + 1 for name, count in texts_of(survey, useful).items()}


def _left_out(survey: Survey, wishes: Wishes, texts: dict[str, int]) -> dict[str, str]:
    """Why columns are left out that nobody has asked for."""
    times = survey.times
    taken = () if times is None else (*times.columns, times.group)
    found = {}
    for each in survey.columns:
        if each.name in (*taken, *wishes.targets):
            continue
        part = times is not None and each.name.lower() in PARTS
        why = "part of the time" if part else useless(each, survey.looked, forecast=True)
        if not why and each.kind == "text" and not texts[each.name]:
            why = "some of its texts are in no earlier row"
        if why:
            found[each.name] = why
    return found


def _absent(times: Times | None) -> int:
    """How many moments are absent that can be put in."""
    grid = grid_of(times) if times is not None else None
    return 0 if grid is None else int(grid[-1]) + 1 - len(grid)


def _numbers(survey: Survey, names: Sequence[str]) -> tuple[str, ...]:
    """The columns of numbers among these; those of 0 and 1 only where there are no others."""
    numeric = [each for each in map(survey.column, names) if each.numeric]
    more = [each for each in numeric if (each.distinct, each.low, each.high) != (2, 0, 1)]
    return tuple(each.name for each in more or numeric)


def _calendar(times: Times | None) -> tuple[str, ...]:
    """The parts of the time that return, of cycles that the rows show and their step divides."""
    if times is None or times.stamps.clock.format is None or not times.stamps.even:
        return ()
    step, values = times.stamps.clock.step, times.stamps.values[: times.first]
    if step is None or len(values) < 2:
        return ()
    span = int(values[-1] - values[0])
    if step.unit == "month":
        return ("month",) if step.count < 12 and span >= _SHOWN * 365 * _DAY else ()
    length = step.longest if step.unit == "microsecond" else _DAY
    cycles = {"hour": _DAY, "dayofweek": 7 * _DAY, "dayofyear": 365 * _DAY}
    return tuple(
        name for name, cycle in cycles.items() if 2 * length <= cycle and span >= _SHOWN * cycle
    )


def _lengths(rows: int, season: int | None) -> tuple[int, int]:
    """Window and horizon: a season ahead from four seasons where those are short, else less."""
    if season is not None and season <= 48:
        horizon, window = season, 4 * season
    else:
        # Of long seasons a part: a quarter of the weeks of a year, a week of its days.
        horizon = {52: 13, 365: 7, None: 12}.get(season, 24)
        window = season if season is not None and season <= _LONGEST else 4 * horizon
    horizon = max(min(horizon, rows // 12), 1)
    return max(min(window, rows // 4), 2), horizon
