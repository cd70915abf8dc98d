"""The page of a run: nothing is missing that there is, nothing is made up that there is not."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from layerforge.events import Note
from layerforge.report import html
from layerforge.report.gallery import run_pictures
from layerforge.report.run_page import run_page
from layerforge.report.story import gather
from tests.report.conftest import HOSTILE, changed
from tests.run.conftest import Told

Copied = Callable[[str], Path]
OF_ALL = {"splits", "curve-loss", "residuals"}
PICTURES = {
    "sine": OF_ALL
    | {"course", "curve-mae", "ahead", "error-by-step", "error-over-time"}
    | {f"forecast-{number}" for number in range(1, 5)},
    "blobs": {"splits", "curve-loss", "curve-accuracy", "confusion", "confidence"},
    "plane": OF_ALL | {"curve-mae", "predicted-true"},
}
VOID = {"meta", "br", "path", "use", "rect", "image", "line", "circle", "polyline", "polygon"}


class Page(HTMLParser):
    """What a page holds: the ids of its parts, its links, its words; open tags must be closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.words = ""
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        self.ids += [value for name, value in attrs if name == "id"]
        self.links += [value for name, value in attrs if name in ("href", "src", "xlink:href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words += f"{data} "


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages whose pictures are empty, for tests of their words."""
    monkeypatch.setattr(html, "svg_of", lambda picture: "<svg></svg>")


def page_of(run: Path, predict: bool = True) -> tuple[Page, str]:
    text = run_page(gather(run, Told(), predict))
    return Page(text), text


@pytest.mark.parametrize("name", PICTURES)
def test_a_finished_run_has_every_part_and_every_picture_of_its_task(
    trained: dict[str, Path], name: str
) -> None:
    page, text = page_of(trained[name])
    sections = {"scores", "predictions", "training", "data", "model", "again"}
    assert sections | PICTURES[name] <= set(page.ids)
    assert set(run_pictures(gather(trained[name], Told()))) == PICTURES[name]
    assert "Not on this page" not in page.words
    assert not page.open
    assert len(text) < 1_000_000


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("name", PICTURES)
def test_the_page_says_what_the_files_of_the_run_say(trained: dict[str, Path], name: str) -> None:
    page, _ = page_of(trained[name], predict=False)
    record = json.loads((trained[name] / "run.json").read_text())
    scores = json.loads((trained[name] / "scores.json").read_text())
    assert record["data"]["sha256"] in page.words
    assert "layerforge train spec.yaml" in page.words
    comparison = scores["comparison"]
    assert ("The model beats" in page.words) == comparison["beats"]
    assert comparison["baseline"] in page.words


@pytest.mark.usefixtures("undrawn")
def test_the_model_stands_on_the_page_gate_by_gate(trained: dict[str, Path]) -> None:
    page, _ = page_of(trained["sine"], predict=False)
    assert "4 x (8 x (2 + 8) + 8) = 352" in page.words
    assert {"svg", "details", "table"} <= page.tags


def test_a_page_needs_no_network_and_runs_nothing(trained: dict[str, Path]) -> None:
    page, text = page_of(trained["sine"])
    assert "script" not in page.tags
    assert all(link.startswith(("#", "data:image/png;base64,")) for link in page.links)
    assert not re.search(r"url\((?!#)|@import", text)
    inside = {link[1:] for link in page.links if link.startswith("#")}
    assert inside <= set(page.ids)
    assert len(page.ids) == len(set(page.ids)) or _only_shapes(page.ids)


def _only_shapes(ids: list[str]) -> bool:
    """Whether what is there twice is a shape of matplotlib, whose name is made of what it is."""
    twice = {each for each in ids if ids.count(each) > 1}
    return all(re.fullmatch(r"[a-z][0-9a-f]{9,}", each) for each in twice)


def test_names_that_are_markup_stay_names(copied: Copied) -> None:
    run = copied("blobs")
    changed(run / "run.json", lambda record: record.update(command=["layerforge", HOSTILE]))
    changed(run / "data.json", lambda account: account.update(source=HOSTILE, warnings=[HOSTILE]))
    changed(run / "scores.json", lambda scores: scores.update(classes=[HOSTILE, "red"]))
    (run / "spec.yaml").write_text((run / "spec.yaml").read_text() + f"# {HOSTILE}\n")
    page, text = page_of(run, predict=False)
    assert "<script" not in text
    assert "script" not in page.tags
    assert "alert(1)" in page.words


def test_what_was_seen_is_kept_and_keras_asked_once(copied: Copied) -> None:
    run, first, again = copied("plane"), Told(), Told()
    (run / "closeup.json").unlink(missing_ok=True)
    seen = gather(run, first).seen
    assert gather(run, again).seen == seen
    assert any("Keras predicts" in event.text for event in first.of(Note))
    assert not again.events


def test_what_was_seen_of_another_model_is_not_taken(copied: Copied) -> None:
    run, told = copied("plane"), Told()
    gather(run, Told())
    best = run / "best.keras"
    content = best.read_bytes()
    best.unlink()
    best.write_bytes(content)
    gather(run, told)
    assert told.of(Note)


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(
    ("gone", "said"),
    [
        (["scores.json"], "was not scored"),
        (["scores.json", "best.keras", "closeup.json"], "no epoch of it was completed"),
        (["data.json"], "The account of the data"),
        (["history.jsonl"], "The history of the epochs"),
        (["run.json", "closeup.json"], "What was run is not known"),
        (["spec.yaml", "closeup.json"], "The model"),
    ],
)
def test_a_piece_that_is_not_there_is_said(copied: Copied, gone: list[str], said: str) -> None:
    run = copied("plane")
    for name in gone:
        (run / name).unlink(missing_ok=True)
    page, _ = page_of(run)
    assert "Not on this page" in page.words
    assert said in page.words
    assert {"scores", "training", "data", "model"} <= set(page.ids)


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("file", ["run.json", "data.json", "scores.json"])
def test_a_file_that_lacks_an_entry_costs_no_page(copied: Copied, file: str) -> None:
    run = copied("plane")
    whole = json.loads((run / file).read_text())
    for name in whole:
        (run / file).write_text(json.dumps({key: whole[key] for key in whole if key != name}))
        page, _ = page_of(run, predict=False)
        assert {"scores", "training", "data", "model", "again"} <= set(page.ids)


@pytest.mark.usefixtures("undrawn")
def test_data_that_have_changed_cost_the_predictions_alone(copied: Copied) -> None:
    run = copied("plane")
    (run / "closeup.json").unlink(missing_ok=True)
    (run.parents[2] / "plane.csv").write_text("x,y,height\n" + "1,2,3\n2,1,0\n" * 50)
    page, _ = page_of(run)
    assert "has changed since the run" in page.words
    assert "predicted-true" not in page.ids
    assert {"curve-loss", "splits"} <= set(page.ids)


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("state", ["failed", "interrupted", "running"])
def test_a_run_that_did_not_finish_has_its_page(copied: Copied, state: str) -> None:
    run = copied("plane")
    changed(run / "run.json", lambda record: record.update(state=state, reason="the disk is full"))
    page, _ = page_of(run, predict=False)
    assert "the disk is full" in page.words
    assert f"{state}; the disk is full" in page.words


@pytest.mark.parametrize("code", [None, 7, [1]])
def test_a_record_that_says_strange_things_costs_no_page(copied: Copied, code: object) -> None:
    run = copied("blobs")
    changed(run / "run.json", lambda record: record.update(code=code, plugins=None))
    page, _ = page_of(run, predict=False)
    assert ("something else than names for `code`" in page.words) == (code is not None)


def test_a_very_long_history_makes_no_long_page(copied: Copied) -> None:
    run = copied("plane")
    lines = [json.dumps({"epoch": n, "loss": 1 / n, "val_loss": 2 / n}) for n in range(1, 20_001)]
    (run / "history.jsonl").write_text("\n".join(lines) + "\n")
    _, text = page_of(run, predict=False)
    assert len(text) < 300_000
    assert "20,000 epochs" in text
    assert "mathdefault" not in text  # of the logarithmic axis


@pytest.mark.parametrize("steps", [1, 2, 13, 720])
def test_a_horizon_of_any_length_is_drawn(copied: Copied, steps: int) -> None:
    run = copied("sine")
    by = {str(step): {"scaled": {"mse": step / 10}} for step in range(1, steps + 1)}

    def lengthen(scores: dict[str, Any]) -> None:
        for each in (scores["model"], *scores["baselines"].values()):
            each["by"]["step"] = by

    changed(run / "scores.json", lengthen)
    page, text = page_of(run, predict=False)
    assert ("error-by-step" in page.ids) == (steps > 1)
    assert len(text) < 1_500_000
