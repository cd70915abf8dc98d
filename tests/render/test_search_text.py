"""A search while it runs: the lines of those that ended, and the table of those under way."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from layerforge.events import SearchEnded, SearchStarted, TrialEnded, TrialEpoch, TrialStarted
from layerforge.render.live_search import LiveSearch
from layerforge.render.screen import Screen
from layerforge.render.search import SearchBoard

STARTED = SearchStarted("searches/a/1", "val_loss", "min", 20, 2)
BEGUN = (TrialStarted(0, {"units": 32}, 5), TrialStarted(1, {"units": 64}, 5))
EPOCH = TrialEpoch(1, 2, 0.25)
DONE = TrialEnded(0, {"units": 32}, "completed", 0.125, "", 10.0, True)
DIVERGED = TrialEnded(1, {"units": 64}, "diverged", None, "`loss` is NaN", 5.0, False)
ENDED = SearchEnded("finished", "all trials have ended", {"completed": 1, "diverged": 1}, 12.0)


def test_a_piped_search_has_a_line_for_each_trial(capsys: pytest.CaptureFixture[str]) -> None:
    with LiveSearch(Screen(200)) as live:
        for event in (STARTED, *BEGUN, EPOCH, DONE, DIVERGED, ENDED):
            live(event)
    said = capsys.readouterr().err
    assert "search in searches/a/1 of 20 trials, 2 processes at a time\n" in said
    assert "trial 0 completed 0.1250  units = 32  10.0 s  best so far" in said
    assert "trial 1 diverged: `loss` is NaN  units = 64  5.0 s" in said
    assert "all trials have ended: 1 completed, 1 diverged, 12.0 s\n" in said
    assert "\x1b" not in said


def test_a_terminal_shows_each_trial_under_way_and_the_time_left() -> None:
    stream = io.StringIO()
    live = LiveSearch(Screen(100))
    console = Console(file=stream, force_terminal=True, width=100, no_color=True)
    live._console = live._live.console = console
    with live:
        for event in (STARTED, *BEGUN, EPOCH, DONE):
            live(event)
        live._live.refresh()
        frames = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "\n", stream.getvalue())
    table = frames[frames.rindex("trial ") :]
    assert re.search(r"1 +2/5 +0\.2500 +units = 64", frames[frames.rindex("so far") :]), table
    # One of 20 has ended in 10 s, two run at a time: 19 * 10 / 2.
    assert "1/20 trials, 1 running, best val_loss 0.1250 (trial 0), about 1 min 35 s left" in frames


@pytest.mark.parametrize("trials", [None, 20])
def test_a_search_that_goes_on_knows_the_best_of_before(trials: int | None) -> None:
    board = SearchBoard()
    board.take(SearchStarted("a", "val_loss", "min", trials, 2, done=7, best=(3, 0.5)))
    of = "7/20" if trials else "7"
    assert board.summary() == f"{of} trials, 0 running, best val_loss 0.5000 (trial 3)"
    board.take(TrialEnded(8, {}, "completed", 0.25, "", 1.0, True))
    assert "best val_loss 0.2500 (trial 8)" in board.summary()
