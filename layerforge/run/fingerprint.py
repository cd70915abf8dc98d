"""The fingerprint of the data a run has seen, by which a later change is noticed."""

from __future__ import annotations

import hashlib
from typing import Any

from layerforge.data import Prepared
from layerforge.diagnostics import Faults, SpecError
from layerforge.tables.files import File
from layerforge.tables.inspection import unreadable
from layerforge.tables.seal import check_seal


def fingerprint(prepared: Prepared) -> dict[str, Any]:
    """The files as the spec names them, where they lie, their SHA-256, size in bytes and rows."""
    file = prepared.file
    return {
        "source": prepared.settings.named_sources,
        "path": str(file.path.absolute()),
        "sha256": digest(file),
        "size": sum(part.seal[2] for part in file.parts or (file,) if part.seal is not None),
        "rows": file.rows,
    }


def digest(file: File) -> str:
    """The SHA-256 of a file, or of all its parts one after the other.

    Raises Faults where one is no longer what was read: the fingerprint would be that of other data.
    """
    digest = hashlib.sha256()
    try:
        for part in file.parts or (file,):
            _add(digest, part)
    except SpecError as error:
        raise Faults(error.at(None)) from None
    return digest.hexdigest()


def _add(digest: Any, file: File) -> None:
    try:
        with file.path.open("rb") as stream:
            while piece := stream.read(1 << 20):
                digest.update(piece)
    except OSError as error:
        raise unreadable(file.path, file.shown, error) from None
    finally:
        check_seal(file.path, file.shown, file.seal)
