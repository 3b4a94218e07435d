"""The reports page as a widget."""

from __future__ import annotations

from typing import Any

import traitlets

from trackkit_jupyter.store import Store
from trackkit_jupyter.views import View
from trackkit_jupyter.widgets.view import ViewWidget

__all__ = ["ReportsPage"]


class ReportsPage(ViewWidget):
    """The reports of a store: projects as cards, or all reports side by side.

    Parameters
    ----------
    store
        The store; the default one without it.
    **options
        Traits, see below, and ``height`` and ``theme``.

    Attributes
    ----------
    layout_of : str
        ``project``: projects, and their reports when one is opened; ``list``: all reports.
    project : str
        The project that is opened; empty: the top.
    archived : bool
        Whether the archived ones are shown instead of the others.
    order_by : str
        ``-last_update`` or ``name``.

    Raises
    ------
    TrackkitValueError
        Something that is not allowed.
    """

    layout_of = traitlets.Enum(["project", "list"], "project").tag(sync=True, option=True)
    project = traitlets.Unicode().tag(sync=True, option=True)
    archived = traitlets.Bool(False).tag(sync=True, option=True)
    order_by = traitlets.Enum(["-last_update", "name"], "-last_update").tag(sync=True, option=True)

    def __init__(self, store: Store[Any] | None = None, **options: Any) -> None:
        super().__init__(View("reports", (), None, {}, "Reports"), store, **options)
