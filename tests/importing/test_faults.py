"""What no spec can hold is told, all of it at once, and no code of a file is ever run."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import keras
import pytest

from layerforge.diagnostics import Faults
from layerforge.importing import import_model
from layerforge.importing.sources import MAX_BYTES, read_source


@keras.saving.register_keras_serializable("mine")
class Doubled(keras.layers.Layer):  # type: ignore[misc]
    def call(self, x: Any) -> Any:
        return 2 * x


def _model() -> Any:
    x = keras.Input((4,))
    y = keras.layers.Lambda(lambda v: v + 1, output_shape=(4,), name="plus")(x)
    y = Doubled(name="one")(Doubled(name="two")(y))
    return keras.Model(x, keras.layers.Dense(2, activation=_own, name="out")(y))


@keras.saving.register_keras_serializable("mine")
def _own(x: Any) -> Any:
    return x


@pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`")
def test_every_fault_is_told_once_with_all_its_layers() -> None:
    found = import_model(keras.saving.serialize_keras_object(_model())).found
    messages = [each.message for each in found]
    assert len(found) == 3
    assert messages[0] == "`plus` is a Lambda, which runs code, and a spec holds none"
    assert messages[1].startswith("`two`, `one` is a `Doubled`")
    assert messages[2].startswith("`out` holds `")
    assert {each.code for each in found} == {"not-importable"}
    assert found[0].help is not None


def test_a_subclassed_model_is_told() -> None:
    config = {
        "module": "mine",
        "class_name": "Net",
        "config": {"layers": []},
        "registered_name": "mine>Net",
    }
    (fault,) = import_model(config).found
    assert "subclassed" in fault.message


def test_a_sequential_model_without_input_is_told() -> None:
    model = keras.Sequential([keras.layers.Dense(2)])
    (fault,) = import_model(keras.saving.serialize_keras_object(model)).found
    assert "no input shape" in fault.message


def test_a_file_that_would_run_code_is_only_read(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    evil = {"class_name": "__lambda__", "config": {"value": f"open({str(marker)!r}, 'w')"}}
    layer = {
        "module": "keras.layers",
        "class_name": "Lambda",
        "config": {"name": "evil", "function": evil},
        "name": "evil",
        "inbound_nodes": [{"args": [], "kwargs": {}}],
    }
    config = {"name": "m", "layers": [layer], "input_layers": [], "output_layers": [["evil", 0, 0]]}
    model = {"module": "keras", "class_name": "Functional", "config": config}
    file = tmp_path / "model.keras"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("config.json", json.dumps(model))
    result = import_model(read_source(str(file)))
    assert result.graph is None
    assert result.found
    assert not marker.exists()


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("none.keras", None, "no such file"),
        ("bad.keras", b"text", "ZIP"),
        ("bad.json", b"{", "no JSON"),
        ("bad.json", b"[1]", "class_name"),
        ("old.h5", b"", "neither"),
        ("keras.applications:Nothing", None, "Nothing"),
        ("no_such_module_here:f", None, "no_such_module_here"),
        ("keras.activations:relu", None, "failed"),
        ("json:JSONDecoder", None, "no Keras model"),
    ],
)
def test_what_is_no_model_is_told_in_one_line(
    name: str, content: bytes | None, part: str, tmp_path: Path
) -> None:
    word = name if ":" in name else str(tmp_path / name)
    if content is not None:
        Path(word).write_bytes(content)
    with pytest.raises(Faults) as caught:
        read_source(word)
    (fault,) = caught.value.diagnostics
    assert fault.code == "unreadable-model"
    assert part in fault.message
    assert "\n" not in fault.message


def test_a_function_takes_arguments_and_no_weights() -> None:
    config = read_source(
        "keras.applications:MobileNet", {"include_top": False, "input_shape": [64, 64, 3]}
    )
    result = import_model(config)
    assert result.graph is not None
    assert result.graph.inputs[0].shape == (64, 64, 3)
    assert result.graph.calls[-1].layer.type.name == "ReLU"


def test_weights_of_another_model_are_told(tmp_path: Path) -> None:
    from layerforge.build.model import make_model
    from layerforge.importing.weights import carry_weights
    from layerforge.infer import infer
    from layerforge.writing import write_spec

    def dense(units: int) -> Any:
        return keras.Sequential([keras.Input((3,)), keras.layers.Dense(units)])

    dense(5).save_weights(tmp_path / "other.weights.h5")
    config = keras.saving.serialize_keras_object(dense(2))
    graph = import_model(config).graph
    assert graph is not None
    written = write_spec(graph)
    model = make_model(infer(written.graph, []))
    with pytest.raises(Faults) as caught:
        carry_weights(tmp_path / "other.weights.h5", config, graph, written.graph, model)
    assert "not the weights of this model" in caught.value.diagnostics[0].message


@pytest.mark.parametrize("body", ["model = (", "raise RuntimeError", "1 / 0"])
def test_a_module_that_fails_as_it_loads_is_a_diagnostic(
    body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fails_as_it_loads.py").write_text(body, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(Faults) as stopped:
        read_source("fails_as_it_loads:model")
    assert [fault.code for fault in stopped.value.diagnostics] == ["unreadable-model"]


def _archive(config: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        archive.writestr("config.json", config)
    return held.getvalue()


def _changed(archive: bytes, signature: bytes, offset: int, value: int) -> bytes:
    """The archive with one byte behind a record's signature changed."""
    raw = bytearray(archive)
    raw[raw.index(signature) + offset] = value
    return bytes(raw)


