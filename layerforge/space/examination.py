"""What a search would meet, found before a second is spent: the points of a space, compiled one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from math import prod
from random import Random
from typing import Final

from layerforge.diagnostics import Diagnostic, Related, Span, errors
from layerforge.expressions import Value
from layerforge.pipeline import Compiled
from layerforge.records import field, record, replace
from layerforge.space.space import Point, Space, key
from layerforge.space.values import at, count, draw, grid
from layerforge.spec import Hyperparameter, TuneSettings

# Compiling takes about 1 ms and 0.15 ms a layer, so a quarter of a second is this much work.
_WORK: Final = 1_600
_FEWEST, _MOST = 16, 200
_OVERHEAD: Final = 10  # a compilation costs as much as so many layers even where there is none
_SHOWN: Final = 5  # kinds of faults that are told


@record
class Model:
    """The size of the model at one point: parameters, multiply-adds a sample, None where unknown."""

    parameters: int
    macs: int | None
    point: Point = field(default_factory=dict)


@record
class Broken:
    """A fault that some points have, and the values without which one of them would not have it."""

    fault: Diagnostic
    values: Point
    points: int


@record
class Examination:
    """What there is to search: `points` in all, None where there is no end of them.

    `looked` points were compiled. Where `whole` these are all there are; else `points` is no less than
    their number. `valid` of those looked at make a model within the budgets.
    """

    hyperparameters: tuple[Hyperparameter, ...]
    points: int | None
    looked: int
    whole: bool
    valid: int
    broken: tuple[Broken, ...]
    over_budget: int
    smallest: Model | None
    largest: Model | None
    macs: tuple[int, int] | None


def over_budget(compiled: Compiled, settings: TuneSettings | None) -> str | None:
    """Why a point is too large to be trained, in one line, or None."""
    if settings is None or compiled.plan is None:
        return None
    parameters, macs = compiled.plan.params, compiled.plan.macs
    if settings.max_parameters is not None and parameters > settings.max_parameters:
        return (
            f"{parameters:,} parameters are more than max_parameters, {settings.max_parameters:,}"
        )
    if settings.max_macs is not None and isinstance(macs, int) and macs > settings.max_macs:
        return f"{macs:,} multiply-adds are more than max_macs, {settings.max_macs:,}"
    return None


def examine(space: Space, compiled: Compiled) -> Examination:
    """Compiles the points of a small space, or the corners and a sample of the inside of a large one.

    `compiled` is the spec with every hyperparameter at its default. The same spec is examined at the
    same points each time.
    """
    most = _affordable(compiled)
    points = _all_of(space, compiled, most)
    looking = _Looking(space, compiled.tune)
    for point in points or _corners_and_inside(space, most):
        looking.at(point)
    return looking.result(bool(points))


def _affordable(compiled: Compiled) -> int:
    layers = len(compiled.plan.steps) if compiled.plan is not None else 0
    return max(_FEWEST, min(_MOST, _WORK // (layers + _OVERHEAD)))


def _all_of(space: Space, compiled: Compiled, most: int) -> list[Point]:
    """Every point, or nothing where there are more than `most`."""
    if any(count(hp) is None for hp in compiled.hyperparameters.values()):
        return []
    found: list[Point] = []
    for point in space.points():
        # A continuous one that comes up behind a `when` has a grid, but no end of values.
        active = space.compiled(point).hyperparameters.values()
        if len(found) == most or any(count(hp) is None for hp in active):
            return []
        found.append(point)
    return found


def _corners_and_inside(space: Space, most: int) -> Iterator[Point]:
    """Distinct points: all or some of the corners first, then points drawn at random."""
    dice = Random(0)  # one sample for one space
    corners = list(islice(space.points(_ends), most // 2 + 1))
    if len(corners) > most // 2:
        picks = [lambda hp: _ends(hp)[0], lambda hp: _ends(hp)[-1]]
        picks += [lambda hp: dice.choice(_ends(hp))] * (most // 2)
        corners = [space.complete(pick) for pick in picks]
    inside = (space.complete(lambda hp: draw(hp, dice)) for _ in range(4 * most))
    seen: set[str] = set()
    for point in chain(corners, inside):
        if len(seen) == most:
            return
        if key(point) not in seen:
            seen.add(key(point))
            yield point


def _ends(hp: Hyperparameter) -> list[Value]:
    """The ends of a range; every value of what has no range."""
    values = grid(hp) if hp.kind in ("hp.Choice", "hp.Boolean", "hp.Fixed") else []
    return values or ([at(hp, 0.0), at(hp, 1.0)] if count(hp) != 1 else [at(hp, 0.0)])


class _Looking:
    """The points looked at so far and what they are like."""

    def __init__(self, space: Space, settings: TuneSettings | None) -> None:
        self._space, self._settings = space, settings
        self._hyperparameters: dict[str, Hyperparameter] = {}
        self._broken: dict[tuple[str, Span | None], Broken] = {}
        self._models: list[Model] = []
        self._looked = self._invalid = self._over = 0

    def at(self, point: Point) -> None:
        compiled = self._space.compiled(point)
        self._looked += 1
        self._hyperparameters |= compiled.hyperparameters
        if not compiled.clean:
            self._invalid += 1
            for fault in errors(compiled.found):
                self._note(fault, point)
        elif compiled.plan is not None:
            self._over += over_budget(compiled, self._settings) is not None
            macs = compiled.plan.macs
            whole = macs if isinstance(macs, int) else None
            self._models.append(Model(compiled.plan.params, whole, point))

    def _note(self, fault: Diagnostic, point: Point) -> None:
        place = (fault.code, fault.span)
        known = self._broken.get(place)
        if known is not None:
            self._broken[place] = replace(known, points=known.points + 1)
        elif len(self._broken) < _SHOWN:
            self._broken[place] = Broken(fault, self._culprits(fault, point), 1)

    def _culprits(self, fault: Diagnostic, point: Point) -> Point:
        """The values that the fault needs: with any one of them at its default it is gone."""
        kept = dict(point)
        for name in point:
            without = {other: value for other, value in kept.items() if other != name}
            found = self._space.compiled(without).found
            if any((each.code, each.span) == (fault.code, fault.span) for each in found):
                kept = without
        return kept

    def result(self, whole: bool) -> Examination:
        by_size = sorted(self._models, key=lambda model: model.parameters)
        macs = [model.macs for model in self._models if model.macs is not None]
        hyperparameters = tuple(self._hyperparameters.values())
        return Examination(
            hyperparameters,
            self._looked if whole else _most(hyperparameters),
            self._looked,
            whole,
            self._looked - self._invalid - self._over,
            tuple(self._broken.values()),
            self._over,
            by_size[0] if by_size else None,
            by_size[-1] if by_size else None,
            (min(macs), max(macs)) if macs else None,
        )


def _most(hyperparameters: Iterable[Hyperparameter]) -> int | None:
    """No fewer than there are points: as many as if every hyperparameter were always active."""
    several = [count(hp) for hp in hyperparameters]
    return None if None in several else prod(each for each in several if each is not None)


def findings(examination: Examination, compiled: Compiled) -> list[Diagnostic]:
    """Warnings about points that make no model, and a fault where no point can be trained."""
    if examination.valid == 0:
        place = compiled.tune.place if compiled.tune is not None else None
        message = f"none of the {examination.looked:,} points looked at can be trained"
        help = "raise `max_parameters` or `max_macs`" if examination.over_budget else None
        return [Diagnostic("empty-space", message, place, help)]
    return [_warning(each, examination) for each in examination.broken]


def _warning(broken: Broken, examination: Examination) -> Diagnostic:
    fault = broken.fault
    with_values = " and ".join(f"{name} = {value}" for name, value in broken.values.items())
    share = f"{broken.points:,} of {examination.looked:,} points"
    message = f"with {with_values} {fault.message}; so have {share}"
    places = [hp for hp in examination.hyperparameters if hp.name in broken.values]
    related = tuple(Related(f"`{hp.name}` is searched here", hp.span) for hp in places)
    return Diagnostic("invalid-point", message, fault.span, fault.help, related, "warning")
