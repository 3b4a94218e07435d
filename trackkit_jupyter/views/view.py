"""The View: what is shown, as data of a few hundred bytes, and how it is built."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import EmbedError, NotFoundError, TrackkitTypeError, TrackkitValueError, shown

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = [
    "MIME_TYPE",
    "MODEL_TABS",
    "SECTIONS",
    "TABS",
    "TYPES",
    "View",
    "comparison",
    "embed",
    "experiment",
    "model",
    "of",
    "plot",
    "samples",
    "scalars",
    "several",
    "single",
]

MIME_TYPE = "application/vnd.trackkit.view+json"

#: The tabs of an experiment, in order.
TABS = ("execution", "configuration", "artifacts", "info", "console", "scalars", "plots", "samples")
#: The tabs of a model, in order.
MODEL_TABS = ("general", "network", "labels", "metadata", "lineage", "scalars", "plots")
#: The sections of a comparison, in order.
SECTIONS = ("scalars", "details", "values", "parallel", "scatter", "importance", "plots", "samples")
#: What else a comparison may be told: lists of names, and single texts.
COMPARISON_NAMES = ("parameters", "targets", "log", "brush", "order")
COMPARISON_TEXTS = ("base", "color", "statistic")
STATISTICS = ("last", "first", "min", "max", "mean")
#: What an embed may show (the spec's ``type``), and the kind of view it becomes. The last three are ours.
TYPES = {
    "plot": "plot",
    "scalar": "scalars",
    "single": "single",
    "sample": "samples",
    "parcoords": "comparison",
    "experiment": "experiment",
    "comparison": "comparison",
    "model": "model",
    "table": "table",
}
XAXES = ("iterations", "relative", "wall")
#: How curves are drawn: options of a view that are arguments of the operation ``charts``.
CURVES = (
    "group_by",
    "xaxis",
    "smoothing",
    "x_metric",
    "smoothing_kind",
    "smoothing_window",
    "smoothing_sigma",
    "by",
    "over",
    "line",
    "band",
)
SMOOTHINGS = ("none", "ema", "time_weighted", "running", "gaussian")
BANDS = ("none", "minmax", "std", "stderr", "ci95")
VALUE_TYPES = ("value", "min_value", "max_value", "mean_value", "first_value")


@dataclass(frozen=True)
class View:
    """What is shown: a kind, the objects it is about, and options.

    A view holds no data. The same view is shown by a notebook output, a tab, the embed page and an exported report, and
    shows what the store holds at that moment.

    Attributes
    ----------
    kind
        ``experiment``, ``model``, ``scalars``, ``comparison``, ``plot``, ``samples``, ``single``, ``table`` or
        ``message``.
    objects
        Ids of the objects, in order.
    query
        What chooses the objects instead of ids: the parameters of a dynamic query, as they stood in the embed URL.
    options
        Only what differs from the default: ``tab``, ``metrics``, ``variants``, ``xaxis``, ``smoothing``, ``group_by``,
        ``theme``, ``width``, ``height``, ``object_type``, ``type`` ...
    title
        What to call it.
    store
        Id of the store and its path relative to the notebook; ``None``: the default store.
    """

    kind: str
    objects: tuple[str, ...] = ()
    query: Mapping[str, Any] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    title: str = field(default="", compare=False)
    store: Mapping[str, str | None] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the view as it stands in a notebook output."""
        return {
            "version": 1,
            "kind": self.kind,
            "store": dict(self.store) if self.store else {"id": None, "path": None},
            "objects": list(self.objects),
            "query": dict(self.query) if self.query else None,
            "options": dict(self.options),
            "title": self.title,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> View:
        """Return the view that :meth:`to_json` wrote; unknown keys of a later version are left out.

        Raises
        ------
        TrackkitValueError
            It is no view.
        """
        objects, options, store, query = (data.get(key) for key in ("objects", "options", "store", "query"))
        if not isinstance(data.get("kind"), str) or not isinstance(objects, list):
            raise TrackkitValueError("This is no view: kind and objects are missing.", "kind")
        return cls(
            kind=data["kind"],
            objects=tuple(str(id) for id in objects),
            query=query if isinstance(query, Mapping) else None,
            options=options if isinstance(options, Mapping) else {},
            title=str(data.get("title") or ""),
            store=store if isinstance(store, Mapping) and store.get("id") else None,
        )

    @property
    def url(self) -> str:
        """Address of the embed page, relative to the Jupyter server: no host, no prefix, no token.

        Raises
        ------
        EmbedError
            There are too many objects for an address.
        """
        from trackkit_jupyter.views import embed_url

        url = embed_url.write(self)
        if len(url) > embed_url.LONGEST:
            raise EmbedError(
                f"{len(self.objects):,} objects are too many for an embed URL, which has {embed_url.LONGEST:,} "
                "characters at most: embed a query that finds them.",
                "objects",
            )
        return url

    @property
    def code(self) -> str:
        """The iframe snippet to paste into a report."""
        width, height = self.options.get("width", "100%"), self.options.get("height", 400)
        return (
            f'<iframe src="{html.escape(self.url)}" width="{html.escape(str(width))}" '
            f'height="{html.escape(str(height))}"></iframe>'
        )

    def resolve(self, store: Store[Any]) -> list[str]:
        """Return the ids of the objects that the view shows now, in order.

        Parameters
        ----------
        store
            Where to look. Objects that are no longer there are left out.

        Raises
        ------
        QueryError
            The view chooses its objects by a query that cannot be read; ``field`` names the parameter.
        """
        if self.query and not self.objects:
            from trackkit_jupyter.store.asking import ids_of

            models = self.kind == "model" or self.options.get("object_type") == "model"
            what = "model" if models else "experiment"
            return ids_of(store, what, self.query)
        found = []
        for id in self.objects:
            try:
                store.record(id)
            except NotFoundError:
                continue
            found.append(id)
        return found

    def with_options(self, **options: Any) -> View:
        """Return the same view with other options; ``None`` takes an option away."""
        merged = {**self.options, **options}
        return replace(self, options={key: value for key, value in merged.items() if value is not None})

    def with_store(self, store: Store[Any]) -> View:
        """Return the same view, of this store."""
        return replace(self, store=_store_of(store))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        from trackkit_jupyter.views.bundle import mimebundle

        return mimebundle(self)


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
    return View(kind, ids, query, kept, title, None if store is None else _store_of(store))


_OPTIONS = frozenset(
    "tab metrics variants theme width height object_type type value_type series company columns order_by".split()
).union(CURVES, COMPARISON_NAMES, COMPARISON_TEXTS, ["identical"])


def _id(item: Any) -> str:
    id = item if isinstance(item, str) else getattr(item, "id", None)
    if not isinstance(id, str):
        raise TrackkitTypeError(f"An experiment or its id is needed, not {type(item).__name__}.", "objects")
    if not _is_id(id):
        raise EmbedError(f"An id has 32 hex characters, not {shown(id)}.", "objects")
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


def check_size(value: Any, name: str) -> int | str:
    """Return a width or height: CSS pixels, or a percentage of the width there is.

    Raises
    ------
    EmbedError
        It is neither, or not from 50 to 10000 pixels.
    """
    text = value.strip() if isinstance(value, str) else "" if isinstance(value, bool) else str(value)
    pixels = re.fullmatch(r"([0-9]{1,6})(?:px)?", text, re.ASCII)
    if pixels and 50 <= int(pixels[1]) <= 10_000:
        return int(pixels[1])
    percent = re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]{1,3})?)%", text, re.ASCII)
    if name == "width" and percent and 0 < float(percent[1]) <= 100:
        return text
    or_percent = ", or a percentage such as 50%" if name == "width" else ""
    raise EmbedError(f"{name} must be 50 to 10000 pixels{or_percent}, not {shown(value)}.", name)


def _store_of(store: Any) -> dict[str, str | None]:
    """Return the store as a view names it: its id, and its path from the notebook, whose folder the kernel works in."""
    try:
        path = Path(os.path.relpath(store.path, Path.cwd())).as_posix()
    except (ValueError, OSError):  # another drive, or the working directory is gone
        path = None
    # A path that leaves the notebook's surroundings says more about this machine than it helps to find the store.
    if path is not None and path.split("/").count("..") > 3:
        path = None
    return {"id": store.id, "path": path}
