"""Bad specs and the exact text `check` prints of each: a file is called CODE.yaml or CODE--WHAT.yaml.

A first line `# check: OPTIONS` gives the options that `check` is called with.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import layerforge
from layerforge.cli.main import main
from layerforge.codes import CODES, WARNINGS

FOLDER = Path(__file__).parent / "diagnostics"
SPECS = sorted(FOLDER.glob("*.yaml"))
# Many mistakes in one file, each of which gives one message.
SEVERAL = {"several-faults": 4, "out-of-range": 2}
# What `check` walks through; the faults of data and runs are tested in their rooms.
ROOMS_OF_CHECK = (
    "source",
    "expressions",
    "shapes",
    "arguments",
    "components",
    "layers",
    "spec",
    "expand",
    "infer",
    "heads",
    "cautions",
    "pipeline",
)
# Files that would be large here, or are not there: `test_source.py` makes them.
NOT_AS_FILES = {"file-too-large", "unreadable-file"}


def code_of(path: Path) -> str:
    return path.stem.partition("--")[0]


def checked(path: Path) -> list[str]:
    """The command line that checks the spec."""
    first = path.read_bytes().partition(b"\n")[0]
    options = first.removeprefix(b"# check: ").decode().split() if b"# check: " in first else []
    return ["check", path.name, *options]


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_a_bad_spec_prints_its_golden_text(
    path: Path, golden, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(FOLDER)
    assert main(checked(path)) == (0 if code_of(path) in WARNINGS else 1)
    golden(capsys.readouterr().out, path.with_suffix(".out"))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_one_mistake_gives_one_message_with_the_code_in_the_name(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(FOLDER)
    main(checked(path))
    captured = capsys.readouterr()
    expected = SEVERAL.get(path.stem, 1)
    noun = "warning" if code_of(path) in WARNINGS else "fault"
    assert captured.err == f"{expected} {noun}{'s' * (expected > 1)} in 1 file\n"
    if path.stem != "several-faults":
        assert captured.out.count(f" [{code_of(path)}]\n") == expected


def codes_in(rooms: tuple[str, ...]) -> set[str]:
    """The codes that the modules of these rooms name."""
    package = Path(layerforge.__file__).parent
    modules = [
        m for room in rooms for m in (package / f"{room}.py", *(package / room).rglob("*.py"))
    ]
    texts = [module.read_text(encoding="utf-8") for module in modules if module.is_file()]
    return {code for code in CODES if any(f'"{code}"' in text for text in texts)}


def test_every_code_that_check_can_give_is_shown() -> None:
    shown = {code_of(path) for path in SPECS}
    assert codes_in(ROOMS_OF_CHECK) - NOT_AS_FILES - shown == set()


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.out")} <= {path.stem for path in SPECS}
