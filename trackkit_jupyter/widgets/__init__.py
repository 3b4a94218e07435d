"""Views and controls as widgets, with traits that can be linked; and the door over the comm for hosts without ours.

>>> from trackkit_jupyter import widgets
>>> view = widgets.ScalarsView(exp, metrics="loss", smoothing=0.6)  # shows itself, and follows view.smoothing = 0.9

Imported when first used: anywidget and ipywidgets cost a tenth of a second.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trackkit_jupyter.widgets.controls import PlotControls, SampleSlider
    from trackkit_jupyter.widgets.models import ModelEditor, ModelView
    from trackkit_jupyter.widgets.reports import ReportsPage
    from trackkit_jupyter.widgets.tables import ExperimentsTable
    from trackkit_jupyter.widgets.view import ViewWidget
    from trackkit_jupyter.widgets.views import (
        ComparisonView,
        ExperimentView,
        PlotsView,
        SamplesView,
        ScalarsView,
    )

__all__ = [
    "ComparisonView",
    "ExperimentView",
    "ExperimentsTable",
    "ModelEditor",
    "ModelView",
    "PlotControls",
    "PlotsView",
    "ReportsPage",
    "SampleSlider",
    "SamplesView",
    "ScalarsView",
    "ViewWidget",
]

_HOMES = {
    "ExperimentsTable": "tables",
    "ModelEditor": "models",
    "ModelView": "models",
    "PlotControls": "controls",
    "ReportsPage": "reports",
    "SampleSlider": "controls",
    "ViewWidget": "view",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES.get(name, 'views')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
