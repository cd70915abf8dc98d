"""Files that are whole or not there."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from layerforge.run.files import replacing, write_json, write_text


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_text(path, "old")
    write_json(path, {"é": 1})
    assert json.loads(path.read_text(encoding="utf-8")) == {"é": 1}
    assert [each.name for each in tmp_path.iterdir()] == ["a.json"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old")
    with pytest.raises(IsADirectoryError):
        _write_half(path)
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]


def _write_half(path: Path) -> None:
    with replacing(path) as temporary:
        temporary.write_text("half")
        temporary.parent.write_text("the other half")


def test_the_temporary_name_keeps_the_ending(tmp_path: Path) -> None:
    with replacing(tmp_path / "best.keras") as temporary:
        temporary.write_bytes(b"x")
        assert temporary.suffix == ".keras"
        assert temporary.parent == tmp_path


def test_what_json_cannot_write_becomes_null(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"a": [1.5, math.nan, math.inf], "b": ("x", 2)})
    assert json.loads((tmp_path / "a.json").read_text()) == {"a": [1.5, None, None], "b": ["x", 2]}
