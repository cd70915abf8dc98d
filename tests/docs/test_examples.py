"""Every example of README and docs runs as it stands, and says what the page shows."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from layerforge.cli.main import main
from layerforge.source import read
from tests.docs.examples import (
    KINDS,
    PAGES,
    ROOT,
    Block,
    Command,
    blocks,
    commands_in,
    difference,
    steps,
)

# What a page takes as given: files of its own, each a shipped spec or one beside these tests.
FILES = {
    "README.md": {"model.yaml": "tests/docs/given/model.yaml"},
    "README.zh-CN.md": {"model.yaml": "tests/docs/given/model.yaml"},
    "docs/distributed.md": {"spec.yaml": "specs/table-regression.yaml"},
}
# ... and runs, by the commands that make them.
_THREE_RUNS = "$ layerforge train specs/cnn-lstm.yaml --epochs 2\n" * 3
RUNS = {
    "docs/export.md": _THREE_RUNS,
    "docs/reports.md": _THREE_RUNS + "$ layerforge tune specs/search-digits.yaml --max-trials 2\n",
}
# What its scripts make, and more than how many bytes.
MADE = {"docs/library.md": {"report.html": 20_000, "diagnosis.csv": 10_000}}
# A training whose output is not shown is cut short.
_STEPS = ["--set", "train.steps_per_epoch=2"]
SHORT = {"train": _STEPS, "tune": [*_STEPS, "--set", "train.epochs=1"]}
FIVE_MINUTES = ["new", "check", "data", "build", "baseline", "train", "report", "predict"]
QUICK = ("check", "data", "baseline", "diff", "explain", "layers", "migrate", "new", "schema")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def with_blocks(wanted: Callable[[Path], bool]) -> pytest.MarkDecorator:
    pages = [path for path in PAGES if wanted(path)]
    return pytest.mark.parametrize("path", pages, ids=name_of)


def is_quick(command: Command) -> bool:
    """Whether it loads neither TensorFlow nor, in what it needs, what another command has made."""
    _, name, *words = command.words
    static = name in QUICK or (name == "build" and "--static" in words)
    needed = [word for word in words if word.endswith(".yaml") and word != command.made]
    return static and all(Path(word).exists() for word in needed)


def ours(path: Path) -> list[Block | Command]:
    """The page's files, its scripts, and its commands of layerforge that can be run here."""
    found = [each for each in steps(path) if isinstance(each, Block) or each.why_not is None]
    assert {each.words[0] for each in found if isinstance(each, Command)} <= {"layerforge"}
    return found


def goes_long(path: Path) -> bool:
    """Whether something of the page takes long: a script, or a command that is not quick."""
    return any(
        each.words[1] not in QUICK and "--static" not in each.words
        if isinstance(each, Command)
        else each.kind == "python"
        for each in ours(path)
    )


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the shipped specs, to stand in."""
    shutil.copytree(ROOT / "specs", tmp_path / "specs")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def give(path: Path) -> None:
    """Puts the files of a page where its commands look for them."""
    for name, source in FILES.get(name_of(path), {}).items():
        text = (ROOT / source).read_text(encoding="utf-8")
        Path(name).write_text(
            text.replace("source: data/", "source: specs/data/"), encoding="utf-8"
        )


def try_out(command: Command, capfd: pytest.CaptureFixture[str]) -> None:
    """Runs a command, and compares what it says with what the page shows."""
    _, name, *words = command.words
    whole = command.shown or {"--resume", "--show", "--quiet"} & set(words)
    capfd.readouterr()
    status = main([name, *words, *([] if whole else SHORT.get(name, []))])
    said = capfd.readouterr()
    assert status == command.status, f"$ {command}\n{said.out}{said.err}"
    unlike = difference(command, said.out or said.err)
    assert unlike is None, unlike
    made = command.made
    assert made is None or Path(made).exists(), f"$ {command}\nmakes no {made}"


def go(step: Block | Command, capfd: pytest.CaptureFixture[str]) -> None:
    """Writes a file, runs a script, or tries a command out."""
    if isinstance(step, Command):
        try_out(step, capfd)
    elif step.name:
        Path(step.name).write_text(step.text, encoding="utf-8")
    else:
        words = [sys.executable, "-W", "error::UserWarning", "-c", step.text]
        paths = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(words, env=paths, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr


@pytest.mark.usefixtures("project")
@with_blocks(lambda path: any(isinstance(step, Command) for step in ours(path)))
def test_what_is_quick_runs_and_says_what_is_shown(
    path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    give(path)
    for step in ours(path):
        if is_quick(step) if isinstance(step, Command) else step.name:
            go(step, capfd)


@pytest.mark.slow
@pytest.mark.usefixtures("project")
@with_blocks(goes_long)
def test_everything_runs_and_says_what_is_shown(
    path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    give(path)
    for step in [*commands_in(RUNS.get(name_of(path), "")), *ours(path)]:
        go(step, capfd)
    for name, size in MADE.get(name_of(path), {}).items():
        assert Path(name).stat().st_size > size


@pytest.mark.slow
@pytest.mark.usefixtures("project")
@with_blocks(lambda path: path.parent == ROOT and path.stem.startswith("README"))
def test_the_five_minutes_of_the_readme_run(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The numbered list, on a file of its own: what it says of any `my.csv`, `new.csv` and `NAME`."""
    text = path.read_text(encoding="utf-8")
    lines = re.findall("`(layerforge [^`]*(?:my|NAME)[^`]*)`", text.replace("NAME/", "RUN/"))
    assert [line.split()[1] for line in lines[: len(FIVE_MINUTES)]] == FIVE_MINUTES
    for name in ("my.csv", "new.csv"):
        shutil.copy("specs/data/chicago-l.csv", name)
    for command in commands_in("".join(f"$ {line}\n" for line in lines).replace("NAME", "my")):
        go(command, capfd)
    assert Path("answer.csv").read_text(encoding="utf-8").startswith("date,")


