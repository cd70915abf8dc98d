"""Data prepared once and shared: written beside the search, mapped into every process of it."""

from __future__ import annotations

import hashlib
import json
import mmap
import pickle
from pathlib import Path
from typing import Final

from layerforge.data import Prepared, prepare
from layerforge.diagnostics import Faults
from layerforge.pipeline import Compiled
from layerforge.records import replace
from layerforge.run.files import replacing
from layerforge.run.scoring import data_settings
from layerforge.run.settings import settings_of
from layerforge.spec.folds import Fold

FOLDER: Final = "data"
_ALIGNED: Final = 64  # bytes; arrays begin where processors like to read


class SharedData:
    """The prepared data of a search, one for each setting of the section `data` that its points have."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        self._folder.mkdir(exist_ok=True)
        self._faults: dict[str, Faults] = {}
        self._known: dict[str, Prepared] = {}

    def prepared(self, compiled: Compiled, fold: Fold | None = None) -> tuple[Path, Prepared]:
        """Where the data of a spec lie, and the data. Raises Faults for everything wrong with them."""
        name = _name(compiled) + (f"-{fold.number}" if fold is not None else "")
        path = self._folder / name
        if name in self._known:
            return path, self._known[name]
        if name in self._faults:
            raise self._faults[name]
        try:
            settings = data_settings(compiled)
            settings = replace(settings, fold=fold) if fold is not None else settings
            found = prepare(settings, compiled.path.parent)
        except Faults as stop:
            self._faults[name] = stop
            raise
        _write(path, found)
        # The arrays are mapped here as in every process, so that many are no more memory than one.
        self._known[name] = read_shared(path)
        return path, self._known[name]


def read_shared(path: Path) -> Prepared:
    """Prepared data, their arrays mapped from the file: processes share the memory, and only read."""
    with path.open("rb") as file:
        view = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    size = int.from_bytes(view[:8], "little")
    head = json.loads(bytes(view[8 : 8 + size]))
    start, length = head["pickle"]
    buffers = [view[at : at + long] for at, long in head["buffers"]]
    # Written by this search a moment ago, in a folder of its own: nobody else's pickle.
    prepared: Prepared = pickle.loads(view[start : start + length], buffers=buffers)
    return prepared


def _write(path: Path, prepared: Prepared) -> None:
    buffers: list[pickle.PickleBuffer] = []
    pickled = pickle.dumps(prepared, protocol=5, buffer_callback=buffers.append)
    pieces = [memoryview(pickled), *(buffer.raw() for buffer in buffers)]
    places = _places([piece.nbytes for piece in pieces])
    head = json.dumps({"pickle": places[0], "buffers": places[1:]}).encode()
    with replacing(path) as temporary, temporary.open("wb") as file:
        file.write(len(head).to_bytes(8, "little") + head)
        for (start, _), piece in zip(places, pieces, strict=True):
            file.seek(start)
            file.write(piece)
        file.truncate(max(file.tell(), places[-1][0] + 1))  # so that an empty array has a place


def _places(sizes: list[int]) -> list[tuple[int, int]]:
    """Where each piece begins and how long it is; the head has room for as many places."""
    at = _up(8 + 64 * (len(sizes) + 1))
    found = []
    for size in sizes:
        found.append((at, size))
        at = _up(at + size)
    return found


def _up(size: int) -> int:
    return -(-size // _ALIGNED) * _ALIGNED


def _name(compiled: Compiled) -> str:
    settings = settings_of(compiled)
    data = {name: value for name, value in settings.items() if name.startswith("data.")}
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]
