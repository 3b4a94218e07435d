"""A report over HTTP as PDF, Markdown or one page, or as Markdown for a clipboard."""

from __future__ import annotations

import asyncio
import io
import json
import tempfile
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import ensure_async
from tornado import web

from trackkit_jupyter.errors import NotFoundError, TrackkitValueError, shown
from trackkit_jupyter.server.door import Door, guarded
from trackkit_jupyter.server.files import INERT

__all__ = ["ExportHandler"]

_TYPES = {"pdf": "application/pdf", "html": "text/html", "md": "application/zip", "source": "text/markdown"}
_LARGEST = 100_000_000  # bytes of a notebook
_LONGEST = 4_000  # bytes of the header
#: Of their own, one after the other: an export takes long, and must not keep views waiting.
_POOL = ThreadPoolExecutor(1, thread_name_prefix="trackkit-export")


class ExportHandler(Door, JupyterHandler):
    """A report as a download."""

    @property
    def content_security_policy(self) -> str:
        """Let nothing of it run, should a browser show it as a page."""
        return f"{super().content_security_policy}; {INERT}"

    def get_login_url(self) -> str:
        """Refuse instead of sending a download to the login page."""
        raise web.HTTPError(403)

    @guarded("read")
    async def get(self) -> None:
        """Send ``?path=a.ipynb`` as ``&format=pdf``, ``html``, ``md`` (zipped with its pictures) or ``source``.

        ``&code=1`` shows the code of its cells. The header ``X-Trackkit-Missing`` says in JSON what could not be shown.
        """
        path, format = self.get_query_argument("path", ""), self.get_query_argument("format", "pdf")
        if format not in _TYPES:
            raise TrackkitValueError(f"format must be one of {', '.join(_TYPES)}, not {shown(format)}.", "format")
        if not path.endswith(".ipynb"):
            raise TrackkitValueError("path must name a notebook.", "path")
        if not await ensure_async(self.authorizer.is_authorized(self, self.current_user, "read", "contents")):
            raise web.HTTPError(403)
        content = await self._content(path)
        source = Path(str(getattr(self.contents_manager, "root_dir", "."))) / path.lstrip("/")
        code = self.get_query_argument("code", "") == "1"
        made = asyncio.get_running_loop().run_in_executor(_POOL, _exported, content, source, format, code)
        data, name, missing = await made
        self.set_header("Content-Type", f"{_TYPES[format]}{'; charset=utf-8' if format == 'source' else ''}")
        self.set_header("Content-Disposition", f"attachment; filename*=utf-8''{quote(name, safe='')}")
        self.set_header("X-Trackkit-Missing", told(missing))
        await self.finish(data)

    async def _content(self, path: str) -> Any:
        """Return the notebook as the server has it, whoever keeps its files."""
        manager: Any = self.contents_manager
        try:
            about = await ensure_async(manager.get(path, content=False))
            if (about.get("size") or 0) > _LARGEST:
                raise TrackkitValueError("A notebook of more than 100 MB is not exported: clear its outputs.", "path")
            model = await ensure_async(manager.get(path, content=True, type="notebook"))
        except web.HTTPError as error:
            if error.status_code == 404:
                raise NotFoundError(f"There is no notebook {shown(path)}.", "path") from None
            raise TrackkitValueError("This notebook cannot be read.", "path") from None
        return model["content"]


def told(missing: Sequence[str]) -> str:
    """Return what is missing as JSON, as much of it as a header holds."""
    sentences = [sentence[:300] for sentence in missing[:20]]
    while len(text := json.dumps(sentences)) > _LONGEST:
        sentences.pop()
    return text


def _exported(content: Any, source: Path, format: str, code: bool) -> tuple[bytes, str, list[str]]:
    import nbformat

    from trackkit_jupyter.reports.export import markdown_of, write_content

    convert: Any = nbformat.convert
    content = convert(nbformat.from_dict(content), 4)
    if format == "source":
        return markdown_of(content, source, code=code).encode(), f"{source.stem}.md", []
    with tempfile.TemporaryDirectory(prefix="trackkit-export-") as folder:
        done = write_content(content, source, Path(folder) / f"{source.stem}.{format}", code=code)
        if format != "md":
            return done.path.read_bytes(), done.path.name, done.missing
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
            for each in sorted(path for path in Path(folder).rglob("*") if path.is_file()):
                file.write(each, each.relative_to(folder))
        return packed.getvalue(), f"{source.stem}.zip", done.missing
