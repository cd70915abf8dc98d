"""`layerforge schema`."""

from __future__ import annotations

import json
from pathlib import Path

from jsonschema import Draft202012Validator

from layerforge.schema import json_schema
from tests.cli.conftest import Run


def test_the_schema_goes_to_standard_output_alone(run: Run) -> None:
    done = run("schema")
    assert (done.status, done.err) == (0, "")
    schema = json.loads(done.out)
    Draft202012Validator.check_schema(schema)
    assert schema["properties"].keys() == json_schema()["properties"].keys()


def test_the_schema_goes_to_a_file(run: Run, folder: Path) -> None:
    done = run("schema", "--out", "spec.json")
    assert (done.status, done.out, done.err) == (0, "", "saved spec.json\n")
    assert (folder / "spec.json").read_text(encoding="utf-8") == run("schema").out


def test_a_file_in_no_folder_is_a_wrong_command_line(run: Run) -> None:
    done = run("schema", "--out", "nowhere/spec.json")
    assert (done.status, done.out) == (2, "")
    assert "there is no folder `nowhere`" in done.err


def test_a_file_that_cannot_be_written_is_told(run: Run, folder: Path) -> None:
    (folder / "sub").mkdir()
    for name in ("sub", "x" * 300):
        done = run("schema", "--out", name)
        assert (done.status, done.out) == (1, "")
        assert f"`{name}` cannot be written: " in done.err
        assert "[unwritable-file]" in done.err
