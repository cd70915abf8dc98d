"""The page that a browser is shown: what a row holds, and a form that asks the model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Any, Final

_TEMPLATE: Final = Path(__file__).with_name("page.html")


def page(document: Mapping[str, Any], rows: int, origin: str) -> str:
    """The page of an OpenAPI document, with an example of so many rows, as a text of HTML."""
    row = _row_schema(document)
    info = document["info"]
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        title=escape(info["title"]),
        description=escape(info["description"]),
        columns="".join(_line(name, schema) for name, schema in row.items()),
        example=escape(_example(row, rows)),
        origin=escape(origin),
    )


def _row_schema(document: Mapping[str, Any]) -> Mapping[str, Any]:
    body = document["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]
    found: Mapping[str, Any] = body["schema"]["properties"]["rows"]["items"]["properties"]
    return found


def _line(name: str, schema: Mapping[str, Any]) -> str:
    kinds = schema.get("type", ["any"])
    words = kinds[0] + (" or null" if "null" in kinds else "")
    about = str(schema.get("description", ""))
    return f"<tr><td>{escape(name)}</td><td>{escape(words)}</td><td>{escape(about)}</td></tr>"


def _example(row: Mapping[str, Any], rows: int) -> str:
    """Rows of typical values; what has none is left for the reader to fill in."""
    one = {name: next(iter(schema.get("examples", ("...",)))) for name, schema in row.items()}
    lines = ",\n  ".join([json.dumps(one, ensure_ascii=False)] * rows)
    return f'{{"rows": [\n  {lines}\n]}}'
