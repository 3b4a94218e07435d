"""What the views of a page answer from when there is no server: the answers they would have been given, kept in it."""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from trackkit_jupyter import operations
from trackkit_jupyter.errors import NotFoundError, TrackkitError
from trackkit_jupyter.pictures import kinds_of
from trackkit_jupyter.reports.export.embeds import Drawn
from trackkit_jupyter.views import claims, drawing
from trackkit_jupyter.views.view import CURVES

__all__ = ["BOOT", "Snapshot", "packed_code", "packed_plotly"]

_FOLDER = Path(__file__).parents[2] / "static"
_POINTS = 1000  # per line
_LINES = 2000  # of a console
_ROOM = 24_000_000  # bytes of samples in one page
_KINDS = frozenset({"scalars", "comparison", "plot", "samples", "single", "experiment", "model", "claim"})
#: Traces whose code plotly puts together while it draws them.
_GENERATED = frozenset({"scattergl", "scatterpolargl", "splom", "parcoords"})
_AXES = ("iterations", "relative", "wall")

#: Unpacks the code of the views and starts it; where that cannot be done, the page stays as it is.
BOOT = """
(async () => {
  const open = async id => {
    const text = document.getElementById(id).textContent;
    const packed = await (await fetch(`data:application/gzip;base64,${text}`)).blob();
    const plain = packed.stream().pipeThrough(new DecompressionStream('gzip'));
    return URL.createObjectURL(new Blob([await new Response(plain).blob()], { type: 'text/javascript' }));
  };
  globalThis.trackkitOpen = open;
  await import(await open('trackkit-code'));
})().catch(() => undefined);
"""


