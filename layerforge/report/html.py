"""The pieces of a page: tables, figures, sections; every word from outside is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from layerforge.render.picture.svg import STYLE as MODEL_STYLE
from layerforge.render.picture.svg import escaped
from layerforge.report.drawing import Picture, svg_of

_STYLE: Final = Path(__file__).with_name("page.css")
Cells = Sequence[str]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; the numbers of one stand to the right, `code` keeps its blanks."""

    title: str
    number: bool = False
    code: bool = False


def page(title: str, parts: Iterable[str]) -> str:
    """A whole page that needs nothing from a network and runs nothing."""
    style = _STYLE.read_text(encoding="utf-8")
    body = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escaped(title)}</title>\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{style}{MODEL_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def text(words: str, soft: bool = False) -> str:
    """A paragraph."""
    opening = '<p class="soft">' if soft else "<p>"
    return f"{opening}{escaped(words)}</p>"


def heading(words: str, name: str) -> str:
    """The heading of a section, which a link can lead to."""
    return f'<h2 id="{escaped(name)}">{escaped(words)}</h2>'


def contents(sections: Iterable[tuple[str, str]]) -> str:
    """Links to the sections of a page: pairs of name and words."""
    links = (f'<a href="#{escaped(name)}">{escaped(words)}</a>' for name, words in sections)
    return f"<nav>{' '.join(links)}</nav>"


def table(head: Sequence[Column], rows: Iterable[Cells], strong: int | None = None) -> str:
    """A table that scrolls within itself where it is wider than the screen; row `strong` stands out.

    A column in which nothing stands is left out.
    """
    whole = list(rows)
    shown = [at for at in range(len(head)) if any(row[at] for row in whole)]
    titles = "".join(f"<th{_kind(head[at])}>{escaped(head[at].title)}</th>" for at in shown)
    lines = [
        f"{'<tr class=best>' if number == strong else '<tr>'}"
        f"{''.join(_cell(head[at], row[at]) for at in shown)}</tr>"
        for number, row in enumerate(whole)
    ]
    return f'<div class="wide"><table><tr>{titles}</tr>\n' + "\n".join(lines) + "</table></div>"


def _cell(column: Column, words: str) -> str:
    return f"<td{_kind(column)}>{escaped(words).replace(chr(10), '<br>')}</td>"


def _kind(column: Column) -> str:
    kind = "number" if column.number else "code" if column.code else ""
    return f' class="{kind}"' if kind else ""


def code(words: str) -> str:
    """Text as it is, in a face of one width."""
    return f"<pre>{escaped(words)}</pre>"


def folded(summary: str, parts: Iterable[str], opened: bool = False) -> str:
    """What opens and shuts at a click; in print it is open."""
    inside = "\n".join(parts)
    return f"<details{' open' * opened}><summary>{escaped(summary)}</summary>\n{inside}\n</details>"


def figures(pictures: Iterable[Picture | None]) -> str:
    """Pictures in as many columns as there is room for; None, for one that is not there, is left out."""
    drawn = [_figure(picture) for picture in pictures if picture is not None]
    return f'<div class="grid">{"".join(drawn)}</div>' if drawn else ""


def wide_figure(picture: Picture) -> str:
    """A picture as wide as the page; on a phone it scrolls."""
    return f'<div class="wide large">{_figure(picture)}</div>'


def _figure(picture: Picture) -> str:
    note = f"<small>{escaped(picture.note)}</small>" if picture.note else ""
    name, title = escaped(picture.name), escaped(picture.title)
    svg = svg_of(picture).replace("<svg", f'<svg role="img" aria-label="{title}"', 1)
    return f'<figure id="{name}"><figcaption>{title}{note}</figcaption>{svg}</figure>'
