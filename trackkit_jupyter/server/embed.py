"""The embed page: one view, by its URL, in a frame or a window of its own; and what a notebook's cell keeps of it."""

from __future__ import annotations

import html
import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from jupyter_server.base.handlers import APIHandler, JupyterHandler

from trackkit_jupyter.errors import EmbedError, NotFoundError, QueryError, TrackkitError
from trackkit_jupyter.server.door import Door, guarded, refusal
from trackkit_jupyter.server.files import static_address
from trackkit_jupyter.store import Store, StoredExperiment
from trackkit_jupyter.views import MIME_TYPE, View, bundle, parse_embed
from trackkit_jupyter.views.code import seen_first

__all__ = ["DisplayHandler", "EmbedHandler", "ViewHandler"]

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; font-src 'self' data:; connect-src 'self'; frame-src 'self'; worker-src 'self' blob:; "
    "base-uri 'none'; form-action 'none'"
)
#: Parameters that are ours or the server's, not the view's.
_OTHERS = frozenset({"token", "_xsrf", "path", "beside"})
#: What a message repeats of the address: said to who calls from Python, not on a page that anybody may link to.
_REPEATED = re.compile(r"""(?:, not|:| in)? (?:'.*'|".*"|['"].*…)""")
_NAMEABLE = re.compile(r"[\w.]{0,60}", re.ASCII)

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="{scheme}">
<title>{title}</title>
<link rel="stylesheet" href="{base}{style}">
{parts}
</head>
<body>
<script type="application/json" id="trackkit-view">{data}</script>
<script type="module" src="{base}{script}"></script>
</body>
</html>
"""

_ERROR = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="color-scheme" content="{scheme}">
<title>Nothing to show</title>
<style>
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; font: 14px/1.5 system-ui, sans-serif; }}
main {{ max-width: 44em; padding: 24px; }}
h1 {{ font-size: 16px; margin: 0 0 4px; }}
p {{ margin: 0; opacity: 0.8; overflow-wrap: anywhere; }}
</style>
</head>
<body><main><h1>This view cannot be shown</h1><p>{message}</p></main></body>
</html>
"""


class _Asked(Door):
    """What both handlers do: read the view out of the address, and find its store."""

    request: Any

    def asked(self) -> tuple[View, Store[StoredExperiment], str | None]:
        """Return the view, the store of its objects, and that store's path where the address has it.

        Raises
        ------
        EmbedError, QueryError
            The address cannot be read.
        NotFoundError
            The store, or what it should show, is not there.
        """
        named = [part for part in self.request.query.split("&") if part.partition("=")[0] not in _OTHERS]
        parts = [part for part in named if not part.isdigit()]  # the Lab adds the time, against caches
        view = parse_embed("/trackkit/widgets/?" + "&".join(parts))
        path = self.text("path")
        stores = self.service.stores
        if view.store or path or not view.objects:
            store = stores.find(view.store["id"] if view.store else None, path)
            candidates = [store]
        else:
            # An address from elsewhere names no store: if it is not the server's own, another that is known.
            candidates = [found for found in (stores.default(), *map(self._known, stores.ids())) if found]
        for store in candidates:
            if not view.objects or view.resolve(store):
                return view, store, path
        raise NotFoundError("There is no such experiment in this store.", "objects")

    def _known(self, id: str) -> Store[StoredExperiment] | None:
        try:
            return self.service.stores.find(id)
        except TrackkitError:
            return None

    def text(self, wanted: str) -> str | None:
        """Return a parameter that is not the view's; ``None`` where it is missing."""
        for part in self.request.query.split("&"):
            name, _, value = part.partition("=")
            if name == wanted:
                try:
                    return unquote_plus(value, errors="strict")
                except UnicodeDecodeError:
                    raise EmbedError(f"{wanted} is not valid UTF-8.", wanted) from None
        return None


