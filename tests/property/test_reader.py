"""Whatever bytes come, the way from text to plan ends in a plan or in diagnostics, never in an exception."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layerforge.diagnostics import Diagnostic, Faults
from layerforge.pipeline import Compiled, compile_spec
from layerforge.source import load, read

SPECS = sorted((Path(__file__).parents[2] / "specs").glob("*.yaml"))

SPEC = """
layerforge: 1
vars: {width: {hp.Int: [4, 16, 4]}, depth: 2}
data: {source: x.csv, task: forecast, time: t, features: [a, b], targets: [a], window: 12, horizon: 3}
blocks:
  residual:
    args: {units: 8, rate: 0.1}
    layers:
      - Dense: {units: $(units), activation: relu}
        name: main
      - Dropout: $(rate)
      - Concatenate:
        from: [previous, input]
model:
  input: [12, 2]
  layers:
    - Conv1D: {filters: $(width), kernel_size: 3, padding: causal}
    - BatchNormalization
    - residual: {units: 4}
      repeat: 2
    - Bidirectional: {layer: {LSTM: 8}, merge_mode: sum}
      when: $(depth > 1)
      expect: [8]
    - Dense: 3
train:
  optimizer: {Adam: {learning_rate: 1.0e-3}}
  loss: mse
  callbacks:
    - EarlyStopping: {monitor: val_loss, patience: 5}
"""


def compiled(tmp_path: Path, content: bytes) -> Compiled:
    path = tmp_path / "spec.yaml"
    path.write_bytes(content)
    result = compile_spec(path)
    assert result.plan is not None or result.found
    return result


def test_the_spec_that_is_mutated_is_a_good_one(tmp_path: Path) -> None:
    assert compiled(tmp_path, SPEC.encode()).found == ()


_TMP = {"suppress_health_check": [HealthCheck.function_scoped_fixture], "deadline": None}


@given(st.binary(max_size=400))
@settings(max_examples=300, **_TMP)  # type: ignore[arg-type]
def test_any_bytes_end_in_diagnostics(tmp_path: Path, content: bytes) -> None:
    compiled(tmp_path, content)


@given(st.text(alphabet="abcLSTM:-[]{}&*!|>%@`'\"#,? \n\t$()0123456789.", max_size=120))
@settings(max_examples=500, **_TMP)  # type: ignore[arg-type]
def test_any_yaml_like_text_ends_in_diagnostics(text: str) -> None:
    found: list[Diagnostic] = []
    node = read(text, "s.yaml", found)
    assert node is not None or found


def mutated(text: str, chance: random.Random) -> str:
    """The text with a few lines or characters deleted, doubled, swapped or replaced."""
    for _ in range(chance.randint(1, 4)):
        lines = text.split("\n")
        i, j = chance.randrange(len(lines)), chance.randrange(len(lines))
        match chance.randrange(6):
            case 0:
                del lines[i]
            case 1:
                lines.insert(j, lines[i])
            case 2:
                lines[i], lines[j] = lines[j], lines[i]
            case 3:
                lines[i] = "  " + lines[i]
            case _:
                line = lines[i]
                at = chance.randint(0, len(line))
                word = chance.choice([*"[]{}:-,$()'\"&*!0", "null", "-1", "1e9", "$(i)", "{}"])
                lines[i] = line[:at] + word + line[at + chance.randint(0, 2) :]
        text = "\n".join(lines)
        if not text:
            break
    return text


def mutations(tmp_path: Path, count: int, seed: int) -> None:
    chance = random.Random(seed)
    texts = [SPEC, *(path.read_text(encoding="utf-8") for path in SPECS)]
    for _ in range(count):
        text = mutated(chance.choice(texts), chance)
        try:
            compiled(tmp_path, text.encode())
        except Exception as error:
            pytest.fail(f"{type(error).__name__}: {error}\n---\n{text}")


def test_mutated_specs_end_in_a_plan_or_in_diagnostics(tmp_path: Path) -> None:
    mutations(tmp_path, 400, seed=1)


@pytest.mark.slow
def test_many_mutated_specs_end_in_a_plan_or_in_diagnostics(tmp_path: Path) -> None:
    mutations(tmp_path, 20_000, seed=2)


@given(st.binary(max_size=60))
@settings(max_examples=200, **_TMP)  # type: ignore[arg-type]
def test_any_file_is_text_or_a_diagnostic(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.yaml"
    path.write_bytes(content)
    told: list[Diagnostic] = []
    try:
        text, _ = load(path)
    except Faults as stopped:
        told = stopped.diagnostics
    else:
        assert text.encode() in (content, content.removeprefix(b"\xef\xbb\xbf"))
        return
    assert told
