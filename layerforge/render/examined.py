"""The whole account of the data for `layerforge data`: columns, splits, windows, statistics, leaks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from layerforge.render.account import account_text
from layerforge.render.characters import visible
from layerforge.render.numbers import many
from layerforge.render.screen import Screen
from layerforge.render.table import Column, table

Account = Mapping[str, Any]
_MOST: Final = 60  # columns shown one by one
_VALUES: Final = 8  # of a sample on one line


def examined_text(account: Account, width: int | None) -> str:
    """Everything that the account holds, and the sample where there is one; ends in a line break."""
    screen = Screen(width)

    def said(lines: Iterable[str]) -> str:
        return "\n".join(part for line in lines for part in screen.lines(line))

    parts = [
        account_text(account, width),
        "\n".join(_columns(account, width)),
        said(_form(account)),
        "\n".join(_classes(account, width)),
        said(_findings(account)),
        said(_sample(account)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _columns(account: Account, width: int | None) -> Iterator[str]:
    head = [Column("column"), Column("role"), Column("type"), Column("missing", True)]
    head += [Column("values"), Column("fitted on", True)]
    fitted = {each["name"]: each["fitted_on"] for each in account["statistics"]["columns"]}
    columns = account["columns"]
    rows = [
        (
            visible(each["name"]),
            ", ".join(each["roles"]),
            each["type"],
            f"{each['missing']:,}" if each["missing"] else "",
            _range(each),
            f"{fitted[each['name']]:,}" if each["name"] in fitted else "",
        )
        for each in columns[:_MOST]
    ]
    yield from table(head, rows, width)
    if len(columns) > _MOST:
        yield f"... {len(columns):,} columns in all"


def _range(column: Mapping[str, Any]) -> str:
    if "values" in column:
        return f"{column['values']:,} different"
    return f"{column['min']:.6g} to {column['max']:.6g}"


def _form(account: Account) -> Iterator[str]:
    """What a sample is made of, and what was done about holes."""
    files = account["files"]
    if len(files) > 1:
        yield "files: " + ", ".join(f"{visible(k)} ({v:,} rows)" for k, v in files.items())
    if account["series"]:
        yield f"series: {account['series']:,}"
    inputs = ", ".join(f"{name} {shape}" for name, shape in account["inputs"].items())
    yield f"inputs: {inputs}; answer: {account['target_shape'] or 'a class'}"
    window = account["window"]
    if window is not None:
        steps = window["steps"]
        answer = (
            f"steps {', '.join(map(str, steps))}" if isinstance(steps, list) else f"{steps} steps"
        )
        yield (
            f"window: {many(window['rows'], 'row')}, every {window['sampling']}; gap {window['gap']}; "
            f"{answer}; one window every {window['stride']}"
        )
        yield window["past"]
    missing = account["missing"]
    yield f"missing: {missing if isinstance(missing, str) else _policy(missing)}"
    for name, counts in account["filled"].items():
        told = ", ".join(f"{count:,} {how}" for how, count in counts.items())
        yield f"holes filled in `{visible(name)}`: {told}"
    season = account["season"]
    if season["length"]:
        yield f"season: {season['length']}, {season['why']}"


def _policy(missing: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in missing.items())


def _classes(account: Account, width: int | None) -> list[str]:
    split = account["split"]
    parts = [part for part in ("train", "validation", "test") if "classes" in split[part]]
    if not parts:
        return []
    names = list(split[parts[0]]["classes"])
    head = [Column("class"), *(Column(part, True) for part in parts)]
    rows = [(visible(n), *(f"{split[part]['classes'][n]:,}" for part in parts)) for n in names]
    return table(head, rows, width)


def _findings(account: Account) -> Iterator[str]:
    for line in account["warnings"]:
        yield f"note: {visible(line)}"
    duplicates = account["leaks"]["duplicates"]
    for line in account["leaks"]["told"]:
        yield f"look at this: {visible(line)}"
    if duplicates is not None and not any(duplicates.values()):
        yield "no sample stands in two splits"
    elif duplicates is None:
        yield "duplicates across splits were not looked for: windows share rows, or there are too many"
    if not account["leaks"]["suspicious"]:
        yield "no column given with the answer says the same as the target"


def _sample(account: Account) -> Iterator[str]:
    sample = account.get("sample")
    if sample is None:
        return
    yield f"samples of {sample['split']}, scaled, as the model sees them:"
    for name, values in sample["inputs"].items():
        yield f"{visible(name)} {sample['shapes'][name]}"
        for each in values:
            yield f"  {_short(each)}"
    answers = [_short(each) for each in sample["answers"]]
    yield f"answers: {'; '.join(answers)}"


def _short(values: Any) -> str:
    """The first numbers of a nested list, in brackets as they are nested."""
    if not isinstance(values, list):
        return f"{values:.4g}"
    shown = [_short(each) for each in values[:_VALUES]]
    return f"[{', '.join(shown)}{', ...' if len(values) > _VALUES else ''}]"
