"""No command speaks to a network: neither Python, which says so, nor the C++ behind it, which strace sees."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tests.faults.conftest import QUICK, TRAINED, run_shell

# Loaded by every Python that is started, those of trials too. A socket of this machine alone has a path;
# urllib3, which Keras loads, binds a port of this machine to see whether there is IPv6, and sends nothing.
HOOK = """
    import os
    import sys

    def hook(event, words):
        if event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
            note(event, words)
        elif event in ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"):
            ours = event == "socket.bind" and words[1][0] == "::1"
            if isinstance(words[1], tuple) and not ours:
                note(event, words)

    def note(event, words):
        with open(os.environ["HEARD"], "a") as file:
            file.write(f"{event} {words[1:]} of {sys.argv}\\n")

    sys.addaudithook(hook)
    """
ASKS = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('127.0.0.1', 9))"


@pytest.fixture
def heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What every Python that is started from here on writes its calls of the network into."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "sitecustomize.py").write_text(dedent(HOOK), encoding="utf-8")
    file = tmp_path / "heard"
    file.touch()
    monkeypatch.setenv("HEARD", str(file))
    monkeypatch.setenv("HOOKS", str(hooks))
    return file


def _run(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    return run_shell(folder, f'export PYTHONPATH="$HOOKS:$PYTHONPATH"\n{line}')


def test_the_hook_hears_a_call(heard: Path, folder: Path) -> None:
    assert _run(folder, f'"$PYTHON" -c "{ASKS}"').returncode == 0
    assert heard.read_text().startswith("socket.connect (('127.0.0.1', 9),)")


def test_no_quick_command_speaks_to_a_network(heard: Path, folder: Path) -> None:
    done = _run(folder, "\n".join(f"layerforge {line} || true" for line in QUICK.values()))
    assert "Traceback" not in done.stderr
    assert heard.read_text() == ""


@pytest.mark.slow
@pytest.mark.parametrize("name", TRAINED)
def test_no_command_that_loads_tensorflow_speaks_to_a_network(
    name: str, heard: Path, used: Path
) -> None:
    done = _run(used, f"layerforge {TRAINED[name]}")
    assert done.returncode == 0, done.stderr
    assert heard.read_text() == ""


def _traced(folder: Path, line: str) -> str:
    """What strace sees a line say to whom."""
    done = run_shell(
        folder, f"exec strace -f -qq -e trace=connect,sendto,sendmsg,sendmmsg -o trace {line}"
    )
    assert done.returncode == 0, done.stderr
    return (folder / "trace").read_text(errors="replace")


@pytest.fixture
def strace() -> None:
    """Skips where system calls cannot be traced."""
    if shutil.which("strace") is None or run_shell("/", "strace -qq true").returncode:
        pytest.skip("no strace here")


@pytest.mark.usefixtures("strace")
def test_strace_sees_a_call(folder: Path) -> None:
    assert "AF_INET" in _traced(folder, f'"{sys.executable}" -c "{ASKS}"')


@pytest.mark.slow
@pytest.mark.usefixtures("strace")
@pytest.mark.parametrize("name", TRAINED)
def test_no_system_call_reaches_for_a_network(name: str, used: Path) -> None:
    assert "AF_INET" not in _traced(used, f'"{sys.executable}" -m layerforge {TRAINED[name]}')
