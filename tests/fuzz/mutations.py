"""Inputs for the fuzzer, each made from its number alone: bytes, texts, and trees of specs changed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from functools import cache
from typing import Any, Final, TypeAlias

from layerforge.source import Mapping, Node, Scalar, Sequence, read
from tests.fuzz.seeds import ODD, cases, words, written

# A tree that can be changed: a text as YAML writes it, a list, or a list of pairs in a tuple.
Tree: TypeAlias = Any
_FLOW_BELOW: Final = 4  # levels deep, a tree is written in one line


@cache
def _texts() -> tuple[str, ...]:
    return (*written() * 5, *cases())


@cache
def _words() -> list[str]:
    return words()


def made(seed: int, number: int) -> tuple[bytes, tuple[str, ...]]:
    """Input `number` of a run: the bytes of a spec, and what `--set` changes in it."""
    chance = random.Random(f"{seed}:{number}")
    make = chance.choices(_MAKERS, _SHARES)[0]
    content = make(chance)
    overrides = tuple(_override(chance) for _ in range(chance.choice((0, 0, 0, 0, 1, 2))))
    return content, overrides


def _override(chance: random.Random) -> str:
    keys = [chance.choice(("model", "layers", "0", "1", "vars", _word(chance))) for _ in "abc"]
    return ".".join(keys[: chance.randint(1, 3)]) + chance.choice(("=", "")) + _word(chance)


def _word(chance: random.Random) -> str:
    return chance.choice(ODD) if chance.random() < 0.5 else chance.choice(_words())


def _bytes(chance: random.Random) -> bytes:
    return chance.randbytes(chance.choice((1, 10, 100, 1_000, 10_000)))


def _flipped(chance: random.Random) -> bytes:
    """A good text with some bytes changed."""
    content = bytearray(chance.choice(_texts()).encode())
    for _ in range(chance.randint(1, 8)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    return bytes(content)


def _yaml_like(chance: random.Random) -> bytes:
    letters = "abLT:-[]{}&*!|>%@`'\"#,? \n\n  \t$()0123.<~\r\x85\u2028é"
    return "".join(chance.choices(letters, k=chance.randint(1, 300))).encode()


def _edited(chance: random.Random) -> bytes:
    """A good text with lines and characters deleted, doubled, moved or replaced."""
    text = chance.choice(_texts())
    for _ in range(chance.randint(1, 5)):
        text = chance.choice(_EDITS)(text, chance)
    return text.encode("utf-8", "replace")


def _lines_moved(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    i, j = chance.randrange(len(lines)), chance.randrange(len(lines))
    taken = lines[i] if chance.random() < 0.5 else lines.pop(i)
    lines.insert(j, chance.choice(("", "  ", "\t", "- ", "# ")) + taken)
    return "\n".join(lines)


def _inserted(text: str, chance: random.Random) -> str:
    at = chance.randint(0, len(text))
    piece = chance.choice((*"[]{}:-,$()'\"&*!|>#\n\t", _word(chance), *_PIECES))
    return text[:at] + piece + text[at + chance.randint(0, 3) :]


def _broken_lines(text: str, chance: random.Random) -> str:
    return text.replace("\n", chance.choice(("\r\n", "\r", "\x85", "\u2028", "\n\n", " ")))


def _cut(text: str, chance: random.Random) -> str:
    i, j = sorted((chance.randint(0, len(text)), chance.randint(0, len(text))))
    return chance.choice((text[:i], text[i:j], text[:i] + text[j:], text[i:j] * 3))


_EDITS: Final = (_lines_moved, _inserted, _inserted, _inserted, _broken_lines, _cut)
_PIECES: Final = (
    "\n---\n",
    "\n...\n",
    "%YAML 1.2\n---\n",
    "\n<<: *a\n",
    "&a ",
    "*a",
    "!!python/object/apply:os.system [ls]",
    "!!binary aGk=",
    "? ",
    ": ",
    "|2-\n  text\n",
    ">+\n",
    "\x00",
    "\ufeff",
    "#",
    "{<<: {a: 1}, a: 2}",
)


def _grown(chance: random.Random) -> bytes:
    """A text whose size or depth is the attack."""
    return chance.choice(_ATTACKS)(chance, chance.choice((3, 30, 300, 3_000))).encode()


def _deep(chance: random.Random, n: int) -> str:
    opening = chance.choice(("[", "{a: ", "- ", "? ", "{? ", "[[", "!!str [", "&a ["))
    return "model: " + opening * n


def _deep_items(chance: random.Random, n: int) -> str:
    wrap = chance.choice(("TimeDistributed", "Bidirectional", "RNN", "StackedRNNCells"))
    n = min(n, 70)
    return f"model: {{input: [4, 4], layers: [{{{(wrap + ': {') * n}LSTM: 3{'}' * n}}}]}}"


def _aliases(chance: random.Random, n: int) -> str:
    n = min(n, 60)
    width = chance.randint(2, 9)
    rows = [f"  - &a{i} [{', '.join([f'*a{i - 1}' if i else 'x'] * width)}]" for i in range(n)]
    use = chance.choice(("model: {input: *a%d, layers: [Dense: 1]}", "vars: {x: *a%d}", "%d: 1"))
    return "data:\n" + "\n".join(rows) + "\n" + use % (n - 1) + "\n"


def _doubling_variables(chance: random.Random, n: int) -> str:
    inner = chance.choice(
        ("[$(v%d), $(v%d)]", "{a: $(v%d), b: $(v%d)}", "$(v%d)$(v%d)", "$(v%d + v%d)")
    )
    rows = [f"  v{i}: {(inner % (i - 1, i - 1)) if i else 'word'}" for i in range(n)]
    use = f"- Reshape: $(v{n - 1})\n    - Dense: 1"
    return "vars:\n" + "\n".join(rows) + f"\nmodel:\n  input: [4]\n  layers:\n    {use}\n"


def _nested_blocks(chance: random.Random, n: int) -> str:
    """Blocks in blocks, each repeated: as many layers as the product of all repetitions."""
    times, depth = chance.choice((2, 10, 300, 20_000)), min(n, 60)
    kind = chance.choice(("", ", as: model"))
    when = chance.choice(("", ", when: false", ", when: $(i > 9)", ", name: n$(i)"))
    rows = [f"  b0: {{layers: [{{Dense: 2, repeat: {times}{when}}}]{kind}}}"]
    rows += [
        f"  b{i}: {{layers: [{{b{i - 1}: , repeat: {times}}}]{kind}}}" for i in range(1, depth)
    ]
    return "blocks:\n" + "\n".join(rows) + f"\nmodel: {{input: [2], layers: [b{depth - 1}]}}\n"


def _many(chance: random.Random, n: int) -> str:
    word = _word(chance)
    item = chance.choice((f"{{Dense: 2, name: {json.dumps(word)}}}", json.dumps(word), "Dense: x"))
    return "model:\n  input: [4]\n  layers:\n" + f"    - {item}\n" * n


def _long_line(chance: random.Random, n: int) -> str:
    return f"model: {{input: [4], layers: [{'Dense: 3, ' * n}{_word(chance)}]}}"


_ATTACKS: Final = (
    _deep,
    _deep_items,
    _aliases,
    _doubling_variables,
    _nested_blocks,
    _many,
    _long_line,
)


def changed(text: str, chance: random.Random) -> bytes:
    """A text changed as one, or as the tree that it is."""
    if chance.random() < 0.35:
        for _ in range(chance.randint(1, 5)):
            text = chance.choice(_EDITS)(text, chance)
        return text.encode("utf-8", "replace")
    return _transplanted_tree(_tree(text), chance)


def _transplanted(chance: random.Random) -> bytes:
    """The tree of a good spec with nodes deleted, doubled, replaced, renamed, swapped or wrapped."""
    return _transplanted_tree(_tree(chance.choice(_texts())), chance)


def _transplanted_tree(tree: Tree, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 6)):
        slots = _slots(tree)
        if not slots:
            break
        holder, at = chance.choice(slots)
        chance.choice(_OPERATORS)(holder, at, slots, chance)
    return ("\n".join(_block(tree, "", 0)) + "\n").encode("utf-8", "replace")


def _tree(text: str) -> Tree:
    node = read(text, "seed", [])
    return [] if node is None else _opened(node)


def _opened(node: Node) -> Tree:
    if isinstance(node, Scalar):
        return json.dumps(node.text) if node.quoted else node.text
    if isinstance(node, Sequence):
        return [_opened(item) for item in node.items]
    assert isinstance(node, Mapping)
    return ([[key.text, _opened(value)] for key, value in node.entries],)


def _slots(tree: Tree) -> list[tuple[list[Tree], int]]:
    """Each place in the tree: the list that holds it, and where there."""
    slots, waiting = [], [tree]
    while waiting:
        here = waiting.pop()
        inside = here[0] if isinstance(here, tuple) else here if isinstance(here, list) else []
        slots += [(inside, i) for i in range(len(inside))]
        waiting += [pair[1] for pair in inside] if isinstance(here, tuple) else inside
    return slots


def _put(holder: list[Tree], at: int, value: Tree) -> None:
    """Puts a value into a slot; the slot of a mapping keeps its key."""
    if _is_pair(holder[at]):
        holder[at][1] = value
    else:
        holder[at] = value


def _is_pair(item: Tree) -> bool:
    return isinstance(item, list) and len(item) == 2 and isinstance(item[0], str)


def _deleted(holder: list[Tree], at: int, slots: Any, chance: random.Random) -> None:
    del holder[at]


def _doubled(holder: list[Tree], at: int, slots: Any, chance: random.Random) -> None:
    holder.insert(at, json.loads(json.dumps(holder[at], default=list)))


def _swapped(holder: list[Tree], at: int, slots: Any, chance: random.Random) -> None:
    other = chance.choice(holder)
    i = holder.index(other)
    holder[at], holder[i] = holder[i], holder[at]


def _replaced(holder: list[Tree], at: int, slots: Any, chance: random.Random) -> None:
    _put(holder, at, _word(chance))


def _grafted(holder: list[Tree], at: int, slots: Any, chance: random.Random) -> None:
    """A node of another spec in the place of this one."""
    others = _slots(_tree(chance.choice(_texts())))
    if others:
        source, i = chance.choice(others)
        value = source[i][1] if _is_pair(source[i]) else source[i]
        _put(holder, at, value)


def _renamed(holder: list[Tree], at: int, slots: Any, chance: random.Random) -> None:
    if _is_pair(holder[at]):
        holder[at][0] = _word(chance)


def _added(holder: list[Tree], at: int, slots: Any, chance: random.Random) -> None:
    pair = _is_pair(holder[at])
    holder.insert(at, [_word(chance), _word(chance)] if pair else _word(chance))


def _wrapped(holder: list[Tree], at: int, slots: Any, chance: random.Random) -> None:
    old = holder[at][1] if _is_pair(holder[at]) else holder[at]
    _put(holder, at, chance.choice(([old], [old, old], ([[_word(chance), old]],))))


_OPERATORS: Final = (
    _deleted,
    _doubled,
    _swapped,
    _replaced,
    _replaced,
    _replaced,
    _grafted,
    _grafted,
    _renamed,
    _added,
    _wrapped,
)


def _block(tree: Tree, indent: str, depth: int) -> list[str]:
    """A tree as lines of YAML; words are put in quotes where they would end the file."""
    if isinstance(tree, str) or depth >= _FLOW_BELOW:
        return [indent + _flow(tree)]
    lines: list[str] = []
    for item in tree[0] if isinstance(tree, tuple) else tree:
        head, value = (f"{_plain(item[0])}:", item[1]) if isinstance(tree, tuple) else ("-", item)
        inner = _block(value, f"{indent}  ", depth + 1)
        if len(inner) == 1:
            lines.append(f"{indent}{head} {inner[0].strip(' ')}")
        else:
            lines += [indent + head, *inner]
    return lines or [indent + _flow(tree)]


def _flow(tree: Tree) -> str:
    if isinstance(tree, tuple):
        return "{" + ", ".join(f"{_plain(key)}: {_flow(value)}" for key, value in tree[0]) + "}"
    if isinstance(tree, list):
        return f"[{', '.join(_flow(item) for item in tree)}]"
    return _plain(tree)


def _plain(word: str) -> str:
    """The word as it is where YAML bears that, so that `1e9` stays a number."""
    bare = word.isprintable() and not set(word) & set(",[]{}#:&*!|>'\"%@`?") and word.strip(" -")
    return word if bare or word.startswith('"') else json.dumps(word)


_MAKERS: Final[tuple[Callable[[random.Random], bytes], ...]] = (
    _bytes,
    _flipped,
    _yaml_like,
    _edited,
    _grown,
    _transplanted,
)
_SHARES: Final = (2, 8, 4, 26, 4, 56)
