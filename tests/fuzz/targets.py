"""What the guided fuzzer drives: the reader, the arithmetic, the whole of `check`, the importer.

A target takes bytes and says in one line what is wrong with how layerforge took them, or None; an
exception goes through. Its seeds are what a mutation starts from.
"""

from __future__ import annotations

import atexit
import io
import json
import random
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from layerforge.codes import CODES
from layerforge.diagnostics import Diagnostic, Faults, SpecError
from layerforge.expressions import FUNCTIONS, evaluate, split
from layerforge.importing import import_model
from layerforge.importing.sources import read_source
from layerforge.pipeline import compile_spec
from layerforge.records import record
from layerforge.source import decoded, lines_of, read
from layerforge.writing import write_spec
from tests.fuzz.looking import wrong
from tests.fuzz.mutations import changed
from tests.fuzz.seeds import ODD, cases, written

_LARGEST: Final = 4_000  # bytes of a seed: a mutant of a larger one says no more, and takes longer
_VALUES: Final = {"units": 32, "rate": 0.5, "word": "relu", "flag": True, "nothing": None, "n": -1}


@record
class Target:
    """`attempt` takes an input, `seeds` gives the first ones, `mutate` makes another from one."""

    attempt: Callable[[bytes], str | None]
    seeds: Callable[[], list[bytes]]
    mutate: Callable[[bytes, random.Random], bytes]


def read_bytes(content: bytes) -> str | None:
    """The bytes of a file to nodes: every fault has a known code and a place within the text."""
    found: list[Diagnostic] = []
    try:
        text = decoded(content, "spec.yaml")
    except Faults as stop:
        return None if all(fault.code in CODES for fault in stop.diagnostics) else "unknown code"
    node = read(text, "spec.yaml", found)
    if node is None and not found:
        return "neither a tree nor a diagnostic"
    return next(wrong(found, {"spec.yaml": lines_of(text)}), None)


def compute(content: bytes) -> str | None:
    """The text of an expression to a value of the arithmetic, or to a SpecError."""
    text = content.decode("utf-8", "replace")
    try:
        for part in split(text)[1::2] or [text]:
            value = evaluate(part, _VALUES.__getitem__ if part in _VALUES else _named)
            if not isinstance(value, int | float | bool | str | None):
                return f"gives a {type(value).__name__}"
    except SpecError as error:
        return None if error.code in CODES else f"unknown code {error.code!r}"
    return None


def _named(name: str) -> Any:
    if name not in _VALUES:
        raise SpecError("unknown-variable", f"there is no `{name}`")
    return _VALUES[name]


_FOLDER: Final = Path(tempfile.mkdtemp(prefix="fuzz-"))
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)


def check(content: bytes) -> str | None:
    """The bytes of a spec to a plan or diagnostics: reader, parser, expander, inference."""
    path = _FOLDER / "spec.yaml"
    path.write_bytes(content)
    compiled = compile_spec(path)
    if not compiled.found and compiled.plan is None:
        return "neither a plan nor a diagnostic"
    return next(wrong(compiled.found, compiled.lines), None)


def import_json(content: bytes) -> str | None:
    """The bytes of a model's JSON to a graph and the text of its spec, or to diagnostics."""
    return _imported("model.json", content)


def import_archive(content: bytes) -> str | None:
    """The bytes of a .keras file to a graph and the text of its spec, or to diagnostics."""
    return _imported("model.keras", content)


def _imported(name: str, content: bytes) -> str | None:
    path = _FOLDER / name
    path.write_bytes(content)
    try:
        imported = import_model(read_source(str(path)))
    except Faults as stop:
        return None if all(fault.code in CODES for fault in stop.diagnostics) else "unknown code"
    if imported.graph is None:
        return None if imported.found else "neither a graph nor a diagnostic"
    try:
        write_spec(imported.graph)
    except Faults as stop:
        return None if all(fault.code in CODES for fault in stop.diagnostics) else "unknown code"
    return None


def _specs() -> list[bytes]:
    texts = [text.encode() for text in (*written(), *cases())]
    return [content for content in texts if len(content) <= _LARGEST]


def _mutated_spec(content: bytes, chance: random.Random) -> bytes:
    return changed(content.decode("utf-8", "replace"), chance)


_ATOMS: Final = (*_VALUES, "1", "2.5", "1e308", "9" * 30, "'a'", "true", "null", "()", "[1]", "~")
_FORMS: Final = (
    "{} + {}",
    "{} - {}",
    "{} * {}",
    "{} / {}",
    "{} // {}",
    "{} % {}",
    "{} ** {}",
    "({})",
    "-{}",
    "not {}",
    "{} and {}",
    "{} or {}",
    "{} < {} <= {}",
    "{} == {}",
    "{} if {} else {}",
    "{}.{}",
    "{}[{}]",
    "{}({})",
    "lambda: {}",
    "f'{{{}}}'",
    "*{}",
    "{} := {}",
    "$({})",
    *(f"{name}({{}})" for name in FUNCTIONS),
    *(f"{name}({{}}, {{}})" for name in FUNCTIONS),
)


