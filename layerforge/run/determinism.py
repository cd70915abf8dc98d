"""Operations that give the same bits every time, as long as a run that wants them goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

DETERMINISTIC = (
    "deterministic: operations give the same bits every time; XLA, which does not, is off"
)


@contextmanager
def deterministic(wanted: bool) -> Iterator[None]:
    """Has TensorFlow take deterministic operations alone, and as before afterwards.

    The switch is the whole process's, and Keras leaves XLA off while it is on
    (trainer.py: model_supports_jit).
    """
    # TensorFlow exports how to turn it on, but not how to turn it off.
    from tensorflow.python.framework import config

    before = config.is_op_determinism_enabled()
    _switch(wanted or before)
    try:
        yield
    finally:
        _switch(before)


def _switch(on: bool) -> None:
    from tensorflow.python.framework import config

    (config.enable_op_determinism if on else config.disable_op_determinism)()
