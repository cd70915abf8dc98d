"""The files that a section names: found, recognised, and joined where they are several."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from layerforge.diagnostics import SpecError
from layerforge.records import replace
from layerforge.spec.data import DataSettings, is_pattern
from layerforge.tables.files import File, Wording, recognise


def find_files(settings: DataSettings, folder: Path) -> File:
    """The file that is read, or all of them as one; names are relative to `folder`.

    Raises SpecError, about `source`, for a file that cannot be read or has other columns.
    """
    parts = []
    for part, names in settings.sources.items():
        for name in names:
            for path, shown in _matches(folder, name):
                file = _named(settings, _recognise(settings, path, shown))
                parts.append(replace(file, part=part, wording=_wording(settings)))
    if len(parts) == 1 and not parts[0].part:
        return parts[0]
    _check_alike(parts)
    rows = sum(part.rows for part in parts)
    return replace(
        parts[0], shown=settings.named_sources, rows=rows, part="", parts=tuple(parts), quoted=False
    )


def _matches(folder: Path, name: str) -> Iterator[tuple[Path, str]]:
    """The files of a name, which may be a pattern; in the order of their names."""
    path = folder / name
    if not is_pattern(name) or os.path.exists(path):  # noqa: PTH110 - that of Path may raise
        yield path, name
        return
    anchor = Path(name).anchor
    start = Path(anchor) if anchor else folder
    found = sorted(each for each in start.glob(name.removeprefix(anchor)) if each.is_file())
    if not found:
        raise SpecError("unreadable-data", f"no file matches `{name}`", "source")
    for each in found:
        inside = each.is_relative_to(folder)
        yield each, str(each.relative_to(folder)) if inside else str(each)


def _recognise(settings: DataSettings, path: Path, shown: str) -> File:
    if settings.decimal == settings.separator == ",":
        message = "the comma cannot be both decimal mark and separator"
        raise SpecError("bad-split", message, "decimal")
    if settings.thousands == settings.decimal:
        message = f"`{settings.decimal}` cannot both part thousands and be the decimal mark"
        raise SpecError("bad-split", message, "thousands")
    return recognise(path, shown, settings.separator, settings.header, settings.decimal)


def _named(settings: DataSettings, file: File) -> File:
    """The file with the names that `columns` gives its columns."""
    names = settings.columns
    if names is None:
        return file
    if len(names) != len(file.columns):
        message = (
            f"`columns` has {len(names)} names, but `{file.shown}` {len(file.columns)} columns"
        )
        raise SpecError("wrong-length", message, "columns")
    return replace(file, columns=names)


def _wording(settings: DataSettings) -> Wording:
    sentinels = settings.missing.get("sentinels", ()) if isinstance(settings.missing, dict) else ()
    words = tuple(sentinels)
    # `-9999` in the spec is a number, but the cell of a category may say the same as text.
    as_text = tuple(str(each) for each in words if not isinstance(each, str))
    return Wording(settings.decimal, words + as_text, settings.strip, settings.thousands)


def _check_alike(parts: list[File]) -> None:
    """Files that are read as one have the same columns, in whatever order, in one format."""
    first = parts[0]
    for part in parts[1:]:
        if part.format != first.format:
            message = f"`{part.shown}` is {part.format}, but `{first.shown}` is {first.format}"
            raise SpecError("unknown-column", message, "source", "give files of one format")
        other = set(first.columns) ^ set(part.columns)
        if other:
            name = sorted(other)[0]
            here, there = (first, part) if name in first.columns else (part, first)
            message = f"`{here.shown}` has a column `{name}`, but `{there.shown}` has none"
            raise SpecError("unknown-column", message, "source")
