"""Has each call of a command on the files of a folder fail once: `python -m tests.faults.injecting -h`.

One process loads what commands load, and forks for each call; `LD_PRELOAD` brings the library of `inject.c`.
"""

from __future__ import annotations

import argparse
import ctypes
import difflib
import errno
import hashlib
import os
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SHORT: Final = "short"  # half of what a read or write is asked for
ERRORS: Final = ("EIO", "ENOSPC", "ESTALE", "EINTR", SHORT)
_AGAIN: Final = (
    "read",
    "write",
    "open",
    "open64",
    "fstat",
    "fsync",
)  # which Python does again after EINTR


@dataclass(frozen=True)
class Ended:
    """How a command ended, what it said, what it left, and which call failed."""

    status: int
    out: str
    err: str
    files: Mapping[str, str]
    calls: int
    hit: str


def main() -> int:
    options = _options()
    _load()
    seen: Counter[str] = Counter()
    before = files(options.folder)
    for line in options.lines:
        whole = ended(options.folder, line.split(), 0, "EIO")
        for name in options.errors:
            total = ended(options.folder, line.split(), 0, name).calls
            for number in range(1, total + 1, options.every):
                done = ended(options.folder, line.split(), number, name)
                seen[f"{line}, {name}: status {done.status}"] += 1
                for wrong in wrongs(before, whole, done, name):
                    seen["wrong"] += 1
                    _say(f"{line}, {name}, call {number} of {total}, {done.hit}: {wrong}")
    for kind, times in sorted(seen.items()):
        _say(f"{kind}: {times}")
    return 1 if seen["wrong"] else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _load() -> None:
    """What the commands import, but for TensorFlow, so that a fork need not."""
    import polars  # noqa: F401

    import layerforge.cli.app
    import layerforge.library
    import layerforge.run  # noqa: F401


def ended(folder: Path, words: list[str], number: int, error: str) -> Ended:
    """A command in a copy of the folder, of whose calls one fails."""
    library = ctypes.CDLL(None)
    library.inject_hit.restype = ctypes.c_char_p
    with tempfile.TemporaryDirectory() as name:
        place, told = Path(name) / "place", Path(name) / "told"
        shutil.copytree(folder, place)
        told.mkdir()
        child = os.fork()
        if not child:
            os.chdir(place)
            for descriptor, stream in ((1, "out"), (2, "err")):
                os.dup2(os.open(told / stream, os.O_WRONLY | os.O_CREAT), descriptor)
            code = 0 if error == SHORT else getattr(errno, error)
            library.inject_arm(os.fsencode(place), ctypes.c_long(number), code)
            status = 70
            try:
                from layerforge.cli.main import main as layerforge

                status = layerforge(words)
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                calls, hit = library.inject_calls(), library.inject_hit()
                library.inject_arm(b"", ctypes.c_long(0), 0)
                (told / "calls").write_bytes(b"%d %s" % (calls, hit))
                os._exit(status)
        _, code = os.waitpid(child, 0)
        said = [_read(told / each, place) for each in ("out", "err")]
        calls, _, hit = (
            (told / "calls").read_text(encoding="utf-8", errors="replace").partition(" ")
        )
        hit = hit.replace(str(place), "")
        return Ended(
            os.waitstatus_to_exitcode(code), said[0], said[1], files(place), int(calls), hit
        )


def files(folder: Path) -> dict[str, str]:
    """Every file below a folder with the SHA-256 of what it holds."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in found}


def wrongs(before: Mapping[str, str], whole: Ended, done: Ended, error: str) -> list[str]:
    """What is wrong with how a command ended that a call failed in, beside how it ends in peace."""
    found = []
    said = done.out + done.err
    for word in ("Traceback", "internal error", "panicked", "Exception ignored", "Warning:"):
        if word in said:
            found.append(f"{word!r} in {said[-300:]!r}")
    harmless = error == SHORT or (error == "EINTR" and done.hit.split()[0] in _AGAIN)
    if done.status == whole.status == 0 or harmless:
        found += [f"{done.status}, not {whole.status}"] * (done.status != whole.status)
        found += [f"said {each!r}" for each in _other(whole.out, done.out)]
    elif done.status != 1:
        found.append(f"status {done.status}, {said[-300:]!r}")
    elif not re.search(r"\[[a-z0-9-]+\]", said):
        found.append(f"no diagnostic: {said[-300:]!r}")
    for name, content in before.items():
        if done.files.get(name) not in (content, whole.files.get(name)):
            found.append(f"`{name}` is neither as it was nor as it should be")
    return found


def _read(path: Path, place: Path) -> str:
    """What was said, without what changes from one time to the next."""
    text = path.read_text(encoding="utf-8", errors="replace").replace(str(place), "")
    return re.sub(r"\d+(\.\d+)? (s|seconds|minutes)\b", "a time", text)


def _other(whole: str, here: str) -> list[str]:
    """The first lines that are not in both."""
    lines = difflib.unified_diff(whole.splitlines(), here.splitlines(), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))][:4]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.injecting", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "lines", nargs="+", metavar="LINE", help="a command line without `layerforge`"
    )
    parser.add_argument("--errors", nargs="+", default=list(ERRORS), choices=ERRORS)
    parser.add_argument("--every", type=int, default=1, help="one of so many calls (1)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
