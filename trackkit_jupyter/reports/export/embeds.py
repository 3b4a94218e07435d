"""The views of a report, each drawn afresh: its pictures, its words, and why anything of it is missing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from trackkit_jupyter.errors import NotFoundError, TrackkitError, TrackkitStorageError
from trackkit_jupyter.reports.export.document import Embed
from trackkit_jupyter.reports.export.figures import Figures, Wanted
from trackkit_jupyter.reports.export.samples import Sample, Samples
from trackkit_jupyter.views import drawing
from trackkit_jupyter.views.tables import Summary, Table
from trackkit_jupyter.views.view import View

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["Drawn", "Image", "draw_all"]

Format = Literal["png", "svg"]
#: Says where a view's experiments are.
Find = Callable[[View], "Store[Any]"]
_POINTS = 2000  # per curve
_ON_A_PAGE = 6  # charts of one picture
_MOST = 60  # pictures of one view


@dataclass(frozen=True)
class Image:
    """One picture of a view: the bytes, ``png`` or ``svg``, and its words for those who do not see it."""

    data: bytes
    format: Format
    alt: str


@dataclass
class Drawn:
    """What stands in the place of a view.

    Attributes
    ----------
    caption
        What it shows, in one line.
    images, tables
        What is shown.
    missing
        Why something of it could not be shown, a sentence each.
    view, store
        The view and where its objects are, while there are any.
    """

    caption: str
    images: list[Image] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    view: View | None = None
    store: Store[Any] | None = None

    @property
    def words(self) -> Summary:
        """Its tables, as Markdown or HTML."""
        return Summary("", "", self.tables)


def draw_all(
    embeds: Iterable[Embed], find: Find, format: Format, progress: Callable[[int, int, str], None] | None = None
) -> dict[str, Drawn]:
    """Draw every view of a report, one after the other.

    Whatever goes wrong with one is said in its place and costs no other.

    Parameters
    ----------
    embeds
        The views.
    find
        Says where a view's objects are.
    format
        ``svg``: vector, except what there is as pixels only; or ``png``.
    progress
        Called before each view with how many are done, how many there are, and what comes.
    """
    listed = list(embeds)
    figures, samples = Figures(format), Samples()
    places = {embed.mark: _Place(embed, find) for embed in listed}
    for place in places.values():
        place.prepare(figures, samples)
    if progress and figures.waiting:
        progress(0, len(listed), f"{figures.waiting} figures, with {figures.browser}")
    figures.draw()
    samples.decode()
    found = {}
    for number, (mark, place) in enumerate(places.items()):
        if progress:
            progress(number, len(listed), place.name)
        found[mark] = place.draw(figures, samples, format)
    if progress:
        progress(len(listed), len(listed), "")
    return found


class _Place:
    """One view: what it is about is looked up first, since all figures are drawn together."""

    def __init__(self, embed: Embed, find: Find) -> None:
        self.embed, self._find = embed, find
        self.view = embed.view if isinstance(embed.view, View) else None
        self.name = (self.view.title or self.view.kind) if self.view else "figure"
        self.failure = embed.view if isinstance(embed.view, str) else ""
        self.items: list[Any] = []
        self.ids: list[str] = []
        self.wanted: list[Wanted] = []
        self.samples: list[Sample] = []
        self.damaged: list[str] = []
        self.store: Store[Any] | None = None

    def prepare(self, figures: Figures, samples: Samples) -> None:
        """Look up what the view shows, and ask for its figures and debug samples."""
        with _Telling(self):
            if isinstance(self.embed.view, Mapping):
                self.wanted = [figures.want(self.embed.view, None, "")]
            if self.view is None:
                return
            self.store = self._find(self.view)
            if self.view.kind in ("table", "message", "claim"):
                return
            self.ids = self.view.resolve(self.store)
            if not self.ids:
                self.failure = (
                    drawing.missing(self.view) if self.view.objects else "The query of this view finds nothing now."
                )
                return
            self.items = [self.store.record(id) for id in self.ids]
            if self._tab == "plot":
                self._want_figures(figures)
            elif self._tab == "samples":
                self.samples = [
                    samples.want(row, item, self.store)
                    for item in self.items
                    for row in drawing.newest_samples(self.view, item)
                ]

    @property
    def _tab(self) -> str:
        """What of an experiment the view shows: ``plot``, ``samples``, or its curves."""
        assert self.view is not None
        if self.view.kind in ("experiment", "model"):
            return {"plots": "plot", "samples": "samples"}.get(str(self.view.options.get("tab")), "curves")
        return self.view.kind if self.view.kind in ("plot", "samples") else "curves"

    def _want_figures(self, figures: Figures) -> None:
        assert self.view is not None
        shown = drawing.in_series(self.view, self.items)
        for item in shown:
            for row in drawing.newest_plots(self.view, item):
                title = row["metric"] if row["metric"] == row["variant"] else f"{row['metric']}/{row['variant']}"
                name = f"{title}: {item.name}" if len(shown) > 1 else title
                try:
                    figure, kept = item.figure(row["hash"]), item.figure_picture(row["hash"])
                except (NotFoundError, TrackkitStorageError, json.JSONDecodeError):
                    self.damaged.append(f"The figure {name} cannot be read: its file is damaged or gone.")
                    continue
                self.wanted.append(figures.want(figure, kept, name))

    def draw(self, figures: Figures, samples: Samples, format: Format) -> Drawn:
        """Draw it."""
        from trackkit_jupyter.pictures import as_letters

        drawn = Drawn("", view=self.view, store=self.store)
        if not self.failure:
            with _Telling(self), as_letters():
                self._draw(drawn, figures, samples, format)
        if self.failure:
            return Drawn("", missing=[self.failure], view=self.view if self.store and self.ids else None)
        return drawn

    def _draw(self, drawn: Drawn, figures: Figures, samples: Samples, format: Format) -> None:
        view = self.view
        if view is None:
            self._take_figures(drawn, figures)
            drawn.caption = drawn.images[0].alt if drawn.images else ""
            return
        assert self.store is not None
        if view.kind == "message":
            drawn.caption = str(view.options.get("text") or view.title)
            return
        if view.kind == "claim":
            summary = drawing.summarise(view, self.store)
            drawn.caption = " ".join(part for part in (f"{summary.title}.", summary.line) if part)
            data = drawing.draw(view, self.store, format=format).data
            if data is not None:
                drawn.images.append(Image(data, format, summary.title))
            return
        if view.kind == "table":
            summary = drawing.summarise(view, self.store)
            drawn.caption, drawn.tables = _line(summary), list(summary.tables)
            return
        drawn.caption = drawing.caption_of(view, self.items)
        gone = len(view.objects) - len(self.items)
        if gone > 0:
            drawn.missing.append(f"{gone} of {len(view.objects)} objects of this view are no longer in the store.")
        if view.kind in ("single", "comparison", "experiment", "model"):
            drawn.tables = list(drawing.summarise(view, self.store).tables)
        if self._tab == "plot":
            self._take_figures(drawn, figures)
        elif self._tab == "samples":
            self._draw_samples(drawn, samples)
        elif view.options.get("type") == "parcoords" or view.options.get("tab") == "parallel":
            self._draw_parallel(drawn, format)
        elif view.kind != "single":
            self._draw_curves(drawn, format)
        if not drawn.images and not drawn.tables and not drawn.missing:
            drawn.missing.append("Nothing was logged to draw here.")

    def _take_figures(self, drawn: Drawn, figures: Figures) -> None:
        drawn.missing += self.damaged
        for wanted in self.wanted[:_MOST]:
            image = figures.image(wanted)
            if image is None:
                drawn.missing.append(figures.reason(wanted))
            else:
                drawn.images.append(Image(*image, alt=wanted.name or "Plot"))
        if len(self.wanted) > _MOST:
            drawn.missing.append(f"{len(self.wanted) - _MOST} more figures of this view are left out.")

    def _draw_samples(self, drawn: Drawn, samples: Samples) -> None:
        images, missing = samples.drawn(self.samples)
        drawn.images += [Image(data, "png", alt) for data, alt in images]
        drawn.missing += missing

    def _draw_curves(self, drawn: Drawn, format: Format) -> None:
        from trackkit_jupyter import pictures

        assert self.view is not None
        assert self.store is not None
        found = drawing.charts_of(self.view, self.store, self.ids, _POINTS)
        scale = 2 if format == "png" else 1
        if len(found) == 1:
            data = pictures.chart_picture(found[0], theme="light", format=format, scale=scale)
            drawn.images.append(Image(data, format, f"{found[0].title}: {drawn.caption}"))
            return
        for start in range(0, min(len(found), _MOST * _ON_A_PAGE), _ON_A_PAGE):
            page = found[start : start + _ON_A_PAGE]
            data = pictures.charts_picture(page, "", theme="light", format=format, width=720, scale=scale)
            drawn.images.append(Image(data, format, ", ".join(chart.title for chart in page)))

    def _draw_parallel(self, drawn: Drawn, format: Format) -> None:
        assert self.view is not None
        assert self.store is not None
        look = {"theme": "light", "format": format, "scale": 2 if format == "png" else 1}
        data = drawing.parallel(self.view, self.store, self.ids, look)
        drawn.tables = []
        if data is not None:
            drawn.images.append(Image(data, format, drawn.caption))


class _Telling:
    """Turn whatever goes wrong with a view into the sentence that stands in its place."""

    def __init__(self, place: _Place) -> None:
        self._place = place

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> bool:
        if isinstance(error, TrackkitError):
            self._place.failure = error.message
        elif isinstance(error, Exception):
            self._place.failure = f"This view could not be drawn ({type(error).__name__}: {error})."
        return isinstance(error, Exception)


def _line(summary: Summary) -> str:
    return " · ".join(part for part in (summary.title, summary.line) if part)


def problems(drawn: Sequence[Drawn]) -> list[str]:
    """Return why anything of the views is missing, in order."""
    return [f"{each.caption}: {reason}" if each.caption else reason for each in drawn for reason in each.missing]
