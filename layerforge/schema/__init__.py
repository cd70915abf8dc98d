"""The JSON Schema of a spec file, made from the catalog: what editors complete, explain and refuse."""

from layerforge.schema.document import json_schema

__all__ = ["json_schema"]
