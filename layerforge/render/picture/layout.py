"""Scene -> Layout: where every box, frame and link lies; a group laid out by itself stands as one thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from layerforge.render.characters import columns
from layerforge.render.picture.ranks import Edge, Ranked, Thing, rank_level
from layerforge.render.picture.scene import Box, Group, Item, Link, Scene

ROW: Final = 40.0  # between ranks
BOX_HEIGHT: Final = 46.0
_MARGIN: Final = 18.0
_TITLE: Final = 24.0  # the line with a group's name
_LETTER: Final = 7.0  # the mean width of a letter at the sizes used, on the safe side
_LEAST: Final = 110.0

Point: TypeAlias = tuple[float, float]
_Way: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """A box or the frame of a group, and where it lies."""

    item: Item
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """A part of a link inside one group: stops, by turns straight down and from rank to rank."""

    stops: tuple[Point, ...]
    source: str
    label: str = ""
    ends: bool = True  # at a box, with an arrow, and not at the frame of a group


@dataclass(frozen=True, slots=True)
class Layout:
    """A picture with every place known, in pixels."""

    width: float
    height: float
    areas: tuple[Area, ...]
    lines: tuple[Line, ...]


def lay_out(scene: Scene) -> Layout:
    """The layout of a scene, in time that grows with its boxes and the ranks that its links span."""
    paths = dict(_paths(scene.root, ()))
    return _level(scene.root, _Crossings(paths, scene.links))


@dataclass(frozen=True, slots=True)
class _Piece:
    """A link at one level. A side without item is a port of the level itself."""

    link: Link
    source: str | None
    target: str | None


class _Crossings:
    """Which links each group holds, enters and leaves, cut at the frames they cross."""

    def __init__(self, paths: Mapping[str, _Way], links: Iterable[Link]) -> None:
        self.paths = paths
        self.pieces: dict[str, list[_Piece]] = {}
        for link in links:
            self._cut(link)

    def _cut(self, link: Link) -> None:
        out, into = self.paths[link.source], self.paths[link.target]
        same = 0
        while out[same] == into[same]:
            same += 1
        self._add(out, same, _Piece(link, out[same], into[same]))
        for depth in range(same + 1, len(out)):
            self._add(out, depth, _Piece(link, out[depth], None))
        for depth in range(same + 1, len(into)):
            self._add(into, depth, _Piece(link, None, into[depth]))

    def _add(self, path: _Way, depth: int, piece: _Piece) -> None:
        self.pieces.setdefault(path[depth - 1] if depth else "", []).append(piece)


def _paths(group: Group, path: _Way) -> Iterator[tuple[str, _Way]]:
    """Each box and group with the groups it lies in, from the outermost to itself."""
    for item in group.items:
        yield item.id, (*path, item.id)
        if isinstance(item, Group):
            yield from _paths(item, (*path, item.id))


def _level(group: Group, crossings: _Crossings) -> Layout:
    """A group laid out by itself, its frame's corner at zero."""
    inner = {i.id: _level(i, crossings) for i in group.items if isinstance(i, Group)}
    pieces = crossings.pieces.get(group.id, [])
    numbers = {item.id: at for at, item in enumerate(group.items)}
    things = [_thing(item, inner) for item in group.items]
    for piece in pieces:
        for missing, side in ((piece.source is None, -1), (piece.target is None, 1)):
            key = _port(piece.link, side)
            if missing and key not in numbers:
                numbers[key] = len(things)
                things.append(Thing(0.0, 0.0, pinned=side))
    edges = {piece: _edge(piece, numbers) for piece in pieces}
    level = rank_level(things, list(dict.fromkeys(edges.values())))
    if level is None:  # blocks that lead into each other stand open on this level
        return _level(_opened(group), _unframed(group, crossings))
    return _drawn(group, inner, level, edges)


def _unframed(group: Group, crossings: _Crossings) -> _Crossings:
    """The same links with the groups directly in this one gone."""
    gone = {item.id for item in group.items if isinstance(item, Group)}
    links = dict.fromkeys(piece.link for part in crossings.pieces.values() for piece in part)
    paths = {
        key: tuple(each for each in path if each not in gone)
        for key, path in crossings.paths.items()
        if key not in gone
    }
    return _Crossings(paths, links)


def _opened(group: Group) -> Group:
    items = [each for i in group.items for each in (i.items if isinstance(i, Group) else (i,))]
    return replace(group, items=tuple(items))


def _port(link: Link, side: int) -> str:
    return f"{'in' if side < 0 else 'out'} {link.source}"


def _edge(piece: _Piece, numbers: dict[str, int]) -> Edge:
    out, into = _port(piece.link, 1), _port(piece.link, -1)
    source = numbers[into if piece.source is None else piece.source]
    target = numbers[out if piece.target is None else piece.target]
    return Edge(source, target, out, into)


def _thing(item: Item, inner: dict[str, Layout]) -> Thing:
    if isinstance(item, Box):
        return Thing(box_width(item), BOX_HEIGHT)
    layout = inner[item.id]
    return Thing(layout.width, layout.height, _ports_of(layout))


