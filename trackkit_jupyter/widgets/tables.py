"""The table of experiments, or of models, as a widget: what is asked for and what is chosen can be read and set."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import traitlets

from trackkit_jupyter.errors import TrackkitValueError, shown
from trackkit_jupyter.query import asked, parse_order
from trackkit_jupyter.query.grouping import parse_grouping
from trackkit_jupyter.store import Store, open_store
from trackkit_jupyter.views.listing import table_view
from trackkit_jupyter.widgets.view import ViewWidget

__all__ = ["ExperimentsTable"]

_MOST = 50  # of what is chosen, and of columns: the state of a widget stays small
_ID = re.compile(r"[0-9a-f]{32}")


class ExperimentsTable(ViewWidget):
    """The table of the experiments of a store, or of its models.

    Parameters
    ----------
    query
        Which ones: a query, or words; all without it.
    store
        The store; the default one without it.
    **options
        Traits, see below, and ``height`` and ``theme``.

    Attributes
    ----------
    query : str
        What stands in the search box.
    object_type : str
        ``experiment`` or ``model``. Fixed.
    columns : list of str
        Fields in order, such as ``name``, ``hyperparameters["lr"]``, ``metrics["loss/val"].min``, or ``trend:`` before
        a metric for its course; empty: the usual ones. 50 at most.
    order_by : str
        A field, with ``-`` in front for descending.
    group_by : str
        A field whose values make groups, such as ``status``, or several with commas between; or ``all but`` and
        hyperparameters that may differ, such as ``all but hyperparameters["seed"]``; empty: no groups.
    selected : list of str
        Ids of the rows that are ticked; the first 50 of them.
    archived : bool
        Whether the archived ones are shown instead of the others.

    Raises
    ------
    QueryError
        A query or a field that cannot be read; the trait keeps its value.
    TrackkitValueError
        Something else that is not allowed.
    """

    query = traitlets.Unicode().tag(sync=True, option=True)
    object_type = traitlets.Enum(["experiment", "model"], "experiment", read_only=True).tag(sync=True, option=True)
    columns = traitlets.List(traitlets.Unicode(), maxlen=_MOST).tag(sync=True, option=True)
    order_by = traitlets.Unicode("-created").tag(sync=True, option=True)
    group_by = traitlets.Unicode().tag(sync=True, option=True)
    selected = traitlets.List(traitlets.Unicode()).tag(sync=True, option=True)
    archived = traitlets.Bool(False).tag(sync=True, option=True)

    def __init__(self, query: str | None = None, store: Store[Any] | None = None, **options: Any) -> None:
        object_type = options.pop("object_type", "experiment")
        view = table_view(query, object_type)
        self.set_trait("object_type", object_type)
        super().__init__(view.with_options(object_type=None), store or open_store(), **options)

    @traitlets.validate("query")
    def _check_query(self, proposal: Any) -> str:
        asked(proposal["value"])
        return str(proposal["value"])

    @traitlets.validate("order_by")
    def _check_order(self, proposal: Any) -> str:
        parse_order(proposal["value"] or [])
        return str(proposal["value"])

    @traitlets.validate("group_by")
    def _check_grouping(self, proposal: Any) -> str:
        if proposal["value"]:
            parse_grouping(proposal["value"])
        return str(proposal["value"])

    @traitlets.validate("columns")
    def _check_columns(self, proposal: Any) -> list[str]:
        for field in proposal["value"]:
            parse_order([] if field == "tags" else field.removeprefix("trend:"))
        return list(proposal["value"])

    @traitlets.validate("selected")
    def _check_selected(self, proposal: Any) -> list[str]:
        return _ids(proposal["value"])


def _ids(ids: Iterable[str]) -> list[str]:
    found = list(dict.fromkeys(ids))
    if len(found) > _MOST:
        raise TrackkitValueError(f"selected may name {_MOST} rows at most, not {len(found)}.", "selected")
    for id in found:
        if not _ID.fullmatch(id):
            raise TrackkitValueError(f"An id has 32 hex characters, not {shown(id)}.", "selected")
    return found
