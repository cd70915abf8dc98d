"""The runs that are served: those of the tests of `run`."""

from tests.run.conftest import blobs, compiled, folder, sine

__all__ = ["blobs", "compiled", "folder", "sine"]
