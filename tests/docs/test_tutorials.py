"""The tutorials are listed, and what they and the page of the library make is there."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs" / "tutorials"


def test_every_tutorial_is_listed() -> None:
    listed = re.findall(r"\]\((\S+\.md)\)", (FOLDER / "README.md").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted({path.name for path in FOLDER.glob("*.md")} - {"README.md"})
