"""The weights of an imported model's file, put into the model that its spec makes."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from layerforge.diagnostics import Diagnostic, Faults
from layerforge.graph import Graph
from layerforge.importing.configuration import Config
from layerforge.importing.nodes import is_input, is_operation
from layerforge.layers import snake_case
from layerforge.writing.likeness import pairs

_IN_ARCHIVE: Final = "model.weights.h5"


def carry_weights(path: Path, config: Config, old: Graph, new: Graph, model: Any) -> None:
    """Puts the weights of a .keras or .weights.h5 file into the model made of `new`.

    `old` is the graph that was imported from `config`, to which `new` is alike but for names. Raises
    Faults where the file is not one of this model.
    """
    from keras.src.saving import saving_lib

    with _weights_file(path) as file:
        try:
            store = saving_lib.H5IOStore(file, mode="r")
        except (OSError, ValueError) as error:
            message = f"{path}: no weights of Keras: {str(error).splitlines()[0]}"
            raise Faults(Diagnostic("unreadable-model", message)) from None
        try:
            _carry(store, "", config, old, new, model)
        except (ValueError, KeyError) as error:
            first = next(iter(str(error).splitlines()), type(error).__name__)
            message = f"{path}: not the weights of this model: {first}"
            raise Faults(Diagnostic("unreadable-model", message)) from error
        finally:
            store.close()


@contextmanager
def _weights_file(path: Path) -> Iterator[Path]:
    """The HDF5 file itself, taken out of a .keras file."""
    if not path.name.endswith((".keras", ".weights.h5")):
        message = f"{path}: weights are in a .keras or a .weights.h5 file"
        raise Faults(Diagnostic("unreadable-model", message))
    if path.suffix != ".keras":
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                archive.extract(_IN_ARCHIVE, folder)
        except (KeyError, OSError, zipfile.BadZipFile) as error:
            raise Faults(Diagnostic("unreadable-model", f"{path}: {error}")) from None
        yield Path(folder) / _IN_ARCHIVE


def _carry(store: Any, group: str, config: Config, old: Graph, new: Graph, model: Any) -> None:
    from keras.src.saving import saving_lib

    entries = {_name(entry): entry for entry in config["config"]["layers"]}
    groups = _groups(group, config)
    layers = _original_names(old, entries)
    for before, after in pairs(old, new):
        name = layers.get(before.layer.name)
        if name is None:
            continue
        layer = model.get_layer(after.layer.name)
        if before.inner is not None and after.inner is not None:
            _carry(store, groups[name], entries[name], before.inner, after.inner, layer)
        else:
            saving_lib._load_state(layer, store, None, groups[name], visited_saveables=set())


def _groups(group: str, config: Config) -> dict[str, str]:
    """Where Keras keeps each layer's weights: by class, numbered in the model's order (saving_lib)."""
    groups: dict[str, str] = {}
    used: dict[str, int] = {}
    for entry in config["config"]["layers"]:
        if is_operation(entry) or (is_input(entry) and config["class_name"] == "Sequential"):
            continue
        word = snake_case(str(entry["class_name"]))
        count = used.get(word, 0)
        used[word] = count + 1
        numbered = f"{word}_{count}" if count else word
        groups[_name(entry)] = f"{group}/layers/{numbered}".lstrip("/")
    return groups


def _original_names(graph: Graph, entries: dict[str, Config]) -> dict[str, str]:
    """The name in the configuration of each layer of the graph that may have weights."""
    from layerforge.importing.model import sane

    known = {sane(name): name for name in entries}
    names = {call.layer.name: known.get(call.layer.name) for call in graph.calls}
    return {
        name: found
        for name, found in names.items()
        if found is not None and not is_operation(entries[found])
    }


def _name(entry: Config) -> str:
    return str(entry.get("name") or entry["config"]["name"])
