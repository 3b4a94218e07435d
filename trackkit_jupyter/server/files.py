"""Files over HTTP: samples and artifacts by their content, plotly.js, and the code of the embed page."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import re
import unicodedata
from pathlib import Path
from urllib.parse import quote

from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from trackkit_jupyter.errors import NotFoundError
from trackkit_jupyter.operations.reads import file
from trackkit_jupyter.server.door import Door, guarded

__all__ = [
    "FOLDER",
    "INERT",
    "POLICIES",
    "BlobHandler",
    "PlotlyHandler",
    "StaticHandler",
    "download_name",
    "plotly_address",
    "static_address",
]

_FOREVER = "private, max-age=31536000, immutable"
INERT = "sandbox; default-src 'none'"
_MEDIA = f"{INERT}; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'"
#: No script of a logged page runs: one could go elsewhere with what the page holds, and no policy keeps it from that.
_PAGE = f"{INERT}; style-src 'unsafe-inline'; img-src data: blob:; media-src data: blob:; font-src data:"
#: What a browser may show, and what it may do then; everything else is a download.
POLICIES = {
    **dict.fromkeys(
        "image/png image/jpeg image/gif image/webp image/avif image/bmp image/svg+xml "
        "audio/wav audio/x-wav audio/mpeg audio/ogg audio/flac audio/mp4 audio/aac audio/webm "
        "video/mp4 video/webm video/ogg video/quicktime".split(),
        _MEDIA,
    ),
    "text/plain": INERT,
    "text/html": _PAGE,
}
#: The built code of the embed page.
FOLDER = Path(__file__).parents[1] / "static"


class _FileHandler(Door, JupyterHandler, web.StaticFileHandler):  # type: ignore[misc]
    policy = INERT
    content_type = "application/octet-stream"
    version = ""

    @property
    def content_security_policy(self) -> str:
        """Confine what the file may do, should a browser show it as a page."""
        return f"{super().content_security_policy}; {self.policy}"

    def get_login_url(self) -> str:
        """Refuse instead of sending an image or a script to the login page."""
        raise web.HTTPError(403)

    async def serve(self, path: Path, content_type: str, version: str, include_body: bool) -> None:
        """Send a file: whole, a range of it, or the word that it is the same."""
        self.root = str(path.parent)
        self.content_type, self.version = content_type, version
        await web.StaticFileHandler.get(self, path.name, include_body)

    def get_content_type(self) -> str:
        """Return the type that was recorded, not one guessed from a name."""
        return self.content_type

    def compute_etag(self) -> str:
        """Return the version that the address holds."""
        return f'"{self.version}"'

    def set_extra_headers(self, path: str) -> None:  # noqa: ARG002
        """Let browsers keep it: the address changes with the content."""
        self.set_header("Cache-Control", _FOREVER)


class BlobHandler(_FileHandler):
    """A sample or an artifact of an experiment, by the SHA-256 of its content."""

    @guarded("read")
    async def get(self, store: str, experiment: str, sha256: str) -> None:  # type: ignore[override]
        """Send the file; ``?download=name`` saves it under that name."""
        await self._send(store, experiment, sha256, include_body=True)

    @guarded("read")
    async def head(self, store: str, experiment: str, sha256: str) -> None:  # type: ignore[override]
        """Send the headers."""
        await self._send(store, experiment, sha256, include_body=False)

    async def _send(self, store: str, experiment: str, sha256: str, include_body: bool) -> None:
        path, mime = await self.work(self._find, store, experiment, sha256)
        shown = mime if mime in POLICIES else None
        self.policy = POLICIES[shown] if shown else INERT
        self.set_header("Content-Security-Policy", self.content_security_policy)
        download = self.request.query_arguments.get("download")
        if download or shown is None:
            name = download_name(download[-1].decode("utf-8", "replace") if download else "") or sha256
            self.set_header("Content-Disposition", f"attachment; filename*=utf-8''{quote(name, safe='')}")
        content_type = shown or "application/octet-stream"
        if content_type.startswith("text/"):
            content_type += "; charset=utf-8"
        await self.serve(path, content_type, sha256, include_body)

    def _find(self, store: str, experiment: str, sha256: str) -> tuple[Path, str | None]:
        found = self.service.stores.find(store)
        path, mime = file(found, experiment, sha256)
        # A store that came from elsewhere may hold links: what lies outside of it is not served.
        if path.is_symlink() or not path.resolve().is_relative_to(found.path.resolve()):
            raise NotFoundError("There is no such file in this experiment.", "hash")
        return path, mime


class PlotlyHandler(_FileHandler):
    """plotly.js, from the plotly package beside us."""

    @guarded("read")
    async def get(self, version: str, include_body: bool = True) -> None:
        """Send it, if that is its version."""
        found = plotly()
        if found is None or found[0] != version:
            raise NotFoundError("There is no such version of plotly.js here.", "version")
        await self.serve(found[1], "text/javascript; charset=utf-8", version, include_body)

    @guarded("read")
    async def head(self, version: str) -> None:
        """Send the headers."""
        await self.get(version, include_body=False)


class StaticHandler(_FileHandler):
    """The code and style of the embed page."""

    @guarded("read")
    async def get(self, version: str, name: str, include_body: bool = True) -> None:  # type: ignore[override]
        """Send one of our files, if that is their version."""
        path = FOLDER / name
        kind = {".js": "text/javascript", ".css": "text/css", ".map": "application/json"}.get(path.suffix)
        if kind is None or version != static_version():
            raise NotFoundError("There is nothing at this address.")
        await self.serve(path, f"{kind}; charset=utf-8", version, include_body)

    @guarded("read")
    async def head(self, version: str, name: str) -> None:  # type: ignore[override]
        """Send the headers."""
        await self.get(version, name, include_body=False)


@functools.cache
def plotly() -> tuple[str, Path] | None:
    """Return the version and the file of plotly.js; ``None`` if the plotly package is not installed."""
    spec = importlib.util.find_spec("plotly")  # not imported: that takes half a second and is not needed
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent
    script = package / "package_data" / "plotly.min.js"
    try:
        text = (package / "offline" / "_plotlyjs_version.py").read_text()
    except OSError:
        text = ""
    match = re.search(r"""__plotlyjs_version__ = ["']([0-9A-Za-z.+-]{1,40})["']""", text)
    return (match[1], script) if match and script.is_file() else None


def plotly_address() -> str | None:
    """Return the address of plotly.js below the server's base URL."""
    found = plotly()
    return None if found is None else f"trackkit/plotly/{found[0]}/plotly.min.js"


def static_address(name: str) -> str:
    """Return the address of one of our files below the server's base URL."""
    return f"trackkit/static/{static_version()}/{name}"


def static_version() -> str:
    """Return 16 hex characters that change with the content of our files."""
    # A page asks for sixty of them: looked at are the folder, in which a file has another name when it holds something
    # else, and those that keep theirs.
    places = (FOLDER, *(FOLDER / name for name in ("embed.js", "embed.css", "widget.js")))
    return _digest(tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in places))


@functools.lru_cache(2)
def _digest(moved: tuple[int, ...]) -> str:  # noqa: ARG001 (it tells one state of the folder from another)
    digest = hashlib.sha256()
    for path in sorted(FOLDER.iterdir()) if FOLDER.is_dir() else []:
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def download_name(text: str) -> str:
    """Return a name that is safe on every system: no folders, no control characters, no leading dots."""
    last = re.split(r"[/\\]", text)[-1]
    kept = "".join("_" if character in '<>:"|?*' else character for character in last if _prints(character))
    return kept.strip(" .")[:150]


def _prints(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
