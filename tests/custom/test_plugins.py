"""Layers of installed packages, by entry points in a distribution on the path."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from layerforge.build.verify import verify
from layerforge.custom.plugins import offer, offer_all, package_of
from layerforge.layers import find
from layerforge.pipeline import Compiled, compile_spec
from tests.custom.conftest import SCALE, write

ROOT = Path(__file__).parents[2]
RULES = """
    from layerforge.layers.catalog import layer
    from layerforge.layers.effect import Effect
    from layerforge.layers.kinds import Number
    from layerforge.shapes import Shape

    @layer(home="lf_plugin.classes")
    def Shift(x: Shape, *, by: Number = 1.0) -> Effect:
        "Adds a number to every value."
        return Effect(x)
    """
CLASSES = """
    import keras

    class Shift(keras.layers.Layer):
        def __init__(self, by=1.0, **kwargs):
            super().__init__(**kwargs)
            self.by = by

        def call(self, x):
            return x + self.by
    """
POINTS = """
    [layerforge.layers]
    Scale = lf_plugin.layers:Scale
    Shift = lf_plugin.rules:Shift
    Lost = lf_plugin.layers:Lost
    Other = lf_plugin.layers:Scale
    Broken = lf_plugin.broken:Broken
    Plain = lf_plugin.layers:keras
    Dense = lf_plugin.layers:Scale
    """
SPEC = """
    model:
      input: [4, 3]
      layers:
        - {layer}
    """


@pytest.fixture
def plugin(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder like site-packages with the distribution `lf-plugin 1.2`, on the path."""
    site = folder / "site"
    package, info = site / "lf_plugin", site / "lf_plugin-1.2.dist-info"
    package.mkdir(parents=True)
    info.mkdir()
    write(package, "__init__.py", "")
    write(package, "layers.py", SCALE)
    write(package, "rules.py", RULES)
    write(package, "classes.py", CLASSES)
    write(package, "broken.py", "import keras\n\nraise RuntimeError('no GPU here')\n")
    write(info, "METADATA", "Metadata-Version: 2.1\nName: lf-plugin\nVersion: 1.2\n")
    write(info, "entry_points.txt", POINTS)
    monkeypatch.syspath_prepend(str(site))
    return site


def _compiled(folder: Path, layer: str) -> Compiled:
    return compile_spec(write(folder, "spec.yaml", SPEC.format(layer=layer)))


@pytest.mark.parametrize("layer", ["Scale: {power: 3}", "Shift: 2"])
def test_a_plugins_layer_is_found_by_its_name(layer: str, folder: Path, plugin: Path) -> None:
    compiled = _compiled(folder, layer)
    assert compiled.plan is not None, compiled.found
    assert verify(compiled.plan) == []
    assert package_of(layer.partition(":")[0]) == "lf-plugin 1.2"


@pytest.mark.parametrize(
    ("layer", "code", "words"),
    [
        ("Broken", "broken-code", "RuntimeError: no GPU here (broken.py:3)"),
        ("Lost", "broken-code", "Lost"),
        ("Other", "not-a-layer", "offers `Other`, but holds `Scale`"),
        ("Plain", "not-a-layer", "`Plain`"),
    ],
)
def test_a_faulty_plugin_is_told_at_the_item(
    layer: str, code: str, words: str, folder: Path, plugin: Path
) -> None:
    (fault,) = _compiled(folder, layer).found
    assert fault.code == code
    assert words in fault.message
    assert fault.span is not None


def test_a_plugin_cannot_take_the_name_of_a_layer_of_keras(plugin: Path) -> None:
    entry = find("Dense")
    assert entry is not None
    assert entry.home == "keras.layers"
    assert offer_all()["Dense"].code == "name-taken"


def test_the_list_of_layers_holds_those_of_plugins_and_tells_the_faulty_ones(
    plugin: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from layerforge.cli.main import main

    assert main(["layers"]) == 0
    told = capsys.readouterr()
    assert "Multiplies every channel by a number of its own" in told.out
    assert "Adds a number to every value." in told.out
    assert sorted(line.rpartition("[")[2] for line in told.err.splitlines()) == [
        *["broken-code]"] * 2,
        "name-taken]",
        *["not-a-layer]"] * 2,
    ]


def test_a_name_that_no_plugin_offers_stays_unknown(folder: Path, plugin: Path) -> None:
    assert offer("Scal") is None
    (fault,) = _compiled(folder, "Scal").found
    assert fault.code == "unknown-layer"


PROGRAM = """
import sys
from layerforge.cli.main import main
status = main(["check", "spec.yaml"])
print(status, "keras" in sys.modules, "tensorflow" in sys.modules)
"""


@pytest.mark.parametrize(("layer", "loads"), [("Shift: 2", False), ("Scale", True)])
def test_check_loads_keras_only_for_a_layer_without_a_rule(
    layer: str, loads: bool, folder: Path, plugin: Path
) -> None:
    write(folder, "spec.yaml", dedent(SPEC.format(layer=layer)))
    env = {"PYTHONPATH": f"{ROOT}:{plugin}", "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["0", str(loads), str(loads)]
    assert ("Scale has no rule" in done.stderr) == loads
