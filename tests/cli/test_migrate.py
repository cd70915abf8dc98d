"""`layerforge migrate`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

MODEL = "model: {input: [8], layers: [Dense: 1]}\n"


def test_a_spec_in_version_1_needs_nothing(run: Run, folder: Path) -> None:
    (folder / "one.yaml").write_text("layerforge: 1\n" + MODEL, encoding="utf-8")
    done = run("migrate", "one.yaml")
    assert (done.status, done.out, done.err) == (0, "one.yaml: version 1, nothing to do\n", "")


def test_a_fault_elsewhere_is_none_of_its_business(run: Run, folder: Path) -> None:
    (folder / "one.yaml").write_text(
        "layerforge: 1\nmodel: {layers: [Dnse: 1]}\n", encoding="utf-8"
    )
    assert run("migrate", "one.yaml").status == 0


@pytest.mark.parametrize(
    ("line", "said", "help"),
    [
        ("layerforge: 2\n", "the spec says `2`", "install the layerforge that knows version 2"),
        ("layerforge: one\n", "the spec says `one`", "write `layerforge: 1`"),
        ("layerforge: [1]\n", "the spec says a list", "write `layerforge: 1`"),
        ("layerforge:\n", "the spec says nothing", "write `layerforge: 1`"),
        ("layerforge: 99999999999999999999\n", "the spec says `9999", "install the layerforge"),
        ("", "this says no version of the language", "write `layerforge: 1` at the top"),
    ],
)
def test_another_version_is_refused_in_a_line(
    run: Run, folder: Path, line: str, said: str, help: str
) -> None:
    (folder / "other.yaml").write_text(line + MODEL, encoding="utf-8")
    done = run("migrate", "other.yaml")
    assert (done.status, done.out) == (1, "")
    first = done.err.splitlines()[0]
    assert said in first
    assert first.endswith("[wrong-version]")
    assert help in done.err
    assert (folder / "other.yaml").read_text(encoding="utf-8") == line + MODEL


def test_a_file_that_is_no_spec_is_refused(run: Run, folder: Path) -> None:
    (folder / "list.yaml").write_text("- 1\n", encoding="utf-8")
    (folder / "broken.yaml").write_text("a: [1\n", encoding="utf-8")
    assert run("migrate", "list.yaml").status == 1
    assert "[unclosed-bracket]" in run("migrate", "broken.yaml").err
    assert "[unreadable-file]" in run("migrate", "nowhere.yaml").err


def test_several_specs_as_json(run: Run, folder: Path) -> None:
    (folder / "one.yaml").write_text("layerforge: 1\n" + MODEL, encoding="utf-8")
    (folder / "two.yaml").write_text("layerforge: 2\n" + MODEL, encoding="utf-8")
    done = run("migrate", "one.yaml", "two.yaml", "--json")
    assert done.status == 1
    assert json.loads(done.out) == {
        "files": [{"file": "one.yaml", "version": 1}, {"file": "two.yaml", "version": None}]
    }
