"""The journal of a search: a line for each thing that happened, on disk before anything follows from it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from layerforge.diagnostics import Diagnostic, Faults, reason_of
from layerforge.run.files import finite
from layerforge.tuning.trials import Outcome, Trial

FILE: Final = "journal.jsonl"


@dataclass(slots=True)
class Story:
    """What a journal tells: the trials asked for, how some of them ended, how often each was lost.

    `lost` counts the deaths of a trial's process in which it came no further than before: one that is
    killed again and again but gets on is not to blame. `reached` is the epoch it has come to. `curves`
    are the objective after each epoch, by trial. `seconds` is the time that all processes of the
    search have worked on it so far.
    """

    asked: dict[int, Trial] = field(default_factory=dict)
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    curves: dict[int, list[float]] = field(default_factory=dict)
    lost: dict[int, int] = field(default_factory=dict)
    reached: dict[int, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def unfinished(self) -> list[Trial]:
        """Asked for and not ended, in order."""
        return [
            trial for number, trial in sorted(self.asked.items()) if number not in self.outcomes
        ]

    def take(self, line: Mapping[str, Any]) -> None:
        """One line of the journal."""
        number = line.get("number", -1)
        if line["event"] == "trial":
            values, parent = line["values"], line["parent"]
            self.asked[number] = Trial(number, values, line["epochs"], parent)
        elif line["event"] == "lost":
            self.die(number, line["epoch"])
        elif line["event"] == "end":
            fields = {name: line[name] for name in Outcome.__match_args__}
            self.outcomes[number] = Outcome(**{**fields, "scores": tuple(fields["scores"])})
            self.curves[number] = [float(value) for value in line["curve"]]
        elif line["event"] == "pause":
            self.seconds += line["seconds"]

    def die(self, number: int, epoch: int) -> int:
        """Counts a death of a trial's process in some epoch; how many there were without getting on."""
        further = epoch > self.reached.get(number, 0)
        self.reached[number] = max(epoch, self.reached.get(number, 0))
        self.lost[number] = 1 if further else self.lost.get(number, 0) + 1
        return self.lost[number]


class Journal:
    """The file, open for writing at its end. A line that a kill has cut is no line."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        _cut(self._path)
        self._file = self._path.open("ab", buffering=0)

    def close(self) -> None:
        self._file.close()

    def asked(self, trial: Trial) -> None:
        values, epochs = dict(trial.values), trial.epochs
        line = {"number": trial.number, "values": values, "epochs": epochs, "parent": trial.parent}
        self._write("trial", **line)

    def lost(self, number: int, epoch: int, reason: str) -> None:
        """The process of the trial died without a word, after so many epochs."""
        self._write("lost", number=number, epoch=epoch, reason=reason)

    def ended(self, number: int, outcome: Outcome, curve: list[float]) -> None:
        fields = {name: getattr(outcome, name) for name in Outcome.__match_args__}
        self._write("end", number=number, **fields, curve=curve)

    def paused(self, seconds: float) -> None:
        """The search stops for now, after so many seconds of work."""
        self._write("pause", seconds=seconds)

    def _write(self, event: str, **fields: Any) -> None:
        text = json.dumps(finite({"event": event, **fields}), ensure_ascii=False)
        try:
            self._file.write(text.encode() + b"\n")
            os.fsync(self._file.fileno())
        except OSError as error:
            message = f"`{self._path}` cannot be written: {reason_of(error)}"
            raise Faults(Diagnostic("unwritable-runs", message)) from None


def read_story(folder: Path) -> Story:
    """What the journal of a search tells, up to its last whole line. Raises Faults where it is broken."""
    path = folder / FILE
    story = Story()
    try:
        content = path.read_bytes() if path.exists() else b""
        for line in content[: content.rfind(b"\n") + 1].splitlines():
            story.take(json.loads(line))
    except OSError as error:
        message = f"`{path}` cannot be read: {reason_of(error)}"
        raise Faults(Diagnostic("broken-run", message)) from None
    except (ValueError, LookupError, TypeError) as error:
        message = f"`{path}` holds a line that no search writes: {error}"
        raise Faults(Diagnostic("broken-run", message)) from None
    return story


def _cut(path: Path) -> None:
    """Removes what stands behind the last whole line."""
    if path.exists():
        content = path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            with path.open("r+b") as file:
                file.truncate(whole)
