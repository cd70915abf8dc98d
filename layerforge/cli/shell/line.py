"""What the cursor stands in: the command, what was given before, and what is typed of the word."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from layerforge.records import record


@record
class Line:
    """A command line up to the cursor.

    `text` is what is typed of the last word, `before` the positional words, `given` the values of
    each option by its name; `waits` names the option whose value the last word is, and `lead` is
    what stands before that value in the word: `--runs=` of `--runs=old`.
    """

    command: str | None
    text: str
    before: tuple[str, ...] = ()
    given: Mapping[str, tuple[str, ...]] = {}
    waits: str | None = None
    lead: str = ""
    only_words: bool = False

    def value(self, option: str, default: str) -> str:
        """The last value that was given to an option."""
        values = self.given.get(option, ())
        return values[-1] if values else default


def read_line(words: Sequence[str], commands: Mapping[str, Any]) -> Line:
    """The line of these words, the last of which may be empty or half typed."""
    *before, text = words or [""]
    names = [word for word in before if not word.startswith("-")]
    if not names:
        return Line(None, text)
    command = names[0]
    options = commands.get(command, {}).get("options", {})
    given: dict[str, tuple[str, ...]] = {}
    positional: list[str] = []
    waits, only_words = None, False
    for word in before[before.index(command) + 1 :]:
        if waits is not None:
            given[waits] = (*given.get(waits, ()), word)
            waits = None
        elif only_words or not word.startswith("-") or word == "-":
            positional.append(word)
        elif word == "--":
            only_words = True
        else:
            name, equals, value = word.partition("=")
            given[name] = (*given.get(name, ()), *([value] if equals else []))
            waits = name if not equals and _takes_value(options, name) else None
    lead = ""
    if waits is None and not only_words and text.startswith("--") and "=" in text:
        waits, _, value = text.partition("=")
        lead, text = f"{waits}=", value
    return Line(command, text, tuple(positional), given, waits, lead, only_words)


def _takes_value(options: Mapping[str, Any], name: str) -> bool:
    return name in options and options[name]["takes"] is not None


def split(text: str) -> list[str]:
    """The words of a line as a shell would read them; the last may lack its closing quote."""
    reader = shlex.shlex(text, posix=True, punctuation_chars=False)
    reader.whitespace_split = True
    reader.commenters = ""
    words: list[str] = []
    try:
        words += reader
    except ValueError:  # within a quote, or after a backslash
        return [*words, reader.token]
    return words if text and not text[-1].isspace() else [*words, ""]
