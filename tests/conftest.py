"""Fixtures that many tests use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from layerforge.pipeline import Compiled, compile_spec

CompileText = Callable[..., Compiled]


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "write what is printed now into the golden files, instead of comparing"
    parser.addoption("--update-golden", action="store_true", help=text)


@pytest.fixture
def compile_text(tmp_path: Path) -> CompileText:
    """Compiles the text of a spec, with `--set` texts and hyperparameter choices if given."""

    def compiled(
        text: str, *overrides: str, **choices: int | float | bool | str | None
    ) -> Compiled:
        path = tmp_path / "spec.yaml"
        path.write_text(dedent(text), encoding="utf-8")
        return compile_spec(path, overrides, choices)

    return compiled


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """No width or colour of the terminal that runs the tests; xdist's workers set one of their own."""
    for name in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
