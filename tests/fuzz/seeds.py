"""What the fuzzer starts from: all specs that stand in files, one for each case of the catalog, odd words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from layerforge.codes import CODES
from layerforge.expressions import FUNCTIONS
from layerforge.layers import ALIASES
from layerforge.layers.catalog import whole_catalog
from layerforge.spec.parse import BLOCK_KEYS, MODEL_KEYS, MODIFIERS, SECTIONS
from tests.layers.case import Case
from tests.layers.families import BAD, CASES
from tests.layers.operations.families import BAD as BAD_OPERATIONS
from tests.layers.operations.families import CASES as OPERATIONS

ROOT: Final = Path(__file__).parents[2]
_FOLDERS: Final = ("specs", "tests/golden", "benchmarks")
_LARGEST: Final = 20_000  # bytes; a mutant of a larger one says nothing more


def written() -> list[str]:
    """The specs that stand in files, good and bad."""
    paths = [path for folder in _FOLDERS for path in sorted((ROOT / folder).rglob("*.yaml"))]
    raw = [path.read_bytes() for path in paths if path.stat().st_size < _LARGEST]
    return [text.decode("utf-8", "replace") for text in raw if text]


def cases() -> list[str]:
    """A spec of one layer for each case of the catalog, good and bad."""
    every = [*CASES, *OPERATIONS, *(bad.case for bad in (*BAD, *BAD_OPERATIONS))]
    return [_spec_of(case) for case in every if not case.named]


def _spec_of(case: Case) -> str:
    inputs = {f"x{i}": list(shape) for i, shape in enumerate(case.shapes)}
    names = json.dumps(list(inputs))
    item = case.layer if ": " in case.layer or case.layer.endswith(":") else f"{case.layer}:"
    return f"model:\n  inputs: {json.dumps(inputs)}\n  layers:\n    - {item}\n      from: {names}\n"


def words() -> list[str]:
    """Keys, layers, arguments and functions of the language: what a mutant may say that means something."""
    catalog = whole_catalog()
    arguments = {p.name for entry in catalog.values() for p in entry.signature.parameters}
    tensors = {tensor for entry in catalog.values() for tensor in entry.tensors}
    kinds = {f"hp.{kind}" for kind in ("Int", "Float", "Choice", "Boolean", "Fixed")}
    keys = {*SECTIONS, *MODEL_KEYS, *MODIFIERS, *BLOCK_KEYS, *FUNCTIONS, *CODES}
    return sorted(
        {*catalog, *ALIASES, *arguments, *tensors, *kinds, *keys, "use", "slice", "Input"}
    )


_TEXTS: Final = (
    "",
    " ",
    "é",
    "\u202egnimrof",
    "👩‍👩‍👧",
    "\U0001f600" * 40,
    "\u200b",
    "ﬁlters",
    "\u0130",
    "ß",
    "\ufeff",
    "\x85",
    "\u2028",
    "\u0660\u0661",
    "²",
    "\uff11\uff12",
    "a" * 5_000,
    "9" * 5_000,
    "(" * 500,
    "[" * 500,
    "$(" * 500,
    "$(" + "(" * 900 + ")" * 900 + ")",
    "$(" + "-" * 1_500 + "1)",
    "$(" + "1+" * 900 + "1)",
    "[" + ":," * 300 + "]",
)
_WORDS: Final = (Path(__file__).parent / "odd_words.txt").read_text(encoding="utf-8").splitlines()
ODD: Final = (*_WORDS, *_TEXTS)
