"""A list of experiments that shows itself: as a table under a cell, and side by side."""

from __future__ import annotations

from typing import Any, TypeVar

from trackkit_jupyter import store
from trackkit_jupyter.store import StoredExperiment

__all__ = ["Experiments"]

E = TypeVar("E", bound=StoredExperiment)


class Experiments(store.Experiments[E]):
    """A page of experiments, list-like. As the last line of a cell, a table, one row each."""

    def compare(self, **options: Any) -> None:
        """Show them side by side below the cell.

        Parameters
        ----------
        **options
            As in :func:`trackkit_jupyter.compare`.
        """
        from trackkit_jupyter import views

        views.compare(self, **options)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        from trackkit_jupyter import views

        return views.mimebundle(self)
