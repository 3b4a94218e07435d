"""What all handlers share: work off the event loop, and one shape for every refusal."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, ParamSpec, TypeVar, cast

from jupyter_server.auth.decorator import authorized
from jupyter_server.extension.handler import ExtensionHandlerMixin
from tornado import web

from trackkit_jupyter.errors import (
    NotebookError,
    NotFoundError,
    StorageFullError,
    TrackkitError,
    TrackkitStateError,
    TrackkitStorageError,
    TrackkitTypeError,
    TrackkitValueError,
)
from trackkit_jupyter.server.locks import Locks
from trackkit_jupyter.server.stores import Stores
from trackkit_jupyter.server.watch import Watches

__all__ = ["RESOURCE", "Door", "Service", "guarded", "refusal"]

#: What jupyter_server's authorizer is asked about; the actions are "read" and "write".
RESOURCE = "trackkit"

P = ParamSpec("P")
T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

#: The first class that fits names the HTTP status.
_STATUS: tuple[tuple[type[TrackkitError], int], ...] = (
    (TrackkitValueError, 400),
    (TrackkitTypeError, 400),
    (TrackkitStateError, 409),
    (NotFoundError, 404),
    (NotebookError, 409),
    (StorageFullError, 507),
    (TrackkitStorageError, 503),
)

#: What goes wrong before an operation is called. The exceptions' own messages may echo the request: not repeated.
_HTTP: dict[int, tuple[str, str]] = {
    400: ("bad_value", "The request cannot be read."),
    401: ("forbidden", "Sign in to this Jupyter server first."),
    403: ("forbidden", "This request is not allowed. Sign in to this Jupyter server, or reload the page."),
    404: ("not_found", "There is nothing at this address."),
    405: ("bad_method", "This address does not take this method: reads are GET or POST, edits are POST."),
    413: ("too_large", "The request is larger than 1 MB."),
    414: ("too_large", "The address is too long."),
    415: ("bad_type", "The body must be JSON, with Content-Type: application/json."),
}
_INTERNAL = ("internal", "Something went wrong on the server; its log says what.")
#: Messages about the storage name folders of this machine; these say the same without.
_STORAGE = {
    "storage": "The store cannot be read or written now; the log of the server says why.",
    "damaged": "This file is damaged: it is not what was logged. It is left as it is.",
    "not_a_store": "There is no store here any more.",
    "schema": "A newer version of trackkit_jupyter wrote this store: upgrade the one that the Jupyter server uses.",
    "storage_full": "The disk of the store is full: nothing was changed.",
}


def refusal(error: BaseException | None, status: int = 500) -> tuple[int, dict[str, str | None]]:
    """Return the HTTP status and the body that tell of an error.

    Parameters
    ----------
    error
        What was raised.
    status
        The status that tornado gave it.
    """
    if isinstance(error, TrackkitError):
        status = next((number for kind, number in _STATUS if isinstance(error, kind)), 500)
        message = error.message
        if isinstance(error, TrackkitStorageError) and not isinstance(error, NotebookError):
            message = _STORAGE.get(error.code, _STORAGE["storage"])
        return status, {"code": error.code, "message": message, "field": error.field and error.field[:100]}
    code, message = _HTTP.get(status, ("refused", "This request is refused.") if status < 500 else _INTERNAL)
    return status, {"code": code, "message": message, "field": None}


def guarded(action: Literal["read", "write"]) -> Callable[[F], F]:
    """Decorate a verb of a handler: only for those signed in, whom the server's authorizer allows the action."""

    def decorate(method: F) -> F:
        checked = web.authenticated(authorized(action, RESOURCE)(method))
        checked.guarded = action  # type: ignore[attr-defined]
        return cast(F, checked)

    return decorate


class Service:
    """What the handlers of one server share."""

    def __init__(self, stores: Stores, root: Path) -> None:
        self.stores = stores
        self.locks = Locks(stores, root)
        self.pool = ThreadPoolExecutor(4, thread_name_prefix="trackkit-read")
        self.watches = Watches()

    def close(self) -> None:
        """Answer those who wait, and end the threads."""
        self.watches.close()
        self.pool.shutdown(wait=False, cancel_futures=True)


class Door(ExtensionHandlerMixin):
    """Mixin of all handlers, in front of jupyter_server's."""

    settings: dict[str, Any]

    @property
    def service(self) -> Service:
        """What the handlers share."""
        service: Service = self.settings["trackkit"]
        return service

    async def work(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function that reads or writes files, off the event loop."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.service.pool, lambda: function(*args, **kwargs))

    def set_default_headers(self) -> None:
        """Keep other sites from including what is served here."""
        super().set_default_headers()  # type: ignore[misc]
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")  # type: ignore[attr-defined]
        self.set_header("Cache-Control", "no-store")  # type: ignore[attr-defined]

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        """Give each error its status."""
        error = (kwargs.get("exc_info") or (None, None, None))[1]
        status, _ = refusal(error, status_code)
        super().send_error(status, **kwargs)  # type: ignore[misc]

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Write a refusal: ``{"code", "message", "field"}``."""
        error = (kwargs.get("exc_info") or (None, None, None))[1]
        _, body = refusal(error, status_code)
        self.set_header("Content-Type", "application/json")  # type: ignore[attr-defined]
        self.finish(json.dumps(body))  # type: ignore[attr-defined]

    def log_exception(
        self,
        kind: type[BaseException] | None,  # noqa: ARG002
        error: BaseException | None,
        trace: TracebackType | None,  # noqa: ARG002
    ) -> None:
        """Log a refusal in one line, what nobody expected in full; never the query, which may hold a token."""
        request = self.request  # type: ignore[attr-defined]
        if isinstance(error, TrackkitStorageError):
            self.log.warning("%s %s: %s", request.method, request.path, error.message)
        elif isinstance(error, (TrackkitError, web.HTTPError)):
            self.log.debug("%s %s refused: %s", request.method, request.path, type(error).__name__)
        else:
            self.log.error("%s %s failed", request.method, request.path, exc_info=error)
