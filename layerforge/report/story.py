"""All that a run left behind, gathered for a page; what could not be had is said, never made up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from layerforge.diagnostics import Diagnostic, Faults, reason_of
from layerforge.events import Listener
from layerforge.infer import Plan
from layerforge.pipeline import compile_spec
from layerforge.run import directory
from layerforge.run.code import check_code
from layerforge.run.listing import Listed, look_at

# What a page reads of each file, and of what kind it is.
_FORMS: Final[Mapping[str, Mapping[str, type]]] = {
    directory.RECORD: {"overrides": list, "choices": dict},
    directory.DATA: {
        "source": str,
        "task": str,
        "rows": int,
        "rows_dropped": int,
        "columns": list,
        "split": dict,
        "statistics": dict,
        "warnings": list,
    },
    directory.SCORES: {"split": str, "samples": int, "model": dict, "baselines": dict},
}


@dataclass(frozen=True, slots=True)
class Story:
    """A run as its page tells it.

    `scores` is its scores.json, `account` its data.json, `history` an entry for each epoch, `plan` its
    model, `spec` the text it was trained from, `seen` what `run.closeup` gives; each is empty, or None,
    where it could not be had, and `missing` says why, in sentences.
    """

    run: Listed
    scores: Mapping[str, Any]
    account: Mapping[str, Any]
    history: Sequence[Mapping[str, float]]
    plan: Plan | None
    spec: str | None
    seen: Mapping[str, Any]
    missing: tuple[str, ...]

    @property
    def record(self) -> Mapping[str, Any]:
        return self.run.record


def gather(run: Path, listener: Listener, predict: bool = True) -> Story:
    """The story of a run, finished or not. Without `predict` nothing is seen, and Keras is not loaded."""
    listed, missing = look_at(run), _Missing()
    if not listed.record:
        missing.add("What was run is not known", f"`{run / directory.RECORD}` cannot be read")
    account = missing.tried("The account of the data", lambda: _formed(run / directory.DATA))
    history = missing.tried("The history of the epochs", lambda: directory.read_history(run))
    plan = missing.tried("The model", lambda: _plan(run, account or {}))
    scores = None
    if (run / directory.SCORES).exists():
        scores = missing.tried("The scores", lambda: _formed(run / directory.SCORES))
    else:
        missing.add("The scores", _why_unscored(listed))
    rival = ((scores or {}).get("comparison") or {}).get("baseline")
    seen = missing.tried("Predictions", lambda: _seen(run, listener, rival)) if predict else None
    spec = missing.tried("The spec", lambda: _text(run / directory.SPEC))
    told = tuple(missing.told)
    return Story(listed, scores or {}, account or {}, history or (), plan, spec, seen or {}, told)


class _Missing:
    """What could not be had, and why."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def add(self, what: str, why: str) -> None:
        self.told.append(f"{what}: {why}.")

    def tried(self, what: str, make: Any) -> Any:
        try:
            return make()
        except Faults as stop:
            self.add(what, "; ".join(each.message for each in stop.diagnostics[:3]))
            return None


def _formed(path: Path) -> dict[str, Any]:
    """What a JSON file of a run says. Raises Faults where a page could not be made of it."""
    is_record = path.name == directory.RECORD
    value = directory.read_record(path.parent) if is_record else directory.read_json(path)
    for name, kind in _FORMS[path.name].items():
        if not isinstance(value.get(name), kind):
            raise Faults(Diagnostic("broken-run", f"`{path}` does not say `{name}`, as runs do"))
    return value


def _plan(run: Path, account: Mapping[str, Any]) -> Plan:
    """The plan of the spec as it was run; the data's account says the shape that the spec does not."""
    record = _formed(run / directory.RECORD)
    check_code(run, record)
    inputs = account.get("inputs") or {}
    sample = tuple(next(iter(inputs.values()))) if len(inputs) == 1 else None
    overrides, choices = tuple(record["overrides"]), record["choices"]
    compiled = compile_spec(run / directory.SPEC, overrides, choices)
    if compiled.plan is None and sample is not None:
        compiled = compile_spec(run / directory.SPEC, overrides, choices, sample)
    if compiled.plan is None:
        raise Faults(*compiled.found)
    return compiled.plan


def _why_unscored(listed: Listed) -> str:
    if (listed.path / directory.BEST).is_file():
        return f"the run is {listed.state} and was not scored; `layerforge evaluate` does that"
    return f"the run is {listed.state}, and no epoch of it was completed"


def _seen(run: Path, listener: Listener, rival: str | None) -> Mapping[str, Any]:
    from layerforge.run.closeup import closeup

    return closeup(run, listener, rival)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        why = reason_of(error) if isinstance(error, OSError) else "it is no UTF-8"
        raise Faults(Diagnostic("broken-run", f"`{path}` cannot be read: {why}")) from None


def missing_pieces(stories: Sequence[Story]) -> Iterator[str]:
    """What the pages of several runs lack, under the name of the run."""
    for story in stories:
        yield from (f"{story.run.title}: {line}" for line in story.missing)
