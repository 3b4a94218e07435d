"""The Jupyter server extension: how a view reads while the kernel is busy, or gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_server.serverapp import ServerApp

__all__: list[str] = []


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from trackkit_jupyter.server.app import TrackkitExtension

    return [{"module": "trackkit_jupyter.server", "app": TrackkitExtension}]


def _load_jupyter_server_extension(serverapp: ServerApp) -> None:
    # The way for those who name this module without its app, as the package's own entry hook does to stay light.
    from trackkit_jupyter.server.app import TrackkitExtension

    load: Callable[[ServerApp], Any] = TrackkitExtension._load_jupyter_server_extension
    load(serverapp)
