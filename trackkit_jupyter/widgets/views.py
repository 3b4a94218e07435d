"""The views as widgets: their options are traits, which can be linked, set and observed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import anywidget
import traitlets

from trackkit_jupyter import views
from trackkit_jupyter.errors import TrackkitValueError, shown
from trackkit_jupyter.store import Store
from trackkit_jupyter.views import View
from trackkit_jupyter.views.bundle import find_store, store_of
from trackkit_jupyter.widgets.channel import Channel, first_reads
from trackkit_jupyter.widgets.host import door
from trackkit_jupyter.widgets.page import LOADER, page

__all__ = ["MOST", "ComparisonView", "ExperimentView", "PlotsView", "SamplesView", "ScalarsView", "ViewWidget"]

#: Experiments that one widget shows: its state stays small.
MOST = 50
_ID = re.compile(r"[0-9a-f]{32}")
_OPTIONS = ("tab", "metrics", "variants", "xaxis", "smoothing", "group_by", "iteration", "height", "theme")


class ViewWidget(anywidget.AnyWidget):
    """A view as a widget.

    Its state is ids and options, never data: for data the page asks our Jupyter server, or else the kernel.

    Parameters
    ----------
    view
        What to show.
    store
        Where its experiments are; by default the store they came from.
    **options
        Traits, see below.

    Attributes
    ----------
    kind : str
        The kind of view. Fixed.
    objects : list of str
        Ids of the experiments shown, 50 at most.
    height : int
        Height in CSS pixels.
    theme : str
        ``light``, ``dark`` or, empty, as the page around it.

    Raises
    ------
    TrackkitValueError
        More than 50 experiments, something that is no id, or an option that is not allowed.
    NotFoundError
        The store is not known on this machine.
    """

    kind = traitlets.Unicode(read_only=True).tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    objects = traitlets.List(traitlets.Unicode()).tag(sync=True)
    height = traitlets.Int(460, min=80, max=10_000).tag(sync=True)
    theme = traitlets.Enum(["", "light", "dark"], "").tag(sync=True)
    _door = traitlets.Unicode().tag(sync=True)
    _page = traitlets.Unicode().tag(sync=True)
    _store = traitlets.Dict().tag(sync=True)
    _extra = traitlets.Dict().tag(sync=True)

    def __init__(self, view: View, store: Store[Any] | None = None, **options: Any) -> None:
        opened = store or find_store(view)
        located = view.with_store(opened)
        unknown = [name for name in options if not self.has_trait(name) or name not in _OPTIONS]
        if unknown:
            allowed = ", ".join(name for name in _OPTIONS if self.has_trait(name))
            raise TrackkitValueError(f"There is no option {shown(unknown[0])}; allowed: {allowed}.", unknown[0])
        chosen = {**view.options, **options}
        chosen = {name: value for name, value in chosen.items() if value is not None}
        known = {name: chosen.pop(name) for name in list(chosen) if self.has_trait(name)}
        if not isinstance(known.get("height", 0), int):
            known.pop("height")
        self._channel: Channel | None = None
        self.set_trait("kind", view.kind)
        hidden = page()
        try:
            super().__init__(
                _esm=LOADER,
                _door=hidden.key,
                _page=hidden.model_id,
                title=view.title,
                objects=list(view.objects),
                _store=dict(located.store or {}),
                _extra=chosen,
                **known,
            )
        except traitlets.TraitError as error:
            raise TrackkitValueError(str(error)) from None
        self._channel = hidden.channel(opened)
        hidden.expect(view.kind)
        self._tell()

    @property
    def view(self) -> View:
        """What is shown now, as a view."""
        options = {**self._extra, **self._view_options()}
        return View(self.kind, tuple(self.objects), None, options, self.title, dict(self._store))

    def _split(self, options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Divide options into traits and the others; a single name may stand for a list of one."""
        listed = {
            name: [value] if isinstance(value, str) else list(value)
            for name, value in options.items()
            if name in ("metrics", "variants") and isinstance(value, Iterable)
        }
        every = {**options, **listed}
        traits = {name: value for name, value in every.items() if name in _OPTIONS and self.has_trait(name)}
        return traits, {name: value for name, value in every.items() if name not in traits}

    @traitlets.validate("objects")
    def _check_objects(self, proposal: Any) -> list[str]:
        ids = list(dict.fromkeys(proposal["value"]))
        if len(ids) > MOST:
            raise TrackkitValueError(f"A widget shows {MOST} experiments at most, not {len(ids)}.", "objects")
        for id in ids:
            if not _ID.fullmatch(id):
                raise TrackkitValueError(f"An id has 32 hex characters, not {shown(id)}.", "objects")
        return ids

    @traitlets.observe("objects")
    def _tell(self, _: Any = None) -> None:
        """Have answers sent that nobody can ask for yet: the kernel may be busy by the time this is shown."""
        if self._channel is not None and door() == "comm":
            self._channel.expect(self.objects)
            self._channel.follow(first_reads(self.kind, list(self.objects), self.view.options))

    def _view_options(self) -> dict[str, Any]:
        found = {name: getattr(self, name) for name in _OPTIONS if self.has_trait(name)}
        return {name: value for name, value in found.items() if value not in (None, "", [])}

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        # Words and a table for where there is no kernel. No picture, to stay light: exp.show() is for that.
        return {**views.words(self.view), **data}, metadata


