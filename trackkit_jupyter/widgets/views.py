"""The views as widgets: their options are traits, which can be linked, set and observed."""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import anywidget
import traitlets

from trackkit_jupyter import views
from trackkit_jupyter.errors import TrackkitValueError, shown
from trackkit_jupyter.store import Store
from trackkit_jupyter.views import View
from trackkit_jupyter.views.bundle import find_store, light, store_of
from trackkit_jupyter.views.view import BANDS, COMPARISON_NAMES, SECTIONS, SMOOTHINGS, STATISTICS, VALUE_TYPES, XAXES
from trackkit_jupyter.widgets.channel import Channel, first_reads
from trackkit_jupyter.widgets.host import door
from trackkit_jupyter.widgets.page import LOADER, page

__all__ = ["MOST", "ComparisonView", "ExperimentView", "PlotsView", "SamplesView", "ScalarsView", "ViewWidget"]

#: Experiments that one widget shows: its state stays small.
MOST = 48
_ID = re.compile(r"[0-9a-f]{32}")
_GROUPING = {"group_by", "by", "over", "band"}
_MIME_TYPE = "application/vnd.jupyter.widget-view+json"


_LISTS = {"metrics", "variants", "by", "over", *COMPARISON_NAMES}


def _listed(name: str, value: Any) -> Any:
    """Return the value of an option; a single name may stand for a list of one."""
    if name not in _LISTS or not isinstance(value, Iterable):
        return value
    return [value] if isinstance(value, str) else list(value)


def _names() -> Any:
    return traitlets.List(traitlets.Unicode()).tag(sync=True, option=True)


def _flag(plain: bool) -> Any:
    return traitlets.Bool(plain).tag(sync=True, option=True)


