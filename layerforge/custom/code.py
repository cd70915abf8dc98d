"""Files of Python that the command line names: run once, their layers put into the catalog."""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from layerforge.build.backend import load_keras
from layerforge.custom.faults import place_in, said
from layerforge.custom.measuring import register
from layerforge.diagnostics import Diagnostic, Faults, Span, SpecError, reason_of


@dataclass(frozen=True, slots=True)
class CodeFile:
    """A file that was run: its text as it was then, the hash of it, the layers it brought."""

    path: Path
    text: str
    layers: tuple[str, ...]

    @property
    def module(self) -> str:
        """What Python calls it: saved models and scripts name the classes of this module."""
        return self.path.stem

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


_LOADED: Final[dict[str, CodeFile]] = {}  # by module


def loaded_code() -> tuple[CodeFile, ...]:
    """The files run so far in this process."""
    return tuple(_LOADED.values())


def use_code(path: Path) -> CodeFile:
    """Runs a file, unless the same text was run, and registers the layer classes that it defines.

    Raises Faults, at the line of the file, where it cannot be run or holds no layer.
    """
    text = _text(path)
    before = _LOADED.get(path.stem)
    if before is not None and before.text == text:
        return before
    _check_name(path, before)
    load_keras()
    try:
        classes = _layers(_run(path, text), path)
        for cls in classes:
            _registered(cls, path)
    except Faults:
        sys.modules.pop(path.stem, None)
        raise
    file = CodeFile(path, text, tuple(cls.__name__ for cls in classes))
    _LOADED[path.stem] = file
    return file


def fault_of_code(error: Exception) -> Diagnostic | None:
    """The diagnostic of an error that a line of these files raised as a model ran; None for any other."""
    for file in loaded_code():
        place = place_in(error, file.path)
        if place is not None:
            return Diagnostic(
                "broken-code", f"`{file.path.name}` stopped the run: {said(error)}", place
            )
    return None


def _registered(cls: type[Any], path: Path) -> None:
    try:
        register(cls)
    except SpecError as error:
        raise Faults(error.at(_place(cls, path))) from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        reason = reason_of(error)
        raise Faults(Diagnostic("unreadable-file", f"`{path}`: {reason}")) from None
    except UnicodeDecodeError:
        raise Faults(Diagnostic("not-utf8", f"`{path}` is no text in UTF-8")) from None


def _check_name(path: Path, before: CodeFile | None) -> None:
    """The file's name must be free for a module: another module of that name would be hidden by it."""
    name = path.stem
    if path.suffix != ".py" or not name.isidentifier():
        message = f"`{path.name}` cannot be a module of Python"
        help = "give it a name of letters, digits and `_` that ends in .py"
        raise Faults(Diagnostic("bad-name", message, help=help))
    if before is None and (name in sys.stdlib_module_names or _is_installed(name)):
        message = f"`{path.name}` would hide the module `{name}` that Python has"
        raise Faults(Diagnostic("bad-name", message, help="give the file another name"))


def _is_installed(name: str) -> bool:
    """Whether a module of this name is loaded, or among the packages; one in the working directory is not."""
    if name in sys.modules:
        return True
    spec = importlib.util.find_spec(name)
    places = [spec.origin or "", *(spec.submodule_search_locations or ())] if spec else []
    return any(part.endswith("-packages") for place in places for part in Path(place).parts)


def _run(path: Path, text: str) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None  # its name ends in .py
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    try:
        # Not by our own rules for annotations, which `compile` would hand on.
        exec(compile(text, str(path), "exec", dont_inherit=True), module.__dict__)
    except (Exception, SystemExit) as error:
        message = f"`{path.name}` cannot be run: {said(error)}"
        raise Faults(Diagnostic("broken-code", message, place_in(error, path))) from error
    return module


def _layers(module: Any, path: Path) -> list[type[Any]]:
    """The public layer classes that the file itself defines, not those that it imports."""
    import keras

    found = [
        each
        for name, each in vars(module).items()
        if inspect.isclass(each)
        and each.__module__ == module.__name__
        and issubclass(each, keras.layers.Layer)
        and not name.startswith("_")
    ]
    if found:
        return found
    message = f"`{path.name}` defines no layer: no subclass of keras.layers.Layer"
    raise Faults(Diagnostic("not-a-layer", message))


def _place(cls: type[Any], path: Path) -> Span | None:
    try:
        line = inspect.getsourcelines(cls)[1]
    except (OSError, TypeError):
        return None
    return Span(str(path), line, 1, line, 6)
