"""The wheel and the source distribution: what is in them, what they say of themselves, and that they work."""

from __future__ import annotations

import email
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from email.message import Message
from importlib.util import find_spec
from pathlib import Path

import pytest

import layerforge

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layerforge"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NAME = f"layerforge-{layerforge.__version__}"
# Data files that the package cannot do without, each kind of them.
DATA = {
    "py.typed",
    "components/table.json",
    "cli/shell/words.json",
    "cli/shell/completion.bash",
    "explain/wrong-rank.md",
    "report/page.css",
}
SPEC = """\
layerforge: 1
model:
  input: [96, 7]
  layers:
    - LSTM: 32
    - Dense: 1
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source distribution, built without a network."""
    for package in ("hatchling", "pip"):
        if find_spec(package) is None:
            pytest.skip(f"{package} is not installed")
    folder = tmp_path_factory.mktemp("dist")
    offline = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    done([sys.executable, "-m", "pip", "wheel", "-q", *offline, "-w", folder, ROOT], folder)
    done([sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", folder], ROOT)
    return folder


def done(command: list[str | Path], folder: Path, **environment: str) -> str:
    """What a command prints, which must end well; nothing of this tree is on its path."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ended = subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def packaged() -> set[str]:
    """The files of the package in this tree, as names inside `layerforge/`."""
    return {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }


def names_in_wheel(folder: Path) -> set[str]:
    with zipfile.ZipFile(folder / f"{NAME}-py3-none-any.whl") as wheel:
        return set(wheel.namelist())


def said_by_wheel(folder: Path, name: str) -> str:
    with zipfile.ZipFile(folder / f"{NAME}-py3-none-any.whl") as wheel:
        return wheel.read(f"{NAME}.dist-info/{name}").decode()


def metadata(folder: Path) -> Message:
    return email.message_from_string(said_by_wheel(folder, "METADATA"))


def test_the_wheel_holds_the_package_whole_and_nothing_else(built: Path) -> None:
    names = names_in_wheel(built)
    own = {name for name in names if not name.startswith(f"{NAME}.dist-info/")}
    assert packaged() >= DATA
    assert own == {f"layerforge/{name}" for name in packaged()}
    assert f"{NAME}.dist-info/licenses/LICENSE" in names


def test_the_source_distribution_makes_the_same_wheel(built: Path, tmp_path: Path) -> None:
    with tarfile.open(built / f"{NAME}.tar.gz") as archive:
        names = {name.removeprefix(f"{NAME}/") for name in archive.getnames()}
        archive.extractall(tmp_path, filter="data")
    beside = {name for name in names if not name.startswith("layerforge/")}
    told = {"README.md", "README.zh-CN.md", "LICENSE", "CHANGELOG.md", "CITATION.cff"}
    assert beside - {".gitignore"} == {*told, "pyproject.toml", "PKG-INFO"}
    again = tmp_path / "again"
    done([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", again], tmp_path / NAME)
    assert names_in_wheel(again) == names_in_wheel(built)


def test_the_version_is_the_same_wherever_it_stands(built: Path) -> None:
    version = layerforge.__version__
    assert metadata(built)["Version"] == version
    cited = re.search(r"^version: (.*)$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)
    assert cited is not None
    assert cited[1] == version
    top = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert top is not None
    assert top[1] == version


def test_the_metadata_say_what_the_project_does(built: Path) -> None:
    said = metadata(built)
    assert said["Name"] == "layerforge"
    assert said["License-Expression"] == "Apache-2.0"
    assert set(said.get_all("Provides-Extra")) == set(PROJECT["optional-dependencies"])
    plain = [need for need in said.get_all("Requires-Dist") if "extra ==" not in need]
    bare = re.compile(r"^[\w.-]+")
    wanted = [bare.match(need)[0].lower() for need in PROJECT["dependencies"]]
    assert sorted(bare.match(need)[0].lower() for need in plain) == sorted(wanted)
    assert set(said["Requires-Python"].split(",")) == set(PROJECT["requires-python"].split(","))
    assert said.get_payload().startswith("# layerforge\n")
    (script,) = PROJECT["scripts"].items()
    entry = f"[console_scripts]\n{script[0]} = {script[1]}"
    assert said_by_wheel(built, "entry_points.txt").strip() == entry


def test_every_dependency_has_a_version_that_the_tests_passed_with() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    pinned = {each.lower().replace("_", "-") for each in re.findall(r"^([\w.-]+)==", text, re.M)}
    groups = PROJECT["optional-dependencies"]
    needs = [*PROJECT["dependencies"], *groups["dev"]]
    names = {re.match(r"[\w.-]+", need)[0].lower().replace("_", "-") for need in needs}
    assert names - pinned == set()


@pytest.mark.slow
def test_an_installed_wheel_works_in_any_folder(built: Path, tmp_path: Path) -> None:
    home = tmp_path / "env"
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    wheel = built / f"{NAME}-py3-none-any.whl"
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps"]
    done([*pip, "--no-index", "--disable-pip-version-check", wheel], tmp_path)
    # The dependencies of this environment, behind the new one's own packages.
    own = done([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], tmp_path)
    Path(own.strip(), "theirs.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    where = done([python, "-c", "import layerforge; print(layerforge.__file__)"], tmp_path)
    assert Path(where.strip()).is_relative_to(home)

    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "spec.yaml").write_text(SPEC)
    rows = "".join(f"{day},{day % 7},{day % 5}\n" for day in range(100))
    (folder / "my.csv").write_text(f"day,flow,level\n{rows}")

    def says(*words: str) -> str:
        return done([home / "bin" / "layerforge", *words], folder)

    assert says("--version") == f"layerforge {layerforge.__version__}\n"
    assert says("check", "spec.yaml") == ""
    assert "4 x (32 x (7 + 32) + 32)" in says("explain", "LSTM", "--spec", "spec.yaml")
    assert says("explain", "wrong-rank").startswith("wrong-rank: ")
    assert "keras.optimizers.Adam" in says("explain", "Adam")
    assert "parameters" in says("build", "spec.yaml", "--static")
    assert '"$schema"' in says("schema")
    assert "complete -F _layerforge layerforge" in says("completion", "bash")
    says("graph", "spec.yaml", "--out", "spec.svg")
    says("new", "my.csv", "--target", "flow", "--time", "day")
    assert says("check", "my.yaml") == ""
    assert "repeat" in says("baseline", "my.yaml")
    says("train", "my.yaml", "--epochs", "1", "--quiet")
    says("report", "my", "--static")
    assert "<title>" in (folder / "report.html").read_text(encoding="utf-8")
    answer = done([home / "bin" / "layerforge", "ch"], folder, _LAYERFORGE_COMPLETE="zsh")
    assert answer.startswith("check\t")
