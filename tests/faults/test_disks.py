"""Disks that are full or may only be read: a line that names the file, and what was there stays as it was."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import is_plain, run_shell, write_folder

# Each writes a file that was asked for; none loads TensorFlow.
WRITES = {
    "new": "new wave.csv --out drafted.yaml",
    "graph": "graph forecast.yaml --out drawn.svg",
    "eject": "eject forecast.yaml --out script.py",
    "schema": "schema --out schema.json",
}
TRAINED = {
    "build": "build forecast.yaml --out built.keras",
    "train": "train forecast.yaml --quiet",
    "resume": "train --resume wave/1 --epochs 3 --quiet",
    "tune": "tune search.yaml --max-trials 1 --no-retrain --quiet",
    "predict": "predict wave --data wave.csv --out predicted.parquet",
    "export": "export wave --to keras --out exported.keras",
    "report": "report wave --out report.html",
    "plot": "plot wave --out pictures",
    "import": "import units.keras --out imported.yaml",
    "remove": "runs remove wave/1 --yes",
}
SAID = {"full": "no space left on device", "read-only": "read-only file system"}


def _mounted(disk: Path, *options: str) -> bool:
    command = ["mount", *options, str(disk)]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MiB in memory, where the system lets one be made."""
    place = tmp_path / "disk"
    place.mkdir()
    if not _mounted(place, "-t", "tmpfs", "-o", "size=8m", "tmpfs"):
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def _close(disk: Path, kind: str) -> None:
    """From here on nothing can be written on the disk."""
    if kind == "read-only":
        assert _mounted(disk, "-o", "remount,ro")
        return
    descriptor = os.open(disk / "filler", os.O_WRONLY | os.O_CREAT)
    for size in (65536, 512):
        try:
            while os.write(descriptor, b"x" * size):
                pass
        except OSError:
            continue
    os.close(descriptor)


def _files(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize("kind", SAID)
@pytest.mark.parametrize("name", WRITES)
def test_a_file_that_cannot_be_written_is_told_by_its_name(
    name: str, kind: str, disk: Path
) -> None:
    write_folder(disk)
    _close(disk, kind)
    before = _files(disk)
    done = run_shell(disk, f"layerforge {WRITES[name]}")
    said = f"`{WRITES[name].split()[-1]}` cannot be written: {SAID[kind]} [unwritable-file]\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", said)
    assert _files(disk) == before


@pytest.mark.slow
@pytest.mark.parametrize("kind", SAID)
@pytest.mark.parametrize("name", TRAINED)
def test_nothing_that_was_written_is_lost_on_a_disk_that_cannot_be_written(
    name: str, kind: str, used: Path, disk: Path
) -> None:
    subprocess.run(["cp", "-r", f"{used}/.", str(disk)], check=True)
    _close(disk, kind)
    before = _files(disk)
    done = run_shell(disk, f"layerforge {TRAINED[name]}")
    if (name, kind) == ("remove", "full"):
        assert done.returncode == 0, done.stderr
        return
    assert (done.returncode, is_plain(done)) == (1, True), done.stderr
    if name == "build":  # its table comes first
        assert done.stderr.splitlines()[-1].startswith("`built.keras`: ")
    else:
        assert done.stdout == ""
    assert SAID[kind] in done.stderr.splitlines()[-1]
    after = _files(disk)
    assert {name: after.get(name) for name in before} == before


def test_a_folder_for_temporary_files_is_not_needed(folder: Path) -> None:
    """None of the usual places can be written, as in a container whose disks may only be read."""
    everywhere = f'TMPDIR={folder}/nowhere "$PYTHON" -c'
    code = (
        "import tempfile; tempfile._candidate_tempdir_list = lambda: ['/nowhere'];"
        " from layerforge.cli.main import main; raise SystemExit(main(['data', 'forecast.yaml', '--json']))"
    )
    done = run_shell(folder, f'{everywhere} "{code}"')
    assert done.returncode == 0, done.stderr
