"""Lists of experiments and of models that show themselves: as a table under a cell, and side by side."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from trackkit_jupyter import store
from trackkit_jupyter.store import StoredExperiment

__all__ = ["Experiments", "Models"]

E = TypeVar("E", bound=StoredExperiment)


class _Shown:
    """A list that shows itself as a table, one row each, as the last line of a cell."""

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


class Models(_Shown, store.Models):
    """A page of models, list-like. As the last line of a cell, a table, one row each."""


class Experiments(_Shown, store.Experiments[E]):
    """A page of experiments, list-like. As the last line of a cell, a table, one row each."""

    of_models: ClassVar[type[store.Models]] = Models