def _range() -> Any:
    end: Any = traitlets.Float(allow_none=True)
    open_ends: list[Any] = [None, None]
    return traitlets.List(end, open_ends, minlen=2, maxlen=2).tag(sync=True, option=True)


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
        Ids of the experiments shown, 48 at most.
    height : int
        Height in CSS pixels.
    theme : str
        ``light``, ``dark`` or, empty, as the page around it.

    Raises
    ------
    TrackkitValueError
        More than 48 experiments, something that is no id, or an option that is not allowed.
    NotFoundError
        The store is not known on this machine.
    """

    kind = traitlets.Unicode(read_only=True).tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    objects = traitlets.List(traitlets.Unicode()).tag(sync=True)
    height = traitlets.Int(460, min=80, max=10_000).tag(sync=True, option=True)
    theme = traitlets.Enum(["", "light", "dark"], "").tag(sync=True, option=True)
    _id = traitlets.Unicode().tag(sync=True)
    _door = traitlets.Unicode().tag(sync=True)
    _page = traitlets.Unicode().tag(sync=True)
    _store = traitlets.Dict().tag(sync=True)
    _extra = traitlets.Dict().tag(sync=True)

    def __init__(self, view: View, store: Store[Any] | None = None, **options: Any) -> None:
        opened = store or find_store(view)
        located = view.with_store(opened)
        unknown = [name for name in options if name not in self.option_names()]
        if unknown:
            allowed = ", ".join(sorted(self.option_names()))
            raise TrackkitValueError(f"There is no option {shown(unknown[0])}; allowed: {allowed}.", unknown[0])
        chosen = {**view.options, **options}
        chosen = {name: value for name, value in chosen.items() if value is not None}
        known = {name: chosen.pop(name) for name in list(chosen) if name in self.option_names()}
        if not isinstance(known.get("height", 0), int):
            known.pop("height")
        self._channel: Channel | None = None
        #: What the display shows when the store is gone: base64 PNG.
        self.picture: str | None = None
        self.set_trait("kind", view.kind)
        hidden = page()
        try:
            super().__init__(
                _esm=LOADER,
                _id=secrets.token_hex(8),
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
        hidden.show(self)
        self._tell()

    @property
    def view(self) -> View:
        """What is shown now, as a view."""
        options = {**self._extra, **self._view_options()}
        return View(self.kind, tuple(self.objects), None, options, self.title, dict(self._store))

    @classmethod
    def option_names(cls) -> set[str]:
        """Return the names of the traits that are options of the view."""
        return set(cls.class_trait_names(option=True))

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
        found = {name: (getattr(self, name), self.traits()[name].default()) for name in sorted(self.option_names())}
        return {name: value for name, (value, plain) in found.items() if value != plain}

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        if _MIME_TYPE in data:
            # Our renderer takes the view, and binds it to the model of that name as long as there is one.
            data[_MIME_TYPE] = {**data[_MIME_TYPE], "trackkit_model": self._id, "trackkit_door": self._door}
        words, self.picture = light(self.view)
        return {**data, **words}, metadata


class _Of(ViewWidget):
    """What the views below have in common: they are made of experiments by a function of `views`."""

    _made_by: ClassVar[Callable[..., View]]

    def __init__(self, experiments: Any, store: Store[Any] | None = None, **options: Any) -> None:
        traits = {name: _listed(name, value) for name, value in options.items() if name in self.option_names()}
        others = {name: value for name, value in options.items() if name not in traits}
        for name in traits.keys() & _GROUPING:  # these have defaults that depend on each other
            others[name] = traits.pop(name)
        super().__init__(type(self)._made_by(experiments, **others), store or store_of(experiments), **traits)


class _Curves(_Of):
    metrics = _names()
    variants = _names()
    xaxis = traitlets.Enum(XAXES, "iterations").tag(sync=True, option=True)
    x_metric = traitlets.Unicode().tag(sync=True, option=True)
    group_by = traitlets.Enum(["metric", "none"], "metric").tag(sync=True, option=True)
    smoothing = traitlets.Float(0.0, min=0.0, max=0.999).tag(sync=True, option=True)
    smoothing_kind = traitlets.Enum(SMOOTHINGS, "ema").tag(sync=True, option=True)
    smoothing_window = traitlets.Int(5, min=3, max=35).tag(sync=True, option=True)
    smoothing_sigma = traitlets.Float(1.0, min=0.5, max=3.0).tag(sync=True, option=True)
    by = _names()
    over = _names()
    line = traitlets.Enum(["mean", "median"], "mean").tag(sync=True, option=True)
    band = traitlets.Enum(BANDS, "none").tag(sync=True, option=True)
    hidden = _names()
    log_x = _flag(False)
    log_y = _flag(False)
    ignore_outliers = _flag(False)
    originals = _flag(True)
    linked = _flag(False)
    x_range = _range()
    y_range = _range()

    @traitlets.validate("x_range", "y_range")
    def _check_range(self, proposal: Any) -> list[float | None]:
        ends: list[float | None] = list(proposal["value"])
        given = [end for end in ends if end is not None]
        if not all(map(math.isfinite, given)) or (len(given) == 2 and not given[0] < given[1]):
            name = proposal["trait"].name
            raise TrackkitValueError(
                f"{name} must be a smaller and a greater finite number, or None for an end that follows the data, not "
                f"{shown(ends)}.",
                name,
            )
        return ends


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

    tab = traitlets.Enum(list(views.TABS), "scalars").tag(sync=True, option=True)

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
        Traits, see below, and ``height`` and ``theme``.

    Attributes
    ----------
    metrics, variants : list of str
        Names to show; empty: all.
    xaxis : str
        ``iterations``, ``relative`` (seconds from the start) or ``wall``.
    x_metric : str
        Key of the series that is the horizontal axis instead; empty: none.
    group_by : str
        ``metric``: one chart per metric; ``none``: one per metric and variant.
    smoothing : float
        Weight of the de-biased exponential moving average, 0 to 0.999.
    smoothing_kind : str
        ``none``, ``ema``, ``time_weighted``, ``running`` or ``gaussian``.
    smoothing_window, smoothing_sigma : int, float
        Points of the running mean and the Gaussian, 3 to 35; the width of the Gaussian, 0.5 to 3.
    by, over : list of str
        Hyperparameters: one line for the experiments that have the same values of these, or the same but for those.
    line, band : str
        ``mean`` or ``median`` of such a group, and its spread: ``none``, ``minmax``, ``std``, ``stderr``, ``ci95``.
    hidden : list of str
        Charts that are hidden: metrics, or ``metric/variant`` where `group_by` is ``none``.
    log_x, log_y : bool
        Logarithmic axes; that of dates never is.
    x_range, y_range : list of float or None
        Ends of the axes of all charts, in iterations or seconds; ``None`` follows the data.
    ignore_outliers : bool
        The vertical axes span the 5th to the 95th percentile.
    originals : bool
        Of a smoothed line the original is drawn too, faint.
    linked : bool
        A zoom is that of all charts.
    """

    _made_by = staticmethod(views.scalars)


