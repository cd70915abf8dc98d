"""The page of several runs side by side: in what they differ, their scores, forecasts and curves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from layerforge.render.score_parts import cell, flat
from layerforge.report.gallery import comparison_pictures
from layerforge.report.html import (
    Column,
    code,
    contents,
    figures,
    heading,
    page,
    table,
    text,
)
from layerforge.report.overlay import overlay_pictures
from layerforge.report.run_page import headline, said
from layerforge.report.story import Story, missing_pieces

Differences = Mapping[str, Sequence[str | None]]  # as `run.comparing.differences` gives them
_SECTIONS: Final = {
    "runs": "The runs",
    "settings": "Settings that differ",
    "scores": "Scores",
    "forecasts": "Forecasts",
    "curves": "Curves",
    "again": "How to do it again",
}


def comparison_page(stories: Sequence[Story], differences: Differences) -> str:
    """The page as HTML."""
    pictures = comparison_pictures(stories)
    forecasts = list(_forecasts(stories))
    found = [name for name in _SECTIONS if name != "forecasts" or forecasts]
    parts = [
        f"<h1>{len(stories)} runs side by side</h1>",
        contents((name, words) for name, words in _SECTIONS.items() if name in found),
        *_runs(stories),
        *_settings(stories, differences),
        *_scores(stories),
        *forecasts,
        heading(_SECTIONS["curves"], "curves"),
        figures(pictures.values()) or text("No epoch was completed."),
        *_again(stories),
    ]
    return page("Runs " + ", ".join(story.run.title for story in stories), parts)


def _runs(stories: Sequence[Story]) -> Iterator[str]:
    yield heading(_SECTIONS["runs"], "runs")
    for story in stories:
        yield text(f"{story.run.title}: {headline(story)}")
        yield said(story)
    yield from (text(f"Not on this page: {line}", soft=True) for line in missing_pieces(stories))


def _settings(stories: Sequence[Story], differences: Differences) -> Iterator[str]:
    yield heading(_SECTIONS["settings"], "settings")
    rows = [
        [path, *("-" if each is None else each for each in values)]
        for path, values in differences.items()
    ]
    head = [Column("setting"), *(Column(story.run.title) for story in stories)]
    yield table(head, rows) if rows else text("None: the specs say the same.")


def _scores(stories: Sequence[Story]) -> Iterator[str]:
    yield heading(_SECTIONS["scores"], "scores")
    scored = [dict(flat(story.scores.get("model", {}))) for story in stories]
    names = dict.fromkeys(name for each in scored for name in each)
    if not names:
        yield text("There are none.")
        return
    if not _alike(stories):
        warning = "These runs were not scored on the same samples: their scores do not compare."
        yield f'<p class="verdict">{warning}</p>'
    head = [Column(""), *(Column(story.run.title, True) for story in stories)]
    yield table(head, [[name, *(cell(each.get(name)) for each in scored)] for name in names])


def _forecasts(stories: Sequence[Story]) -> Iterator[str]:
    """What the runs said of the same windows; nothing where not two of them forecast at all."""
    if sum(bool(story.seen.get("windows")) for story in stories) < 2:
        return
    yield heading(_SECTIONS["forecasts"], "forecasts")
    yield figures(overlay_pictures(stories)) or text("No two runs forecast the same windows.")


def _alike(stories: Sequence[Story]) -> bool:
    """Whether the scores are of the same samples, as far as the records tell: data, part and number."""
    keys = {
        (
            (story.record.get("data") or {}).get("sha256"),
            story.scores.get("split"),
            story.scores.get("samples"),
            str(story.record.get("settings", {}).get("data.targets")),
        )
        for story in stories
        if story.scores
    }
    return len(keys) <= 1


def _again(stories: Sequence[Story]) -> Iterator[str]:
    yield heading(_SECTIONS["again"], "again")
    commands = [" ".join(map(str, story.record.get("command", ()))) for story in stories]
    yield code("\n".join(dict.fromkeys(command for command in commands if command)))
    yield text("`layerforge report RUN` makes the whole page of one of them.", soft=True)
