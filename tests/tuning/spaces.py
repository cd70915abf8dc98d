"""Small search spaces with a known optimum, searched without training anything."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

from layerforge.pipeline import compile_spec, open_spec
from layerforge.space import Point, Space
from layerforge.spec import TuneSettings
from layerforge.tuning.oracles import Answer, make_oracle
from layerforge.tuning.trials import Outcome, Trial

FLAT = """
vars:
  width: {hp.Int: [1, 30]}
  rate: {hp.Float: {min_value: 0.0, max_value: 0.9, step: 0.1}}
  kind: {hp.Choice: [relu, tanh, elu]}
model:
  input: [4]
  layers:
    - Dense: {units: $(width), activation: $(kind)}
    - Dropout: $(rate)
    - Dense: 1
"""
CONDITIONAL = """
vars:
  deep: {hp.Boolean: }
  units: {hp.Choice: [2, 4, 8]}
model:
  input: [4]
  layers:
    - Dense: $(units)
      when: $(deep)
    - Dense: {hp.Choice: {values: [1, 3], name: head}}
"""
# Of 16 values of `kind` 15 make one point each, the last a trillion.
LOPSIDED = """
vars:
  kind: {hp.Int: [1, 16]}
  big: $(kind == 16)
model:
  input: [4]
  layers:
    - Dense: $(kind)
    - {Dense: {hp.Int: [1, 1000]}, when: $(big)}
    - {Dense: {hp.Int: [1, 1000]}, when: $(big)}
    - {Dense: {hp.Int: [1, 1000]}, when: $(big)}
    - {Dense: {hp.Int: [1, 1000]}, when: $(big)}
"""


def flat_cost(point: Point) -> float:
    """0 at width 20, rate 0.3 and tanh, and more the further away."""
    width, rate = float(point["width"]), float(point["rate"])  # type: ignore[arg-type]
    return ((width - 20) / 30) ** 2 + (rate - 0.3) ** 2 + 0.3 * (point["kind"] != "tanh")


def conditional_cost(point: Point) -> float:
    """0 at deep, 4 units, a head of 3."""
    cost = 0.0 if point["deep"] else 1.0
    return cost + abs(math.log2(point.get("units", 32)) - 2) + 0.5 * (point["head"] != 3)  # type: ignore[arg-type]


def space_of(text: str, folder: Path, tune: str = "") -> tuple[Space, TuneSettings]:
    """The space of a spec's text, and the settings of its section `tune`."""
    path = folder / "spec.yaml"
    path.write_text(text + (f"tune: {tune}\n" if tune else ""), encoding="utf-8")
    compiled = compile_spec(path)
    assert compiled.clean, compiled.found
    return Space(open_spec(path)), compiled.tune or TuneSettings()


def searched(
    space: Space,
    settings: TuneSettings,
    cost: Callable[[Point], float | None],
    workers: int = 1,
    most: int = 60,
) -> tuple[dict[int, Trial], dict[int, Outcome]]:
    """A whole search in which `workers` trials are under way at a time and end in the order they began."""
    oracle = make_oracle(space, settings)
    asked: dict[int, Trial] = {}
    outcomes: dict[int, Outcome] = {}
    running: list[Trial] = []
    skipped: set[int] = set()
    while True:
        number = 0
        while len(running) < workers and len(asked) < most:
            if number in asked or number in skipped:
                number += 1
                continue
            answer = oracle.ask(number, asked, outcomes)
            if answer is Answer.END:
                break
            if answer is Answer.SKIP:
                skipped.add(number)
            if isinstance(answer, Trial):
                asked[number] = answer
                running.append(answer)
            number += 1
        if not running:
            return asked, outcomes
        trial = running.pop(0)
        value = cost(trial.values)
        signed = value if settings.objective.direction == "min" or value is None else -value
        outcomes[trial.number] = Outcome("failed" if value is None else "completed", signed)