_GOOD = _archive(b'{"class_name": "Functional", "config": {}}' * 9)
_LOCAL, _CENTRAL = b"PK\x03\x04", b"PK\x01\x02"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(_archive(b"{}", zipfile.ZIP_LZMA), id="compressed as Keras does not"),
        pytest.param(_changed(_GOOD, _CENTRAL, 8, 1), id="encrypted"),
        pytest.param(_changed(_GOOD, _CENTRAL, 6, 99), id="of a later version of ZIP"),
        pytest.param(_changed(_GOOD, _CENTRAL, 10, 77), id="an unknown compression"),
        pytest.param(_changed(_GOOD, _LOCAL, 45, 255), id="damaged data"),
        pytest.param(_changed(_GOOD, _LOCAL, 26, 255), id="two names for a member"),
        pytest.param(_GOOD[:30] + _GOOD[34:], id="bytes are missing"),
    ],
)
def test_a_damaged_archive_is_told(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "model.keras"
    file.write_bytes(content)
    with pytest.raises(Faults) as caught:
        read_source(str(file))
    assert [fault.code for fault in caught.value.diagnostics] == ["unreadable-model"]


def test_an_archive_of_a_few_bytes_that_unpacks_to_very_many_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "model.keras"
    file.write_bytes(_archive(b" " * (MAX_BYTES + 1)))
    with pytest.raises(Faults) as caught:
        read_source(str(file))
    assert [fault.code for fault in caught.value.diagnostics] == ["file-too-large"]


def _functional(layers: list[dict[str, Any]], output: str) -> dict[str, Any]:
    config = {"name": "m", "layers": layers, "input_layers": [], "output_layers": [[output, 0, 0]]}
    return {"module": "keras", "class_name": "Functional", "config": config}


def _relu(name: str, of: str, call: float = 0) -> dict[str, Any]:
    history = {"shape": [None, 2], "dtype": "float32", "keras_history": [of, call, 0]}
    node = {"args": [{"class_name": "__keras_tensor__", "config": history}], "kwargs": {}}
    config = {"name": name}
    return {
        "module": "keras.layers",
        "class_name": "ReLU",
        "config": config,
        "name": name,
        "inbound_nodes": [node],
    }


def test_layers_called_in_a_circle_are_told() -> None:
    (fault,) = import_model(_functional([_relu("a", "b"), _relu("b", "a")], "a")).found
    assert "takes what comes of it" in fault.message


def test_a_number_of_a_call_that_is_infinite_is_told() -> None:
    (fault,) = import_model(_functional([_relu("a", "b", float("inf"))], "a")).found
    assert fault.code == "not-importable"
