"""Where a model comes from: a .keras file, a JSON file, or a function or model of an installed module."""

from __future__ import annotations

import importlib
import inspect
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from layerforge.diagnostics import Diagnostic, Faults, reason_of
from layerforge.importing.configuration import Config

MAX_BYTES: Final = 32_000_000  # ten times the configuration of the largest model of Keras
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # which Keras writes
_OF_MODULE: Final = re.compile(r"([A-Za-z_][\w.]*):([A-Za-z_]\w*)")
_WEIGHTS: Final = "weights"  # the argument by which keras.applications would fetch a file


def read_source(word: str, arguments: Mapping[str, Any] | None = None) -> Config:
    """The serialised model that a command line names, as `config.json` of a .keras file has it.

    A file is only read. `package.module:name` is imported, and called with `arguments` if it is a
    function: with `weights=None` where it takes one and nothing else was said. Raises Faults where
    there is no such model.
    """
    path = Path(word)
    if path.suffix == ".keras":
        return _archived(path)
    if path.suffix == ".json":
        return _parsed(_bytes(path), word)
    if matched := _OF_MODULE.fullmatch(word):
        return _of_module(matched[1], matched[2], arguments or {})
    message = f"`{word}` is neither a .keras nor a .json file nor `package.module:function`"
    raise Faults(Diagnostic("unreadable-model", message, None, _help(path)))


def _help(path: Path) -> str | None:
    if path.suffix in (".h5", ".hdf5"):
        return "load it with Keras and save it again: `model.save('model.keras')`"
    return None


def _archived(path: Path) -> Config:
    try:
        with zipfile.ZipFile(path) as archive:
            return _parsed(_member(archive, str(path)), str(path))
    except KeyError:
        message = f"{path}: no model was saved in it: it has no `config.json`"
    except OSError as error:
        message = f"{path}: {reason_of(error)}"
    except _BROKEN:
        message = f"{path}: no .keras file, which is a ZIP archive, or one that was damaged"
    raise Faults(Diagnostic("unreadable-model", message))


# What `zipfile` raises at archives that no program wrote so: some of it is in no documentation.
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    """The bytes of `config.json`, no more of them than a configuration has."""
    info = archive.getinfo("config.json")
    if info.compress_type not in _METHODS:
        raise zipfile.BadZipFile
    with archive.open(info) as file:
        return _bounded(file.read(MAX_BYTES + 1), name)


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return _bounded(file.read(MAX_BYTES + 1), str(path))
    except OSError as error:
        message = f"{path}: {reason_of(error)}"
        raise Faults(Diagnostic("unreadable-model", message)) from None


def _bounded(raw: bytes, name: str) -> bytes:
    if len(raw) > MAX_BYTES:
        raise Faults(Diagnostic("file-too-large", f"{name}: larger than any model's configuration"))
    return raw


def _parsed(raw: bytes, name: str) -> Config:
    try:
        config = json.loads(raw)
    except (ValueError, RecursionError) as error:
        message = f"{name}: no JSON: {str(error).splitlines()[0]}"
        raise Faults(Diagnostic("unreadable-model", message)) from None
    if not isinstance(config, dict) or "config" not in config or "class_name" not in config:
        message = f"{name}: no model's configuration, which has `class_name` and `config`"
        help = "write one with `model.to_json()`"
        raise Faults(Diagnostic("unreadable-model", message, None, help))
    return config


def _of_module(module: str, name: str, arguments: Mapping[str, Any]) -> Config:
    """The serialised model of a module: an object, or what a function makes."""
    from layerforge.build.backend import load_keras

    keras = load_keras()
    try:
        found = getattr(importlib.import_module(module), name)
    except Exception as error:  # the module is anyone's: it may fail in any way as it loads
        first = next(iter(str(error).splitlines()), type(error).__name__)
        raise Faults(Diagnostic("unreadable-model", f"`{module}:{name}`: {first}")) from error
    model = found if isinstance(found, keras.Model) else _made(found, name, arguments, keras)
    if not isinstance(model, keras.Model):
        message = f"`{module}:{name}` gives a {type(model).__name__}, and no Keras model"
        raise Faults(Diagnostic("unreadable-model", message))
    return _serialised(model, keras)


def _made(function: Any, name: str, arguments: Mapping[str, Any], keras: Any) -> Any:
    """What the function gives, its weights not allocated where that is possible."""
    if not callable(function):
        raise Faults(Diagnostic("unreadable-model", f"`{name}` is neither a model nor a function"))
    given = dict(arguments)
    try:
        if _WEIGHTS in inspect.signature(function).parameters:
            given.setdefault(_WEIGHTS, None)
    except (TypeError, ValueError):
        given = dict(arguments)  # a function without a signature takes what it takes
    try:
        try:
            with keras.StatelessScope(initialize_variables=False):
                return function(**given)
        except (ValueError, RuntimeError, AttributeError):
            keras.utils.clear_session()
            return function(**given)  # a stateful RNN needs its variables
        finally:
            keras.utils.clear_session()  # a later scope's exit might allocate what was left open
    except Exception as error:  # the function is anyone's
        first = next(iter(str(error).splitlines()), type(error).__name__)
        message = f"`{name}({_shown(given)})` failed: {first}"
        raise Faults(Diagnostic("unreadable-model", message)) from error


def _shown(arguments: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in arguments.items())


def _serialised(model: Any, keras: Any) -> Config:
    try:
        config: Config = keras.saving.serialize_keras_object(model)
        text = json.dumps(config)
    except (NotImplementedError, TypeError, ValueError) as error:
        first = next(iter(str(error).splitlines()), type(error).__name__)
        message = f"`{model.name}` cannot be serialised: {first.strip()}"
        help = "build it with the functional API: keras.Model(inputs, outputs)"
        raise Faults(Diagnostic("not-importable", message, None, help)) from error
    read_back: Config = json.loads(text)
    return read_back
