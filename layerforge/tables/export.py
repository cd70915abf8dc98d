"""Named columns as a Parquet file."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any


def parquet_bytes(columns: Mapping[str, list[Any]]) -> bytes:
    """The bytes of a Parquet file with these columns, all of one length."""
    import polars as pl

    file = io.BytesIO()
    pl.DataFrame(dict(columns)).write_parquet(file)
    return file.getvalue()
