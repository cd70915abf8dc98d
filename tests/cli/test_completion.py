"""`layerforge completion`: the script on standard output, or where the shell reads it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.shell.typed import SCRIPTS


@pytest.fixture
def home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = folder / "ho me"
    path.mkdir()
    monkeypatch.setenv("HOME", str(path))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "ZDOTDIR"):
        monkeypatch.delenv(name, raising=False)
    return path


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_printed(run: Run, shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (SCRIPTS / f"completion.{shell}").read_text(encoding="utf-8")
    assert run("completion", shell).out == text
    monkeypatch.setenv("SHELL", f"/usr/bin/{shell}")
    assert run("completion").out == text


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_takes_the_script_without_a_word(shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = SCRIPTS / f"completion.{shell}"
    done = subprocess.run(
        [shell, "-c", f". '{script}'"],
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("shell", ["", "/bin/tcsh"])
def test_a_shell_that_is_not_known_is_asked_for(
    run: Run, shell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHELL", shell)
    done = run("completion", "--install")
    assert done.status == 2
    assert "which shell is it? Name one: bash, zsh, fish" in done.err


def test_it_is_installed_for_bash_once(run: Run, home: Path) -> None:
    start = home / ".bashrc"
    start.write_text("alias l=ls")
    done = run("completion", "bash", "--install")
    script = home / ".local/share/layerforge/completion.bash"
    assert (done.status, done.out) == (0, "")
    assert done.err.splitlines() == [
        f"saved {script}",
        f"added a line to {start}",
        "a new bash completes `layerforge`",
    ]
    once = start.read_text()
    assert once.startswith("alias l=ls\n")
    assert "added" not in run("completion", "bash", "--install").err
    assert start.read_text() == once
    shown = subprocess.run(
        ["bash", "--rcfile", str(start), "-i", "-c", "complete -p layerforge"],
        env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert shown.stdout == "complete -F _layerforge layerforge\n"


def test_it_is_installed_for_zsh_and_fish(run: Run, home: Path) -> None:
    assert run("completion", "zsh", "--install").status == 0
    script = home / ".local/share/layerforge/completion.zsh"
    assert script.read_text().startswith("#compdef layerforge\n")
    assert str(script) in (home / ".zshrc").read_text()
    assert run("completion", "fish", "--install").status == 0
    assert (home / ".config/fish/completions/layerforge.fish").is_file()


def test_where_nothing_can_be_written_it_is_said(run: Run, home: Path) -> None:
    (home / ".local").write_text("a file")
    done = run("completion", "bash", "--install")
    assert done.status == 1
    assert "cannot be made" in done.err
    assert "[unwritable-file]" in done.err
    (home / ".local").unlink()
    (home / ".bashrc").mkdir()
    done = run("completion", "bash", "--install")
    assert done.status == 1
    assert ".bashrc` cannot be written" in done.err
    assert "help: add: [ -r " in done.err
