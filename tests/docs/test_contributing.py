"""The way that CONTRIBUTING.md shows to a new layer, taken word for word on a copy of the tree."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECTION = PAGE[PAGE.index("## Add a layer") : PAGE.index("## Add a diagnostic")]
BLOCK = re.compile(r"^ *```(python|text|console)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
KEPT = ("layerforge", "tests", "docs", "specs", "benchmarks", "pyproject.toml", "CONTRIBUTING.md")
KEPT += ("README.md", "CHANGELOG.md", "Makefile", "LICENSE", "constraints.txt")
SPEC = """
    layerforge: 1
    data:
      source: wave.csv
      task: forecast
      time: day
      features: [level]
      targets: [level]
      window: 14
      horizon: 3
    model:
      layers:
        - Dense: 4
        - Snake: {frequency: 2.0}
        - Flatten
        - Dense: 3
    train: {epochs: 1}
    """


def blocks(kind: str) -> list[str]:
    return [dedent(text) for found, text in BLOCK.findall(SECTION) if found == kind]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree."""
    folder = tmp_path_factory.mktemp("tree")
    ignored = shutil.ignore_patterns("__pycache__", ".*", "runs", "_build")
    for name in KEPT:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def written(tree: Path) -> list[str]:
    """Does what the code on the page says: new files, and new lines in lists. Gives the files."""
    files = []
    for text in [*blocks("python"), *blocks("text")]:  # modules, and lines of lists
        first, _, rest = text.partition("\n")
        path, _, name = first.removeprefix("# ").partition(", ")
        if name:
            into(tree / path, f"{name} = [\n", rest)
        else:
            assert not (tree / path).exists()
            (tree / path).write_text(rest, encoding="utf-8")
        files.append(path)
    return files


def into(path: Path, opening: str, lines: str) -> None:
    """Puts the lines at the beginning of a list."""
    text = path.read_text(encoding="utf-8")
    assert text.count(opening) == 1, f"{path} has no {opening!r}"
    path.write_text(text.replace(opening, opening + lines), encoding="utf-8")


def named(tree: Path) -> None:
    """What the page says in words: the class and the module are named in their rooms."""
    own = tree / "layerforge" / "keras_layers" / "__init__.py"
    into(own, "__all__ = [\n", '    "Snake",\n')
    text = own.read_text(encoding="utf-8")
    line = "from layerforge.keras_layers.snake import Snake\n"
    own.write_text(text.replace("from layerforge", f"{line}from layerforge", 1), encoding="utf-8")
    rules = tree / "layerforge" / "layers" / "__init__.py"
    into(rules, "from layerforge.layers import (\n", "    learned_activation,\n")
    into(rules, "__all__ = [\n", '    "learned_activation",\n')


def commands(line: str) -> list[list[str]]:
    """A line of the page as this interpreter's commands; those of `make` are what the Makefile has."""
    if line.startswith("make "):
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        target = re.search(rf"^{line.removeprefix('make ')}:.*\n((?:\t.*\n)+)", makefile, re.M)
        assert target is not None, f"the Makefile has no {line}"
        lines = [each.strip().replace("$(BIN)", ".venv/bin") for each in target[1].splitlines()]
        return [command for each in lines for command in commands(each)]
    program, *words = line.split()
    name = program.removeprefix(".venv/bin/")
    if name == "python":
        return [[sys.executable, *words]]
    beside = Path(sys.executable).with_name(name)
    found = [str(beside)] if beside.exists() else [sys.executable, "-m", name]
    return [[*(found if name != "layerforge" else [sys.executable, "-m", name]), *words]]


def run(command: list[str], folder: Path, tree: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(tree), "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
    return done.stdout


@pytest.mark.slow
def test_a_layer_is_added_as_the_page_says(tree: Path, tmp_path: Path) -> None:
    assert len(written(tree)) == 4
    named(tree)
    said = {}
    (lines,) = blocks("console")
    for line in lines.splitlines():
        for command in commands(line.removeprefix("$ ")):
            said[line] = run(command, tree, tree)
    tested = next(text for line, text in said.items() if "-k Snake" in line)
    assert int(re.search(r"(\d+) passed", tested)[1]) >= 10
    assert "Snake (learned activation)" in said["$ .venv/bin/layerforge explain Snake"]
    unchanged = ["tests/docs/test_catalog.py", "tests/test_schema.py", "tests/golden"]
    assert " passed" in run([sys.executable, "-m", "pytest", "-q", *unchanged], tree, tree)

    rows = "".join(f"{day},{day % 7 / 7 + day / 500}\n" for day in range(200))
    (tmp_path / "wave.csv").write_text(f"day,level\n{rows}")
    (tmp_path / "spec.yaml").write_text(dedent(SPEC))
    program = [sys.executable, "-m", "layerforge"]
    assert "Keras agrees" in run([*program, "build", "spec.yaml"], tmp_path, tree)
    assert "run: " in run([*program, "train", "spec.yaml", "--quiet"], tmp_path, tree)
    model = str(next(tmp_path.glob("runs/*/1/best.keras")))
    assert "- Snake: 2" in run([*program, "import", model], tmp_path, tree)
    assert "Snake(" in run([*program, "eject", "spec.yaml"], tmp_path, tree)
