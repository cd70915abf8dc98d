"""A disk without room: the run ends as failed, says why, and goes on where it stood."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from benchmarks.kill import differences
from layerforge.diagnostics import Faults
from layerforge.run import keeping, resume, train
from layerforge.run.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from tests.run.conftest import BLOBS, Compile, Told, write_data

OFTEN = "train.checkpoint={steps: 1}"
ROOT = Path(__file__).parents[2]


def test_a_checkpoint_without_room_fails_the_run_which_goes_on(
    compiled: Compile, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = compiled(BLOBS, OFTEN, "train.epochs=3", "train.deterministic=true")
    alone = train(spec, folder / "alone", Told())
    written = 0

    def fills(run: Path, checkpoint: Checkpoint) -> None:
        nonlocal written
        written += 1
        if written == 6:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(run / "checkpoint"))
        write_checkpoint(run, checkpoint)

    with monkeypatch.context() as patch:
        patch.setattr(keeping, "write_checkpoint", fills)
        with pytest.raises(Faults) as stop:
            train(spec, folder / "full", Told())
    assert "`checkpoint`: no space left on device" in stop.value.diagnostics[0].message
    run = folder / "full" / "blobs" / "1"
    record: dict[str, Any] = json.loads((run / "run.json").read_text(encoding="utf-8"))
    assert (record["state"], record["reason"]) == ("failed", stop.value.diagnostics[0].message)
    assert resume(run, spec, Told()).state == "finished"
    (run / "failure.txt").unlink()
    assert differences(alone.path, run) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MiB in memory, where the system lets one be made."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)]
    try:
        made = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        made = False
    if not made:
        pytest.skip("no file system can be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.slow
def test_a_disk_that_runs_full_leaves_a_run_that_goes_on(small_disk: Path, tmp_path: Path) -> None:
    write_data(tmp_path)
    text = dedent(BLOBS).replace("units: 8", "units: 40000")  # a checkpoint of some 3 MB
    (tmp_path / "spec.yaml").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "layerforge", "train", "spec.yaml", "--runs", str(small_disk)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "no space left on device" in done.stderr
    record = json.loads((small_disk / "blobs" / "1" / "run.json").read_text(encoding="utf-8"))
    assert record["state"] == "failed"
    assert read_checkpoint(small_disk / "blobs" / "1") is None
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    again = subprocess.run(
        [*command[:4], "--resume", "--runs", str(small_disk)],
        cwd=tmp_path,
        env=environment,
        check=False,
    )
    assert again.returncode == 0