class _Curves(ViewWidget):
    metrics = traitlets.List(traitlets.Unicode()).tag(sync=True)
    variants = traitlets.List(traitlets.Unicode()).tag(sync=True)
    xaxis = traitlets.Enum(["iterations", "relative", "wall"], "iterations").tag(sync=True)
    smoothing = traitlets.Float(0.0, min=0.0, max=0.999).tag(sync=True)
    group_by = traitlets.Enum(["metric", "none"], "metric").tag(sync=True)


class ExperimentView(ViewWidget):
    """One experiment with its eight tabs.

    Parameters
    ----------
    experiment
        An experiment, or its id.
    store
        Where it is; by default the store it came from.
    **options
        Traits: ``tab``, ``height``, ``theme``.

    Attributes
    ----------
    tab : str
        The tab that is open: ``execution``, ``configuration``, ``artifacts``, ``info``, ``console``, ``scalars``,
        ``plots`` or ``samples``.
    """

    tab = traitlets.Enum(list(views.TABS), "scalars").tag(sync=True)

    def __init__(self, experiment: Any, store: Store[Any] | None = None, **options: Any) -> None:
        super().__init__(views.experiment(experiment), store or store_of(experiment), **options)


class ScalarsView(_Curves):
    """The scalar charts of one or more experiments.

    Parameters
    ----------
    experiments
        An experiment, several, or their ids.
    store
        Where they are; by default the store they came from.
    **options
        Traits: ``metrics``, ``variants``, ``xaxis``, ``smoothing``, ``group_by``, ``height``, ``theme``; and the other
        options of :func:`trackkit_jupyter.views.scalars`, which are fixed.

    Attributes
    ----------
    metrics, variants : list of str
        Names to show; empty: all.
    xaxis : str
        ``iterations``, ``relative`` (seconds from the start) or ``wall``.
    smoothing : float
        Weight of the de-biased exponential moving average, 0 to 0.999.
    group_by : str
        ``metric``: one chart per metric; ``none``: one per metric and variant.
    """

    def __init__(self, experiments: Any, store: Store[Any] | None = None, **options: Any) -> None:
        traits, others = self._split(options)
        super().__init__(views.scalars(experiments, **others), store or store_of(experiments), **traits)


class ComparisonView(_Curves):
    """Experiments side by side: charts, differing hyperparameters, final metrics.

    Parameters
    ----------
    experiments
        Two experiments or more, or their ids.
    store
        Where they are; by default the store they came from.
    **options
        Traits: those of :class:`ScalarsView`, and ``tab``.

    Attributes
    ----------
    tab : str
        The tab that is open: ``scalars``, ``hyperparameters`` or ``metrics``.
    """

    tab = traitlets.Enum(["scalars", "hyperparameters", "metrics"], "scalars").tag(sync=True)

    def __init__(self, experiments: Any, store: Store[Any] | None = None, **options: Any) -> None:
        traits, others = self._split(options)
        super().__init__(views.comparison(experiments, **others), store or store_of(experiments), **traits)


class PlotsView(ViewWidget):
    """The plots of one or more experiments.

    Parameters
    ----------
    experiments
        An experiment, several, or their ids.
    store
        Where they are; by default the store they came from.
    **options
        Traits: ``metrics``, ``variants``, ``height``, ``theme``.

    Attributes
    ----------
    metrics, variants : list of str
        Names to show; empty: all.
    """

    metrics = traitlets.List(traitlets.Unicode()).tag(sync=True)
    variants = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, experiments: Any, store: Store[Any] | None = None, **options: Any) -> None:
        traits, others = self._split(options)
        super().__init__(views.plot(experiments, **others), store or store_of(experiments), **traits)


class SamplesView(ViewWidget):
    """The debug samples of an experiment.

    Parameters
    ----------
    experiments
        An experiment, several, or their ids.
    store
        Where they are; by default the store they came from.
    **options
        Traits: ``metrics``, ``iteration``, ``height``, ``theme``.

    Attributes
    ----------
    metrics : list of str
        Its first name is the metric shown; empty: all.
    iteration : int or None
        The iteration at the top; ``None``: the newest.
    """

    metrics = traitlets.List(traitlets.Unicode()).tag(sync=True)
    iteration = traitlets.Int(None, allow_none=True).tag(sync=True)

    def __init__(self, experiments: Any, store: Store[Any] | None = None, **options: Any) -> None:
        traits, others = self._split(options)
        super().__init__(views.samples(experiments, **others), store or store_of(experiments), **traits)

    @property
    def iterations(self) -> list[int]:
        """The iterations that have samples, ascending."""
        channel = self._channel
        if channel is None:
            return []
        found: set[int] = set()
        for id in self.objects:
            found |= {int(sample["iteration"]) for sample in channel.store.experiment(id).samples()}
        return sorted(found)
