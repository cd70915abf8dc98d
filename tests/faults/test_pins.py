"""The versions that are pinned: of every package that is installed for layerforge, directly or not."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
# Brought by every virtual environment, or taken as they are by whoever makes one.
TOOLS = ("pip", "setuptools", "wheel")


def pins() -> dict[str, str]:
    """The lines of constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    given = [line.partition("#")[0].strip() for line in lines]
    pairs = [line.split("==") for line in given if line]
    return {canonicalize_name(name): version for name, version in pairs}


def test_every_line_is_an_exact_version() -> None:
    assert len(pins()) > 50
    assert all(re.fullmatch(r"[0-9][0-9a-z.!+]*", version) for version in pins().values())


def _brought(texts: Iterable[str], extras: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Every package that the requirements bring, directly or not, with its version where it is installed."""
    waiting, seen = [(Requirement(text), extras) for text in texts], set()
    while waiting:
        wanted, of = waiting.pop()
        marker, name = wanted.marker, canonicalize_name(wanted.name)
        if marker and not any(marker.evaluate({"extra": extra}) for extra in ("", *of)):
            continue
        key = (name, tuple(sorted(wanted.extras)))
        if key in seen:
            continue
        seen.add(key)
        try:
            there = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            yield name, ""
            continue
        yield name, there.version
        waiting += [(Requirement(each), key[1]) for each in there.requires or ()]


@pytest.mark.parametrize("extra", ["", *EXTRAS])
def test_every_package_that_is_brought_is_pinned_to_the_version_that_is_tested(extra: str) -> None:
    texts = EXTRAS[extra] if extra else PROJECT["dependencies"]
    pinned = pins()
    wrong = {
        name: (version, pinned.get(name))
        for name, version in _brought(texts)
        if name not in TOOLS and (name not in pinned or version not in ("", pinned[name]))
    }
    assert wrong == {}


def test_no_version_is_pinned_that_nothing_brings() -> None:
    texts = [*PROJECT["dependencies"], *(text for extra in EXTRAS.values() for text in extra)]
    brought = dict(_brought(texts))
    if "" in brought.values():
        pytest.skip("not every extra is installed here")
    assert set(pins()) - set(brought) == set()
