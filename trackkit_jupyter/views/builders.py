"""How views are built from what a person names: an experiment, a model, a list of them, or a query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from trackkit_jupyter.errors import EmbedError, TrackkitTypeError, TrackkitValueError, shown
from trackkit_jupyter.views.view import (
    BANDS,
    COMPARISON_NAMES,
    COMPARISON_TEXTS,
    CURVES,
    MODEL_TABS,
    SECTIONS,
    SMOOTHINGS,
    STATISTICS,
    TABS,
    TYPES,
    VALUE_TYPES,
    XAXES,
    View,
    check_size,
)

__all__ = ["comparison", "embed", "experiment", "model", "of", "plot", "samples", "scalars", "several", "single"]


def experiment(exp: Any, tab: str | None = None) -> View:
    """Return the view of one experiment with all its tabs.

    Parameters
    ----------
    exp
        An experiment.
    tab
        The tab to open: ``execution``, ``configuration``, ``artifacts``, ``info``, ``console``, ``scalars`` (default),
        ``plots`` or ``samples``.

    Raises
    ------
    TrackkitValueError
        There is no such tab.
    """
    if tab is not None:
        tab = _choice(str(tab).lower().replace("debug samples", "samples"), TABS, "tab")
    return _build("experiment", [exp], tab=tab)


def model(shown_model: Any, tab: str | None = None) -> View:
    """Return the view of one model with all its tabs.

    Parameters
    ----------
    shown_model
        A model.
    tab
        The tab to open: ``general`` (default), ``network``, ``labels``, ``metadata``, ``lineage``, ``scalars`` or
        ``plots``.

    Raises
    ------
    TrackkitValueError
        There is no such tab.
    """
    if tab is not None:
        tab = _choice(str(tab).lower(), MODEL_TABS, "tab")
    return _build("model", [shown_model], tab=tab)


def scalars(experiments: Any, metrics: Any = None, variants: Any = None, **options: Any) -> View:
    """Return the view of the scalar charts of one or more experiments.

    Parameters
    ----------
    experiments
        An experiment, or several.
    metrics, variants
        Names to show; ``None``: all. Every metric is shown with every variant.
    **options
        ``xaxis``: ``iterations``, ``relative`` (seconds from the start) or ``wall``; ``smoothing``: 0 to 0.999;
        ``group_by``: ``metric`` or ``none``; ``theme``; ``height`` in pixels. ``x_metric``: the key of a series that is
        the horizontal axis instead; ``smoothing_kind``: ``none``, ``ema``, ``time_weighted``, ``running`` or
        ``gaussian``, with ``smoothing_window`` and ``smoothing_sigma``; ``by``, ``over``, ``line``, ``band``: draw
        groups of experiments as one line, see :func:`trackkit_jupyter.compare`.
    """
    return _build("scalars", several(experiments), metrics=_names(metrics), variants=_names(variants), **options)


def comparison(
    experiments: Any,
    metrics: Any = None,
    *,
    group_by: Any = None,
    over: Any = None,
    band: str | None = None,
    section: str | None = None,
    base: Any = None,
    **options: Any,
) -> View:
    """Return the view that lays experiments side by side, in sections: see :func:`trackkit_jupyter.compare`.

    Parameters
    ----------
    experiments
        Two experiments or more.
    metrics
        Names of the metrics to show; ``None``: all.
    group_by, over, band
        Draw groups of experiments as one line, see :func:`trackkit_jupyter.compare`.
    section
        The section to open, see :func:`trackkit_jupyter.compare`.
    base
        The experiment, or its id, that the others are compared with.
    **options
        As in :func:`scalars` and :func:`trackkit_jupyter.compare`.

    Raises
    ------
    TrackkitValueError
        If both `group_by` and `over` are given, or a band without one of them, or an option is not allowed.
    """
    by = options.pop("by", None)
    if group_by in ("metric", "none"):
        options["group_by"] = group_by
    else:
        by = group_by or by
    if by and over:
        raise TrackkitValueError("Experiments are grouped either by some hyperparameters, or over some.", "over")
    if by or over:
        band = band or "minmax"
    elif band not in (None, "none"):
        raise TrackkitValueError("A band is that of a group: say group_by or over as well.", "band")
    if section is not None:
        options["tab"] = _choice(str(section).lower(), SECTIONS, "section")
    if base is not None:
        options["base"] = _id(base)
    grouped = {"by": by, "over": over, "band": band}
    return _build("comparison", several(experiments), metrics=_names(metrics), **grouped, **options)


def plot(experiments: Any, metrics: Any = None, variants: Any = None, **options: Any) -> View:
    """Return the view of the latest plots of one or more experiments."""
    return _build("plot", several(experiments), metrics=_names(metrics), variants=_names(variants), **options)


def samples(experiments: Any, metrics: Any = None, variants: Any = None, **options: Any) -> View:
    """Return the view of the debug samples of one or more experiments."""
    return _build("samples", several(experiments), metrics=_names(metrics), variants=_names(variants), **options)


def single(experiments: Any, metrics: Any = None, **options: Any) -> View:
    """Return the view of the table of single values of one or more experiments."""
    return _build("single", several(experiments), metrics=_names(metrics), **options)


def embed(
    objects_or_query: Any,
    type: str = "scalar",
    metrics: Any = None,
    variants: Any = None,
    xaxis: str = "iterations",
    object_type: str = "experiment",
    value_type: str | None = None,
    theme: str | None = None,
    width: str | int = "100%",
    height: str | int = 400,
    **options: Any,
) -> View:
    """Return a view to embed in a report, live wherever the report is read beside its store.

    Parameters
    ----------
    objects_or_query
        An experiment, an id, several of them, an embed URL or snippet as text, a query such as
        ``metrics["loss/val"].min < 0.1``, or a dict with the parameters of a dynamic query. Queries are answered when
        the view is shown.
    type
        ``scalar``, ``plot``, ``single``, ``sample``, ``parcoords``, ``experiment``, ``comparison``, ``model`` or
        ``table``.
    metrics, variants
        Names to show; ``None``: all.
    xaxis
        ``iterations``, ``relative`` (seconds from the start) or ``wall``.
    object_type
        ``experiment`` or ``model``.
    value_type
        For ``parcoords``: ``value`` (the last one, default), ``min_value`` or ``max_value``.
    theme
        ``light``, ``dark`` or ``None``: as the page around it.
    width, height
        Size in CSS pixels, 50 to 10000; the width may be a percentage, as text.

    Raises
    ------
    EmbedError, QueryError
        A value that is not allowed, or an embed URL or a query that cannot be read.
    """
    if isinstance(objects_or_query, str) and not _is_id(objects_or_query):
        from trackkit_jupyter.views import embed_url

        if not any(sign in objects_or_query for sign in ("?", "<iframe", "objects=", "src=")):
            from trackkit_jupyter.query import parse

            parse(objects_or_query)  # what cannot be read is told at once
            objects_or_query = {"query": objects_or_query}
        else:
            return embed_url.parse(objects_or_query)
    query = _query(objects_or_query) if isinstance(objects_or_query, Mapping) else None
    kind = TYPES[_choice(type, TYPES, "type", EmbedError)]
    return _build(
        kind,
        [] if query else several(objects_or_query),
        query=query,
        type=type if type == "parcoords" else None,
        metrics=_names(metrics),
        variants=_names(variants),
        xaxis=xaxis,
        object_type=_choice(object_type, ("experiment", "model"), "object_type", EmbedError),
        value_type=value_type,
        theme=theme,
        width=width,
        height=height,
        **options,
    )


def of(shown_object: Any) -> View:
    """Return the view of anything that can be shown: a view, an experiment, a model, or several experiments."""
    if isinstance(shown_object, View):
        return shown_object
    if hasattr(shown_object, "framework"):
        return model(shown_object)
    if hasattr(shown_object, "single_values"):
        return experiment(shown_object)
    return comparison(shown_object)


def _query(parameters: Mapping[str, Any]) -> dict[str, str | list[str]]:
    from trackkit_jupyter.query.parameters import plain

    return plain(parameters)


_DEFAULTS = {"xaxis": "iterations", "object_type": "experiment", "width": "100%", "height": 400, "smoothing": 0}


def _build(kind: str, objects: list[Any], query: Mapping[str, Any] | None = None, **options: Any) -> View:
    if not objects and not query:
        raise EmbedError("There is nothing to show: name at least one experiment.", "objects")
    for name in ("by", "over", *COMPARISON_NAMES):
        options[name] = _names(options.get(name)) or None
    choices = {
        "xaxis": XAXES,
        "value_type": VALUE_TYPES,
        "theme": ("light", "dark"),
        "band": BANDS,
        "statistic": STATISTICS,
    }
    for name, allowed in {**choices, "line": ("mean", "median"), "smoothing_kind": SMOOTHINGS}.items():
        if options.get(name) is not None:
            _choice(options[name], allowed, name, EmbedError)
    for name in ("width", "height"):
        if options.get(name) is not None:
            options[name] = check_size(options[name], name)
    if kind != "model" and any(hasattr(item, "framework") for item in objects):
        options["object_type"] = "model"
    unknown = [name for name in options if name not in _OPTIONS]
    if unknown:
        raise EmbedError(f"There is no option {shown(unknown[0])}; allowed: {', '.join(sorted(_OPTIONS))}.", unknown[0])
    ids = tuple(dict.fromkeys(_id(item) for item in objects))
    stores = [item.store for item in objects if getattr(item, "store", None) is not None]
    store = stores[0] if stores else None
    other = next((each for each in stores if each.path != stores[0].path), None)
    if other is not None:
        raise EmbedError(
            f"What is shown together must be in one store, not in {stores[0].path} and {other.path}; `trackkit export "
            "--zip` and `trackkit import` carry experiments from one to the other.",
            "objects",
        )
    names = [str(item.name) for item in objects if hasattr(item, "name")]
    what = "models" if options.get("object_type") == "model" else "experiments"
    title = names[0] if len(names) == 1 else f"{len(ids)} {what}" if len(ids) > 1 else ""
    kept = {key: value for key, value in options.items() if value is not None and _DEFAULTS.get(key) != value}
    view = View(kind, ids, query, kept, title)
    return view if store is None else view.with_store(store)


_OPTIONS = frozenset(
    "tab metrics variants theme width height object_type type value_type series company columns order_by".split()
).union(CURVES, COMPARISON_NAMES, COMPARISON_TEXTS, ["identical", "iteration"])


def _id(item: Any) -> str:
    id = item if isinstance(item, str) else getattr(item, "id", None)
    if not isinstance(id, str):
        raise TrackkitTypeError(f"An experiment or its id is needed, not {type(item).__name__}.", "objects")
    if not _is_id(id):
        text = f"An id has 32 hex characters, not {shown(id)}. What a query finds is track.experiments(query)."
        raise EmbedError(text, "objects")
    return id


def _is_id(text: str) -> bool:
    return len(text) == 32 and not text.strip("0123456789abcdef")


def several(objects: Any) -> list[Any]:
    """Return what is shown together as a list: of one, or of whatever gives several, once."""
    if isinstance(objects, str) or hasattr(objects, "single_values") or not isinstance(objects, Iterable):
        return [objects]
    return list(objects)


def _names(names: Any) -> list[str] | None:
    if names is None:
        return None
    if not isinstance(names, Iterable):
        raise TrackkitTypeError(f"Names are texts, or a list of them, not {type(names).__name__}: {shown(names)}.")
    found = [names] if isinstance(names, str) else [str(name) for name in names]
    for name in found:
        if any(character < " " or "\ud800" <= character <= "\udfff" for character in name):
            raise TrackkitValueError(f"A name must not contain control characters: {shown(name)}.", "name")
    return found


def _choice(value: Any, allowed: Iterable[str], name: str, error: type[TrackkitValueError] = TrackkitValueError) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise error(f"{name} must be one of {', '.join(allowed)}, not {shown(value)}.", name)
    return value
