"""The page of a diagnostic as text and as JSON, and the list of all codes."""

from __future__ import annotations

from typing import Any, Final

from layerforge.codes import CODES
from layerforge.explain import Example, Page, pieces
from layerforge.render.characters import folded
from layerforge.render.screen import Screen
from layerforge.render.table import Column, table


def page_text(page: Page, screen: Screen) -> str:
    """The page: what the code means, the cause, the examples indented, the cure."""
    first, *more = screen.lines(f"{page.code}: {page.summary}")
    lines = [first.replace(page.code, screen.paint("strong", page.code), 1), *more, ""]
    lines += _markdown(page.cause, screen)
    for title, part in (
        ("for both", page.given),
        ("bad", page.bad),
        ("good", page.good),
        ("cure", page.cure),
    ):
        if part:
            lines += ["", screen.paint("strong", title), *_markdown(part, screen, "  ")]
    return "\n".join(lines) + "\n"


def page_record(page: Page) -> dict[str, Any]:
    """The page for JSON, the examples as files and commands."""
    return {
        "kind": "fault",
        "code": page.code,
        "summary": page.summary,
        "cause": page.cause,
        "bad": _example_record(page.example("bad")),
        "good": _example_record(page.example("good")),
        "cure": page.cure,
    }


def codes_text(screen: Screen) -> str:
    """Every code with its line, in the order in which a spec is worked on."""
    rows = [(f"  {code}", line) for code, line in CODES.items()]
    lines = table((Column(""), Column("")), rows, screen.width)[1:]
    return (
        "\n".join([screen.paint("strong", "faults"), *lines, "", *screen.lines(_MORE, "")]) + "\n"
    )


def codes_record() -> dict[str, Any]:
    """Every code with its line, for JSON."""
    return {"codes": [{"code": code, "summary": line} for code, line in CODES.items()]}


_MORE: Final = "layerforge explain CODE explains one; layerforge layers lists what else has a page"


def _example_record(example: Example) -> dict[str, Any]:
    return {"files": dict(example.files), "commands": list(example.commands)}


def _markdown(part: str, screen: Screen, indent: str = "") -> list[str]:
    """Prose folded to the screen; blocks indented, under their files' names where there are several."""
    found = list(pieces(part))
    named = sum(piece.kind != "" for piece in found) > 1
    lines: list[str] = []
    for at, piece in enumerate(found):
        lines += [""] if at else []
        if not piece.kind:
            lines += _folded(indent + piece.text, screen)
            continue
        lines += [f"{indent}{piece.name}:"] if named and piece.name else []
        lines += [f"{indent}  {line}".rstrip() for line in piece.text.splitlines()]
    return lines


def _folded(text: str, screen: Screen) -> list[str]:
    return [text] if screen.width is None else folded(text, screen.width)