class EmbedHandler(_Asked, JupyterHandler):
    """The page that shows one view."""

    @property
    def content_security_policy(self) -> str:
        """Let the page load our code and data, and be framed by this Jupyter only (or whom its settings name)."""
        return f"{super().content_security_policy}; {_POLICY}"

    @guarded("read")
    async def get(self) -> None:
        """Send the page."""
        view = await self.work(self._view)
        theme = view["options"].get("theme")
        base = html.escape(self.base_url)
        # All that the page needs is asked for at once: each part names others only when it is there.
        parts = [static_address(name) for name in seen_first(view["kind"], view["options"].get("tab"))]
        data = json.dumps({"view": view, "baseUrl": self.base_url, "theme": theme}, allow_nan=False)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        _ = self.xsrf_token  # sets the cookie that the page sends back with an edit
        await self.finish(
            _PAGE.format(
                scheme=theme or "light dark",
                title=html.escape(view["title"] or "trackkit"),
                base=base,
                parts="\n".join(f'<link rel="modulepreload" href="{base}{part}">' for part in parts),
                style=static_address("embed.css"),
                script=static_address("embed.js"),
                data=_inside_script(data),
            )
        )

    def _view(self) -> dict[str, Any]:
        view, store, path = self.asked()
        # A query is answered again and again while the page is open: here only whether it can be.
        objects = view.resolve(store)
        if view.kind == "comparison" and view.objects:
            objects = list(view.objects)  # it says itself how many are gone
            # What it asks for first is brought up to date while it loads its code.
            self.service.pool.submit(store.experiments, page_size=1)
        shown = {**view.to_json(), "objects": objects, "query": None} if view.objects else view.to_json()
        return {**shown, "store": {"id": store.id, "path": path}}

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Write a refusal as a page that repeats nothing of the address."""
        error = (kwargs.get("exc_info") or (None, None, None))[1]
        _, body = refusal(error, status_code)
        message = "The address of this view has a parameter that cannot be read."
        if isinstance(error, QueryError) and error.field in (None, "query"):
            message = "The query of this view cannot be read."
        elif _NAMEABLE.fullmatch(body["field"] or ""):
            message = _REPEATED.sub("", body["message"] or "")[:400]
        keys = {part.partition("=")[0] for part in self.request.query.split("&")}
        scheme = "light" if "light" in keys else "dark" if "theme=dark" in self.request.query else "light dark"
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(_ERROR.format(scheme=scheme, message=html.escape(message)))


class ViewHandler(_Asked, APIHandler):
    """The view alone, with its store as this server finds it: for snippets in Markdown, which need not name it."""

    @guarded("read")
    async def get(self) -> None:
        """Send the view."""
        view, store, path = await self.work(self.asked)
        await self.finish(json.dumps({**view.to_json(), "store": {"id": store.id, "path": path}}))


class DisplayHandler(_Asked, APIHandler):
    """What a notebook's cell keeps of a view: its MIME bundle, by the same parameters as the page."""

    @guarded("read")
    async def get(self) -> None:
        """Send the bundle; ``beside`` is the folder of the notebook, as the server's contents know it."""
        await self.finish(json.dumps(await self.work(self._bundle)))

    def _bundle(self) -> dict[str, Any]:
        view, store, _ = self.asked()
        data = bundle(view, store)
        # The store's path is said from the notebook's folder, not from that of this process.
        data[MIME_TYPE]["store"]["path"] = self._from_notebook(store)
        return {"data": data, "store": store.id}

    def _from_notebook(self, store: Store[StoredExperiment]) -> str | None:
        root = Path(self.settings["server_root_dir"]).expanduser()
        folder = root / (self.text("beside") or "").strip("/")
        try:
            path = Path(os.path.relpath(store.path, folder)).as_posix()
        except (ValueError, OSError):  # another drive, or no path at all
            return None
        return path if path.split("/").count("..") <= 3 else None


def _inside_script(text: str) -> str:
    """Return JSON text that no HTML parser takes for the end of the script element."""
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
