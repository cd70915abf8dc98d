"""Bad specs and the exact text `check` prints of each: a file is called CODE.yaml or CODE--WHAT.yaml.

A first line `# check: OPTIONS` gives the options that `check` is called with.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from layerforge.cli.main import main
from layerforge.codes import CODES

FOLDER = Path(__file__).parent / "diagnostics"
SPECS = sorted(FOLDER.glob("*.yaml"))
# Many mistakes in one file, each of which gives one message.
SEVERAL = {"several-faults": 4, "out-of-range": 2}
# Faults that only rows of data, a run or a machine can have: their rooms test them.
OF_DATA_AND_RUNS = CODES.keys() & set(
    """
    keras-refuses missing-package wrong-backend
    unreadable-data data-not-text empty-data ragged-row repeated-column unknown-column
    target-among-features not-a-number not-finite missing-value bad-time time-order bad-split
    too-few-rows unseen-class single-class too-many-classes too-many-categories other-version
    unknown-run broken-run unwritable-runs unwritable-file data-changed fixed-batch wrong-loss
    logits-not-probabilities unknown-monitor training-diverged out-of-memory run-failed
    """.split()
)
# Files that would be large here: `test_source.py` makes them.
TOO_LARGE = {"file-too-large"}


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
    assert main(checked(path)) == 1
    golden(capsys.readouterr().out, path.with_suffix(".out"))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_one_mistake_gives_one_message_with_the_code_in_the_name(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(FOLDER)
    main(checked(path))
    captured = capsys.readouterr()
    expected = SEVERAL.get(path.stem, 1)
    assert captured.err == f"{expected} fault{'s' * (expected > 1)} in 1 file\n"
    if path.stem != "several-faults":
        assert captured.out.count(f" [{code_of(path)}]\n") == expected


def test_every_code_that_a_spec_alone_can_have_is_shown() -> None:
    shown = {code_of(path) for path in SPECS}
    assert set(CODES) - OF_DATA_AND_RUNS - TOO_LARGE - shown == set()


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.out")} <= {path.stem for path in SPECS}
