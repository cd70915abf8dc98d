"""The process that listens: a socket of its own, an orderly end at the first signal."""

from __future__ import annotations

import importlib.util
import signal
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Final

from layerforge.diagnostics import Diagnostic, Faults, reason_of
from layerforge.records import record
from layerforge.serving.limits import Limits

_NEEDS: Final = ("starlette", "uvicorn")
_BACKLOG: Final = 2_048


@record
class Served:
    """What was done when the server had ended."""

    answered: int
    refused: int
    failed: int


def serve(
    run: Path,
    host: str,
    port: int,
    limits: Limits,
    ready: Callable[[str], None],
    version: str = "",
) -> Served:
    """Answers requests until SIGINT or SIGTERM, then those that have come, and returns what was done.

    `ready` is called with the address once requests are taken; port 0 is a free one. Raises Faults
    where the extra is not installed, the run cannot be read, or the address is taken.
    """
    _check_packages()
    listener = _listening(host, port)
    with listener:
        from layerforge.serving.app import Service
        from layerforge.serving.connections import most_connections
        from layerforge.serving.model import Model

        service = Service(Model(run), limits, version)
        config = configured(service.app(), limits, most_connections())
        ready(_address(listener))
        _server(config).run(sockets=[listener])
        service.worker.stop()
    return Served(service.answered, service.refused, service.failed)


def configured(app: Any, limits: Limits, most: int) -> Any:
    """uvicorn's settings for an application under these limits, with so many connections at most."""
    import uvicorn

    from layerforge.serving.connections import guarded

    return uvicorn.Config(
        app,
        http=guarded(limits, most),
        ws="none",
        log_config=None,
        log_level="error",  # what clients do wrong is told to them
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=int(limits.timeout) + 1,
    )


def _check_packages() -> None:
    lacking = [name for name in _NEEDS if importlib.util.find_spec(name) is None]
    if lacking:
        message = f"`serve` needs {' and '.join(lacking)}, which is not installed"
        help = "pip install 'layerforge[serve]'"
        raise Faults(Diagnostic("missing-package", message, help=help))


def _listening(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        return socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    except (OSError, UnicodeError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else "no such address"
        message = f"cannot listen at {host}, port {port}: {reason}"
        help = "--port 0 takes a free one"
        raise Faults(Diagnostic("unusable-address", message, help=help)) from None


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _server(config: Any) -> Any:
    """uvicorn's server, but an end that a signal asks for is an end in order."""
    import uvicorn

    class Server(uvicorn.Server):  # type: ignore[misc]
        def capture_signals(self) -> AbstractContextManager[None]:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, self.handle_exit)
            return nullcontext()

    return Server(config)
