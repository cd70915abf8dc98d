"""YAML text to nodes: places, bounds, and each way in which a text can be no YAML."""

from pathlib import Path

import pytest

from layerforge.diagnostics import Diagnostic, Faults
from layerforge.source import MAX_DEPTH, Mapping, Scalar, Sequence, load, read


def faults(text: str) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    read(text, "s.yaml", found)
    return found


def good(text: str) -> Mapping:
    found: list[Diagnostic] = []
    node = read(text, "s.yaml", found)
    assert not found
    assert isinstance(node, Mapping)
    return node


def test_scalars_stay_text_and_know_their_quotes() -> None:
    node = good("a: 1e-3\nb: '012'\nc: yes\n")
    values = [value for _, value in node.entries]
    assert [(v.text, v.quoted) for v in values if isinstance(v, Scalar)] == [
        ("1e-3", False),
        ("012", True),
        ("yes", False),
    ]


def test_every_node_knows_its_line_and_column() -> None:
    node = good("a:\n  - x\n  - {b: yy}\n")
    items = node.get("a")
    assert isinstance(items, Sequence)
    inner = items.items[1]
    assert isinstance(inner, Mapping)
    value = inner.get("b")
    assert value is not None
    assert (value.span.line, value.span.column, value.span.end_column) == (3, 9, 11)


BAD = [
    ("a: [1, 2\nb: 3\n", "unclosed-bracket", (1, 4)),
    ("a: {b: 1\n", "unclosed-bracket", (1, 4)),
    ("- [a, b\n- [c]\n", "unclosed-bracket", (1, 3)),
    ("a:\n\t- b\n", "tab", (2, 1)),
    ("m:\n  - Add\n    from: [a, b]\n", "missing-colon", (2, 5)),
    ("a: 'x\nb: 1", "unclosed-quote", (1, 4)),
    ("a: 1\na: 2\n", "repeated-key", (2, 1)),
    ("x: &a [*a]", "bad-alias", (1, 8)),
    ("x: *nowhere", "bad-alias", (1, 4)),
    ("Dense: 3: 4", "yaml-syntax", (1, 9)),
    ("a: @x", "yaml-syntax", (1, 4)),
    ("a:\n  - b\n c: 3\n", "bad-indentation", (3, 2)),
    ("a: !!python/object:os.system x", "tag-not-allowed", (1, 4)),
    ("a: !!python/name:os.system", "tag-not-allowed", (1, 4)),
    ("", "empty-file", (1, 1)),
    ("# only a comment\n", "empty-file", (1, 1)),
    ("a: \x01", "control-character", (1, 4)),
    ("? [a]\n: 3", "bad-key", (1, 3)),
    ("a: 1\n---\nb: 2\n", "several-documents", (2, 1)),
    ("a: " + "[" * 3000, "too-deep", (1, 3 + MAX_DEPTH)),
]


@pytest.mark.parametrize(("text", "code", "place"), BAD, ids=[f"{b[1]}-{b[2]}" for b in BAD])
def test_a_text_that_is_no_yaml_is_one_diagnostic_at_its_place(
    text: str, code: str, place: tuple[int, int]
) -> None:
    [fault] = faults(text)
    assert fault.code == code
    assert fault.span is not None
    assert (fault.span.line, fault.span.column) == place


def test_a_repeated_key_points_at_both_places() -> None:
    [fault] = faults("a: 1\nb: 2\na: 3\n")
    assert fault.span is not None
    assert fault.span.line == 3
    assert fault.related[0].span.line == 1


def test_an_alias_gives_the_node_it_names() -> None:
    node = good("a: &x [1, 2]\nb: *x\n")
    assert node.get("a") is node.get("b")


def test_a_merge_key_adds_what_is_not_written_and_may_be_overridden() -> None:
    node = good("a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}\nc: {q: 4, <<: *x}\n")
    for key, expected in (("b", {"p": "1", "q": "3"}), ("c", {"p": "1", "q": "4"})):
        inner = node.get(key)
        assert isinstance(inner, Mapping)
        assert {k.text: v.text for k, v in inner.entries if isinstance(v, Scalar)} == expected


def test_aliases_that_multiply_end_in_a_diagnostic() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    [fault] = faults("\n".join(lines))
    assert fault.code == "too-large"


def test_aliases_that_deepen_end_in_a_diagnostic() -> None:
    lines = ["a0: &a0 x"]
    lines += [f"a{i}: &a{i} [[[[[[[[[[*a{i - 1}]]]]]]]]]]" for i in range(1, 12)]
    [fault] = faults("\n".join(lines))
    assert fault.code == "too-deep"


FILES = [
    (b"\x89PNG\r\n\x00\x01", "binary-file"),
    ("model:\n  größe: 1\n".encode("latin-1"), "not-utf8"),
    ("model: 1".encode("utf-16"), "not-utf8"),
    (b"\xef\xbb\xbfmodel:\n  gr\xc3\xb6\xc3\x9fe: \xff\n", "not-utf8"),
    (b"#" * 9_000_000, "file-too-large"),
]


@pytest.mark.parametrize(("content", "code"), FILES, ids=[code for _, code in FILES])
def test_a_file_that_is_no_text_is_one_diagnostic(
    tmp_path: Path, content: bytes, code: str
) -> None:
    path = tmp_path / "spec.yaml"
    path.write_bytes(content)
    with pytest.raises(Faults) as stopped:
        load(path)
    assert [fault.code for fault in stopped.value.diagnostics] == [code]


def test_a_file_of_another_encoding_is_told_with_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_bytes("a: 1\nb: caf\xe9\n".encode("latin-1"))
    with pytest.raises(Faults) as stopped:
        load(path)
    span = stopped.value.diagnostics[0].span
    assert span is not None
    assert (span.line, span.column) == (2, 7)


@pytest.mark.parametrize("name", ["missing.yaml", ".", "a\0b"])
def test_a_file_that_cannot_be_opened_is_one_diagnostic(tmp_path: Path, name: str) -> None:
    with pytest.raises(Faults) as stopped:
        load(tmp_path / name)
    assert stopped.value.diagnostics[0].code == "unreadable-file"


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert load(path)[0] == "a: 1\n"
