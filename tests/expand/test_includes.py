"""What an include may not be: a way out of the spec's folder, a pipe, a device; links within are files."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from layerforge.pipeline import compile_spec

BLOCKS = "blocks: {twice: {layers: [{Dense: 3, repeat: 2}]}}\n"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links")


def codes(folder: Path, name: str) -> list[str]:
    path = folder / "spec.yaml"
    path.write_text(f"{{include: [{name!r}], model: {{input: [4], layers: [twice]}}}}")
    return [fault.code for fault in compile_spec(path).found]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret.yaml").write_text(BLOCKS)
    made = tmp_path / "specs"
    made.mkdir()
    (made / "blocks.yaml").write_text(BLOCKS)
    return made


def test_a_link_within_the_folder_is_a_file_of_it(folder: Path) -> None:
    (folder / "link.yaml").symlink_to("blocks.yaml")
    assert codes(folder, "link.yaml") == []


@pytest.mark.parametrize("target", ["../secret.yaml", "/etc/hostname", "/dev/zero"])
def test_a_link_that_leads_out_is_not_followed(folder: Path, target: str) -> None:
    (folder / "link.yaml").symlink_to(target)
    assert "path-outside" in codes(folder, "link.yaml")


def test_a_folder_that_is_a_link_out_is_not_followed(folder: Path) -> None:
    (folder / "more").symlink_to("..", target_is_directory=True)
    assert "path-outside" in codes(folder, "more/secret.yaml")


def test_a_folder_of_specs_that_is_a_link_itself_is_the_folder(folder: Path) -> None:
    link = folder.with_name("link")
    link.symlink_to("specs", target_is_directory=True)
    assert codes(link, "blocks.yaml") == []


@pytest.mark.parametrize("kind", ["pipe", "folder", "circle", "dangling", "long", "nothing"])
def test_what_is_no_file_is_told_at_once(folder: Path, kind: str) -> None:
    path = folder / "odd.yaml"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "circle":
        path.symlink_to("odd.yaml")
    elif kind == "dangling":
        path.symlink_to("nowhere.yaml")
    name = "a" * 5_000 if kind == "long" else "odd.yaml"
    assert "unreadable-file" in codes(folder, name)
