"""Remarks on layers: their examples can be counted, and the numbers in them are true."""

from __future__ import annotations

import re

import pytest

from layerforge.layers import whole_catalog
from layerforge.render.explain import account, example_step, layer_explained
from layerforge.render.remarks import REMARKS
from layerforge.render.screen import Screen

CATALOG = whole_catalog()


@pytest.mark.parametrize("name", REMARKS)
def test_an_example_is_of_its_layer(name: str) -> None:
    assert example_step(REMARKS[name]).call.layer.type is CATALOG[name]


@pytest.mark.parametrize("name", REMARKS)
def test_every_equation_in_an_account_holds(name: str) -> None:
    equations = 0
    for line in account(example_step(REMARKS[name]), Screen()):
        sums = re.findall(r"((?:[\d,]+ [x+] )+[\d,]+) = ([\d,]+)", line)
        for left, right in sums:
            if "(" in line or "ceil" in line:
                continue  # the arithmetic of shapes and gates is tested with them
            assert eval(left.replace(",", "").replace("x", "*")) == int(right.replace(",", ""))
            equations += 1
    assert equations or not example_step(REMARKS[name]).weights


def test_the_lstm_of_the_study_notes_has_no_output_matrix() -> None:
    lstm = example_step(REMARKS["LSTM"])
    assert lstm.params == 8_320
    assert "8,320 + 1,024 = 9,344" in REMARKS["LSTM"].text
    assert 4 * (32 * (32 + 32) + 32) + 32 * 32 == 9_344


@pytest.mark.parametrize(
    ("name", "output", "params"),
    [
        ("BatchNormalization", (96, 64), 256),
        ("Conv1D", (16, 8), 48),
        ("Conv2D", (2, 2, 1), 10),
        ("Conv2DTranspose", (4, 4, 1), 10),
        ("Dense", (28, 28, 10), 20),
        ("Flatten", (2_352,), 0),
        ("MaxPooling1D", (3, 1), 0),
        ("MaxPooling2D", (13, 13, 16), 0),
        ("Permute", (7, 96), 0),
        ("TimeDistributed", (96, 8), 264),
    ],
)
def test_an_example_gives_the_numbers_of_the_study_notes(
    name: str, output: tuple[int, ...], params: int
) -> None:
    step = example_step(REMARKS[name])
    assert (step.outputs[0][1:], step.params) == (output, params)


def test_overlapping_pools_need_no_layer_of_ones_own() -> None:
    text = layer_explained(CATALOG["MaxPooling2D"], [], Screen())
    assert "`MaxPooling2D: {pool_size: 3, strides: 2}`" in text
    assert "rows      floor((28 - 3) / 2) + 1 = 13" in text


@pytest.mark.parametrize("name", CATALOG)
def test_every_entry_can_be_explained_within_a_terminal(name: str) -> None:
    text = layer_explained(CATALOG[name], [], Screen(60))
    assert text.startswith(f"{name} (")
    assert max(map(len, text.splitlines()[:-1])) <= 60
