"""What stands at the place of a file that is to be written, and names that few files have."""

from __future__ import annotations

import errno
import os
import stat
import threading
from pathlib import Path

import pytest

from layerforge.run.files import replacing, write_text
from tests.faults.conftest import is_plain, run_shell

NAMES = [
    b"with space",
    b"quo'te\"s",
    b"new\nline",
    b"-dash",
    b"#hash%25",
    b"~",
    b"$HOME`id`;*?[x]{}",
]
NAMES += ["中文é".encode(), b"raw\xff\xfe", b"\x1b[31mred", b"L" * 200]


def test_a_device_is_written_to_and_stays_a_device(folder: Path) -> None:
    done = run_shell(folder, "layerforge schema --out /dev/null")
    assert done.returncode == 0, done.stderr
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_named_pipe_is_written_to(tmp_path: Path) -> None:
    path, read = tmp_path / "pipe", []
    os.mkfifo(path)
    reader = threading.Thread(target=lambda: read.append(path.read_text()))
    reader.start()
    write_text(path, "through", asked=True)
    reader.join()
    assert read == ["through"]
    assert stat.S_ISFIFO(path.stat().st_mode)


def test_of_a_link_that_was_asked_for_what_it_points_at_is_replaced(tmp_path: Path) -> None:
    link, far = tmp_path / "link", tmp_path / "far" / "file"
    far.parent.mkdir()
    link.symlink_to(far)
    write_text(link, "new", asked=True)
    assert link.is_symlink()
    assert far.read_text() == "new"


def test_no_link_in_the_folder_of_a_run_leads_out_of_it(tmp_path: Path) -> None:
    """A run may come from anyone: going on with it must not write elsewhere."""
    link, far = tmp_path / "run.json", tmp_path / "far"
    far.write_text("precious")
    link.symlink_to(far)
    write_text(link, "new")
    assert (far.read_text(), link.read_text(), link.is_symlink()) == ("precious", "new", False)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444])
def test_a_file_keeps_its_mode_and_nobody_else_reads_it_meanwhile(
    mode: int, tmp_path: Path
) -> None:
    path = tmp_path / "secret"
    path.write_text("old")
    path.chmod(mode)
    with replacing(path) as temporary:
        assert stat.S_IMODE(temporary.stat().st_mode) == mode
        temporary.write_text("new")
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("new", mode)


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o027])
def test_a_new_file_has_what_the_umask_leaves(umask: int, folder: Path) -> None:
    done = run_shell(folder, f"umask {umask:o}; layerforge graph forecast.yaml --out graph.svg")
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE((folder / "graph.svg").stat().st_mode) == 0o666 & ~umask


def test_a_name_as_long_as_the_system_allows_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 251 + ".txt")
    write_text(path, "whole")
    assert path.read_text() == "whole"


def test_an_error_names_the_file_that_was_asked_for(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space") as stop, replacing(tmp_path / "answer.csv"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert stop.value.filename == str(tmp_path / "answer.csv")
    with pytest.raises(FileNotFoundError) as stop:
        write_text(tmp_path / "nowhere" / "answer.csv", "")
    assert stop.value.filename == str(tmp_path / "nowhere" / "answer.csv")


def _odd_folder(folder: Path, name: bytes) -> bytes:
    """The spec and the data of the folder, copied to `NAME/NAME.yaml` and `NAME/NAME.csv`."""
    odd = os.fsencode(folder) + b"/" + name
    Path(os.fsdecode(odd)).mkdir()
    text = (folder / "forecast.yaml").read_text(encoding="utf-8")
    (folder / "wave.csv").rename(os.fsdecode(odd + b"/" + name + b".csv"))
    try:
        source = repr_of(name.decode() + ".csv")
    except UnicodeDecodeError:  # no YAML can say it; a link does
        Path(os.fsdecode(odd + b"/wave.csv")).symlink_to(os.fsdecode(name + b".csv"))
        source = "wave.csv"
    spec = Path(os.fsdecode(odd + b"/" + name + b".yaml"))
    spec.write_text(text.replace("wave.csv", source), encoding="utf-8")
    return odd


def repr_of(text: str) -> str:
    """A text as YAML between double quotes."""
    return '"' + "".join(f"\\u{ord(each):04x}" for each in text) + '"'


@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_odd_names_of_folders_specs_and_data_are_names(name: bytes, folder: Path) -> None:
    odd = _odd_folder(folder, name)
    more = {"N": os.fsdecode(name)}
    said = name.isascii() or name.startswith("中".encode())
    for line, status in (
        ('check -- "./$N/$N.yaml"', 0),
        ('new "./$N/$N.csv" --out "./$N/drafted.yaml"', 0 if said else 1),
        ('data "./$N/$N.yaml" --json', 0),
        ('graph "./$N/$N.yaml" --out "./$N/drawn.svg"', 0),
    ):
        done = run_shell(folder, f"layerforge {line}", more)
        assert (done.returncode, is_plain(done)) == (status, True), done.stderr
    made = sorted(each.name for each in Path(os.fsdecode(odd)).iterdir())
    assert "drawn.svg" in made
    assert ("drafted.yaml" in made) is said
    assert not any(each.startswith(".") for each in made)


def test_a_file_whose_name_no_spec_can_say_is_told(folder: Path) -> None:
    (folder / "wave.csv").rename(os.fsdecode(os.fsencode(folder) + b"/raw\xff.csv"))
    done = run_shell(folder, "layerforge new raw*.csv --out drafted.yaml")
    assert done.returncode == 1
    assert "which no spec can say [unreadable-data]" in done.stderr
