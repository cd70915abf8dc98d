"""Every model of the zoo in every format, loaded again and compared with Keras on random inputs, as a table.

`python -m benchmarks.export_parity [--out docs/export-zoo.md] [--only lstm]`: the largest difference, or why
a format cannot hold a model. Weights are those that a seed gives; nothing is trained.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
MOST: Final = 1e-3
LARGE: Final = 100_000_000  # parameters; ONNX took more than 24 GB of memory with 138 million
HEAD: Final = """# Formats and the zoo

Written by `python -m benchmarks.export_parity --out docs/export-zoo.md`: each model of `specs/zoo` in each
format of `export`, loaded again; the largest difference from Keras on two random samples, as a share of the
largest answer. Inputs of integers are drawn from 0 and 1; several outputs are compared side by side.

"""


def main() -> int:
    """0 if every model is held by Keras's own format and by SavedModel."""
    parser = argparse.ArgumentParser(prog="benchmarks.export_parity", description=__doc__)
    parser.add_argument("--out", type=Path, metavar="FILE")
    parser.add_argument("--only", default="", metavar="NAME", help="models whose name holds this")
    options = parser.parse_args()
    from layerforge.exporting.formats import FORMATS, missing

    formats = {name: form for name, form in FORMATS.items() if missing(form) is None}
    lines = [f"| model | parameters | {' | '.join(formats)} |", "|---|---|" + "---|" * len(formats)]
    kept = True
    for path in sorted((ROOT / "specs" / "zoo").glob("*.yaml")):
        if options.only not in path.stem:
            continue
        cells, parameters = _compared(path, formats)
        kept = kept and not any(cells[name].startswith("no") for name in ("keras", "savedmodel"))
        lines.append(f"| {path.stem} | {parameters:,} | {' | '.join(cells.values())} |")
        print(lines[-1], flush=True)
    if options.out is not None:
        options.out.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return 0 if kept else 1


def _compared(path: Path, formats: Mapping[str, Any]) -> tuple[dict[str, str], int]:
    """A cell for each format, and how many parameters the model has."""
    from layerforge.build.backend import load_keras
    from layerforge.build.model import make_model
    from layerforge.pipeline import compile_spec

    keras = load_keras()
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    plan = compile_spec(path).plan
    assert plan is not None
    model = _of_one_output(make_model(plan))
    inputs = _random(model)
    given = list(inputs.values())
    expected = model.predict(given if len(given) > 1 else given[0], verbose=0)
    large = model.count_params() > LARGE
    cells = {
        name: "not tried: large"
        if large and name == "onnx"
        else _cell(form, model, inputs, expected)
        for name, form in formats.items()
    }
    return cells, model.count_params()


def _of_one_output(model: Any) -> Any:
    """The model itself, or one that gives all of its outputs side by side, as a run has one."""
    import keras

    if len(model.outputs) == 1:
        return model
    outputs = enumerate(model.outputs)
    flat = [keras.layers.Flatten(name=f"flat.{at}")(each) for at, each in outputs]
    return keras.Model(model.inputs, keras.layers.Concatenate(name="flat")(flat), name=model.name)


def _cell(form: Any, model: Any, inputs: Mapping[str, Any], expected: Any) -> str:
    import numpy as np

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / f"model{form.ending}"
        try:
            how = form.write(model, path, inputs)
            found = form.read(path)(inputs)
        except Exception as error:  # converters raise whatever they meet; the table says it
            first = next(iter(str(error).strip().splitlines()), type(error).__name__)
            return f"no: {first.replace(folder + '/', '')[:80].replace('|', '/')}"
    scale = max(float(np.abs(expected).max()), 1e-12)
    apart = float(np.abs(found.reshape(expected.shape) - expected).max()) / scale
    said = f"{apart:.0e}" + (f" ({_short(how)})" if how else "")
    return said if apart <= MOST else f"no: differs by {apart:.1e}"


def _short(how: str) -> str:
    if "select" in how:
        return "batch of 1, select operations"
    return (
        "batch of 1, unrolled"
        if "one sample" in how and "unrolled" in how
        else ("batch of 1" if "one sample" in how else "unrolled")
    )


def _random(model: Any) -> dict[str, Any]:
    import numpy as np

    chance = np.random.default_rng(0)
    found = {}
    for each in model.inputs:
        shape = [2, *(size or 8 for size in each.shape[1:])]
        values = chance.normal(size=shape)
        whole = "int" in each.dtype
        found[each.name] = (chance.integers(0, 2, shape) if whole else values).astype(each.dtype)
    return found


if __name__ == "__main__":
    sys.exit(main())
