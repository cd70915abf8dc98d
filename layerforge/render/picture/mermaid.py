"""A scene as Markdown with a Mermaid flowchart, which GitHub, GitLab and many editors draw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from layerforge.render.numbers import count, many
from layerforge.render.picture.layout import detail
from layerforge.render.picture.scene import Box, Group, Scene, boxes

MOST_LINKS: Final = 500  # Mermaid's `maxEdges`; a reader's page refuses more
_SHAPES: Final = {
    "input": ("([", "])"),
    "output": ("([", "])"),
    "folded": ("[[", "]]"),
    "layer": ("[", "]"),
}


def markdown(scene: Scene) -> str:
    """The scene as a Markdown page."""
    total = sum(box.kind == "layer" for box in boxes(scene.root))
    head = (
        f"# {_plain(scene.root.name)}\n\n{many(total, 'layer')}, {count(scene.params)} parameters"
    )
    return "\n".join([head, "", "```mermaid", *_chart(scene), "```"]) + "\n"


def _chart(scene: Scene) -> Iterator[str]:
    numbers = {box.id: f"n{at}" for at, box in enumerate(boxes(scene.root))}
    yield "flowchart TD"
    yield from _inside(scene.root, numbers, "  ")
    for link in scene.links:
        label = f'|"{_text(link.label)}"|' if link.label else ""
        yield f"  {numbers[link.source]} -->{label} {numbers[link.target]}"


def _inside(group: Group, numbers: dict[str, str], indent: str) -> Iterator[str]:
    for item in group.items:
        if isinstance(item, Box):
            yield f"{indent}{numbers[item.id]}{_box(item)}"
        else:
            first = next(boxes(item))
            yield f'{indent}subgraph g{numbers[first.id]}_{len(indent)}["{_text(item.name)}"]'
            yield from _inside(item, numbers, indent + "  ")
            yield f"{indent}end"


def _box(box: Box) -> str:
    left, right = _SHAPES[box.kind]
    lines = [f"{box.title} {box.name}", detail(box)]
    return f'{left}"{"<br/>".join(map(_text, lines))}"{right}'


def _text(words: str) -> str:
    """Text inside Mermaid's quotes: what is markup there, or ends the quote, as an entity code."""
    return "".join(c if c.isalnum() or c in " .,:_-()+/·" else f"#{ord(c)};" for c in words)


def _plain(words: str) -> str:
    """A name in a Markdown heading."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|" else c for c in words)