def _ports_of(layout: Layout) -> dict[str, float]:
    """Where links touch a group's frame, from its middle."""
    ports = {}
    for line in layout.lines:
        (x, y), (end_x, end_y) = line.stops[0], line.stops[-1]
        if y == 0:
            ports[f"in {line.source}"] = x - layout.width / 2
        if end_y == layout.height:
            ports[f"out {line.source}"] = end_x - layout.width / 2
    return ports


def box_width(box: Box) -> float:
    """Wide enough for its two lines of text."""
    first, second = f"{box.title}  {box.name}", detail(box)
    return max(_LEAST, _LETTER * max(columns(first), columns(second) * 0.92) + 24)


def detail(box: Box) -> str:
    """The second line of a box: its output's shape and its parameters."""
    return f"{box.shape} · {box.params:,} params" if box.params else box.shape


def _drawn(
    group: Group, inner: dict[str, Layout], level: Ranked, edges: dict[_Piece, Edge]
) -> Layout:
    """The level in pixels: ranks below each other, what lies in groups moved to where they stand."""
    rows = _rows(level, group.id == "")
    spans = [
        (c - t.width / 2, c + t.width / 2) for c, t in zip(level.centre, level.things, strict=True)
    ]
    shift = _MARGIN - min(left for left, _ in spans)
    right = max(right for _, right in spans) + shift
    lines, lanes = _lines(level, edges, rows, shift, right)
    title = _LETTER * columns(group.name) + 2 * _MARGIN if group.id else 0.0
    areas: list[Area] = []
    for at, item in enumerate(group.items):
        thing, top = level.things[at], rows.tops[level.rank[at]]
        x = level.centre[at] + shift - thing.width / 2
        areas.append(Area(item, x, top, thing.width, thing.height))
        if isinstance(item, Group):
            part = _moved(inner[item.id], x, top)
            areas += part.areas
            lines += part.lines
    return Layout(max(right + lanes + _MARGIN, title), rows.bottom, tuple(areas), tuple(lines))


@dataclass(frozen=True, slots=True)
class _Rows:
    """Where each rank begins, how high it is, and where the level ends."""

    tops: list[float]
    heights: list[float]
    bottom: float


def _rows(level: Ranked, is_root: bool) -> _Rows:
    """The ranks below each other. Ports lie on the frame itself, and a frame has a line for its title."""
    first = any(thing.pinned < 0 for thing in level.things)
    last = any(thing.pinned > 0 for thing in level.things)
    heights = [max(level.things[at].height for at in rank) for rank in level.order]
    y = _MARGIN if is_root else 0.0 if first else _TITLE + _MARGIN / 2
    tops = []
    for at, height in enumerate(heights):
        tops.append(y)
        y += height + ROW + (_TITLE - _MARGIN if first and at == 0 else 0)
    return _Rows(tops, heights, y - ROW + (0 if last else _MARGIN))


def _lines(
    level: Ranked,
    edges: dict[_Piece, Edge],
    rows: _Rows,
    shift: float,
    right: float,
) -> tuple[list[Line], float]:
    """The links of a level, each once per way and label; those too long go around, on lanes at the right."""
    labels: dict[Line, list[str]] = {}
    lanes: dict[tuple[int, str], float] = {}
    tops, heights = rows.tops, rows.heights
    for piece, edge in edges.items():
        first, last = level.things[edge.source], level.things[edge.target]
        x = level.centre[edge.source] + first.ports.get(edge.out, 0.0) + shift
        to = level.centre[edge.target] + last.ports.get(edge.into, 0.0) + shift
        begin = tops[level.rank[edge.source]]
        stops = [(x, begin + first.height), (x, begin + heights[level.rank[edge.source]])]
        if edge in level.chains:
            for at in level.chains[edge]:
                top = tops[level.rank[at]]
                lane = level.centre[at] + shift
                stops += [(lane, top), (lane, top + heights[level.rank[at]])]
        else:
            lane = lanes.setdefault((edge.source, edge.out), right + 14 + 10 * len(lanes))
            stops += [
                (lane, stops[-1][1] + ROW / 2),
                (lane, tops[level.rank[edge.target]] - ROW / 2),
            ]
        stops.append((to, tops[level.rank[edge.target]]))
        ends = piece.target is not None and piece.link.target == piece.target
        line = Line(tuple(stops), piece.link.source, "", ends)
        labels.setdefault(line, []).append(piece.link.label if ends else "")
    lines = [replace(line, label="; ".join(filter(None, each))) for line, each in labels.items()]
    return lines, 10.0 * len(lanes) + 14 if lanes else 0.0


def _moved(layout: Layout, x: float, y: float) -> Layout:
    areas = tuple(replace(area, x=area.x + x, y=area.y + y) for area in layout.areas)
    lines = tuple(
        replace(line, stops=tuple((at + x, down + y) for at, down in line.stops))
        for line in layout.lines
    )
    return replace(layout, areas=areas, lines=lines)
