"""Thumbnails over HTTP: of the pictures among the debug samples."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from trackkit_jupyter.operations.samples import thumbnail
from trackkit_jupyter.server.door import Door, guarded
from trackkit_jupyter.server.files import INERT

__all__ = ["ThumbnailHandler"]

#: Of their own: a page full of pictures must not keep curves waiting.
_POOL = ThreadPoolExecutor(2, thread_name_prefix="trackkit-thumbnail")


class ThumbnailHandler(Door, JupyterHandler):
    """The thumbnail of a picture of an experiment, by the SHA-256 of the picture."""

    _work: asyncio.Future[Any] | None = None

    @property
    def content_security_policy(self) -> str:
        """Confine what it may do, should a browser show it as a page."""
        return f"{super().content_security_policy}; {INERT}"

    def get_login_url(self) -> str:
        """Refuse instead of sending an image to the login page."""
        raise web.HTTPError(403)

    @guarded("read")
    async def get(self, store: str, experiment: str, sha256: str) -> None:
        """Send it; a page that was scrolled on gives it up, and then it is not made."""
        loop = asyncio.get_running_loop()
        self._work = loop.run_in_executor(_POOL, self._make, store, experiment, sha256)
        try:
            data, mime = await self._work
        except asyncio.CancelledError:
            if not self._work.cancelled():
                raise
            return
        self.set_header("Content-Type", mime)
        self.set_header("Cache-Control", "private, max-age=31536000, immutable")
        self.set_header("X-Content-Type-Options", "nosniff")
        await self.finish(data)

    def on_connection_close(self) -> None:
        """Stop waiting for one who left."""
        if self._work is not None:
            self._work.cancel()
        super().on_connection_close()

    def _make(self, store: str, experiment: str, sha256: str) -> tuple[bytes, str]:
        return thumbnail(self.service.stores.find(store), experiment, sha256)
