"""The fingerprint of the data a run has seen, by which a later change is noticed."""

from __future__ import annotations

import hashlib
from typing import Any

from layerforge.data import Prepared
from layerforge.data.files import File


def fingerprint(prepared: Prepared) -> dict[str, Any]:
    """The files as the spec names them, where they lie, their SHA-256, size in bytes and rows."""
    file = prepared.file
    return {
        "source": prepared.settings.named_sources,
        "path": str(file.path.absolute()),
        "sha256": digest(file),
        "size": sum(path.stat().st_size for path in file.paths),
        "rows": file.rows,
    }


def digest(file: File) -> str:
    """The SHA-256 of a file, or of all its parts one after the other."""
    digest = hashlib.sha256()
    for path in file.paths:
        with path.open("rb") as stream:
            while piece := stream.read(1 << 20):
                digest.update(piece)
    return digest.hexdigest()
