"""The examples of a page: its fenced blocks, the commands in them, and whether what is shown is what is said.

A block's first word says what becomes of it. Of `console` each `$ layerforge ...` is run, in order, in a
folder that holds the shipped specs; `python` is run as a script; `yaml` with a section `model` is checked as
a spec; other `yaml`, `toml` and `json` are read; `csv` and `text` are for the eye. A second word names a file
that the commands below it find: `yaml stack.yaml`. A command that must fail says so: `# exit 1`. A line `...`
stands for lines left out. What a training says is compared in its words and the size of its numbers, all
else as it stands.
"""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
# The diagnostics, whose examples have files of their own, are run by tests/explain, and CONTRIBUTING, which
# changes the tree, by test_contributing.py.
ELSEWHERE = ("CONTRIBUTING.md", "diagnostics.md")
PAGES = [
    path
    for path in [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
    if path.name not in ELSEWHERE
]
KINDS = ("console", "csv", "json", "python", "text", "toml", "yaml")
# What cannot be run here, by a word of the command line, and why.
NOT_RUN = {
    "--cluster": "it waits for other machines",
    "--ray": "it waits for a cluster",
    "make": "it makes an environment; its target is looked up",
    "pip": "it installs",
    "ray": "it starts a cluster",
}
_TRAINED = ("evaluate", "predict", "runs", "train", "tune")
_TIME = re.compile(r"\b\d+(\.\d+)? (s|ms|min)\b")
_NUMBER = re.compile(r"(-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its kind, the file it is if any, its text, the line of the page it begins at."""

    kind: str
    name: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Command:
    """A command line, the status it must end with, and the lines that are shown below it."""

    words: tuple[str, ...]
    status: int
    shown: tuple[str, ...]

    @property
    def why_not(self) -> str | None:
        """Why it is not run, if it is not."""
        return next((why for word, why in NOT_RUN.items() if word in self.words), None)

    @property
    def made(self) -> str | None:
        """The file or folder that it is to make, where it says so."""
        return self.words[self.words.index("--out") + 1] if "--out" in self.words else None

    def __str__(self) -> str:
        return shlex.join(self.words)


def blocks(path: Path) -> list[Block]:
    """The fenced blocks of a page, those in lists and quotes included."""
    tokens = MarkdownIt().parse(path.read_text(encoding="utf-8"))
    found = [token for token in tokens if token.type == "fence"]
    return [_block(token) for token in found]


def steps(path: Path) -> Iterator[Block | Command]:
    """The page's files and scripts, and the commands of its consoles, in order."""
    for block in blocks(path):
        if block.kind == "console":
            yield from commands_in(block.text)
        elif block.name or block.kind == "python":
            yield block


def commands(path: Path) -> list[Command]:
    """Every command of the page's consoles, in order."""
    return [step for step in steps(path) if isinstance(step, Command)]


def commands_in(text: str) -> Iterator[Command]:
    """The commands of a console; what stands below one up to the next is what it says."""
    before, *parts = re.split(r"^\$ ", text, flags=re.MULTILINE)
    assert not before.strip(), f"a console begins with a command: {before}"
    for part in parts:
        line, *shown = part.split("\n")
        words = tuple(shlex.split(line, comments=True))
        yield Command(words, int("# exit 1" in line), tuple(each for each in shown if each))


def _block(token: Token) -> Block:
    kind, _, name = token.info.partition(" ")
    return Block(kind, name, token.content, (token.map or [0])[0] + 2)


def difference(command: Command, said: str) -> str | None:
    """Where what a command says is not what the page shows of it; None where it is, or nothing is shown."""
    lines = [line for line in said.split("\n") if line]
    if not command.shown or _is_shown(command.shown, lines, command.words[1] in _TRAINED):
        return None
    shown = "\n".join(command.shown)
    return f"$ {command}\nis shown with\n{shown}\nand says\n" + "\n".join(lines)


def _is_shown(shown: Sequence[str], said: Sequence[str], roughly: bool) -> bool:
    """Whether the lines are those that are said; `...` stands for one or more of them."""
    if "..." not in shown:
        return _alike(shown, said, roughly)
    first = shown.index("...")
    if not _alike(shown[:first], said[:first], roughly):
        return False
    rest = shown[first + 1 :]
    left = range(first + 1, len(said) - len(rest) + 1 if rest else len(said) + 1)
    return any(_is_shown(rest, said[start:], roughly) for start in left)


def _alike(shown: Sequence[str], said: Sequence[str], roughly: bool) -> bool:
    same = _roughly_alike if roughly else _equal
    return len(shown) == len(said) and all(map(same, shown, said))


def _equal(one: str, other: str) -> bool:
    return _TIME.sub("TIME", one) == _TIME.sub("TIME", other)


def _roughly_alike(one: str, other: str) -> bool:
    """Whether two lines have the same words, and in the same places numbers of like size."""
    parts, others = (_NUMBER.split(_TIME.sub("TIME", line)) for line in (one, other))
    if len(parts) != len(others):
        return False
    words = zip(parts[::2], others[::2], strict=True)
    numbers = zip(parts[1::2], others[1::2], strict=True)
    return all(a.split() == b.split() for a, b in words) and all(_near(a, b) for a, b in numbers)


def _near(one: str, other: str) -> bool:
    first, second = (float(number.replace(",", "")) for number in (one, other))
    return math.isclose(first, second, rel_tol=0.3, abs_tol=0.05)
