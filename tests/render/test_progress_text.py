"""What a run tells, as lines."""

from __future__ import annotations

import io
import json
import math

import pytest

from layerforge.events import (
    EpochDone,
    Event,
    Note,
    StepDone,
    TrainingEnded,
    TrainingStarted,
)
from layerforge.render.live import LiveProgress
from layerforge.render.log import event_line
from layerforge.render.progress import Pace, PlainProgress, spark_line
from layerforge.render.screen import Screen

STARTED = TrainingStarted("runs/a/1", 3, 100, {"train": 3200, "validation": 100}, "val_loss")
LOGS = {"loss": 0.5123456, "mae": 0.04}


def told(*events: Event) -> list[str]:
    stream = io.StringIO()
    progress = PlainProgress(stream)
    for event in events:
        progress(event)
    return stream.getvalue().splitlines()


def test_a_piped_run_has_a_line_for_each_epoch() -> None:
    assert told(
        Note("season 24: inferred"),
        STARTED,
        EpochDone(1, {**LOGS, "val_loss": 0.4}, 8.11, True),
        EpochDone(2, {**LOGS, "val_loss": 0.5}, 16.2, False),
        TrainingEnded(2, 1, 16.3, "EarlyStopping stopped it after epoch 2"),
    ) == [
        "note: season 24: inferred",
        "training in runs/a/1: 3 epochs of 100 steps",
        "epoch 1/3  loss 0.5123  mae 0.04000  val_loss 0.4000  8.1 s  best so far",
        "epoch 2/3  loss 0.5123  mae 0.04000  val_loss 0.5000  16.2 s",
        "val_loss ▁█ best 0.4000 in epoch 1",
        "EarlyStopping stopped it after epoch 2, 16.3 s; the weights of epoch 1 are kept",
    ]


def test_a_long_epoch_speaks_every_ten_seconds() -> None:
    steps = [StepDone(1, step, LOGS, step * 2.0) for step in range(1, 12)]
    assert told(STARTED, *steps)[1:] == [
        "epoch 1/3  step   5/100  0.5/s  loss 0.5123  mae 0.04000  at most 9 min 50 s left",
        "epoch 1/3  step  10/100  0.5/s  loss 0.5123  mae 0.04000  at most 9 min 40 s left",
    ]


def test_a_run_that_goes_on_says_from_where() -> None:
    event = TrainingStarted("runs/a/1", 10, 5, {}, "loss", start_epoch=4)
    assert told(event) == ["training in runs/a/1: 10 epochs of 5 steps, from epoch 5 on"]


def test_a_run_without_a_whole_epoch_keeps_nothing() -> None:
    lines = told(TrainingEnded(0, 0, 1.0, "stopped by Ctrl-C in epoch 1"))
    assert lines == ["stopped by Ctrl-C in epoch 1, 1.0 s; nothing is kept"]


def test_the_time_left_leaves_the_compilation_out() -> None:
    pace = Pace()
    pace.take(STARTED)
    assert pace.left is None
    pace.take(StepDone(1, 1, {}, 20.0))
    assert pace.left is None
    pace.take(StepDone(1, 11, {}, 21.0))
    assert pace.left == pytest.approx((300 - 11) * 0.1)
    pace.take(StepDone(3, 100, {}, 60.0))
    assert pace.left == 0


def test_the_time_left_of_a_run_that_goes_on_counts_its_own_steps() -> None:
    pace = Pace()
    pace.take(TrainingStarted("r", 10, 10, {}, "loss", start_epoch=8))
    pace.take(StepDone(9, 1, {}, 1.0))
    pace.take(StepDone(9, 5, {}, 5.0))
    assert pace.left == pytest.approx(15.0)


def test_a_note_cannot_act_on_a_terminal() -> None:
    assert told(Note("\x1b[2J")) == ["note: \\x1b[2J"]


def test_the_display_leaves_the_lines_of_epochs_behind(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with LiveProgress(Screen(80)) as progress:
        for event in (STARTED, StepDone(1, 5, LOGS, 1.0), EpochDone(1, LOGS, 2.0, True)):
            progress(event)
    said = capsys.readouterr().err
    assert "training in runs/a/1: 3 epochs of 100 steps\n" in said
    assert "epoch 1/3  loss 0.5123  mae 0.04000  2.0 s  best so far\n" in said
    assert "\x1b" not in said


def test_a_line_of_bars_shows_the_last_values_and_leaves_out_what_is_no_number() -> None:
    assert spark_line([3.0, 2.0, math.nan, 1.0]) == "█▅ ▁"
    assert spark_line([1.0, 1.0]) == "▁▁"
    assert len(spark_line([float(i) for i in range(50)])) == 20


def test_the_log_for_machines_is_an_object_a_line() -> None:
    line = event_line(EpochDone(2, {"loss": math.nan, "mae": 0.5}, 1.5, True))
    assert json.loads(line) == {
        "event": "epoch_done",
        "epoch": 2,
        "logs": {"loss": None, "mae": 0.5},
        "seconds": 1.5,
        "best": True,
    }
