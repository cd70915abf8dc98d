"""A command line typed into a real shell: what the shell makes of it, Tab included."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[3]
SCRIPTS = ROOT / "layerforge" / "cli" / "shell"
# Stands in the place of the command: it answers when a shell completes, and else notes its arguments.
STAND_IN = """#!/bin/sh
if [ -n "$_LAYERFORGE_COMPLETE" ]; then
    PYTHONPATH='{root}' exec '{python}' -m layerforge "$@"
fi
printf '%s\\n' "$@" > '{folder}/typed'
"""
# Makes the terminal its own, as a window does, and becomes the shell.
LAUNCH = """import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])"""
SHELLS = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
PROMPTS = {
    "bash": "PS1='rea''dy> '; bind 'set bell-style none'",
    "zsh": "PROMPT='rea''dy> '; autoload -Uz compinit; compinit -u -D",
    "fish": "function fish_prompt; echo -n 'rea''dy> '; end",
}
LIMIT = 60.0


def arguments_after(shell: str, line: str, folder: Path) -> list[str]:
    """The arguments of `layerforge` after this line was typed in the folder; a tab in it is the key."""
    program = folder / ".bin" / "layerforge"
    program.parent.mkdir(exist_ok=True)
    text = STAND_IN.format(root=ROOT, python=sys.executable, folder=folder)
    program.write_text(text, encoding="utf-8")
    program.chmod(0o755)
    environment = {
        "PATH": f"{program.parent}:/usr/bin:/bin",
        "HOME": str(folder),
        "TERM": "xterm",
        "LC_ALL": "C.UTF-8",
        "LINES": "50",
        "COLUMNS": "200",
    }
    (folder / "typed").unlink(missing_ok=True)
    leader, follower = pty.openpty()
    ends = {"stdin": follower, "stdout": follower, "stderr": follower}
    command = [sys.executable, "-c", LAUNCH, *SHELLS[shell]]
    with subprocess.Popen(
        command, cwd=folder, env=environment, start_new_session=True, **ends
    ) as process:
        os.close(follower)
        try:
            script = SCRIPTS / f"completion.{shell}"
            screen = _type(leader, f"{PROMPTS[shell]}; source {script}\n", "ready> ")
            screen += _type(leader, f"{line}\n", "ready> ")
            os.write(leader, b"exit\n")
            process.wait(LIMIT)
        finally:
            process.kill()
            os.close(leader)
    assert "Traceback" not in screen, screen
    assert (folder / "typed").exists(), screen
    return (folder / "typed").read_text(encoding="utf-8").splitlines()


def _type(terminal: int, text: str, until: str) -> str:
    """Types the text, and gives what is shown until that appears after it."""
    os.write(terminal, text.encode())
    end, shown = time.monotonic() + LIMIT, ""
    while until not in shown:
        left = end - time.monotonic()
        assert left > 0, f"waited for {until!r}, and saw {shown!r}"
        if select.select([terminal], [], [], left)[0]:
            shown += os.read(terminal, 65536).decode(errors="replace")
    return shown
