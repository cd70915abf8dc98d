"""What an operation says of tensors it cannot take: one line that reads on from its name, and a cure."""

from __future__ import annotations

import re

import pytest

from layerforge.diagnostics import Diagnostic, SpecError
from layerforge.layers import read_layer, unknown_layer
from tests.layers.case import BadCase, Case, case, effect_of, nodes, read_case, the_layer
from tests.layers.operations.families import BAD

MESSAGES = [
    (case("ops.mean: 3", (6, 4)), "needs axis 3, but the last of a sequence (6, 4) is axis 2"),
    (case("ops.mean: [1, -2]", (6, 4)), "names axis 1 twice in `axis`"),
    (
        case("ops.add", (6, 4), (6, 3)),
        (
            "needs tensors that fit, last axis to last axis: `x1`, a sequence (6, 4), and"
            " `x2`, a sequence (6, 3), have 4 and 3 on the last axis"
        ),
    ),
    (
        case("ops.multiply", (6, 4), (4,)),
        (
            "needs tensors that fit, last axis to last axis: `x1`, a sequence (6, 4), and"
            " `x2`, a vector (4), have 6 and the batch on the second last axis"
        ),
    ),
    (
        case("ops.add: [1, 2, 3]", (6, 4)),
        (
            "needs tensors that fit, last axis to last axis: `x1`, a sequence (6, 4), and"
            " `x2`, the constant (3,), have 4 and 3 on the last axis"
        ),
    ),
    (case("ops.add", (6, 4)), "needs `x2` to be called on"),
    (case("ops.add", (6,), (6,), (6,)), "takes at most 2 tensors, not 3"),
    (case("ops.add: 1", (6,), (6,)), "takes one tensor beside the constant `x2`, not 2"),
    (
        case("ops.squeeze: 1", (6, 4)),
        "cannot take axis 1 out of a sequence (6, 4): it has length 6, not 1",
    ),
    (
        case("ops.einsum: 'bij,bjk->bik'", (6, 4), (5, 3)),
        "needs one length for `j`, not 4 and 5",
    ),
    (
        case("ops.einsum: 'bij->bji'", (4,)),
        "needs 3 axes for `bij`, the batch counted, not a vector (4)",
    ),
    (
        case("ops.matmul", (6, 4), (5, 3)),
        "needs one length on axis 2 of `x1` and axis 1 of `x2`:",
    ),
    (
        case('slice: "[:, 6]"', (6, 4)),
        "takes position 6 of axis 1, but a sequence (6, 4) has 6 there, from 0",
    ),
    (
        case('slice: "[0]"', (6, 4)),
        "must leave the batch whole, its first part `:`, not take `[0]`",
    ),
    (
        case("ops.split: {indices_or_sections: 4, axis: 1}", (6, 4)),
        "cannot cut axis 1 of a sequence (6, 4) into 4 equal parts",
    ),
    (case("ops.take: {indices: [6], axis: 1}", (6, 4)), "takes position 6, but there are 6"),
    (
        case("ops.rearrange: b s d -> b (s d)", (6, 4)),
        "needs axis 0 of a sequence (6, 4) to be known:",
    ),
    (
        case("ops.conv: [[[1, 2]]]", (8, 3)),
        "needs a `kernel` for 3 channels, not for 1",
    ),
]


@pytest.mark.parametrize(("refused", "message"), MESSAGES, ids=[str(c) for c, _ in MESSAGES])
def test_a_message_says_what_was_found_and_what_was_expected(refused: Case, message: str) -> None:
    with pytest.raises(SpecError) as error:
        effect_of(the_layer(refused), refused)
    assert error.value.message.startswith(message)


@pytest.mark.parametrize("refused", BAD, ids=str)
def test_a_message_reads_on_from_the_name_and_blames_an_argument_that_exists(
    refused: BadCase,
) -> None:
    found: list[Diagnostic] = []
    layer = read_case(refused.case, found)
    if layer is None:
        assert all("\n" not in fault.message for fault in found)
        return
    with pytest.raises(SpecError) as error:
        effect_of(layer, refused.case)
    fault = error.value
    assert re.match(r"(can|cannot|must|[a-z]+s) ", fault.message), fault.message
    assert "\n" not in fault.message
    entry = layer.type
    assert fault.arg is None or fault.arg in entry.tensors or entry.signature.parameter(fault.arg)


def test_a_batch_that_meets_a_length_is_answered_with_a_new_axis() -> None:
    refused = case("ops.multiply", (6, 4), (4,))
    with pytest.raises(SpecError) as error:
        effect_of(the_layer(refused), refused)
    assert (
        error.value.help
        == "put an axis in with `ops.expand_dims: 1`, so that the batch stays in front"
    )


@pytest.mark.parametrize(
    ("text", "code", "message", "help"),
    [
        (
            "ops.cond",
            "component-left-out",
            "a spec has no `ops.cond`: it takes Python functions",
            None,
        ),
        (
            "ops.maen: 1",
            "unknown-layer",
            "there is no operation `ops.maen`",
            "did you mean `ops.mean`?",
        ),
        (
            "ops.nn.relu",
            "unknown-layer",
            "there is no operation `ops.nn.relu`",
            "did you mean `ops.relu",
        ),
        (
            "ops.mean: {axes: 1}",
            "unknown-argument",
            "ops.mean has no argument `axes`",
            "did you mean `axis`?",
        ),
        ("ops.relu: 1", "wrong-type", "ops.relu takes no arguments, but was given `1`", None),
        ("ops.cast", "missing-argument", "ops.cast needs `dtype`", None),
        (
            'slice: ":, 1"',
            "wrong-type",
            "`key` must be an index in NumPy's notation",
            "write square brackets around it",
        ),
        ('slice: "[:, a]"', "wrong-type", "`key` must be a number, `start:stop`", None),
        ('slice: "[:, ::0]"', "out-of-range", "`key` must be a step other than 0", None),
        ("slice: [1, 2]", "wrong-type", "`key` must be an index", "put it in quotation marks"),
        ("ops.add: [[1, 2], [3]]", "wrong-length", "`x2` must be lists of one length each", None),
        ("ops.einsum: 'bij->b->j'", "bad-equation", "`subscripts` must be an equation", None),
    ],
)
def test_a_text_that_is_no_operation_is_answered_with_the_right_one(
    text: str, code: str, message: str, help: str | None
) -> None:
    found: list[Diagnostic] = []
    read_layer(*nodes(text), found)
    assert [fault.code for fault in found] == [code]
    assert found[0].message.startswith(message)
    assert (found[0].help or "").startswith(help or "")


def test_an_unknown_operation_is_told_apart_from_an_unknown_layer() -> None:
    key, _ = nodes("opps.mean")
    assert unknown_layer(key).message == "there is no layer `opps.mean`"
