"""layerforge from Python: what the commands do, as functions on the same objects."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from layerforge.diagnostics import Diagnostic, Faults, errors
from layerforge.events import Event, Listener
from layerforge.expressions import Value
from layerforge.pipeline import Compiled, compile_spec
from layerforge.records import replace

if TYPE_CHECKING:
    from layerforge.run import Predictions, Trained
    from layerforge.space import Examination
    from layerforge.tuning.search import Searched

    Run: TypeAlias = str | Path | Trained

Spec: TypeAlias = str | Path | Compiled
Overrides: TypeAlias = Mapping[str, Any] | Iterable[str]
_COMMAND: Final = ("python", "-c", "import layerforge")


@dataclass(frozen=True, slots=True)
class Page:
    """A page of HTML, which a notebook shows in a frame of its own."""

    html: str

    def save(self, path: str | Path) -> Path:
        """Writes the page, whole or not at all. Raises OSError."""
        from layerforge.run.files import write_text

        write_text(Path(path), self.html, asked=True)
        return Path(path)

    def _repr_html_(self) -> str:
        style = "width:100%;height:45rem;border:0"
        return f'<iframe style="{style}" srcdoc="{escape(self.html)}"></iframe>'


def load(
    spec: str | Path, overrides: Overrides = (), choices: Mapping[str, Value] | None = None
) -> Compiled:
    """Reads, checks and plans a spec; neither Keras nor the data are loaded unless its input needs them.

    `overrides` are values by their path, `{"train.epochs": 5}`, or texts as `--set` takes them;
    `choices` are values of hyperparameters by name. Faults are in `found` of the result: nothing is
    raised for one. `plan` has the layers, their shapes, weights and multiply-adds.
    """
    compiled = compile_spec(Path(spec), tuple(_texts(overrides)), choices)
    if {fault.code for fault in errors(compiled.found)} == {"no-input"}:
        from layerforge.run.completion import completed

        return completed(compiled)
    return compiled


def check(spec: Spec, data: bool = False) -> tuple[Diagnostic, ...]:
    """Every fault and warning of a spec; with `data` also those that its data show.

    Each has `code`, `severity`, `message`, `span` (file, line, column), `help` and `related`.
    """
    return examined(_loaded(spec), data)[0].found


def examined(compiled: Compiled, data: bool = False) -> tuple[Compiled, Examination | None]:
    """The spec with all that `check` finds, and its search space where it has one and no fault."""
    from layerforge.run.monitors import monitor_faults

    if data:
        from layerforge.run.preparation import checked

        compiled = checked(compiled)
    elif compiled.clean:
        compiled = replace(compiled, found=(*compiled.found, *monitor_faults(compiled)))
    if not compiled.clean or not compiled.hyperparameters:
        return compiled, None
    from layerforge.space import Space, examine, findings

    look = examine(Space.of(compiled), compiled)
    return replace(compiled, found=(*compiled.found, *findings(look, compiled))), look


def build(spec: Spec) -> Any:
    """The `keras.Model` of a spec, its weights initialised. Raises Faults where the spec has any."""
    compiled = _sound(spec)
    from layerforge.build.backend import load_keras
    from layerforge.build.memory import check_memory
    from layerforge.build.model import make_model

    assert compiled.plan is not None  # as in every spec without faults
    check_memory(compiled.plan)
    load_keras()
    return make_model(compiled.plan)


def train(spec: Spec, runs: str | Path = "runs", listener: Listener | None = None) -> Trained:
    """Trains a spec in a new directory below `runs`, and scores the best epoch beside the baselines.

    `listener` hears what goes on, an object of `layerforge.events` each time. The result has `path`,
    `scores`, `history`, `best_epoch`. Raises Faults where the spec has any, or the training fails.
    """
    from layerforge.render.resolved import resolved_text
    from layerforge.run import train as train_spec

    compiled = _sound(spec)
    assert compiled.root is not None  # as in every spec without faults
    assert compiled.spec is not None
    resolved = resolved_text(compiled.root, compiled.spec)
    return train_spec(compiled, Path(runs), listener or _silent, _COMMAND, resolved)


def evaluate(
    run: Run,
    data: str | Path | None = None,
    by: str | None = None,
    runs: str | Path = "runs",
    listener: Listener | None = None,
) -> dict[str, Any]:
    """The scores of a run's best model on its test rows, or on every row of another file.

    `run` is what `train` gave, a run directory, NAME/NUMBER, or a name for its latest. `by` adds the
    scores of each target, step, class or value of a column. Raises Faults.
    """
    from layerforge.run import evaluate as evaluate_run

    where = None if data is None else Path(data)
    return evaluate_run(_path(run, runs), where, listener or _silent, by)


def predict(
    run: Run,
    data: str | Path,
    steps: int | None = None,
    runs: str | Path = "runs",
    listener: Listener | None = None,
) -> Predictions:
    """What a run's best model says of new rows, in the units of the data. Raises Faults.

    The result has `columns`, `rows`, `values`, `records()`, `csv()` and `write(path)`. `steps` goes on
    beyond the horizon, from the forecast itself.
    """
    from layerforge.run import predict as predict_rows

    return predict_rows(_path(run, runs), Path(data), listener or _silent, steps)


def tune(
    spec: Spec,
    searches: str | Path = "searches",
    workers: int | None = None,
    listener: Listener | None = None,
) -> Searched:
    """Searches the hyperparameters of a spec in a new directory below `searches`. Raises Faults.

    The result has `folder`, with `best.yaml` to be trained, `best` and `ranked`, trials by number. Trials
    are processes of their own: a script calls this below `if __name__ == "__main__":`.
    """
    from layerforge.tuning.search import tune as tune_spec

    return tune_spec(_sound(spec), Path(searches), listener or _silent, workers, _COMMAND)


def page(
    run: Run, runs: str | Path = "runs", predict: bool = True, listener: Listener | None = None
) -> Page:
    """The page of a run, as `layerforge report` writes it. Without `predict` Keras is not loaded."""
    from layerforge.report.run_page import run_page
    from layerforge.report.story import gather

    return Page(run_page(gather(_path(run, runs), listener or _silent, predict)))


def _texts(overrides: Overrides) -> Iterable[str]:
    """Overrides as `--set` takes them; JSON is YAML."""
    if not isinstance(overrides, Mapping):
        return [overrides] if isinstance(overrides, str) else overrides
    return [
        f"{path}={value if isinstance(value, str) else json.dumps(value)}"
        for path, value in overrides.items()
    ]


def _loaded(spec: Spec) -> Compiled:
    return spec if isinstance(spec, Compiled) else load(spec)


def _sound(spec: Spec) -> Compiled:
    """The spec without faults. Raises Faults."""
    compiled = _loaded(spec)
    if found := errors(compiled.found):
        raise Faults(*found)
    return compiled


def _path(run: Run, runs: str | Path) -> Path:
    from layerforge.run import find_run

    found = getattr(run, "path", None)
    return found if isinstance(found, Path) else find_run(str(run), Path(runs))


def _silent(event: Event) -> None:
    """Hears nothing."""
