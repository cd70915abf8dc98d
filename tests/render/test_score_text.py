"""Scores beside baselines, and the sentence about them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from layerforge.render.record import json_text
from layerforge.render.scores import scores_text, verdict
from layerforge.render.screen import Screen


def forecast(model: float | None, **baselines: float | None) -> dict[str, Any]:
    def scales(mse: float | None) -> dict[str, Any]:
        return {"scaled": {"mse": mse, "mae": 0.5}, "original": {"mse": 9.0, "mae": 3.0}}

    rivals = {name: scales(mse) for name, mse in baselines.items()}
    return {"split": "test", "samples": 2785, "model": scales(model), "baselines": rivals}


def test_the_model_stands_beside_each_baseline() -> None:
    shown = scores_text(forecast(0.4, repeat=1.2944, seasonal_naive=0.5122), Screen(80), "window")
    assert shown == (
        "test: 2,785 windows\n"
        "\n"
        "               model  repeat  seasonal_naive\n"
        "scaled mse    0.4000  1.2944          0.5122\n"
        "scaled mae    0.5000  0.5000          0.5000\n"
        "original mse  9.0000  9.0000          9.0000\n"
        "original mae  3.0000  3.0000          3.0000\n"
        "\n"
        "The model beats the best baseline, seasonal_naive:"
        " scaled mse 0.4000 against\n0.5122, 21.9% less.\n"
    )


@pytest.mark.parametrize(
    ("scores", "sentence", "won"),
    [
        (
            forecast(0.6, repeat=1.3, seasonal=0.5),
            "The model does not beat the best baseline, seasonal: scaled mse 0.6000 against 0.5000.",
            False,
        ),
        (
            forecast(0.5, repeat=0.5),
            "The model is as good as the best baseline, repeat: scaled mse 0.5000.",
            False,
        ),
        (
            forecast(None, repeat=0.5),
            "The model gives no number for scaled mse, so it does not beat repeat.",
            False,
        ),
        (
            {
                "split": "test",
                "samples": 9,
                "model": {"accuracy": 0.9, "log_loss": 0.3},
                "baselines": {"majority": {"accuracy": 0.6, "log_loss": 0.7}},
            },
            "The model beats the best baseline, majority: accuracy 0.9000 against 0.6000.",
            True,
        ),
        (
            forecast(0.1, repeat=None, season=0.2),
            "The model beats the best baseline, season: scaled mse 0.1000 against 0.2000, 50.0% less.",
            True,
        ),
        (
            forecast(0.1, repeat=0.0),
            "The model does not beat the best baseline, repeat: scaled mse 0.1000 against 0.0000.",
            False,
        ),
    ],
)
def test_the_sentence_says_whether_the_model_is_worth_it(
    scores: dict[str, Any], sentence: str, won: bool
) -> None:
    assert verdict(scores) == (sentence, won)


def test_without_a_model_or_a_baseline_there_is_no_sentence() -> None:
    scores = forecast(0.5, repeat=0.5)
    assert verdict({**scores, "baselines": {}}) is None
    assert verdict({key: value for key, value in scores.items() if key != "model"}) is None
    assert verdict(forecast(0.5, repeat=None)) is None


def test_a_score_that_is_no_number_is_a_dash() -> None:
    assert "scaled mse         -  0.5000" in scores_text(forecast(None, repeat=0.5), Screen())


def test_json_has_no_nan() -> None:
    text = json_text({"a": [float("nan"), float("inf"), 1.5], "b": "激"})
    assert json.loads(text) == {"a": [None, None, 1.5], "b": "激"}
    assert text.isascii()


def test_a_win_names_the_scores_by_which_a_baseline_is_better() -> None:
    model = {"scaled": {"mse": 0.24, "mae": 0.32, "rmse": 0.49}}
    naive = {"scaled": {"mse": 0.32, "mae": 0.27, "rmse": 0.57}}
    said = verdict({"split": "test", "samples": 9, "model": model, "baselines": {"repeat": naive}})
    assert said is not None
    sentence, won = said
    assert won
    assert sentence.endswith("By scaled mae it does not: 0.3200 against repeat's 0.2700.")


def test_a_win_by_every_score_is_said_without_more() -> None:
    model, majority = {"accuracy": 0.9, "f1_macro": 0.8}, {"accuracy": 0.6, "f1_macro": 0.2}
    scores = {"split": "test", "samples": 9, "model": model, "baselines": {"majority": majority}}
    said = verdict(scores)
    assert said is not None
    assert "does not" not in said[0]


def test_a_model_that_loses_comes_with_what_to_try() -> None:
    lost = scores_text(forecast(0.6, repeat=0.5), Screen(500), "window")
    won = scores_text(forecast(0.4, repeat=0.5), Screen(500), "window")
    assert "To try:" in lost
    assert "To try:" not in won
    perfect = {"split": "test", "samples": 9, "model": {"accuracy": 1.0}}
    shown = scores_text({**perfect, "baselines": {"logistic": {"accuracy": 1.0}}}, Screen(500))
    assert "whether a column tells the answer" in shown
