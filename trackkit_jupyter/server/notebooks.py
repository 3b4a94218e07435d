"""Which report a notebook is, whatever store that is of: for the editor that has the notebook open."""

from __future__ import annotations

import json
from typing import Any

from jupyter_server.base.handlers import APIHandler

from trackkit_jupyter.errors import TrackkitValueError
from trackkit_jupyter.operations.plain import plain
from trackkit_jupyter.operations.reports import summary
from trackkit_jupyter.server.door import Door, guarded
from trackkit_jupyter.server.locks import DAMAGED

__all__ = ["NotebookHandler"]


class NotebookHandler(Door, APIHandler):
    """The report of a notebook."""

    _track_activity = False

    @guarded("read")
    async def get(self) -> None:
        """Answer ``{"report", "store", "locked"}`` for ``?path=``, a contents path.

        The first two are ``None`` where it is no report; `locked` says why it cannot be changed although it is none.
        """
        path = self.get_query_argument("path", "")
        if not path.endswith(".ipynb") or "\0" in path or "\\" in path or ".." in path.split("/"):
            raise TrackkitValueError("path must be that of a notebook below the server's root.", "path")
        await self.finish(json.dumps(await self.work(self._find, path)))

    def _find(self, path: str) -> dict[str, Any]:
        found = self.service.locks.report_of(path)
        if found is None:
            locked = DAMAGED if self.service.locks.is_locked(path) else None
            return {"report": None, "store": None, "locked": locked}
        report, store = found
        return {"report": plain(summary(report)), "store": store.id, "locked": None}
