"""Keras on TensorFlow, loaded in silence, whatever the user's own Keras settings are."""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from layerforge.aside import standard_error_aside
from layerforge.diagnostics import Diagnostic, Faults


def load_keras() -> Any:
    """The module `keras`, on TensorFlow, in float32 with channels last: what the static engine assumes.

    Raises Faults where TensorFlow cannot be loaded, or another backend is at work already.
    """
    _load_quietly()
    import keras

    backend = keras.backend.backend()
    if backend != "tensorflow":
        message = f"Keras runs on {backend} in this process; layerforge needs TensorFlow"
        raise Faults(Diagnostic("wrong-backend", message))
    # ~/.keras/keras.json may say otherwise, and shapes would not be those that `check` prints.
    keras.config.set_floatx("float32")
    keras.config.set_image_data_format("channels_last")
    # Callbacks print to standard output, where the answer of a command stands alone.
    keras.config.disable_interactive_logging()
    return keras


@cache
def _load_quietly() -> None:
    """Once in a process, also where somebody imported Keras before: the devices may still be unseen."""
    if "keras" not in sys.modules:
        os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("absl").setLevel(logging.ERROR)
    try:
        with standard_error_aside(), _no_garbage():
            import keras

            if keras.backend.backend() == "tensorflow":
                import tensorflow as tf

                # What is said at the first look at the devices is said now, not into a table.
                tf.config.list_physical_devices()
    except ImportError as error:
        message = f"TensorFlow and Keras cannot be loaded: {error}"
        raise Faults(Diagnostic("missing-package", message)) from error
    # What fails raises, and is told where it is caught; the log adds stacks of calls at the very end.
    logging.getLogger("tensorflow").setLevel(logging.CRITICAL)


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Nothing that is alive at the end is ever looked through for garbage, nor anything meanwhile.

    TensorFlow's modules are half a million objects that stay. Keras collects garbage at each `clear_session`,
    and Python does by itself: over those modules it took a third of the time of a short training.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()