class Snapshot:
    """The answers for the views of one page, by store, each once."""

    def __init__(self) -> None:
        self._answers: dict[str, dict[str, dict[str, Any]]] = {}
        self._files: dict[str, str] = {}
        self._room = _ROOM
        self.has_figures = self.needs_eval = False

    def add(self, drawn: Drawn) -> dict[str, Any] | None:
        """Keep what a view shows, and return the view as the page mounts it; ``None`` for one that stays a picture."""
        view, store = drawn.view, drawn.store
        if view is None or store is None or view.kind not in _KINDS or not (drawn.images or drawn.tables):
            return None
        try:
            if view.kind == "claim":
                ids = []
                self._ask(store, "claim", **claims.arguments(view))
            elif ids := view.resolve(store):
                self._keep(store, view, ids)
            else:
                return None
        except TrackkitError:
            return None
        shown = view.to_json()
        return {**shown, "objects": ids, "query": None, "store": {"id": store.id, "path": None}}

    def to_json(self) -> dict[str, Any]:
        """Return everything that was kept."""
        return {
            "answers": {store: list(answers.values()) for store, answers in self._answers.items()},
            "files": self._files,
        }

    def _keep(self, store: Any, view: Any, ids: list[str]) -> None:
        whole = view.kind in ("experiment", "model")
        tab = "plot" if view.options.get("tab") == "plots" else view.options.get("tab")
        shows = {view.kind, tab} if not whole else {"scalars", "plot", "samples", "single"}
        for id in ids:
            self._ask(store, "model" if view.kind == "model" else "experiment", id=id)
        self._ask(store, "single_values", objects=ids)
        if shows & {"scalars", "comparison"} and view.options.get("type") != "parcoords":
            self._charts(store, view, ids)
        if view.kind == "comparison":
            self._compare(store, view, ids)
        if "plot" in shows:
            self._plots(store, view, ids)
        if "samples" in shows and view.kind != "model":
            self._samples(store, view, ids)
        if whole:
            for id in ids:
                if view.kind == "model":
                    self._ask(store, "lineage", id=id)
                    name = json.dumps(store.record(id).name, ensure_ascii=False)
                    versions = f"name == {name} and (archived or not archived)"
                    self._ask(store, "table", filters=versions, object_type="model", order_by="-version", page_size=100)
                else:
                    self._ask(store, "console", id=id, after=-_LINES, limit=_LINES)

    def _charts(self, store: Any, view: Any, ids: list[str]) -> None:
        options = view.options
        asked = {key: options[key] for key in CURVES if options.get(key) and key not in ("xaxis", "group_by")}
        for key in ("metrics", "variants"):
            if options.get(key):
                asked[key] = list(options[key])
        if options.get("x_metric"):
            self._ask(store, "charts", objects=ids, points=_POINTS, **asked, xaxis="metric")
            return
        for group_by in ("metric", "none"):
            for xaxis in _AXES:
                self._ask(store, "charts", objects=ids, points=_POINTS, **asked, xaxis=xaxis, group_by=group_by)

    def _compare(self, store: Any, view: Any, ids: list[str]) -> None:
        grouped = {key: list(view.options[key]) for key in ("by", "over") if view.options.get(key)}
        for groups in [{}, grouped] if grouped else [{}]:
            self._ask(store, "comparison", objects=ids, **groups)
        for statistic in ("last", "first", "min", "max", "mean"):
            self._ask(store, "metric_values", objects=ids, statistic=statistic)
        for part in ("code", "packages", "configuration"):
            self._ask(store, "details", objects=ids, part=part)
        embedded = view.options.get("type") == "parcoords"
        asked = {
            "parameters": list(view.options.get("variants" if embedded else "parameters") or ()),
            "metrics": list(view.options.get("metrics" if embedded else "targets") or ()),
            "value_type": view.options.get("value_type") or "value",
        }
        self._ask(store, "parallel", objects=ids, **asked)

    def _plots(self, store: Any, view: Any, ids: list[str]) -> None:
        self._ask(store, "plots", objects=ids)
        for id in ids:
            for row in drawing.newest_plots(view, store.record(id)):
                self._ask(store, "figure", id=id, hash=row["hash"])
                self.has_figures = True
                with contextlib.suppress(TrackkitError, ValueError):
                    kinds = kinds_of(store.record(id).figure(row["hash"]))
                    self.needs_eval |= not _GENERATED.isdisjoint(kinds)

    def _samples(self, store: Any, view: Any, ids: list[str]) -> None:
        for id in ids:
            self._ask(store, "samples", id=id, limit=20)
            for metric in view.options.get("metrics") or ():
                self._ask(store, "samples", id=id, limit=20, metric=metric)
            item = store.record(id)
            for row in drawing.newest_samples(view, item):
                self._ask(store, "sample_iterations", id=id, metric=row["metric"], variant=row["variant"])
                if row["kind"] == "audio":
                    self._ask(store, "waveform", id=id, hash=row["hash"], points=400)
                self._file(item, row)

    def _file(self, item: Any, row: dict[str, Any]) -> None:
        mime = str(row.get("mime") or "")
        is_media = mime.partition("/")[0] in ("image", "audio", "video") or mime == "text/html"
        if not is_media or row["hash"] in self._files or row.get("size", 0) > self._room:
            return
        try:
            data = item.blob(row["hash"]).read_bytes()
        except (OSError, NotFoundError):
            return
        self._room -= len(data)
        self._files[row["hash"]] = f"data:{mime};base64,{base64.b64encode(data).decode('ascii')}"

    def _ask(self, store: Any, name: str, **arguments: Any) -> None:
        if name not in operations.READS:
            return
        kept = self._answers.setdefault(store.id, {})
        key = json.dumps([name, arguments], sort_keys=True)
        if key in kept:
            return
        try:
            answer = operations.call(name, store, arguments)
        except TrackkitError:
            return  # the view says that it is not here
        kept[key] = {"name": name, "args": arguments}
        if isinstance(answer, bytes) and name not in operations.JSON_BYTES:
            kept[key]["bytes"] = base64.b64encode(gzip.compress(answer, 6, mtime=0)).decode("ascii")
        else:
            kept[key]["answer"] = json.loads(answer) if isinstance(answer, bytes) else answer


def packed_code() -> str | None:
    """Return the code of the views, packed; ``None`` where it was not built."""
    return _packed([_FOLDER / "page.js"])


def packed_plotly() -> str | None:
    """Return plotly.js, packed; ``None`` where plotly is not installed."""
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        return None
    return _packed([Path(spec.origin).parent / "package_data" / "plotly.min.js"])


def _packed(files: Iterable[Path]) -> str | None:
    try:
        text = b"\n".join(file.read_bytes() for file in files)
    except OSError:
        return None
    return base64.b64encode(gzip.compress(text, 6, mtime=0)).decode("ascii")
