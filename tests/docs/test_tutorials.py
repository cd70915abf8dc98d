"""Every command of the tutorials and the Python of docs, run as they stand; what is shown is printed."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from layerforge.cli.main import main

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "tutorials"
TUTORIALS = sorted(path for path in FOLDER.glob("*.md") if path.stem != "README")
CHINESE = ROOT / "README.zh-CN.md"
SHORT = {"train": ["--set", "train.steps_per_epoch=2"], "tune": ["--set", "train.epochs=1"]}


def commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each `$ layerforge ...` on a shipped spec or a run of it, and the lines shown below it."""
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, *shown = part.rstrip("\n").split("\n")
            if line.startswith("layerforge ") and "model.yaml" not in line:
                yield line, [each for each in shown if each]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the shipped specs, to stand in."""
    shutil.copytree(ROOT / "specs", tmp_path / "specs")
    monkeypatch.chdir(tmp_path)
    for name in ("COLUMNS", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.mark.slow
@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("path", [*TUTORIALS, CHINESE], ids=lambda path: path.stem)
def test_every_command_of_a_tutorial_runs(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for line, shown in commands(path.read_text(encoding="utf-8")):
        program, name, *words = shlex.split(line, comments=True)
        assert program == "layerforge"
        short = SHORT.get(name, []) if not {"--resume", "--show"} & set(words) else []
        capfd.readouterr()
        status = main([name, *words, *short])
        said = capfd.readouterr()
        assert status == ("# exit 1" in line), (line, said.err)
        if shown:
            assert shown == [each for each in (said.out or said.err).split("\n") if each], line


@pytest.mark.slow
def test_the_python_of_the_library_page_runs(project: Path) -> None:
    text = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        words = [sys.executable, "-W", "error::UserWarning", "-c", code]
        paths = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(words, env=paths, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr
    assert (project / "report.html").stat().st_size > 20_000
    assert (project / "diagnosis.csv").read_text().count("\n") == 570


def test_every_tutorial_is_listed() -> None:
    listed = re.findall(r"\]\((\S+\.md)\)", (FOLDER / "README.md").read_text(encoding="utf-8"))
    assert sorted(listed) == [path.name for path in TUTORIALS]


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("path", [ROOT / "README.md", CHINESE], ids=lambda path: path.name)
def test_the_spec_of_the_readme_has_no_fault(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (block,) = re.findall(r"```yaml\n(layerforge: 1\n.*?)```", path.read_text("utf-8"), re.DOTALL)
    Path("specs/readme.yaml").write_text(block, encoding="utf-8")
    assert main(["check", "specs/readme.yaml"]) == 0
    assert capsys.readouterr().out == ""
