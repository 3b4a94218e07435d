"""The extension: its routes and its settings."""

from __future__ import annotations

from pathlib import Path

from jupyter_server.extension.application import ExtensionApp
from traitlets import List, Unicode

from trackkit_jupyter.server.api import AboutHandler, NothingHandler, OperationHandler
from trackkit_jupyter.server.console import ConsoleHandler
from trackkit_jupyter.server.door import Service
from trackkit_jupyter.server.embed import DisplayHandler, EmbedHandler, ViewHandler
from trackkit_jupyter.server.export import ExportHandler
from trackkit_jupyter.server.files import BlobHandler, PlotlyHandler, StaticHandler
from trackkit_jupyter.server.notebooks import NotebookHandler
from trackkit_jupyter.server.stores import Stores
from trackkit_jupyter.server.thumbnails import ThumbnailHandler

__all__ = ["TrackkitExtension"]


class TrackkitExtension(ExtensionApp):
    """Serves views, files and the embed page from the stores of this user."""

    name = "trackkit_jupyter"
    extension_url = "/lab"
    load_other_extensions = True

    store_roots = List(
        Unicode(),
        help="Further folders below which stores are served, besides the registered stores of this user and those "
        "below the server's root.",
    ).tag(config=True)

    def initialize_settings(self) -> None:
        """Put what the handlers share into the settings."""
        assert self.serverapp is not None
        roots = [Path(self.serverapp.root_dir), *(Path(root).expanduser() for root in self.store_roots)]
        service = Service(Stores(roots), roots[0])
        service.locks.guard(self.serverapp.contents_manager)
        self.settings["trackkit"] = service

    def initialize_handlers(self) -> None:
        """Name the routes, below the server's base URL."""
        self.handlers.extend(
            [
                (r"/trackkit/api/about", AboutHandler),
                (r"/trackkit/api/([a-z_]{1,40})", OperationHandler),
                (r"/trackkit/notebook", NotebookHandler),
                (r"/trackkit/files/([0-9a-f]{32})/([0-9a-f]{32})/([0-9a-f]{64})", BlobHandler, {"path": ""}),
                (r"/trackkit/thumbnails/([0-9a-f]{32})/([0-9a-f]{32})/([0-9a-f]{64})", ThumbnailHandler),
                (r"/trackkit/console/([0-9a-f]{32})/([0-9a-f]{32})", ConsoleHandler),
                (r"/trackkit/plotly/([0-9A-Za-z.+-]{1,40})/plotly\.min\.js", PlotlyHandler, {"path": ""}),
                (r"/trackkit/static/([0-9a-f]{16})/([0-9A-Za-z_-][0-9A-Za-z._-]{0,99})", StaticHandler, {"path": ""}),
                (r"/trackkit/export", ExportHandler),
                (r"/trackkit/widgets?/?", EmbedHandler),
                (r"/trackkit/view", ViewHandler),
                (r"/trackkit/display", DisplayHandler),
                (r"/trackkit(?:/.*)?", NothingHandler),
            ]
        )

    async def stop_extension(self) -> None:
        """End what is waiting."""
        self.settings["trackkit"].close()
