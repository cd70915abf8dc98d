"""Files for the fuzzer of data, each made from its number alone: good tables, changed."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections.abc import Callable
from typing import Final

from tests.fuzz.data.looking import DOORS
from tests.fuzz.data.seeds import ODD, SEEDS, Seed, parquets
from tests.fuzz.targets import TARGETS

_MANY: Final = (2, 20, 200, 1_000)
_SHARES: Final = (
    40,
    10,
    10,
    9,
    9,
    12,
    10,
)  # of DOORS: reading alone is the quickest, and all begin with it


def made(seed: int, number: int) -> tuple[Seed, bytes, str]:
    """Input `number` of a run: the section, the bytes of its file, and who reads it."""
    chance = random.Random(f"{seed}:{number}")
    chosen, door = chance.choice(SEEDS), chance.choices(DOORS, _SHARES)[0]
    content = _content(chosen, chance)
    if door == "serve" and chance.random() < 0.6:
        content = _as_json(content, chance)
    return chosen, content, door


def _as_json(content: bytes, chance: random.Random) -> bytes:
    """The rows of a table as a body of JSON, numbers where they are some; sometimes changed further."""
    lines = list(
        csv.reader(io.StringIO(content.decode("utf-8", "replace"), newline=""), strict=False)
    )
    rows = [dict(zip(lines[0], map(_value, line), strict=False)) for line in lines[1:]]
    body = json.dumps(chance.choice(({"rows": rows}, rows)), allow_nan=True).encode()
    return TARGETS["import"].mutate(body, chance) if chance.random() < 0.6 else body


def _value(word: str) -> object:
    """What JSON has for the word of a cell."""
    try:
        return int(word) if word.isdecimal() else float(word)
    except ValueError:
        return {"": None, "true": True, "false": False}.get(word, word)


def _content(chosen: Seed, chance: random.Random) -> bytes:
    if chance.random() < 0.12:
        return _parquet(chance)
    text = chosen.text
    for _ in range(chance.choice((0, 1, 1, 1, 2, 2, 3, 5))):
        text = chance.choice(_EDITS)(text, chance)
    content = _encoded(text, chance)
    for _ in range(chance.choice((0, 0, 0, 0, 0, 1, 2))):
        content = chance.choice(_ATTACKS)(content, chance)
    return content


def _cell(text: str, chance: random.Random) -> str:
    """Some cells replaced by odd words, in one column or anywhere."""
    lines = [line.split(",") for line in text.split("\n")]
    column, word = chance.randrange(4), chance.choice(ODD)
    for line in chance.choices(lines, k=chance.choice((1, 1, 3, len(lines)))):
        at = column if column < len(line) else chance.randrange(len(line))
        line[at] = word if chance.random() < 0.8 else chance.choice(ODD)
    return "\n".join(",".join(line) for line in lines)


def _whole_column(text: str, chance: random.Random) -> str:
    head, *lines = [line.split(",") for line in text.split("\n")]
    column, word = chance.randrange(len(head)), chance.choice(ODD)
    for line in lines:
        if column < len(line) and line != [""]:
            line[column] = word
    return "\n".join(",".join(line) for line in [head, *lines])


def _fields(text: str, chance: random.Random) -> str:
    """A field more or less in a line, or in all."""
    lines = text.split("\n")
    some = range(len(lines)) if chance.random() < 0.3 else [chance.randrange(len(lines))]
    mark = chance.choice((",", ";", ",,,", "\t", "|", "|,"))
    for i in some:
        lines[i] = chance.choice((lines[i] + mark, mark + lines[i], lines[i].partition(mark)[2]))
    return "\n".join(lines)


def _header(text: str, chance: random.Random) -> str:
    """The names repeated, emptied, made odd, or gone."""
    head, _, body = text.partition("\n")
    names = head.split(",")
    at = chance.randrange(len(names))
    names[at] = chance.choice((names[0], "", names[at].upper(), f" {names[at]} ", *ODD))
    return chance.choice((",".join(names) + "\n" + body, body, head, head + "\n", "\n" + text))


def _lines_moved(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    i, j = chance.randrange(len(lines)), chance.randrange(len(lines))
    taken = lines[i] if chance.random() < 0.5 else lines.pop(i)
    lines.insert(j, chance.choice(("", "#", " ", "")) + taken)
    return "\n".join(lines)


def _line_ends(text: str, chance: random.Random) -> str:
    old, new = chance.choice(("\n", ",")), chance.choice(("\r\n", "\r", "\n\n", "\n\r", "\x85"))
    return text.replace(old, new, chance.choice((-1, 1, 3)))


def _marks(text: str, chance: random.Random) -> str:
    return text.replace(",", chance.choice((";", "\t", "|", ":", " , ", '","')))


def _quoted(text: str, chance: random.Random) -> str:
    """Every field in quotes, or one with a line break, a separator or a quote in it."""
    lines = [line.split(",") for line in text.split("\n")]
    for line in lines if chance.random() < 0.5 else chance.choices(lines, k=2):
        at = chance.randrange(len(line))
        inner = chance.choice(("", "", "\n", "\r\n", ",", '""', '"', "\r"))
        line[at] = f'"{line[at]}{inner}"'
    return "\n".join(",".join(line) for line in lines)


def _inserted(text: str, chance: random.Random) -> str:
    at = chance.randint(0, len(text))
    piece = chance.choice((*'",;\t|\r\n', *ODD))
    return text[:at] + piece + text[at + chance.randint(0, 3) :]


def _cut(text: str, chance: random.Random) -> str:
    i, j = sorted((chance.randint(0, len(text)), chance.randint(0, len(text))))
    return chance.choice((text[:i], text[i:], text[i:j], text[:i] + text[j:], text.rstrip("\n")))


def _grown(text: str, chance: random.Random) -> str:
    """More rows, columns or letters than a table of the kind has."""
    n = chance.choice(_MANY)
    head, _, body = text.partition("\n")
    at = chance.randint(0, len(text))
    wide = "".join(f",w{i}" for i in range(n))
    rows = "\n".join(line + ",1" * n for line in body.splitlines())
    long = text[:at] + chance.choice(("1", "x", " ", "\n", ",", '"')) * n * 10 + text[at:]
    return chance.choice((f"{head}\n{body * (n // 20 + 1)}", f"{head}{wide}\n{rows}\n", long))


_EDITS: Final[tuple[Callable[[str, random.Random], str], ...]] = (
    *(_cell,) * 5,
    _whole_column,
    _whole_column,
    _fields,
    _header,
    _header,
    _lines_moved,
    _line_ends,
    _marks,
    _quoted,
    _inserted,
    _inserted,
    _cut,
    _grown,
)


def _encoded(text: str, chance: random.Random) -> bytes:
    if chance.random() < 0.85:
        return text.encode("utf-8", "surrogatepass")
    name = chance.choice(("utf-8-sig", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1"))
    return text.encode(name, "replace")


def _flipped(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content or b"\0")
    for _ in range(chance.randint(1, 4)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _chopped(content: bytes, chance: random.Random) -> bytes:
    i, j = sorted((chance.randint(0, len(content)), chance.randint(0, len(content))))
    return chance.choice((content[:i], content[i:], content[:i] + content[j:], content + content))


def _zipped(content: bytes, chance: random.Random) -> bytes:
    tail = chance.choice((b"", b"", b"", b"\0" * 20, b"junk", gzip.compress(b"\n")))
    return gzip.compress(content, 1, mtime=0) + tail


def _noise(content: bytes, chance: random.Random) -> bytes:
    at = chance.randint(0, len(content))
    return content[:at] + chance.randbytes(chance.choice((1, 3, 100))) + content[at:]


def _magic(content: bytes, chance: random.Random) -> bytes:
    kinds = (
        b"PAR1",
        b"PK\3\4",
        b"x\x01",
        b"\x28\xb5\x2f\xfd",
        b"\x1f\x8b",
        b"BZh9",
        b"\xef\xbb\xbf",
    )
    return chance.choice(kinds) + content


_ATTACKS: Final[tuple[Callable[[bytes, random.Random], bytes], ...]] = (
    _flipped,
    _flipped,
    _chopped,
    _zipped,
    _zipped,
    _noise,
    _magic,
)


def _parquet(chance: random.Random) -> bytes:
    """A Parquet file as it is, or with bytes changed: most often in its footer, where all is said."""
    content = bytearray(chance.choice(parquets()))
    how = chance.random()
    if how < 0.3:
        return bytes(content)
    if how < 0.4:
        return chance.choice((_chopped, _noise, _zipped))(bytes(content), chance)
    footer = int.from_bytes(content[-8:-4], "little") + 8
    for _ in range(chance.randint(1, 6)):
        start = len(content) - footer if chance.random() < 0.6 else 4
        content[chance.randrange(max(start, 0), len(content))] = chance.randrange(256)
    return bytes(content)
