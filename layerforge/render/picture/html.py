"""A scene as one HTML page: a picture for each block, which opens and shuts; no script, no network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from layerforge.render.numbers import count, many
from layerforge.render.picture.scene import Box, Group, Item, Link, Scene, boxes, folded_box
from layerforge.render.picture.svg import STYLE, escaped, svg_element

_PAGE: Final = """\
html{color-scheme:light dark}
body{margin:0;padding:1.2rem;background:#fff;color:#1c2430;font:15px/1.45 ui-sans-serif,system-ui,sans-serif}
h1{font-size:1.3rem;margin:0 0 .2rem}
p{margin:0 0 1rem;color:#5d6b7e}
.scroll{overflow-x:auto}
details{border-left:3px solid #c3cbd6;margin:.6rem 0 .6rem .2rem;padding-left:.9rem}
summary{cursor:pointer;padding:.25rem .3rem;border-radius:4px}
summary:focus-visible{outline:2px solid #1f6feb}
summary b{margin-right:.6em}
:target>summary{background:#fdeed2;color:#1c2430}
@media (prefers-color-scheme:dark){
body{background:#12161c;color:#e8edf4}p{color:#a3b0c2}details{border-color:#3c4757}
}
"""


def html_page(scene: Scene, opened: bool = True) -> str:
    """The page. A block is a box in the picture that holds it, and a link to its own picture below."""
    name = escaped(scene.root.name)
    total = sum(box.kind == "layer" for box in boxes(scene.root))
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{name}</title>",
        f"<style>{_PAGE}{STYLE}</style></head><body>",
        f"<h1>{name}</h1>",
        f"<p>{many(total, 'layer')}, {count(scene.params)} parameters</p>",
        *picture_levels(scene, opened),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def picture_levels(scene: Scene, opened: bool = True) -> Iterator[str]:
    """The pictures alone, for a page of which they are a part; its style must hold `STYLE`."""
    yield from _level(scene.root, scene, opened)


def _level(group: Group, scene: Scene, opened: bool) -> Iterator[str]:
    """The picture of what is directly in a group, then a part for each group in it."""
    yield f'<div class="scroll">{_picture(group, scene)}</div>'
    for item in group.items:
        if isinstance(item, Group):
            box = folded_box(item)
            yield f'<details id="{_anchor(item)}"{" open" * opened}>'
            what = f"{box.name}, {count(box.params)} parameters, gives {box.shape}"
            yield f"<summary><b>{escaped(item.name)}</b>{escaped(what)}</summary>"
            yield from _level(item, scene, opened)
            yield "</details>"


def _picture(group: Group, scene: Scene) -> str:
    """The group alone: groups in it folded, what comes from outside or goes there as ends."""
    standing: dict[str, str] = {}
    items: list[Item] = []
    for item in group.items:
        standing |= dict.fromkeys(_ids(item), item.id)
        items.append(folded_box(item) if isinstance(item, Group) else item)
    known = {box.id: box for box in boxes(scene.root)}
    links: dict[Link, None] = {}
    for link in scene.links:
        source, target = standing.get(link.source), standing.get(link.target)
        if source == target:
            continue
        if source is None:
            source = _end(items, f"from {link.source}", "input", "from", known[link.source])
        if target is None:
            target = _end(items, f"to {link.source}", "output", "result of", known[link.source])
        links[Link(source, target, link.label if link.target == target else "")] = None
    part = Scene(replace(group, id="", items=tuple(items)), tuple(links), 0)
    drawn = svg_element(part, "", f"g{_anchor(group)}")
    for item in group.items:
        if isinstance(item, Group):
            title = f'<g class="node"><title>{escaped(f"{item.id}: ")}'
            drawn = drawn.replace(title, f'<a href="#{_anchor(item)}">{title}', 1)
            before, found, after = drawn.partition(f'<a href="#{_anchor(item)}">')
            drawn = before + found + after.replace("</text></g>", "</text></g></a>", 1)
    return drawn


def _end(items: list[Item], id: str, kind: str, word: str, box: Box) -> str:
    if all(item.id != id for item in items):
        end = Box(id, "input" if kind == "input" else "output", word, box.id, box.shape)
        items.insert(0, end) if kind == "input" else items.append(end)
    return id


def _ids(item: Item) -> list[str]:
    return [item.id] if isinstance(item, Box) else [box.id for box in boxes(item)]


def _anchor(group: Group) -> str:
    return "block-" + "".join(c if c.isalnum() or c in "-_" else "--" for c in group.id)
