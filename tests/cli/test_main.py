"""Exit statuses, wrong command lines, and what no command foresaw."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from layerforge.cli import check
from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chek", "good.yaml"], "No such command 'chek'. Did you mean 'check'"),
        (["check"], "Missing argument 'SPEC...'"),
        (["check", "good.yaml", "--jsn"], "No such option: --jsn"),
        (["check", "good.yaml", "--json", "--resolved"], "cannot be printed both"),
        (["build", "good.yaml", "--out", "model.h5"], "must end in .keras"),
        (["build", "good.yaml", "--out", "nowhere/model.keras"], "there is no folder `nowhere`"),
        (["build", "good.yaml", "--out", "model.keras", "--static"], "leave --static away"),
        (["train", "forecast.yaml", "--epochs", "0"], "--epochs"),
        (["train", "forecast.yaml", "--seed", "-1"], "--seed"),
        (["predict", "wave"], "Missing option '--data'"),
        (["--nonsense"], "No such option: --nonsense"),
    ],
)
def test_a_wrong_command_line_ends_with_two(run: Run, arguments: list[str], said: str) -> None:
    done = run(*arguments)
    assert (done.status, done.out) == (2, "")
    assert said in done.err
    assert "Usage: layerforge" in done.err


def test_without_a_command_the_help_is_shown(run: Run) -> None:
    done = run()
    assert done.status == 2
    assert "Look at a spec:" in done.err


def test_the_version_is_printed(run: Run) -> None:
    done = run("--version")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("layerforge ")


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours in `check`."""

    def fail(compiled: object) -> None:
        raise KeyError("width\nsecond line")

    monkeypatch.setattr(check, "_print_faults", fail)


@pytest.mark.usefixtures("broken")
def test_a_fault_of_ours_is_one_line(run: Run) -> None:
    done = run("check", "good.yaml")
    assert done.status == 1
    assert done.err == (
        "layerforge: internal error: KeyError: 'width\\nsecond line'"
        " (please report; --traceback shows it)\n"
    )


@pytest.mark.usefixtures("broken")
def test_the_traceback_is_shown_when_asked_for(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyError, match="width"):
        run("check", "good.yaml", "--traceback")
    monkeypatch.setenv("LAYERFORGE_TRACEBACK", "1")
    with pytest.raises(KeyError, match="width"):
        run("check", "good.yaml")


def test_an_interrupt_ends_with_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(compiled: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(check, "_print_faults", stop)
    done = run("check", "good.yaml")
    assert (done.status, done.err) == (130, "")


def shell(folder: Path, command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command line run by a shell; `layerforge` stands for this interpreter's."""
    line = command.replace("layerforge", f"{sys.executable} -m layerforge")
    return subprocess.run(
        ["/bin/bash", "-o", "pipefail", "-c", line],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_reader_that_goes_away_is_no_fault(folder: Path) -> None:
    done = shell(folder, "layerforge build good.yaml --static --json | true")
    assert done.stderr == ""


def test_a_character_that_cannot_be_encoded_is_shown_as_an_escape(folder: Path) -> None:
    (folder / "wide.yaml").write_text(
        "model: {input: [3], layers: [{Dense: 激}]}", encoding="utf-8"
    )
    done = shell(folder, "layerforge check wide.yaml", PYTHONIOENCODING="ascii")
    assert done.returncode == 1
    assert "not `\\u6fc0` [wrong-type]" in done.stdout
    assert "Traceback" not in done.stderr


def test_on_a_terminal_there_is_colour(folder: Path) -> None:
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "layerforge", "check", "bad.yaml"]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "", "TERM": "xterm"}
    ends = {"stdin": follower, "stdout": follower, "stderr": follower}
    with subprocess.Popen(command, cwd=folder, env=environment, **ends) as process:
        process.wait(timeout=60)
        said = os.read(leader, 65536)
    os.close(leader)
    os.close(follower)
    assert b"\x1b[1mbad.yaml:5:16: \x1b[0mConv1D has no argument `filers`" in said
