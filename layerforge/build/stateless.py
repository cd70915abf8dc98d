"""Layers made without their weights, for what needs their shapes alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


def without_weights(
    work: Callable[[], _T], refusal: type[Exception], check: Callable[[], None] = lambda: None
) -> _T:
    """What the work gives without a weight being allocated, so that their size does not matter.

    Where it raises the refusal, it may need its variables, and is done once more with all of them after
    the check.
    """
    import keras

    try:
        with keras.StatelessScope(initialize_variables=False):
            return work()
    except refusal:
        keras.utils.clear_session()
        check()
        return work()
    finally:
        keras.utils.clear_session()  # a later scope's exit might allocate what was left open
