"""The answer to a shell that completes: a candidate a line, or which files it should list itself.

A line is a word, a tab and what it means; `:files .yaml .yml` stands for the files with these endings,
`:files` for all, `:folders` for folders. `layerforge completion` prints the scripts that ask.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from layerforge.cli.shell.candidates import Candidate, Files, candidates
from layerforge.cli.shell.line import read_line, split

# All that can be typed and is the same everywhere, from the commands themselves: a test makes it
# again and compares, `pytest tests/golden --update-golden` writes it.
WORDS: Final = Path(__file__).with_name("words.json")


def answer(shell: str, arguments: Sequence[str]) -> str:
    """What a script is told. Bash gives the line up to the cursor and its last word, others all words."""
    known = json.loads(WORDS.read_text(encoding="utf-8"))
    words = split(arguments[0])[1:] if shell == "bash" else list(arguments)
    line = read_line(words, known["commands"])
    found = candidates(line, known)
    if isinstance(found, Files):
        return " ".join([":folders" if found.folders else ":files", *found.endings]) + "\n"
    cut = 0
    if shell == "bash":
        cut = len(line.lead + line.text) - len(_current(arguments[1], line.lead + line.text))
    return "".join(
        f"{(line.lead + word)[cut:]}\t{' '.join(said.split())}\n"
        for word, said in fitting(found, line.text)
        if "\n" not in word
    )


def fitting(found: Iterable[Candidate], text: str) -> list[Candidate]:
    """Those that begin as typed; where none does, those that do but for capitals."""
    every = list(dict(found).items())
    exact = [each for each in every if each[0].startswith(text)]
    if exact:
        return exact
    alike = [each for each in every if each[0].lower().startswith(text.lower())]
    # Readline replaces what is typed by what all have in common, which must not be less.
    starts = {word[: len(text)] for word, _ in alike}
    return alike if len(starts) == 1 else []


def _current(cut: str, word: str) -> str:
    """The end of the word that bash takes for the word: it cuts at `=` and `:`."""
    cut = cut.lstrip("\"'")
    if cut and not cut.strip("=:"):
        return ""
    return cut if word.endswith(cut) else word
