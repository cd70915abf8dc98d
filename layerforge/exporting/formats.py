"""The formats: how a Keras model is written in each, and how what was written answers."""

from __future__ import annotations

import importlib.util
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from layerforge.aside import standard_error_aside
from layerforge.diagnostics import Diagnostic, Faults
from layerforge.exporting.endpoint import endpoint
from layerforge.exporting.onnx_graph import write_onnx
from layerforge.run.execution import recurrent_layers, unrolled

if TYPE_CHECKING:
    from numpy.typing import NDArray

Inputs: TypeAlias = "Mapping[str, NDArray[Any]]"
Answer: TypeAlias = "Callable[[Inputs], NDArray[Any]]"
_ABSENT: Final = re.compile(r'In Node, \("([^"]*)", .* No Op registered for (\w+)', re.DOTALL)
Write: TypeAlias = "Callable[[Any, Path, Inputs], str | None]"


@dataclass(frozen=True, slots=True)
class Format:
    """How a model is written, and read again; `ending` is that of its files, empty of a folder.

    `needs` are packages that it takes beside TensorFlow. To write takes inputs of a few samples to try
    ways with, and may say a sentence about how.
    """

    ending: str
    write: Write
    read: Callable[[Path], Answer]
    needs: tuple[str, ...] = ()


def missing(format: Format) -> Faults | None:
    """The faults of packages that a format needs and that are not there."""
    lacking = [name for name in format.needs if importlib.util.find_spec(name) is None]
    if not lacking:
        return None
    message = f"this format needs {', '.join(f'`{name}`' for name in lacking)}"
    return Faults(Diagnostic("missing-package", message, help="pip install 'layerforge[export]'"))


def _write_keras(model: Any, path: Path, inputs: Inputs) -> None:
    model.save(path)


def _read_keras(path: Path) -> Answer:
    import keras
    import numpy as np

    model = keras.saving.load_model(path, compile=False, safe_mode=True)
    names = [each.name for each in model.inputs]

    def answer(inputs: Inputs) -> NDArray[Any]:
        given = [inputs[name] for name in names]
        return np.asarray(model.predict(given if len(given) > 1 else given[0], verbose=0))

    return answer


def _write_savedmodel(model: Any, path: Path, inputs: Inputs) -> None:
    _save(model, path)


def _save(model: Any, path: Path, batch: int | None = None) -> None:
    """Writes the model as it answers: what Keras's own `export` writes has augmentation go on."""
    import keras

    specs, answer = endpoint(model, batch)
    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serve", answer, input_signature=specs)
    archive.write_out(str(path), verbose=False)


def _read_savedmodel(path: Path) -> Answer:
    import numpy as np
    import tensorflow as tf

    loaded = tf.saved_model.load(str(path))
    signature = loaded.signatures["serving_default"]

    def answer(inputs: Inputs) -> NDArray[Any]:
        assert loaded is not None  # a signature does not keep what it was loaded with
        found = signature(**{name: tf.constant(value) for name, value in inputs.items()})
        return np.asarray(next(iter(found.values())))

    return answer