class ComparisonView(_Curves):
    """Experiments side by side: curves, details, values, what a hyperparameter does to a metric.

    Parameters
    ----------
    experiments
        Two experiments or more, or their ids.
    store
        Where they are; by default the store they came from.
    **options
        Traits: those of :class:`ScalarsView`, and those below.

    Attributes
    ----------
    tab : str
        The section that is open: ``scalars``, ``details``, ``values``, ``parallel``, ``scatter``, ``importance``,
        ``plots`` or ``samples``.
    base : str
        Id of the experiment that the others are compared with; empty: none.
    parameters, targets : list of str
        Hyperparameters and metrics of parallel coordinates, scatter and importance; empty: those that differ, and the
        first metrics.
    value_type : str
        Which value of a target: ``value`` (the last one), ``min_value``, ``max_value``, ``mean_value``,
        ``first_value``.
    color : str
        Key of the axis that colours the lines, or ``experiment``; empty: as many experiments as suit.
    log, order, brush : list of str
        Keys of the axes that are logarithmic, and of all in their order; the parts of axes that are brushed, each as
        JSON ``[key, low, high]``.
    statistic : str
        Which values are listed: ``last``, ``first``, ``min``, ``max`` or ``mean``.
    identical : bool
        Whether identical rows are shown.
    sample : str
        Which debug samples are side by side, as JSON ``[metric, variant]``; empty: those that most have.
    iteration : int or None
        The iteration of the debug samples; ``None``: the newest.
    """

    tab = traitlets.Enum(SECTIONS, "scalars").tag(sync=True, option=True)
    base = traitlets.Unicode().tag(sync=True, option=True)
    parameters = _names()
    targets = _names()
    value_type = traitlets.Enum(VALUE_TYPES, "value").tag(sync=True, option=True)
    color = traitlets.Unicode().tag(sync=True, option=True)
    log = _names()
    order = _names()
    brush = _names()
    statistic = traitlets.Enum(STATISTICS, "last").tag(sync=True, option=True)
    identical = traitlets.Bool(False).tag(sync=True, option=True)
    sample = traitlets.Unicode().tag(sync=True, option=True)
    iteration = traitlets.Int(None, allow_none=True).tag(sync=True, option=True)
    _made_by = staticmethod(views.comparison)


class PlotsView(_Of):
    """The plots of one or more experiments.

    Parameters
    ----------
    experiments
        An experiment, several, or their ids.
    store
        Where they are; by default the store they came from.
    **options
        Traits: ``metrics``, ``variants``, ``hidden``, ``height``, ``theme``.

    Attributes
    ----------
    metrics, variants : list of str
        Names to show; empty: all.
    hidden : list of str
        Titles of plots that are hidden.
    """

    metrics = _names()
    variants = _names()
    hidden = _names()
    _made_by = staticmethod(views.plot)


class SamplesView(_Of):
    """The debug samples of an experiment.

    Parameters
    ----------
    experiments
        An experiment, several, or their ids.
    store
        Where they are; by default the store they came from.
    **options
        Traits: ``metric``, ``iteration``, ``height``, ``theme``.

    Attributes
    ----------
    metric : str
        The metric shown; empty: all.
    iteration : int or None
        The iteration at the top; ``None``: the newest.
    """

    metric = traitlets.Unicode().tag(sync=True, option=True)
    iteration = traitlets.Int(None, allow_none=True).tag(sync=True, option=True)
    _made_by = staticmethod(views.samples)

    def __init__(self, experiments: Any, store: Store[Any] | None = None, **options: Any) -> None:
        named = _listed("metrics", options.pop("metrics", None) or [])
        first = {"metric": named[0]} if named else {}
        super().__init__(experiments, store, **{**first, **options})

    def _view_options(self) -> dict[str, Any]:
        found = super()._view_options()
        metric = found.pop("metric", None)
        return {**found, "metrics": [metric]} if metric else found

    @property
    def iterations(self) -> list[int]:
        """The iterations that have samples of that metric, ascending."""
        channel = self._channel
        if channel is None:
            return []
        samples = [one for id in self.objects for one in channel.store.experiment(id).samples()]
        return sorted({int(one["iteration"]) for one in samples if self.metric in ("", one["metric"])})
