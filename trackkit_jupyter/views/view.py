"""The View: what is shown, as data of a few hundred bytes."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import EmbedError, NotFoundError, TrackkitValueError, shown

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["MIME_TYPE", "MODEL_TABS", "SECTIONS", "TABS", "TYPES", "View", "check_size"]

MIME_TYPE = "application/vnd.trackkit.view+json"

#: The tabs of an experiment, in order.
TABS = ("execution", "configuration", "artifacts", "info", "console", "scalars", "plots", "samples")
#: The tabs of a model, in order.
MODEL_TABS = ("general", "network", "labels", "metadata", "lineage", "scalars", "plots")
#: The sections of a comparison, in order.
SECTIONS = ("scalars", "details", "values", "parallel", "scatter", "importance", "plots", "samples")
#: What else a comparison may be told: lists of names, and single texts.
COMPARISON_NAMES = ("parameters", "targets", "log", "brush", "order")
COMPARISON_TEXTS = ("base", "color", "statistic", "sample")
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
