"""The whole console of an experiment over HTTP: one text file, sent line by line, however long it is."""

from __future__ import annotations

from urllib.parse import quote

from jupyter_server.base.handlers import JupyterHandler
from tornado import web
from tornado.iostream import StreamClosedError

from trackkit_jupyter import operations
from trackkit_jupyter.server.door import Door, guarded
from trackkit_jupyter.server.files import INERT, download_name
from trackkit_jupyter.store.lines import plain_line

__all__ = ["ConsoleHandler"]

_PAGE = 10_000


class ConsoleHandler(Door, JupyterHandler):
    """What an experiment printed, as a download."""

    def get_login_url(self) -> str:
        """Refuse instead of sending a download to the login page."""
        raise web.HTTPError(403)

    @guarded("read")
    async def get(self, store: str, experiment: str) -> None:
        """Send it; ``?download=name`` names the file, ``?times=1`` puts time and stream before each line."""
        timed = self.get_query_argument("times", "") == "1"
        name = download_name(self.get_query_argument("download", "")) or f"{experiment}.log"
        text, after = await self.work(self._page, store, experiment, 0, timed)  # refused, if at all, before it begins
        self.set_header("Content-Security-Policy", f"{self.content_security_policy}; {INERT}")
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("Content-Disposition", f"attachment; filename*=utf-8''{quote(name, safe='')}")
        while text:
            self.write(text)
            try:
                await self.flush()
            except StreamClosedError:  # who asked has left
                return
            text, after = await self.work(self._page, store, experiment, after, timed)
        await self.finish()

    def _page(self, store: str, experiment: str, after: int, timed: bool) -> tuple[str, int]:
        arguments = {"id": experiment, "after": after, "limit": _PAGE}
        answer = operations.call("console", self.service.stores.find(store), arguments)
        return "".join(_line(line, timed) for line in answer["lines"]), answer["next"]


def _line(line: dict[str, object], timed: bool) -> str:
    text = plain_line(str(line["text"]))
    return f"{line['time']} {line['stream']} {text}\n" if timed else f"{text}\n"
