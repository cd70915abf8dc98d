"""One level of a picture: things set in ranks, few crossings, links straight; sizes in pixels.

Ranks by longest path, order by barycentres (Sugiyama, Tagawa & Toda 1981), places by isotonic regression:
each rank moves to where its neighbours are, as near as its widths allow.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

GAP: Final = 22.0  # between neighbours of one rank
_LANE: Final = 10.0  # what a link takes that passes between boxes
_SWEEPS: Final = 6
_MOVES: Final = 40
_WORK: Final = 100_000  # moves of things; beyond, a picture is large and less is seen of each
_GIVE: Final = (
    0.02  # the weight of a link that passes, beside a box's: it bends so that boxes stand straight
)
LONGEST: Final = 30  # ranks that a link passes between boxes; longer ones go around all of them


@dataclass(frozen=True, slots=True)
class Thing:
    """A box, a group or a port; `ports` are where links touch it, as distances from its centre."""

    width: float
    height: float
    ports: dict[str, float] = field(default_factory=dict)
    pinned: int = 0  # -1 in the first rank, 1 in the last: the ports of the level itself


@dataclass(frozen=True, slots=True)
class Edge:
    """A link between two things of the level, and the ports it touches."""

    source: int
    target: int
    out: str = ""
    into: str = ""


@dataclass(slots=True)
class Ranked:
    """The level laid out. Things beyond the given ones are where links pass; `chains` lists them per edge."""

    things: list[Thing]
    rank: list[int]
    order: list[list[int]]
    centre: list[float]
    chains: dict[Edge, tuple[int, ...]]


def rank_level(things: Sequence[Thing], edges: Sequence[Edge]) -> Ranked | None:
    """The level laid out, or None where its links run in a circle."""
    ranks = _ranks(things, edges)
    if ranks is None:
        return None
    level = Ranked(list(things), ranks, [], [], {})
    pieces = _with_lanes(level, edges)
    level.order = [[] for _ in range(max(level.rank, default=0) + 1)]
    for at, rank in enumerate(level.rank):
        level.order[rank].append(at)
    _untangle(level, pieces)
    _place(level, pieces)
    return level


def _ranks(things: Sequence[Thing], edges: Sequence[Edge]) -> list[int] | None:
    """The longest way from a start to each thing; starts stand right above what they lead to."""
    after: list[list[int]] = [[] for _ in things]
    waiting = [0] * len(things)
    for edge in edges:
        after[edge.source].append(edge.target)
        waiting[edge.target] += 1
    starts = [at for at, count in enumerate(waiting) if not count]
    top = 1 if any(thing.pinned < 0 for thing in things) else 0
    ranks = [top] * len(things)
    for at in starts:
        ranks[at] = 0 if things[at].pinned < 0 else top
    ready, done = list(starts), 0
    while ready:
        at = ready.pop()
        done += 1
        for target in after[at]:
            ranks[target] = max(ranks[target], ranks[at] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    if done < len(things):
        return None
    for at in starts:
        if after[at] and things[at].pinned == 0:
            ranks[at] = min(ranks[target] for target in after[at]) - 1
    last = max((r for r, thing in zip(ranks, things, strict=True) if thing.pinned <= 0), default=0)
    return [last + 1 if t.pinned > 0 else r for r, t in zip(ranks, things, strict=True)]


_Piece = tuple[int, float, int, float]  # from a thing at an offset to one of the next rank
_Pull = tuple[int, float, float]  # to another's centre, how far beside it, how hard
_Pulls = dict[int, list[_Pull]]


def _with_lanes(level: Ranked, edges: Sequence[Edge]) -> list[_Piece]:
    """The links cut into pieces from rank to rank; links from one port share the lanes they pass."""
    lanes: dict[tuple[int, str, int], int] = {}
    pieces: dict[_Piece, None] = {}
    for edge in edges:
        first, last = level.rank[edge.source], level.rank[edge.target]
        if last - first > LONGEST:
            continue
        chain = []
        for rank in range(first + 1, last):
            key = (edge.source, edge.out, rank)
            if key not in lanes:
                lanes[key] = len(level.things)
                level.things.append(Thing(_LANE, 0))
                level.rank.append(rank)
            chain.append(lanes[key])
        level.chains[edge] = tuple(chain)
        stops = [edge.source, *chain, edge.target]
        for one, other in pairwise(stops):
            out = level.things[one].ports.get(edge.out, 0.0) if one == edge.source else 0.0
            into = level.things[other].ports.get(edge.into, 0.0) if other == edge.target else 0.0
            pieces[(one, out, other, into)] = None
    return list(pieces)


def _untangle(level: Ranked, pieces: Sequence[_Piece]) -> None:
    """Orders each rank by the barycentres of its neighbours, down and up, and keeps the best order seen."""
    above: dict[int, list[int]] = {}
    below: dict[int, list[int]] = {}
    for one, _, other, _ in pieces:
        above.setdefault(other, []).append(one)
        below.setdefault(one, []).append(other)
    best, fewest = [list(rank) for rank in level.order], _crossings(level.order, below)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        down = sweep % 2 == 0
        ranks = range(1, len(level.order)) if down else range(len(level.order) - 2, -1, -1)
        for rank in ranks:
            neighbour = level.order[rank - 1 if down else rank + 1]
            places = {at: float(place) for place, at in enumerate(neighbour)}
            _sort(level.order[rank], above if down else below, places)
        if (count := _crossings(level.order, below)) < fewest:
            best, fewest = [list(rank) for rank in level.order], count
    level.order = best


def _sort(rank: list[int], beside: dict[int, list[int]], places: dict[int, float]) -> None:
    keys = {}
    for place, at in enumerate(rank):
        near = [places[other] for other in beside.get(at, ()) if other in places]
        keys[at] = sum(near) / len(near) if near else float(place)
    rank.sort(key=keys.__getitem__)


def _crossings(order: Sequence[Sequence[int]], below: dict[int, list[int]]) -> int:
    """How many pairs of pieces cross, counted rank by rank as inversions."""
    total = 0
    for rank, following in pairwise(order):
        places = {at: place for place, at in enumerate(following)}
        seen: list[int] = []
        for at in rank:
            ends = sorted(places[other] for other in below.get(at, ()))
            total += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return total


def _place(level: Ranked, pieces: Sequence[_Piece]) -> None:
    """Moves each rank to where its neighbours are, a few times down and up."""
    level.centre = [0.0] * len(level.things)
    pulls = _pulls(level, pieces)
    whole = {at: chain for chain in sorted(level.chains.values(), key=len) for at in chain}
    for rank in level.order:
        _settle(level, rank, [0.0] * len(rank))
    for sweep in range(max(8, min(_MOVES, _WORK // (len(pieces) + 1)))):
        for rank in level.order if sweep % 2 == 0 else level.order[::-1]:
            _settle(level, rank, [_wanted(level, at, pulls, whole.get(at, ())) for at in rank])
    # Last, each thing right below what it follows: a stack stands straight, whatever came to rest.
    above = {at: _above(level, at, some) for at, some in pulls.items()}
    for rank in level.order[1:]:
        _settle(level, rank, [_wanted(level, at, above, whole.get(at, ())) for at in rank])


def _above(level: Ranked, at: int, pulls: list[_Pull]) -> list[_Pull]:
    """The pulls from the rank above; those of links that pass only where no box pulls."""
    found = [pull for pull in pulls if level.rank[pull[0]] < level.rank[at]]
    return [pull for pull in found if pull[2] == 1.0] or found


def _pulls(level: Ranked, pieces: Sequence[_Piece]) -> _Pulls:
    pulls: _Pulls = {}
    lanes = [thing.width == _LANE for thing in level.things]
    for one, out, other, into in pieces:
        pulls.setdefault(other, []).append((one, out - into, _GIVE if lanes[one] else 1.0))
        pulls.setdefault(one, []).append((other, into - out, _GIVE if lanes[other] else 1.0))
    return pulls


def _wanted(level: Ranked, at: int, pulls: _Pulls, chain: Sequence[int]) -> float:
    """Where a thing would stand if it were alone: a lane in line with the rest of its link."""
    near = [(level.centre[to] + by, weight) for to, by, weight in pulls.get(at, ())]
    near = [(to, _GIVE) for to, _ in near] if len(chain) > 1 else near
    near += [(level.centre[lane], 1.0) for lane in chain if len(chain) > 1]
    whole = sum(weight for _, weight in near)
    return sum(to * weight for to, weight in near) / whole if near else level.centre[at]


def _settle(level: Ranked, rank: Sequence[int], wanted: Sequence[float]) -> None:
    """The places nearest to those wanted, in order and apart: neighbours that would overlap move as one."""
    offset, at_offset = 0.0, []
    for place, at in enumerate(rank):
        if place:
            offset += (level.things[rank[place - 1]].width + level.things[at].width) / 2 + GAP
        at_offset.append(offset)
    runs: list[tuple[float, float, int]] = []  # mean, weight, length of what stands side by side
    for at, want, off in zip(rank, wanted, at_offset, strict=True):
        mean, weight, length = want - off, _GIVE if level.things[at].width == _LANE else 1.0, 1
        while runs and runs[-1][0] > mean:
            before, more, count = runs.pop()
            mean = (before * more + mean * weight) / (more + weight)
            weight, length = more + weight, count + length
        runs.append((mean, weight, length))
    means = [mean for mean, _, length in runs for _ in range(length)]
    for at, mean, off in zip(rank, means, at_offset, strict=True):
        level.centre[at] = mean + off
