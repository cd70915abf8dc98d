"""What may happen to a run from outside: memory that ends, a folder or a data file that vanishes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from layerforge.diagnostics import Faults
from layerforge.events import EpochDone, Event
from layerforge.run import resume, train
from layerforge.run.state import state_of
from tests.run.conftest import BLOBS, FLAT, SINE, Compile, Told, write_data
from tests.run.test_resuming import Stopping

ROOT = Path(__file__).parents[2]
ADDRESSES = 3_200_000_000  # bytes: TensorFlow alone takes two thirds of them
LARGE = dedent(SINE).replace("LSTM: $(width)", "LSTM: 3000")


def test_a_run_whose_folder_is_removed_ends_in_one_line(compiled: Compile, folder: Path) -> None:
    def removes(event: Event) -> None:
        if isinstance(event, EpochDone):
            shutil.rmtree(folder / "runs" / "blobs" / "1", ignore_errors=True)

    with pytest.raises(Faults) as stop:
        train(compiled(BLOBS), folder / "runs", removes)
    (fault,) = stop.value.diagnostics
    assert fault.code == "run-failed"
    assert "no such file or directory" in fault.message


def test_a_run_goes_on_when_its_data_are_back(
    compiled: Compile, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layerforge.run.watch._PAUSE", 0.0)
    spec = compiled(SINE, FLAT, "train.epochs=3")
    run = train(spec, folder / "runs", Stopping(3)).path
    aside = folder / "sine.csv"
    aside.rename(folder / "elsewhere.csv")
    with pytest.raises(Faults) as stop:
        resume(run, spec, Told())
    assert [fault.code for fault in stop.value.diagnostics] == ["unreadable-data"]
    assert state_of(run) == "interrupted"
    (folder / "elsewhere.csv").rename(aside)
    assert resume(run, spec, Told()).state == "finished"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits the addresses of a process")
def test_a_run_that_fills_the_memory_fails_with_that_reason_and_no_stack(tmp_path: Path) -> None:
    import resource

    write_data(tmp_path, rows=4_000)
    (tmp_path / "spec.yaml").write_text(LARGE + "  batch_size: 2000\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "layerforge", "train", "spec.yaml", "--quiet"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES)),
    )
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith("the memory is full [out-of-memory]\n")
    assert len(done.stderr.splitlines()) == 2  # the fault and its cure
    record = tmp_path / "runs" / "sine" / "1" / "run.json"
    if record.exists():  # there was enough for the model, and not for training it
        said: dict[str, Any] = json.loads(record.read_text(encoding="utf-8"))
        assert (said["state"], said["reason"]) == ("failed", "the memory is full")
