"""The Mermaid charts of zoo specs, as they are put into Markdown."""

from __future__ import annotations

from pathlib import Path

import pytest

from layerforge.cli.main import main

FOLDER = Path(__file__).parent / "mermaid"
ZOO = Path(__file__).parents[2] / "specs" / "zoo"


@pytest.mark.parametrize("name", ["cnn-lstm", "unet-1d", "multi-task", "encoder-decoder-states"])
def test_a_mermaid_chart_is_its_golden_text(
    name: str, golden, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["graph", str(ZOO / f"{name}.yaml"), "--out", "-", "--as", "md"]) == 0
    golden(capsys.readouterr().out, FOLDER / f"{name}.md")
