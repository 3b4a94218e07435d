"""The embed page: one view, by its URL, for an iframe in this Jupyter or a window of its own."""

from __future__ import annotations

import html
import json
from typing import Any
from urllib.parse import unquote_plus

from jupyter_server.base.handlers import JupyterHandler

from trackkit_jupyter.errors import EmbedError, NotFoundError
from trackkit_jupyter.server.door import Door, guarded, refusal
from trackkit_jupyter.server.files import static_address
from trackkit_jupyter.views import parse_embed

__all__ = ["EmbedHandler"]

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; font-src 'self' data:; connect-src 'self'; frame-src 'self'; worker-src 'self' blob:; "
    "base-uri 'none'; form-action 'none'"
)
#: Parameters that are ours or the server's, not the view's.
_OTHERS = frozenset({"token", "_xsrf", "path"})

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="{scheme}">
<title>{title}</title>
<link rel="stylesheet" href="{base}{style}">
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


class EmbedHandler(Door, JupyterHandler):
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
        data = json.dumps({"view": view, "baseUrl": self.base_url, "theme": theme}, allow_nan=False)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        _ = self.xsrf_token  # sets the cookie that the page sends back with an edit
        await self.finish(
            _PAGE.format(
                scheme=theme or "light dark",
                title=html.escape(view["title"] or "trackkit"),
                base=html.escape(self.base_url),
                style=static_address("embed.css"),
                script=static_address("embed.js"),
                data=_inside_script(data),
            )
        )

    def _view(self) -> dict[str, Any]:
        parts = [part for part in self.request.query.split("&") if part.partition("=")[0] not in _OTHERS]
        view = parse_embed("/trackkit/widgets/?" + "&".join(parts))
        path = self._path()
        store = self.service.stores.find(view.store["id"] if view.store else None, path)
        objects = view.resolve(store)
        if view.objects and not objects:
            raise NotFoundError("There is no such experiment in this store.", "objects")
        # A query is answered again and again while the page is open.
        shown = (
            view.to_json() if view.query and not view.objects else {**view.to_json(), "objects": objects, "query": None}
        )
        return {**shown, "store": {"id": store.id, "path": path}}

    def _path(self) -> str | None:
        for part in self.request.query.split("&"):
            name, _, value = part.partition("=")
            if name == "path":
                try:
                    return unquote_plus(value, errors="strict")
                except UnicodeDecodeError:
                    raise EmbedError("path is not valid UTF-8.", "path") from None
        return None

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Write a refusal as a page."""
        error = (kwargs.get("exc_info") or (None, None, None))[1]
        _, body = refusal(error, status_code)
        keys = {part.partition("=")[0] for part in self.request.query.split("&")}
        scheme = "light" if "light" in keys else "light dark"
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(_ERROR.format(scheme=scheme, message=html.escape((body["message"] or "")[:400])))


def _inside_script(text: str) -> str:
    """Return JSON text that no HTML parser takes for the end of the script element."""
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
