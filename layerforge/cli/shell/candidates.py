"""What can stand where the cursor is: commands, options, names, runs, searches, settings, files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from layerforge.cli.shell.line import Line
from layerforge.records import record

Candidate: TypeAlias = tuple[str, str]
Known: TypeAlias = Mapping[str, Any]

_SPECS: Final = (".yaml", ".yml")
_TABLES: Final = (".csv", ".tsv", ".parquet", ".json", ".npz", ".gz")
# Files whose endings are known, by command and option or argument; any other FILE is any file.
ENDINGS: Final = {
    "--code": (".py",),
    "--data": _TABLES,
    "--spec": _SPECS,
    "--test": _TABLES,
    "--weights": (".keras", ".h5"),
    "DATA": _TABLES,
    "MODEL": (".keras", ".json"),
}
_MOST_LOOKED_INTO: Final = 400  # of more runs the states would take too long to read
_UNFINISHED: Final = ("killed", "interrupted", "failed")


@record
class Files:
    """The shell lists files itself: it knows how its user wants them."""

    endings: tuple[str, ...] = ()
    folders: bool = False


Found: TypeAlias = list[Candidate] | Files


def candidates(line: Line, known: Known) -> Found:
    """What can follow, whether or not it begins as what is typed."""
    commands = known["commands"]
    if line.command is None:
        options = {"--help": "Show the commands.", "--version": "Print the version."}
        wanted = options if line.text.startswith("-") else _lines(commands)
        return list(wanted.items())
    if line.command not in commands:
        return []
    command = commands[line.command]
    if line.waits is not None:
        taken = command["options"].get(line.waits)
        return [] if taken is None else _values(line.waits, taken, line, known)
    if line.text.startswith("-") and not line.only_words:
        return _options(command["options"], line)
    argument = _argument(command["arguments"], len(line.before))
    if argument is None:
        return [] if line.only_words else _options(command["options"], line)
    return _values(argument["takes"], argument, line, known)


def _lines(commands: Known) -> dict[str, str]:
    return {name: command["line"] for name, command in commands.items()}


def _options(options: Known, line: Line) -> Found:
    """The options that were not given yet, or may be again."""
    return [
        (name, option["help"])
        for name, option in options.items()
        if option["many"] or name not in line.given
    ]


def _argument(arguments: list[Any], place: int) -> Any:
    """The argument at a place among the positional words; the last may take any number of them."""
    if place < len(arguments):
        return arguments[place]
    return arguments[-1] if arguments and arguments[-1]["many"] else None


def _values(name: str, taken: Known, line: Line, known: Known) -> Found:
    """The values of an option, or of an argument, by what the help calls them."""
    if taken["choices"]:
        return [(choice, "") for choice in taken["choices"]]
    if name in ENDINGS:
        return Files(ENDINGS[name])
    source = SOURCES.get(name) or SOURCES.get(taken["takes"])
    return [] if source is None else source(line, known)


def _specs(line: Line, known: Known) -> Found:
    """Specs; what `--resume` and `--show` name may stand in the place of one."""
    if line.command == "train" and "--resume" in line.given:
        return _to_resume(line) or Files(_SPECS)
    if line.command == "tune" and {"--resume", "--show"} & set(line.given):
        return _fitting_in(line, _searches) or Files(_SPECS)
    return Files(_SPECS)


def _runs(line: Line, known: Known) -> Found:
    """Runs, for `report` and `plot` searches too; folders where no name fits, since a run is one."""
    if line.command == "train":
        return _to_resume(line) if "--resume" in line.given else []
    found = _fitting_in(line, _all_runs)
    if line.command in ("report", "plot"):
        found += _fitting_in(line, _searches)
    return [each for each in found if each[0] not in line.before] or Files(folders=True)


def _to_resume(line: Line) -> list[Candidate]:
    """The unfinished runs; where none fits all, since a finished one can be trained longer."""
    every = [each for each in _all_runs(line) if "/" in each[0]]
    unfinished = [each for each in every if each[1] in _UNFINISHED]
    fit = [each for each in unfinished if each[0].startswith(line.text)]
    return fit or [each for each in every if each[0].startswith(line.text)]


def _fitting_in(line: Line, source: Callable[[Line], Iterable[Candidate]]) -> list[Candidate]:
    """The names that fit, and the numbers below them once only one name does."""
    fit = [each for each in source(line) if each[0].startswith(line.text)]
    names = [each for each in fit if "/" not in each[0]]
    return names if len(names) > 1 else fit


def _all_runs(line: Line) -> Iterator[Candidate]:
    return _numbered(Path(line.value("--runs", "runs")).expanduser(), "run.json")


def _searches(line: Line) -> Iterator[Candidate]:
    return _numbered(Path(line.value("--searches", "searches")).expanduser(), "search.json")


def _searched(line: Line, known: Known) -> Found:
    wanted = {"--resume", "--show"} & set(line.given)
    return _fitting_in(line, _searches) if wanted else []


def _numbered(folder: Path, record: str) -> Iterator[Candidate]:
    """Every NAME that has a record below it, then each of its NAME/NUMBER and how it stands."""
    left = _MOST_LOOKED_INTO
    for name in _folders(folder):
        numbers = [each for each in _folders(folder / name) if each.isascii() and each.isdecimal()]
        there = [each for each in numbers if (folder / name / each / record).is_file()]
        if not there:
            continue
        left -= len(there)
        yield name, f"the latest of {len(there)}" if len(there) > 1 else "the only one"
        for number in sorted(there, key=int):
            yield f"{name}/{number}", _state(folder / name / number, record) if left > 0 else ""


def _folders(folder: Path) -> list[str]:
    try:
        return sorted(each.name for each in os.scandir(folder) if each.is_dir())
    except OSError:
        return []


def _state(folder: Path, record: str) -> str:
    from layerforge.diagnostics import Faults
    from layerforge.run.directory import read_json
    from layerforge.run.state import state_of

    if record == "run.json":
        return state_of(folder)
    try:
        return str(read_json(folder / record).get("state", ""))
    except Faults:
        return "unreadable"


def _settings(line: Line, known: Known) -> Found:
    return [(f"{path}=", said) for path, said in known["settings"].items()]


def _columns(line: Line, known: Known) -> Found:
    """The columns of the file that `new` is given, where its first line names them."""
    path = Path(line.before[0]).expanduser() if line.before else Path()
    if path.suffix.lower() not in (".csv", ".tsv"):
        return []
    try:
        with path.open(encoding="utf-8-sig") as file:
            head = file.readline(100_000).rstrip("\r\n")
    except (OSError, ValueError):
        return []
    mark = max("\t;,|", key=head.count)
    return [(name.strip().strip('"'), "") for name in head.split(mark)]


def _names(*kinds: str) -> Callable[[Line, Known], Found]:
    """The names of these kinds, each with a line about it."""

    def named(line: Line, known: Known) -> Found:
        return [each for kind in kinds for each in known["names"][kind].items()]

    return named


def _fixed(*words: str) -> Callable[[Line, Known], Found]:
    return lambda line, known: [(word, "") for word in words]


# By the option, or by the word that the help shows for its or an argument's value.
SOURCES: Final[Mapping[str, Callable[[Line, Known], Found]]] = {
    "SPEC": _specs,
    "A": _specs,
    "B": _specs,
    "RUN": _runs,
    "SEARCH": _searched,
    "NAME": _names("layers", "operations"),
    "NAME|CODE": _names("codes", "layers", "operations", "components"),
    "PATH=VALUE": _settings,
    "COLUMN": _columns,
    "FILE": lambda line, known: Files(),
    "PATH": lambda line, known: Files(),
    "DIR": lambda line, known: Files(folders=True),
    "WHAT": _fixed("target", "step", "class"),
    "N|all": _fixed("all"),
    "--ray": _fixed("auto", "local"),
    "--host": _fixed("127.0.0.1", "0.0.0.0"),
    "HOST:PORT,...": _fixed("TF_CONFIG"),
    "svg|html|md": _fixed("svg", "html", "md"),
}
