"""The fingerprint of the data a run has seen, by which a later change is noticed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from layerforge.data import Prepared


def fingerprint(prepared: Prepared) -> dict[str, Any]:
    """The file as the spec names it, where it lies, its SHA-256, size in bytes and rows."""
    path = prepared.file.path
    return {
        "source": prepared.settings.source,
        "path": str(path.absolute()),
        "sha256": digest(path),
        "size": path.stat().st_size,
        "rows": prepared.file.rows,
    }


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
