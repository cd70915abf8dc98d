"""Keys in the wrong place, misspelt keys, words of earlier versions of Keras: told once, with the cure."""

from __future__ import annotations

import pytest

from layerforge.pipeline import Compiled
from tests.conftest import CompileText


def _told(compiled: Compiled) -> list[tuple[str, int, str | None]]:
    return [(each.code, each.span.line if each.span else 0, each.help) for each in compiled.found]


def test_arguments_that_stand_beside_their_layer_are_one_mistake(compile_text: CompileText) -> None:
    compiled = compile_text(
        """
        blocks:
          pair: {args: {f: required}, layers: [Dense: $(f)]}
        model:
          input: [8, 2]
          layers:
            - Conv1D:
              filters: 4
              kernel_size: [3]
            - pair:
              f: 4
              name: it
            - Dense:
              units: 3
              activation: relu
        """
    )
    assert _told(compiled) == [
        ("unknown-key", 8, "indent them by two more"),
        ("unknown-key", 11, "indent it by two more, or write `pair: {f: 4}`"),
        (
            "unknown-key",
            14,
            "indent them by two more, or write `Dense: {units: 3, activation: relu}`",
        ),
    ]


def test_what_stands_under_a_misspelt_key_is_looked_at(compile_text: CompileText) -> None:
    compiled = compile_text("modle: {inputs: {x: [4]}, layer: [Dense: -1]}")
    assert [(code, help) for code, _, help in _told(compiled)] == [
        ("unknown-section", "did you mean `model`?"),
        ("unknown-argument", "did you mean `layers`?"),
        ("out-of-range", None),
    ]


def test_another_word_is_not_taken_for_a_section(compile_text: CompileText) -> None:
    compiled = compile_text("metadata: {by: me}\nmodel: {input: [4], layers: [Dense: 1]}")
    assert [code for code, *_ in _told(compiled)] == ["unknown-section"]


FORMER = {
    "CuDNNLSTM: 4": "write `LSTM`, which takes cuDNN's kernel by itself where there is a GPU",
    "LSTM: {units: 4, input_shape: [9, 2]}": (
        "a spec says it once, above the layers: `input: [96, 7]` under `model:`"
    ),
    "LeakyReLU: {alpha: 0.1}": "did you mean `negative_slope`?",
    "Conv1D: 16": "write `Conv1D: {filters: 16, kernel_size: ...}`",
    "Dense": "write `Dense: {units: ...}`",
    "Dense: $(a": "add `)`",
}


@pytest.mark.parametrize("layer", FORMER)
def test_the_cure_of_a_common_mistake_is_told(layer: str, compile_text: CompileText) -> None:
    compiled = compile_text(f"model:\n  input: [9, 2]\n  layers:\n    - {layer}\n    - Dense: 1\n")
    assert [help for *_, help in _told(compiled)] == [FORMER[layer]]


CHANNELS = {
    "Conv2D: {filters: 2, kernel_size: 3}": ("[28, 28]", "[28, 28, 1]", "an image of one channel"),
    "LSTM: 2": ("[10]", "[10, 1]", "a sequence of one feature"),
    "Conv1D: {filters: 2, kernel_size: 3}": ("[12]", "[12, 1]", "a sequence of one channel"),
}


@pytest.mark.parametrize("layer", CHANNELS)
def test_an_input_without_its_last_axis_is_shown(layer: str, compile_text: CompileText) -> None:
    given, wanted, called = CHANNELS[layer]
    text = f"model:\n  input: {given}\n  layers:\n    - {layer}\n"
    (fault,) = compile_text(text).found
    assert [place.span.line for place in fault.related if place.span] == [2]
    assert fault.help == f"{called} is `{wanted}`"
    assert compile_text(text.replace(given, wanted)).clean


def test_a_model_of_several_outputs_is_not_trained_from_data(compile_text: CompileText) -> None:
    compiled = compile_text(
        """
        data: {source: x.csv, task: forecast, features: [a], targets: [a], window: 4, horizon: 1}
        model:
          layers:
            - Flatten:
              name: flat
            - Dense: 1
              name: one
            - Dense: 3
              name: two
              from: flat
          outputs: [one, two]
        """
    )
    assert [(code, line) for code, line, _ in _told(compiled)] == [("several-outputs", 12)]
