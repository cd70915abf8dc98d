"""The closed arithmetic: what it computes, what it refuses, and that nothing in it costs much."""

import time

import pytest

from layerforge.diagnostics import SpecError
from layerforge.expressions import Value, evaluate, literal, split

NAMES: dict[str, Value] = {"a": 3, "b": 4.5, "word": "relu", "flag": False}


def lookup(name: str) -> Value:
    if name not in NAMES:
        raise SpecError("unknown-variable", name)
    return NAMES[name]


VALUES: list[tuple[str, Value]] = [
    ("a * 2 + 1", 7),
    ("7 // 2", 3),
    ("7 / 2", 3.5),
    ("7 % 4", 3),
    ("2 ** a", 8),
    ("-a", -3),
    ("min(a, b)", 3),
    ("max(1, 2, a)", 3),
    ("abs(-2)", 2),
    ("round(b)", 4),
    ("int(b)", 4),
    ("float(a)", 3.0),
    ("log2(8)", 3.0),
    ("ceil(b)", 5),
    ("floor(b)", 4),
    ("len(word)", 4),
    ("1 < 2 < a", True),
    ("a == 3 and not flag", True),
    ("word == 'relu'", True),
    ("'x' if flag else 'y'", "y"),
    ("1 if a > 2 else missing", 1),
    ("flag and missing", False),
    ("'conv' + word", "convrelu"),
    ("true", True),
    ("null", None),
]


@pytest.mark.parametrize(("text", "value"), VALUES, ids=[text for text, _ in VALUES])
def test_an_expression_has_its_value(text: str, value: Value) -> None:
    result = evaluate(text, lookup)
    assert result == value
    assert type(result) is type(value)


REFUSED = [
    "__import__('os')",
    "a.real",
    "().__class__",
    "[1, 2]",
    "{}",
    "lambda: 1",
    "(x for x in a)",
    "f'{a}'",
    "b'x'",
    "1j",
    "a if",
    "1 +",
    "a @ b",
    "a << 2",
    "~a",
    "a is b",
    "'x' * 3",
    "'x' % 3",
    "open('f')",
    "min(a, key=1)",
    "print(1)",
    "1 / 0",
    "1 % 0",
    "0 ** -1",
    "(-1) ** 0.5",
    "len(3)",
    "int('x')",
    "a < 'x'",
    "x := 3",
    "",
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_the_arithmetic_does_not_have_is_refused(text: str) -> None:
    with pytest.raises(SpecError) as refusal:
        evaluate(text, lookup)
    assert refusal.value.code == "bad-expression"


COSTLY = [
    "9 ** 9 ** 9 ** 9",
    "2 ** 999999999",
    "10.0 ** 400",
    "2 ** 200",
    "-" * 1500 + "1",
    "1" + "+1" * 3000,
    "(" * 150 + "1" + ")" * 150,
    "1e308 * 10",
    " and ".join(["(a + 1)"] * 4000),
    "int(1e300)",
    "round(-9999999999999999999, -9999999999999999999)",
]


@pytest.mark.parametrize("text", COSTLY, ids=[text[:20] for text in COSTLY])
def test_no_expression_can_hang_or_fill_the_memory(text: str) -> None:
    start = time.perf_counter()
    code = "computed"
    try:
        evaluate(text, lookup)
    except SpecError as error:
        code = error.code
    assert code in ("computed", "expression-too-large", "bad-expression")
    assert time.perf_counter() - start < 5.0


def test_a_text_is_cut_at_its_expressions() -> None:
    assert split("a$(b(c))d$(e)") == ["a", "b(c)", "d", "e", ""]
    assert split("$('a)b')") == ["", "'a)b'", ""]
    assert split("plain (text) $x") == ["plain (text) $x"]


def test_an_expression_cut_by_a_comma_is_answered_with_quotes() -> None:
    with pytest.raises(SpecError) as refusal:
        split("$(min(a")
    assert refusal.value.code == "cut-expression"
    assert refusal.value.help is not None
    assert '"$(min(a, b))"' in refusal.value.help


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12), ("012", 12), ("1e-3", 0.001), ("true", True), ("null", None), ("relu", "relu")],
)
def test_a_word_of_the_file_has_the_value_it_looks_like(text: str, value: Value) -> None:
    assert literal(text) == value
    assert type(literal(text)) is type(value)