@pytest.mark.usefixtures("project")
@with_blocks(lambda path: any(block.kind == "yaml" for block in blocks(path)))
def test_every_spec_that_is_shown_has_no_fault(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for block in blocks(path):
        if block.kind == "yaml":
            found: list[object] = []
            read(block.text, name_of(path), found)  # type: ignore[arg-type]
            assert not found
            if re.search("^model:", block.text, re.MULTILINE):
                spec = Path("specs/shown.yaml")  # beside the data that it may name
                spec.write_text(block.text, encoding="utf-8")
                assert (main(["check", str(spec)]), capsys.readouterr().out) == (0, "")


@with_blocks(lambda path: bool(blocks(path)))
def test_every_block_is_of_a_kind_that_is_looked_at(path: Path) -> None:
    reads = {"toml": tomllib.loads, "json": json.loads}
    for block in blocks(path):
        assert block.kind in KINDS, f"{name_of(path)}:{block.line}"
        reads.get(block.kind, str)(block.text)


def _said(text: str, said: str) -> str | None:
    (command,) = commands_in(text)
    return difference(command, said)


def test_what_is_shown_is_compared_as_it_stands() -> None:
    build = "$ layerforge build a.yaml\n\na  1\nin (4.8 s)\n"
    assert _said(build, "a  1\n\nin (0.2 s)\n") is None
    for other in ("a  2\nin (4.8 s)\n", "a 1\nin (4.8 s)\n", "a  1\n", "a  1\nin (4.8 s)\nb\n"):
        assert _said(build, other) is not None


def test_numbers_of_a_training_are_compared_by_their_size() -> None:
    train = "$ layerforge train a.yaml --quiet\nmse   0.1498  -1.2\n2016-08-15,1.96\n"
    assert _said(train, "mse  0.14  -1.3\n2016-08-15,2.06\n") is None
    assert _said(train, "mse  0.14  1.3\n2016-08-15,2.06\n") is not None
    assert _said(train, "mae  0.14  -1.3\n2016-08-15,2.06\n") is not None
    assert _said(train, "mse  0.14  -1.3  0.1\n2016-08-15,2.06\n") is not None


def test_three_dots_stand_for_lines_that_are_left_out() -> None:
    explain = "$ layerforge explain LSTM\nLSTM\n...\nin all 8\n...\n"
    assert _said(explain, "LSTM\nunits\nkernel\nin all 8\ngates\n") is None
    assert _said(explain, "LSTM\nunits\nkernel\nin all 9\ngates\n") is not None
    assert _said(explain, "LSTM\nin all 8\ngates\n") is not None
    assert _said(explain, "LSTM\nunits\nin all 8\n") is not None
    last = "$ layerforge explain LSTM\n...\nin all 8\n"
    assert _said(last, "LSTM\nunits\nin all 8\n") is None
    assert _said(last, "LSTM\nunits\nin all 8\ngates\n") is not None
