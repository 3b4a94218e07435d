"""The views of experiments as widgets: their options are traits, which can be linked, set and observed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import traitlets

from trackkit_jupyter import views
from trackkit_jupyter.errors import TrackkitValueError, shown
from trackkit_jupyter.store import Store
from trackkit_jupyter.views import View
from trackkit_jupyter.views.bundle import store_of
from trackkit_jupyter.views.view import BANDS, COMPARISON_NAMES, SECTIONS, SMOOTHINGS, STATISTICS, VALUE_TYPES, XAXES
from trackkit_jupyter.widgets.view import ViewWidget

__all__ = ["ComparisonView", "ExperimentView", "PlotsView", "SamplesView", "ScalarsView"]

_GROUPING = {"group_by", "by", "over", "band"}
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
