"""The operations over HTTP: reads by GET, or by POST where an address is too short for them; edits by POST."""

from __future__ import annotations

import asyncio
import json
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import msgspec
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import ensure_async
from tornado import web

from trackkit_jupyter import operations
from trackkit_jupyter.errors import NotFoundError, TrackkitTypeError, TrackkitValueError, shown
from trackkit_jupyter.operations.watching import check_wait
from trackkit_jupyter.server import files
from trackkit_jupyter.server.door import Door, guarded
from trackkit_jupyter.store import Store, StoredExperiment

__all__ = ["AboutHandler", "NothingHandler", "OperationHandler"]

_LARGEST_BODY = 1 << 20
#: A configuration of 10 million characters, and the one that was seen before it.
_LARGEST_BODIES = {"set_config": 64 << 20}
_LONGEST_ADDRESS = 60_000
_JSON, _BINARY = "application/json", "application/octet-stream"
#: Parameters that belong to the Jupyter server.
_FOREIGN = frozenset({"token", "_xsrf", "no_track_activity"})


class _Api(Door, APIHandler):
    _track_activity = False  # a view left open must not keep an idle server from being culled

    async def reply(self, body: bytes, kind: str = _JSON) -> None:
        """Send an answer."""
        await self.finish(body, set_content_type=kind)

    def query(self) -> dict[str, list[str]]:
        """Return the parameters of the query string, without those of the server itself.

        Raises
        ------
        TrackkitValueError
            They are not UTF-8.
        """
        if len(self.request.uri or "") > _LONGEST_ADDRESS:
            raise web.HTTPError(414)
        found = {}
        for name, values in self.request.query_arguments.items():
            # JupyterLab appends the time as a bare number, against caches.
            if name in _FOREIGN or (name.isascii() and name.isdecimal()):
                continue
            try:
                found[name] = [value.decode() for value in values]
            except UnicodeDecodeError:
                raise TrackkitValueError(f"{name[:100]} is not valid UTF-8.", name[:100]) from None
        return found


class AboutHandler(_Api):
    """What this server is: versions, addresses, stores."""

    @guarded("read")
    async def get(self) -> None:
        """Answer ``{"version", "plotly", "default_store", "stores", "folders": {id: where the store lies}}``."""
        await self.reply(json.dumps(await self.work(self._about)).encode())

    def _about(self) -> dict[str, Any]:
        stores = self.service.stores
        default = stores.default()
        try:
            own = version("trackkit_jupyter")
        except PackageNotFoundError:
            own = "0"
        return {
            "version": own,
            "plotly": files.plotly_address(),
            "default_store": None if default is None else default.id,
            "stores": stores.ids(),
            "folders": stores.folders(),
        }


class OperationHandler(_Api):
    """Every operation, by its name."""

    _wait: asyncio.Future[Any] | None = None

    @guarded("read")
    async def get(self, name: str) -> None:
        """Answer a read."""
        if name in operations.EDITS:
            self.set_header("Allow", "POST")
            raise web.HTTPError(405)
        operation = operations.find(name)
        query = self.query()
        where: dict[str, str | None] = {key: _once(key, query.pop(key)) for key in ("store", "path") if key in query}
        await self._read(name, where, operations.read_text(operation, query))

    @guarded("read")
    async def post(self, name: str) -> None:
        """Answer a read whose arguments are many, or make an edit."""
        operations.find(name)
        if name in operations.READS:
            await self._read(name, *self._sent(_LARGEST_BODY))
        else:
            await self._edit(name)

    @guarded("write")
    async def _edit(self, name: str) -> None:
        if name in operations.EXECUTES and not await ensure_async(
            self.authorizer.is_authorized(self, self.current_user, "execute", "kernels")
        ):
            raise web.HTTPError(403)
        await self.reply(*await self.work(self._call, name, *self._sent(_LARGEST_BODIES.get(name, _LARGEST_BODY))))

    async def _read(self, name: str, where: dict[str, str | None], arguments: dict[str, Any]) -> None:
        if name == "changes":
            await self._changes(where, operations.check(operations.find(name), arguments))
        else:
            await self.reply(*await self.work(self._call, name, where, arguments))

    def on_connection_close(self) -> None:
        """Stop waiting for one who left."""
        if self._wait is not None:
            self._wait.cancel()
        super().on_connection_close()

    def _store(self, where: dict[str, str | None]) -> Store[StoredExperiment]:
        return self.service.stores.find(where.get("store"), where.get("path"))

    def _call(self, name: str, where: dict[str, str | None], arguments: dict[str, Any]) -> tuple[bytes, str]:
        answer = operations.call(name, self._store(where), arguments)
        if isinstance(answer, bytes):
            return answer, _JSON if name in operations.JSON_BYTES else _BINARY
        return msgspec.json.encode(answer), _JSON

    async def _changes(self, where: dict[str, str | None], arguments: dict[str, Any]) -> None:
        arguments = {"since": "", "timeout": 20.0, **arguments}
        check_wait(arguments["ids"], arguments["timeout"])
        store = await self.work(self._store, where)
        self._wait = asyncio.ensure_future(self.service.watches.wait(store, **arguments))
        try:
            answer = await self._wait
        except asyncio.CancelledError:
            if not self._wait.cancelled():
                raise
            return  # the client left, or the server ends
        await self.reply(msgspec.json.encode(answer))

    def _sent(self, largest: int) -> tuple[dict[str, str | None], dict[str, Any]]:
        """Return which store the body names, and the arguments in it."""
        arguments = self._body(largest)
        return {key: _text(key, arguments.pop(key)) for key in ("store", "path") if key in arguments}, arguments

    def _body(self, largest: int) -> dict[str, Any]:
        if len(self.request.body) > largest:
            raise web.HTTPError(413)
        kind = self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != _JSON:
            raise web.HTTPError(415)
        try:
            body = msgspec.json.decode(self.request.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise TrackkitValueError("The body is not valid JSON.", "body") from None
        if not isinstance(body, dict):
            raise TrackkitTypeError(f"The body must be a JSON object, not {shown(body)}.", "body")
        return body


class NothingHandler(_Api):
    """Every other address below ours: there is nothing."""

    @guarded("read")
    async def get(self) -> None:
        """Refuse."""
        raise NotFoundError("There is nothing at this address.")

    @guarded("write")
    async def post(self) -> None:
        """Refuse."""
        raise NotFoundError("There is nothing at this address.")


def _once(name: str, values: list[str]) -> str:
    if len(values) > 1:
        raise TrackkitValueError(f"{name} is given {len(values)} times; once is allowed.", name)
    return values[0]


def _text(name: str, value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TrackkitTypeError(f"{name} must be text, not {shown(value)}.", name)
    return value
