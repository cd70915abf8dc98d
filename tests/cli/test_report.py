"""`layerforge report` and `layerforge plot` as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.fixture
def wave(run: Run) -> Path:
    """A short run of the forecast."""
    assert run("train", "forecast.yaml", "--quiet", "--epochs", "1").status == 0
    return Path("runs/wave")


def test_reports_and_plots_of_runs(run: Run, wave: Path) -> None:
    assert run("train", "forecast.yaml", "--quiet", "--epochs", "2").status == 0
    first = run("report", "wave", "--json")
    told = json.loads(first.out)
    assert (first.status, told["out"], told["missing"]) == (0, "report.html", [])
    assert "Keras predicts" in first.err
    assert "saved report.html" in first.err
    page = Path("report.html").read_text(encoding="utf-8")
    assert 'id="forecast-1"' in page
    assert "Run wave/2" in page
    again = run("report", "wave/2", "--out", "again.html")
    assert (again.out, again.err) == ("", "saved again.html\n")
    assert Path("again.html").read_text(encoding="utf-8") == page
    both = run("report", "wave/1", str(wave / "2"), "--out", "both.html")
    assert both.status == 0
    side_by_side = Path("both.html").read_text(encoding="utf-8")
    assert "2 runs side by side" in side_by_side
    assert 'id="forecast-1"' in side_by_side
    assert 'id="ahead"' in side_by_side
    (wave / "1" / "closeup.json").unlink()
    static = run("report", "wave/1", "wave/2", "--out", "static.html", "--static")
    assert static.err == "saved static.html\n"
    page = Path("static.html").read_text(encoding="utf-8")
    assert "forecast-1" not in page
    assert "wave/1: Predictions: left out by --static." in page

    listed = run("plot", "wave", "--list")
    assert "error-by-step" in listed.out
    saved = run("plot", "wave", "residuals", "curve-loss", "--out", "plots", "--json")
    files = [each["file"] for each in json.loads(saved.out)["pictures"]]
    assert files == ["plots/residuals.png", "plots/curve-loss.png"]
    assert all(Path(file).read_bytes().startswith(b"\x89PNG") for file in files)
    drawn = run("plot", "wave", "--format", "svg", "--out", "svg", "--static")
    names = {path.name for path in Path("svg").iterdir()}
    assert names == {"splits.svg", "curve-loss.svg", "curve-mae.svg", "error-by-step.svg"}
    assert drawn.status == 0


def test_without_keras_a_page_says_what_it_lacks_and_a_picture_is_not_there(
    run: Run, wave: Path
) -> None:
    told = json.loads(run("report", "wave/1", "--static", "--json").out)
    assert told["missing"] == ["Predictions: left out by --static."]
    assert "left out by --static" in Path("report.html").read_text(encoding="utf-8")
    assert not (wave / "1" / "closeup.json").exists()
    wrong = run("plot", "wave", "curve-los", "--static")
    assert wrong.status == 2
    assert "curve-loss" in wrong.err


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["report", "nothing"], 1, "there is no run `nothing`"),
        (["plot", "nothing"], 1, "there is no run `nothing`"),
        (["report"], 2, "Missing argument"),
        (["report", "wave", "--out", "nowhere/x.html"], 2, "there is no folder `nowhere`"),
    ],
)
def test_what_is_not_there_is_said(run: Run, words: list[str], status: int, said: str) -> None:
    done = run(*words)
    assert done.status == status
    assert said in done.err
    assert not Path("report.html").exists()


@pytest.mark.slow
def test_reports_and_plots_of_a_search(run: Run) -> None:
    words = ["--max-trials", "2", "--workers", "1", "--no-retrain", "--quiet"]
    tuned = run("tune", "forecast.yaml", *words, "--html", "tuned.html")
    assert tuned.status == 0, tuned.err
    done = run("report", "wave", "--json")  # there is no run of this name
    assert json.loads(done.out)["of"] == ["searches/wave/1"]
    page = Path("report.html").read_text(encoding="utf-8")
    assert "Search searches/wave/1" in page
    assert page == Path("tuned.html").read_text(encoding="utf-8")
    listed = run("plot", "searches/wave/1", "--list")
    assert listed.out.split()[2] == "history"
    assert run("plot", "wave/1", "history", "--out", "plots").status == 0
    assert Path("plots/history.png").exists()
    several = run("report", "wave", "searches/wave/1")
    assert several.status == 2
    assert "a page of its own" in several.err
