"""The help of every command as it is printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from layerforge.cli.main import COMMANDS, main

FOLDER = Path(__file__).parent / "help"
NAMES = [name for part in COMMANDS.values() for name in part]


@pytest.mark.parametrize("name", ["", *NAMES])
def test_help_is_its_golden_text(
    name: str, golden, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main([*([name] if name else []), "--help"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    golden(captured.out, FOLDER / f"{name or 'layerforge'}.out")


@pytest.mark.parametrize("name", NAMES)
def test_the_line_on_the_first_screen_opens_the_help_of_the_command(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main([name, "--help"])
    line = next(part[name] for part in COMMANDS.values() if name in part)
    said = capsys.readouterr().out
    assert line in " ".join(said.split())
    assert "Examples:" in said
