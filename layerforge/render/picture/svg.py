"""A layout as SVG: readable on light and dark paper, without scripts, fonts or anything from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape as html_escape
from typing import Final

from layerforge.render.picture.layout import Area, Layout, Line, detail, lay_out
from layerforge.render.picture.scene import Box, Group, Scene

_SURROUND: Final = 12
# Families that a reader looks for first; all others share one colour.
_FAMILIES: Final = {
    "convolution": "c",
    "depthwise convolution": "c",
    "transposed convolution": "c",
    "recurrent": "r",
    "convolutional recurrent": "r",
    "cells": "r",
    "wrappers": "r",
    "attention": "a",
    "core": "d",
    "einsum": "d",
    "merging": "m",
}
STYLE: Final = """\
.lf{--paper:#fff;--ink:#1c2430;--soft:#5d6b7e;--line:#7b8798;--frame:#c3cbd6;--tint:#f5f7fa;\
--o:#eef1f5;--c:#dbeafe;--r:#ede4fd;--a:#fdeed2;--d:#dcf3e2;--m:#fbe3e6;--end:#1f4f8f;\
font-family:ui-sans-serif,system-ui,"Segoe UI",Helvetica,Arial,sans-serif}
@media (prefers-color-scheme:dark){.lf{--paper:#12161c;--ink:#e8edf4;--soft:#a3b0c2;--line:#8492a6;\
--frame:#3c4757;--tint:#1a2029;--o:#252d38;--c:#1d3557;--r:#3b2a5c;--a:#523c14;--d:#1d4429;\
--m:#56242d;--end:#9cc4ff}}
.lf .paper{fill:var(--paper)}
.lf .frame{fill:var(--tint);stroke:var(--frame)}
.lf .box{stroke:var(--line);fill:var(--o)}
.lf .c{fill:var(--c)}.lf .r{fill:var(--r)}.lf .a{fill:var(--a)}.lf .d{fill:var(--d)}.lf .m{fill:var(--m)}
.lf .end{fill:var(--paper);stroke:var(--end);stroke-width:1.6}
.lf .shared{stroke-dasharray:5 3}
.lf .folded{stroke-width:2}
.lf .link{fill:none;stroke:var(--line);stroke-width:1.3}
.lf .head{fill:var(--line)}
.lf text{fill:var(--ink);font-size:13px}
.lf .name,.lf .detail{fill:var(--soft);font-size:11.5px}
.lf .title{fill:var(--soft);font-size:12px;font-weight:600}
.lf .label{fill:var(--soft);font-size:10.5px;stroke:var(--paper);stroke-width:3px;paint-order:stroke}
"""
_HEAD: Final = (
    'viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path class="head" d="M0,0.5L8,4L0,7.5z"/>'
)
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def svg_picture(scene: Scene) -> str:
    """The scene as an SVG file."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{svg_element(scene, STYLE, "m")}\n'


def svg_element(scene: Scene, style: str, mark: str) -> str:
    """The scene as one `svg` element; `mark` tells its arrowhead from those of others on a page."""
    layout = lay_out(scene)
    size = _n(layout.width + 2 * _SURROUND), _n(layout.height + 2 * _SURROUND)
    name = escaped(scene.root.name)
    parts = [
        f'<svg class="lf" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]} {size[1]}"',
        f' width="{size[0]}" height="{size[1]}" role="img" aria-label="{name}">',
        f"<title>{name}</title>",
        f"<style>{style}</style>" if style else "",
        f'<defs><marker id="{mark}-head" {_HEAD}</marker></defs>',
        f'<rect class="paper" width="{size[0]}" height="{size[1]}"/>',
        f'<g transform="translate({_SURROUND} {_SURROUND})">',
        *_body(layout, mark),
        "</g>",
        "</svg>",
    ]
    return "\n".join(part for part in parts if part)


def escaped(words: str) -> str:
    """Text for XML; characters that no XML file may hold become the replacement character."""
    return html_escape(_NO_XML.sub("\ufffd", words))


def _body(layout: Layout, mark: str) -> Iterable[str]:
    """Frames below links, links below boxes."""
    yield from (_frame(area) for area in layout.areas if isinstance(area.item, Group))
    yield from (_link(line, mark) for line in layout.lines)
    for area in layout.areas:
        if isinstance(area.item, Box):
            yield _box(area, area.item)
    yield from (_label(line) for line in layout.lines if line.label)


def _frame(area: Area) -> str:
    name = area.item.name
    return (
        f'<g><rect class="frame" x="{_n(area.x)}" y="{_n(area.y)}" width="{_n(area.width)}" '
        f'height="{_n(area.height)}" rx="10"/>'
        f'<text class="title" x="{_n(area.x + 12)}" y="{_n(area.y + 18)}">{escaped(name)}</text></g>'
    )


def _box(area: Area, box: Box) -> str:
    kind = {"input": "end", "output": "end", "folded": "folded"}.get(box.kind, "")
    classes = " ".join(
        word for word in ("box", kind, _FAMILIES.get(box.family, ""), "shared" * box.shared) if word
    )
    round = area.height / 2 if kind == "end" else 6
    middle = _n(area.x + area.width / 2)
    return (
        f'<g class="node"><title>{escaped(f"{box.id}: {box.title} {detail(box)}")}</title>'
        f'<rect class="{classes}" x="{_n(area.x)}" y="{_n(area.y)}" width="{_n(area.width)}" '
        f'height="{_n(area.height)}" rx="{_n(round)}"/>'
        f'<text x="{middle}" y="{_n(area.y + 19)}" text-anchor="middle">{escaped(box.title)}'
        f'<tspan class="name" dx="7">{escaped(box.name)}</tspan></text>'
        f'<text class="detail" x="{middle}" y="{_n(area.y + 36)}" text-anchor="middle">'
        f"{escaped(detail(box))}</text></g>"
    )


def _link(line: Line, mark: str) -> str:
    """Straight down beside boxes, in a curve between ranks, where there are none."""
    (x, y), *rest = line.stops
    parts = [f"M{_n(x)},{_n(y)}"]
    for at, (to, down) in enumerate(rest):
        if at % 2 == 0 or to == x:
            parts.append(f"L{_n(to)},{_n(down)}" if (to, down) != (x, y) else "")
        else:
            half = _n((y + down) / 2)
            parts.append(f"C{_n(x)},{half} {_n(to)},{half} {_n(to)},{_n(down)}")
        x, y = to, down
    head = f' marker-end="url(#{mark}-head)"' if line.ends else ""
    return f'<path class="link" d="{"".join(parts)}"{head}/>'


def _label(line: Line) -> str:
    """Beside the arrow, on the side that the link comes from, where another link's label is not."""
    (before, _), (x, y) = line.stops[-2:]
    side, anchor = (-6, "end") if before < x else (6, "start")
    return (
        f'<text class="label" x="{_n(x + side)}" y="{_n(y - 6)}" text-anchor="{anchor}">'
        f"{escaped(line.label)}</text>"
    )


def _n(value: float) -> str:
    """A number with at most one decimal place."""
    return f"{value:.1f}".removesuffix(".0")
