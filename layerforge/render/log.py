"""What a training run tells as lines of JSON: an object for each event, for machines to follow."""

from __future__ import annotations

import json
import re
from typing import TextIO

from layerforge.events import Event
from layerforge.render.record import plain


class JsonLog:
    """A listener that writes an event a line: `{"event": "epoch_done", "epoch": 1, ...}`."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, event: Event) -> None:
        print(event_line(event), file=self._stream, flush=True)


def event_line(event: Event) -> str:
    """The event by its name in words with underscores, then its fields; a number JSON lacks is null."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()
    fields = {field: getattr(event, field) for field in type(event).__match_args__}
    return json.dumps({"event": name, **plain(fields)}, ensure_ascii=False)
