"""The search space of a spec: points, each with values for the hyperparameters that it makes active."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from layerforge.expressions import Value
from layerforge.pipeline import Compiled, Opened, compile_opened, overridden
from layerforge.space.values import grid
from layerforge.spec import Hyperparameter

Point: TypeAlias = Mapping[str, Value]
Pick: TypeAlias = Callable[[Hyperparameter], Value]

_KEPT: Final = 256  # compilations kept, since a walk through a space comes by the same point twice


class Space:
    """The points of a spec file. What is active is found by compiling it: whatever a compilation reads.

    So a hyperparameter behind a `when` that is false, in a block that no item calls or in a variable
    that nothing uses is no part of a point, and two points that differ in it alone are one.
    """

    def __init__(self, opened: Opened, sample: tuple[int, ...] | None = None) -> None:
        self.opened = opened
        self._sample = sample
        self._compiled: dict[str, Compiled] = {}

    @classmethod
    def of(cls, compiled: Compiled) -> Space:
        """The space of a spec that has been compiled: its files are not read again."""
        assert compiled.opened is not None  # as in every spec that could be read
        return cls(compiled.opened, compiled.sample)

    def compiled(self, point: Point, changes: Sequence[str] = ()) -> Compiled:
        """The spec with a point's values; whatever the point leaves out takes its default.

        `changes` are `path=value` texts for this point alone.
        """
        if changes:
            return compile_opened(overridden(self.opened, changes), dict(point), self._sample)
        known = self._compiled.get(key(point))
        if known is None:
            known = compile_opened(self.opened, dict(point), self._sample)
            if len(self._compiled) >= _KEPT:
                self._compiled.pop(next(iter(self._compiled)))
            self._compiled[key(point)] = known
        return known

    def complete(self, pick: Pick) -> Point:
        """The point in which each active hyperparameter has the value that `pick` gives it.

        `pick` may be asked about one that another's value then makes inactive; it is left out.
        """
        picked: dict[str, Value] = {}
        while True:
            active = self.compiled(picked).hyperparameters
            new = [hp for hp in active.values() if hp.name not in picked]
            if not new:
                return {name: picked[name] for name in active}
            picked |= {hp.name: pick(hp) for hp in new}

    def near(self, values: Mapping[str, Value], pick: Pick) -> Point:
        """The point with those of the values that are active, `pick` giving the others."""
        return self.complete(lambda hp: values[hp.name] if hp.name in values else pick(hp))

    def points(self, values: Callable[[Hyperparameter], list[Value]] = grid) -> Iterator[Point]:
        """Every point of a grid once, the hyperparameters in the order in which the spec reads them.

        The last of them changes fastest. Whether one is active depends on those read before it alone,
        since a compilation goes through the file in one order.
        """
        yield from self._below({}, values)

    def _below(
        self, fixed: dict[str, Value], values: Callable[[Hyperparameter], list[Value]]
    ) -> Iterator[Point]:
        active = self.compiled(fixed).hyperparameters
        free = next((hp for hp in active.values() if hp.name not in fixed), None)
        if free is None:
            yield fixed
            return
        for value in values(free):
            yield from self._below({**fixed, free.name: value}, values)


def key(point: Point) -> str:
    """The text that two equal points share, whatever the order of their values."""
    return json.dumps(dict(sorted(point.items())), ensure_ascii=False)
