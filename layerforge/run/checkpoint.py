"""The checkpoint: a training as it stands, in one file that is whole and proved by its digest."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from layerforge.run.files import replacing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE: Final = "checkpoint"
PREVIOUS: Final = "checkpoint.previous"
_MAGIC: Final = b"layerforge checkpoint 1\n"
_LENGTH: Final = 8  # bytes of the length of the head, which is JSON
_DIGEST: Final = hashlib.sha256().digest_size


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """`state` is JSON; `arrays` are values by name, of any shape and number type."""

    state: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]


def write_checkpoint(run: Path, checkpoint: Checkpoint) -> None:
    """Makes this the checkpoint of the run, and the one so far the previous.

    At every instant one of the two names is a whole checkpoint.
    """
    path = run / FILE
    with replacing(path) as temporary:
        digest = hashlib.sha256()
        with temporary.open("wb") as file:
            for piece in _pieces(checkpoint):
                digest.update(piece)
                file.write(piece)
            file.write(digest.digest())
        if path.exists():
            path.replace(run / PREVIOUS)


def read_checkpoint(run: Path, *names: str) -> Checkpoint | None:
    """The last whole checkpoint of a run, or that of a name; None where there is none."""
    for name in names or (FILE, PREVIOUS):
        try:
            content = (run / name).read_bytes()
        except OSError:
            continue
        if _is_whole(content):
            return _parsed(content)
    return None


def _pieces(checkpoint: Checkpoint) -> Iterator[bytes | memoryview]:
    import numpy as np

    arrays = {name: np.asarray(value, order="C") for name, value in checkpoint.arrays.items()}
    head = {
        "state": checkpoint.state,
        "arrays": [[name, each.dtype.name, each.shape] for name, each in arrays.items()],
    }
    text = json.dumps(head).encode()
    yield _MAGIC + len(text).to_bytes(_LENGTH, "big") + text
    for each in arrays.values():
        yield each.reshape(-1).view(np.uint8).data


def _is_whole(content: bytes) -> bool:
    if not content.startswith(_MAGIC) or len(content) < len(_MAGIC) + _LENGTH + _DIGEST:
        return False
    return hashlib.sha256(memoryview(content)[:-_DIGEST]).digest() == content[-_DIGEST:]


def _parsed(content: bytes) -> Checkpoint:
    import numpy as np

    start = len(_MAGIC) + _LENGTH
    end = start + int.from_bytes(content[len(_MAGIC) : start], "big")
    head = json.loads(content[start:end])
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    for name, kind, shape in head["arrays"]:
        values = np.frombuffer(content, np.dtype(kind), math.prod(shape), end)
        arrays[name] = values.reshape(shape)
        end += values.nbytes
    return Checkpoint(head["state"], arrays)