def _expressions() -> list[bytes]:
    return [text.encode("utf-8", "replace") for text in (*_ATOMS, *ODD)]


def _mutated_expression(content: bytes, chance: random.Random) -> bytes:
    """The text within one more form, cut, or with a piece put into it."""
    text = content.decode("utf-8", "replace")[: chance.choice((20, 100, 300, 2_100))]
    form = chance.choice(_FORMS)
    parts = [chance.choice((text, *chance.choices(_ATOMS, k=2))) for _ in range(form.count("{}"))]
    grown = form.format(*parts)
    if chance.random() < 0.3:
        at = chance.randint(0, len(grown))
        piece = chance.choice((*_ATOMS, *"()[]{}'\"\\\n,.:=+-*/<>!$é", chance.choice(ODD)[:40]))
        grown = grown[:at] + piece + grown[at + chance.randint(0, 3) :]
    return grown.encode("utf-8", "replace")


def _models() -> list[bytes]:
    """The JSON of each model that the tests of the importer know, made by Keras in another process."""
    import subprocess
    import sys

    made = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.models"], capture_output=True, check=True
    )
    return made.stdout.splitlines()


def _mutated_json(content: bytes, chance: random.Random) -> bytes:
    """The tree of a JSON text with parts replaced, deleted, renamed or put elsewhere."""
    try:
        tree = json.loads(content)
    except (ValueError, RecursionError):
        return chance.choice(_WORDS_OF_JSON)
    if not isinstance(tree, dict | list):
        return chance.choice(_WORDS_OF_JSON)
    for _ in range(chance.randint(1, 4)):
        slots = _slots(tree)
        if not slots:
            break
        holder, key = chance.choice(slots)
        other, place = chance.choice(slots)
        choice = chance.random()
        if choice < 0.15:
            del holder[key]
            continue
        if choice < 0.25 and isinstance(holder, dict):
            holder[chance.choice(ODD)] = holder.pop(key)
            continue
        odd = json.loads(chance.choice(_WORDS_OF_JSON))
        holder[key] = json.loads(json.dumps(other[place])) if choice < 0.6 else odd
    return json.dumps(tree).encode("utf-8", "replace")


def _slots(tree: Any) -> list[tuple[Any, Any]]:
    """Each place in the tree: the list or mapping that holds it, and under what."""
    slots: list[tuple[Any, Any]] = []
    waiting = [tree]
    while waiting:
        here = waiting.pop()
        keys = list(here) if isinstance(here, dict) else range(len(here))
        slots += [(here, key) for key in keys]
        waiting += [here[key] for key in keys if isinstance(here[key], dict | list)]
    return slots


_ODD_JSON: Final = Path(__file__).parent / "odd_json.txt"
_WORDS_OF_JSON: Final = (
    *_ODD_JSON.read_bytes().splitlines(),
    b"9" * 4_000,
    b"[" * 60 + b"]" * 60,
    b'"' + b"a" * 3_000 + b'"',
)


def _archives() -> list[bytes]:
    small = [model for model in _models() if len(model) <= _LARGEST]
    return [archive_of(model, method) for model in small[:20] for method in _METHODS]


_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA)


def archive_of(config: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A .keras file of a configuration, without weights."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", config)
    return held.getvalue()


def _mutated_archive(content: bytes, chance: random.Random) -> bytes:
    """An archive with bytes changed, cut or doubled; mostly those that say what lies where."""
    raw = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        if not raw:
            break
        start = chance.choice((0, max(0, len(raw) - 160), 0))
        at = chance.randrange(start, len(raw))
        choice = chance.random()
        if choice < 0.8:
            raw[at] = chance.choice((0, 1, 8, 14, 0x7F, 0xFF, chance.randrange(256)))
        elif choice < 0.9:
            del raw[at : at + chance.choice((1, 2, 10, 1_000))]
        else:
            raw[at:at] = raw[at : at + 30]
    return bytes(raw)


TARGETS: Final[Mapping[str, Target]] = {
    "reader": Target(read_bytes, _specs, _mutated_spec),
    "expressions": Target(compute, _expressions, _mutated_expression),
    "check": Target(check, _specs, _mutated_spec),
    "import": Target(import_json, _models, _mutated_json),
    "archive": Target(import_archive, _archives, _mutated_archive),
}
