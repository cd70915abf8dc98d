"""What commands load: the quick ones neither TensorFlow, Keras, NumPy, polars nor Rich."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {"tensorflow", "keras", "keras_tuner", "numpy", "polars", "rich", "pydantic"}
SPEC = """
data:
  source: rows.csv
  task: regression
  features: [a, b]
  targets: [y]
model:
  input: [2]
  layers:
    - Dense: 4
    - Dense: 1
"""
ROWS = "a,b,y\n" + "".join(f"{i},{i % 7},{i % 5}\n" for i in range(60))
PROGRAM = """
import sys
from layerforge.cli.main import main
code = main(sys.argv[1:])
print(" ".join({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
sys.exit(code)
"""


def loaded_by(folder: Path, *arguments: str, code: int = 0) -> set[str]:
    """The packages in memory after a command, which must end with this exit status."""
    (folder / "spec.yaml").write_text(SPEC)
    (folder / "bad.yaml").write_text(SPEC.replace("Dense: 1", "Dnse: 1"))
    (folder / "rows.csv").write_text(ROWS)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == code, done.stderr
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--help",), 0),
        (("check", "--help"), 0),
        (("check", "spec.yaml"), 0),
        (("check", "bad.yaml"), 1),
        (("check", "bad.yaml", "--json"), 1),
        (("check", "spec.yaml", "--resolved"), 0),
        (("build", "spec.yaml", "--static"), 0),
        (("build", "spec.yaml", "--static", "--json"), 0),
        (("train", "--help"), 0),
        (("eject", "spec.yaml"), 0),
        (("diff", "spec.yaml", "spec.yaml"), 0),
        (("layers",), 0),
        (("layers", "Dense"), 0),
        (("schema",), 0),
        (("graph", "spec.yaml", "--out", "spec.svg"), 0),
        (("migrate", "spec.yaml"), 1),
        (("completion", "bash"), 0),
        (("explain", "wrong-rank"), 0),
        (("explain", "Dense", "--spec", "spec.yaml"), 0),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
)
def test_a_quick_command_loads_nothing_heavy(
    tmp_path: Path, arguments: tuple[str, ...], code: int
) -> None:
    assert loaded_by(tmp_path, *arguments, code=code) & HEAVY == set()


@pytest.mark.parametrize("command", [("--help",), ("train", "--help")], ids=" ".join)
def test_help_does_not_load_the_language_either(tmp_path: Path, command: tuple[str, ...]) -> None:
    assert "yaml" not in loaded_by(tmp_path, *command)


def test_baselines_are_scored_without_tensorflow(tmp_path: Path) -> None:
    loaded = loaded_by(tmp_path, "baseline", "spec.yaml")
    assert "polars" in loaded
    assert loaded & {"tensorflow", "keras", "rich"} == set()
