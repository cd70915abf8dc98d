"""What `report` and `plot` have in common: which runs or search the words mean, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from layerforge.diagnostics import Faults

Searches: TypeAlias = Annotated[
    Path, typer.Option("--searches", metavar="DIR", help="Where searches are kept.")
]
Static: TypeAlias = Annotated[
    bool, typer.Option("--static", help="Do not load Keras: leave out what needs predictions.")
]
SEARCHES = Path("searches")


def meant(names: Sequence[str], runs: Path, searches: Path) -> tuple[list[Path], Path | None]:
    """The runs that the words name, or the search that the one word does. Raises Faults."""
    from layerforge.run.finding import find_run

    found: list[Path] = []
    for name in dict.fromkeys(names):
        try:
            found.append(find_run(name, runs).resolve())
        except Faults:
            search = _search(name, searches)
            if search is None:
                raise
            if len(names) > 1:
                message = f"`{name}` is a search, which has a page of its own"
                raise typer.BadParameter(message, param_hint="RUN...") from None
            return [], search
    return found, None


def _search(name: str, searches: Path) -> Path | None:
    from layerforge.tuning.record import find_search

    try:
        return find_search(name, searches)
    except Faults:
        return None


def search_told(folder: Path) -> dict[str, Any]:
    """A search as plain values."""
    from layerforge.tuning.search import look
    from layerforge.tuning.telling import told

    return told(look(folder))


def search_html(told: Mapping[str, Any]) -> str:
    """The page of a search, from its plain values and the files in its folder."""
    from layerforge.report.search_page import search_page
    from layerforge.tuning.record import read_search

    best = told["best_spec"]
    text = Path(best).read_text(encoding="utf-8") if best is not None else None
    command = read_search(Path(told["search"])).get("command", ["layerforge", "tune"])
    return search_page(told, text, command)
