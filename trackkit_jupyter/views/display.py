"""Showing a view in a notebook, and sending it again when its cell ends."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import TrackkitError, TrackkitTypeError
from trackkit_jupyter.views.builders import comparison, experiment, model, of, several
from trackkit_jupyter.views.bundle import find_store, mimebundle, store_of
from trackkit_jupyter.views.listing import table_of, table_view
from trackkit_jupyter.views.view import View

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["compare", "refresh", "show", "table"]


@dataclass
class _Shown:
    """A display of something that is still running: it is sent again when its cell ends."""

    view: View
    store: Store[Any]
    handle: Any
    state: tuple[str, ...]


_pending: list[_Shown] = []
_registered: Any = None  # the shell whose cells we listen to


def show(obj: Any, tab: str | None = None) -> None:
    """Show an experiment, several, a model, or a view below the cell. Outside a notebook, print it as text.

    What is still running is sent again when the cell ends, so that the saved notebook holds its final state.

    Parameters
    ----------
    obj
        An experiment, a list of experiments, a model, or a view.
    tab
        For one experiment or model: the tab to open.

    Raises
    ------
    TrackkitValueError
        There is no such tab.
    """
    view = of(obj)
    if tab is not None:
        if view.kind == "model":
            tab = model(obj, tab).options["tab"]
        elif not isinstance(obj, View):
            view = experiment(obj, tab)
        view = view.with_options(tab=tab)
    try:
        _display(view, store_of(obj))
    except Exception as error:  # noqa: BLE001 - showing must never end a training
        warnings.warn(f"The view could not be shown: {error}", RuntimeWarning, stacklevel=2)


def compare(
    experiments: Any,
    group_by: str | Sequence[str] | None = None,
    over: str | Sequence[str] | None = None,
    band: str | None = None,
    section: str | None = None,
    base: Any = None,
    **options: Any,
) -> None:
    """Show experiments side by side below the cell: their curves, details, values, and what made the difference.

    Parameters
    ----------
    experiments
        Two experiments or more.
    group_by
        One or more hyperparameters, as ``name`` or ``section/name``, or ``project``, ``status``, ``user``, ``tags`` or
        ``properties/name``: experiments with the same values are drawn as one line, the mean. (``metric`` and ``none``
        do not group experiments: one chart per metric, or per metric and variant.)
    over
        One or more hyperparameters instead: experiments are drawn as one line that are the same but for these, such as
        repetitions with another ``seed``.
    band
        How far the experiments of a group spread: ``minmax`` (default), ``std``, ``stderr``, ``ci95`` (95 % confidence
        interval of the mean, by Student's t) or ``none``. See :func:`trackkit_jupyter.series.aggregate`.
    section
        The section to open: ``scalars`` (default), ``details``, ``values``, ``parallel``, ``scatter``, ``importance``,
        ``plots`` or ``samples``.
    base
        The experiment, or its id, that the others are compared with.
    **options
        ``line``: ``mean`` or ``median``. ``parameters``: hyperparameters that are axes of parallel coordinates, the
        first of them that of the scatter; ``targets``: metrics such as ``loss/val`` or ``loss/val.min_value`` that end
        the axes, the first of them that of scatter and importance; ``value_type``: ``value`` (the last one, default),
        ``min_value``, ``max_value``, ``mean_value`` or ``first_value`` where a target does not say; ``color``: the key
        of the axis that colours the lines, such as ``metrics["loss"]["val"].min``, or ``experiment``; ``log``: keys of
        logarithmic axes; ``statistic``: ``last``, ``first``, ``min``, ``max`` or ``mean`` of the metric values;
        ``identical``: show identical rows too; ``sample``: which debug samples, as the JSON of metric and variant;
        ``iteration``: theirs, by default the newest. Others as in :func:`trackkit_jupyter.views.scalars`.

    Raises
    ------
    TrackkitValueError
        If both `group_by` and `over` are given, or a band without one of them, or none of the experiments has what they
        are grouped by, or an option is not allowed.
    """
    objects = several(experiments)
    view = comparison(objects, group_by=group_by, over=over, band=band, section=section, base=base, **options)
    by, apart = view.options.get("by", ()), view.options.get("over", ())
    store = (store_of(objects) or _default_of(view)) if by or apart else None
    if store is not None:
        from trackkit_jupyter.operations.curves import check_groups

        check_groups(store, view.objects, by, apart)
    show(view)


def _default_of(view: View) -> Store[Any] | None:
    """Return the store of mere ids; ``None`` where there is none, which is told as the view is shown."""
    try:
        return find_store(view)
    except TrackkitError:
        return None


def table(query: Any = None, object_type: str = "experiment", **options: Any) -> None:
    """Show the table of experiments, or of models, below the cell, live; outside a notebook, print its first rows.

    Parameters
    ----------
    query
        Which ones of the default store, as in :meth:`Store.experiments`: ``'"baseline" in tags'``, or words that the
        name, the id or the description has; without it, all, the newest first. Or a list of experiments, or of models.
    object_type
        ``experiment`` or ``model``.
    **options
        ``columns``, ``order_by``, ``archived``, ``height``, ``theme``. ``group_by``: a field whose values make groups,
        such as ``status`` or ``hyperparameters["lr"]``, or several; of a metric a group says mean and spread (the
        sample standard deviation). ``over``: one or more hyperparameters instead, as in
        :func:`trackkit_jupyter.compare`: groups of those that are the same but for these, such as repetitions with
        another ``seed``; ``group_by="all but seed"`` says it too.

    Raises
    ------
    QueryError
        The query, or a field, cannot be read; the message shows where.
    TrackkitTypeError
        It is neither a query nor a list.
    TrackkitValueError
        Both `group_by` and `over` are given, or an option is not allowed.
    """
    if not (query is None or hasattr(query, "single_values") or isinstance(query, Iterable)):
        raise TrackkitTypeError(f"A query is text, or a list of experiments, not {type(query).__name__}.", "query")
    if query is None or isinstance(query, str):
        from trackkit_jupyter.store import open_store

        store = open_store()
        _display(table_view(query, object_type, **options).with_store(store), store)
        return
    found = [query] if hasattr(query, "single_values") else list(query)
    view = table_of(found) if found else None
    if view is not None:
        _display(view.with_options(**table_view(None, **options).options), found[0].store)
        return
    data = mimebundle(found)
    if _shell() is None:
        sys.stdout.write(data["text/plain"] + "\n")
        return
    from IPython.display import display

    display(data, raw=True)


def refresh() -> None:
    """Send again what is displayed and has changed since; forget what no longer runs."""
    for shown in list(_pending):
        try:
            state, running = _state(shown.view, shown.store)
            if state != shown.state:
                shown.state = state
                shown.handle.update(mimebundle(shown.view, shown.store), raw=True)
        except Exception as error:  # noqa: BLE001 - one broken display must not keep back the others
            running = False
            warnings.warn(f"The view could not be brought up to date: {error}", RuntimeWarning, stacklevel=2)
        if not running and shown in _pending:
            _pending.remove(shown)
    if not _pending:
        _listen(None)


def _display(view: View, store: Store[Any] | None) -> None:
    shell = _shell()
    if shell is None:
        sys.stdout.write(mimebundle(view, store)["text/plain"] + "\n")
        return
    from IPython.display import display

    handle = display(mimebundle(view, store), raw=True, display_id=True)
    found = store if store is not None else find_store(view)
    if _state(view, found)[1]:
        _pending.append(_Shown(view, found, handle, ()))
        _listen(shell)


def _state(view: View, store: Store[Any]) -> tuple[tuple[str, ...], bool]:
    """Return what changes when anything shown changes, and whether anything shown is still running."""
    experiments = [store.record(id) for id in view.resolve(store)]
    return tuple(exp.state() for exp in experiments), any(exp.status == "running" for exp in experiments)


def _listen(shell: Any) -> None:
    global _registered
    if shell is _registered:
        return
    if _registered is not None:
        _registered.events.unregister("post_run_cell", _cell_ended)
    if shell is not None:
        shell.events.register("post_run_cell", _cell_ended)
    _registered = shell


def _cell_ended(*_: Any) -> None:
    refresh()


def _shell() -> Any:
    """Return the IPython shell this runs in, or ``None``; without importing IPython."""
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython

    return get_ipython()
