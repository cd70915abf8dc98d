"""A `data` section written in YAML beside files made by the test, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from layerforge.data import Prepared, prepare
from layerforge.diagnostics import Diagnostic, Faults
from layerforge.source import read
from layerforge.spec.data import read_data

Prepare = Callable[..., Prepared]
Told = Callable[..., list[str]]
SHARED = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture
def prepared(tmp_path: Path) -> Prepare:
    """Writes the files given by name and prepares the data that a section names."""

    def run(section: str, folder: Path = tmp_path, **files: str | bytes) -> Prepared:
        for name, content in files.items():
            path = tmp_path / name.replace("_", ".", 1)
            raw = content if isinstance(content, bytes) else content.encode()
            path.write_bytes(raw)
        found: list[Diagnostic] = []
        tree = read(dedent(section).strip(), "spec.yaml", found)
        settings = read_data(tree, found) if tree is not None else None
        if settings is None:
            raise Faults(*found)
        return prepare(settings, folder)

    return run


@pytest.fixture
def told(prepared: Prepare) -> Told:
    """The faults of a section and its files, as lines: place in the spec, message, code and cure."""

    def run(section: str, folder: Path | None = None, **files: str | bytes) -> list[str]:
        with pytest.raises(Faults) as stop:
            prepared(section, *([folder] if folder else []), **files)
        return [line for fault in stop.value.diagnostics for line in _lines(fault)]

    return run


def _lines(fault: Diagnostic) -> list[str]:
    place = f"{fault.span.line}:{fault.span.column}" if fault.span else "-"
    first = f"{place}: {fault.message} [{fault.code}]"
    return [first, f"help: {fault.help}"] if fault.help else [first]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of public data sets, which lies beside the repository where there is one."""
    if not SHARED.is_dir():
        pytest.skip("the public data sets are not here")
    return SHARED
