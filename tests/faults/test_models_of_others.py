"""Models that somebody else has made: none of them runs code."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.faults.conftest import is_plain, run_shell

# A Lambda layer as Keras saves one; the code would be marshalled bytecode.
LAMBDA = {
    "module": "keras.layers",
    "class_name": "Lambda",
    "config": {
        "name": "harmful",
        "arguments": {},
        "function": {
            "class_name": "__lambda__",
            "config": {"code": "4wAAAAA=", "defaults": None, "closure": None},
        },
    },
    "registered_name": None,
}
INPUT = {
    "module": "keras.layers",
    "class_name": "InputLayer",
    "config": {"batch_shape": [None, 3], "dtype": "float32", "name": "input", "sparse": False},
    "registered_name": None,
}
MODEL = {
    "module": "keras",
    "class_name": "Sequential",
    "config": {"name": "harm", "layers": [INPUT, LAMBDA], "build_input_shape": [None, 3]},
    "registered_name": None,
}
# Something that is no layer: `os.system` by its module and name.
SYSTEM = {
    "module": "os",
    "class_name": "system",
    "config": {"name": "harmful"},
    "registered_name": None,
}


def _archive(path: Path, config: object) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.15.1"}))
        archive.writestr("model.weights.h5", b"")


@pytest.mark.parametrize("layer", [LAMBDA, SYSTEM], ids=["Lambda", "os.system"])
def test_a_model_that_brings_code_is_not_imported(layer: dict[str, object], tmp_path: Path) -> None:
    layers = {"name": "harm", "layers": [INPUT, layer], "build_input_shape": [None, 3]}
    _archive(tmp_path / "harm.keras", {**MODEL, "config": layers})
    done = run_shell(tmp_path, "layerforge import harm.keras")
    assert (done.returncode, done.stdout, is_plain(done)) == (1, "", True)
    assert "`harmful` is" in done.stderr


@pytest.mark.slow
def test_a_run_whose_model_brings_code_is_not_loaded(used: Path) -> None:
    _archive(used / "runs" / "wave" / "1" / "best.keras", MODEL)
    for line in ("evaluate wave", "predict wave --data wave.csv", "export wave --to keras"):
        done = run_shell(used, f"layerforge {line}")
        assert (done.returncode, done.stdout, is_plain(done)) == (1, "", True), done.stderr
        assert "cannot be loaded" in done.stderr
