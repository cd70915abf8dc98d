"""What golden tests share: a text held against a file beside the spec, or written to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Golden = Callable[[str, Path], None]


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Holds a text against a file; with `--update-golden` writes the file."""

    def compare(text: str, path: Path) -> None:
        if request.config.getoption("--update-golden"):
            path.write_text(text, encoding="utf-8", newline="")
        assert path.is_file(), f"no {path.name}: run pytest with --update-golden, and read it"
        assert text == path.read_bytes().decode("utf-8")

    return compare
