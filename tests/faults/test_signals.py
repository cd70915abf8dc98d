"""Signals at awkward moments: while modules load, while TensorFlow does, just before a file is whole."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tests.faults.conftest import run_shell

# Sends itself a signal when something happens for the first time.
HOOK = """
    import os
    import sys

    def hook(event, words):
        if event == os.environ["EVENT"] and os.environ["WORD"] in str(words[0]):
            number = int(os.environ.pop("NUMBER", 0))
            if number:
                os.kill(os.getpid(), number)

    sys.addaudithook(hook)
    """
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


def _signalled(
    folder: Path, line: str, number: signal.Signals, event: str, word: str
) -> subprocess.CompletedProcess[str]:
    hooks = folder / "hooks"
    hooks.mkdir()
    (hooks / "sitecustomize.py").write_text(dedent(HOOK), encoding="utf-8")
    more = {"NUMBER": str(int(number)), "EVENT": event, "WORD": word}
    line = f'PYTHONPATH="{hooks}:$PYTHONPATH" layerforge {line}'
    return run_shell(folder, line, more, preexec_fn=_heard)


def _heard() -> None:
    """Signals do what they usually do, also where the tests run in the background, which ignores some."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@pytest.mark.parametrize("word", ["layerforge.cli.main", "typer", "layerforge.pipeline"])
def test_ctrl_c_while_modules_load_says_nothing(word: str, folder: Path) -> None:
    done = _signalled(folder, "check forecast.yaml", signal.SIGINT, "import", word)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize("word", ["tensorflow", "keras.src.layers"])
def test_ctrl_c_while_tensorflow_loads_says_nothing(word: str, folder: Path) -> None:
    line = "build forecast.yaml --out built.keras --json"
    done = _signalled(folder, line, signal.SIGINT, "import", word)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "hyperparameters at their defaults: width = 4\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_just_before_a_file_is_whole_leaves_nothing(
    number: signal.Signals, folder: Path
) -> None:
    (folder / "drawn.svg").write_text("old")
    line = "graph forecast.yaml --out drawn.svg"
    done = _signalled(folder, line, number, "os.rename", "drawn.svg")
    assert (done.returncode, done.stdout, done.stderr) == (128 + number, "", "")
    assert (folder / "drawn.svg").read_text() == "old"
    assert list(folder.glob(".*")) == []


def test_a_signal_that_is_ignored_stays_ignored(folder: Path) -> None:
    line = "graph forecast.yaml --out drawn.svg"
    code = f"trap '' HUP TERM; {{ layerforge {line}; }}"
    hooks = folder / "hooks"
    hooks.mkdir()
    (hooks / "sitecustomize.py").write_text(dedent(HOOK), encoding="utf-8")
    for number in (signal.SIGHUP, signal.SIGTERM):
        more = {"NUMBER": str(int(number)), "EVENT": "os.rename", "WORD": "drawn.svg"}
        done = run_shell(folder, f'export PYTHONPATH="{hooks}:$PYTHONPATH"; {code}', more)
        assert done.returncode == 0, done.stderr
        assert (folder / "drawn.svg").read_text(encoding="utf-8").endswith("</svg>\n")