def _write_onnx(model: Any, path: Path, inputs: Inputs) -> str | None:
    with standard_error_aside(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            write_onnx(model, path)
        except Exception:  # the converter raises whatever it meets
            with unrolled(recurrent_layers(model), True):
                write_onnx(model, path)
            return "recurrent layers are unrolled"
    return None


def _read_onnx(path: Path) -> Answer:
    import numpy as np
    import onnxruntime

    try:
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    except Exception as error:
        absent = _ABSENT.search(str(error))
        if absent is None:
            raise
        message = f"ONNX has no operation for TensorFlow's {absent[2]}, which `{absent[1]}` is"
        raise ValueError(message) from error

    def answer(inputs: Inputs) -> NDArray[Any]:
        given = {each.name: inputs[each.name] for each in session.get_inputs()}
        return np.asarray(session.run(None, given)[0])

    return answer


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to make a TFLite model, and what is said of it."""

    batch: int | None
    unroll: bool
    select: bool
    said: str | None


# A loop over steps keeps lists of tensors, which TFLite cannot reserve for a batch of any size.
_WAYS: Final = (
    _Way(None, False, False, None),
    _Way(1, False, False, "it takes one sample at a time: TFLite wants loops of a fixed size"),
    _Way(1, True, False, "it takes one sample at a time, and its recurrent layers are unrolled"),
    # A batch of one is what the converter of TensorFlow 2.21 gets wrong where Dense follows Permute:
    # "'tf.Transpose' op x should be of the same rank with y".
    _Way(None, True, False, "its recurrent layers are unrolled"),
    _Way(1, False, True, "it takes one sample at a time, and needs TensorFlow's select operations"),
)


def _write_tflite(model: Any, path: Path, inputs: Inputs) -> str | None:
    problems = list[Exception]()
    for way in _WAYS:
        with standard_error_aside():  # where the converter says at length why a way is none
            content = _attempt(model, way, inputs)
        if isinstance(content, bytes):
            path.write_bytes(content)
            return way.said
        problems.append(content)
    raise problems[0]


def _attempt(model: Any, way: _Way, inputs: Inputs) -> bytes | Exception:
    """The model converted in one way, and run once: what it cannot hold may only be told then.

    It is run on real samples: TensorFlow Lite ends the process at fewer steps than a kernel has.
    """
    try:
        content = _converted(model, way)
        _answers(content)(inputs)
    except Exception as error:  # whatever the C++ of converter and interpreter raises
        return error
    return content


def _converted(model: Any, way: _Way) -> bytes:
    import tensorflow as tf

    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with unrolled(recurrent_layers(model), True) if way.unroll else nullcontext():
            _save(model, Path(folder), way.batch)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        if way.select:
            ops = tf.lite.OpsSet
            converter.target_spec.supported_ops = [ops.TFLITE_BUILTINS, ops.SELECT_TF_OPS]
        return bytes(converter.convert())


def _read_tflite(path: Path) -> Answer:
    return _answers(path.read_bytes())


def _answers(content: bytes) -> Answer:
    import numpy as np

    def answer(inputs: Inputs) -> NDArray[Any]:
        with standard_error_aside():
            interpreter = _interpreter(content)
            call = interpreter.get_signature_runner()
            details = call.get_input_details()
            fixed = all(each["shape_signature"][0] == 1 for each in details.values())
            found = [call(**_named(each, details)) for each in _pieces(inputs, fixed)]
            return np.concatenate([next(iter(each.values())) for each in found])

    return answer


def _interpreter(content: bytes) -> Any:
    """The one of its own package, where it is there: TensorFlow will leave out its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if importlib.util.find_spec("ai_edge_litert") is not None:
            from ai_edge_litert.interpreter import Interpreter

            return Interpreter(model_content=content)
        import tensorflow as tf

        return tf.lite.Interpreter(model_content=content)


def _named(inputs: Inputs, taken: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs by the names of the signature, which has one alone under any name."""
    if len(inputs) == len(taken) == 1:
        return dict(zip(taken, inputs.values(), strict=True))
    return {name: inputs[name] for name in taken}


def _pieces(inputs: Inputs, fixed: bool) -> Iterator[Inputs]:
    """All samples, or one after the other."""
    if not fixed:
        yield inputs
        return
    for row in range(len(next(iter(inputs.values())))):
        yield {name: values[row : row + 1] for name, values in inputs.items()}


FORMATS: Final[Mapping[str, Format]] = {
    "keras": Format(".keras", _write_keras, _read_keras),
    "savedmodel": Format("", _write_savedmodel, _read_savedmodel),
    "onnx": Format(".onnx", _write_onnx, _read_onnx, ("onnx", "tf2onnx", "onnxruntime")),
    "tflite": Format(".tflite", _write_tflite, _read_tflite),
}
