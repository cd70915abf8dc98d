"""Prints the JSON of models for the fuzzer of the importer, one a line: `python -m tests.fuzz.models`."""

from __future__ import annotations

import json
import sys

from layerforge.build.backend import load_keras


def main() -> None:
    load_keras()
    from tests.importing.models import MODELS

    for make in MODELS.values():
        text = json.dumps(json.loads(make().to_json()))
        if len(text) < 40_000:
            sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
