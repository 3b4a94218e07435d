"""What is shown, as data: view builders, the embed-URL codec, and the MIME bundle of a display."""

from __future__ import annotations

from trackkit_jupyter.views.builders import (
    comparison,
    embed,
    experiment,
    model,
    of,
    plot,
    samples,
    scalars,
    single,
)
from trackkit_jupyter.views.bundle import bundle, mimebundle
from trackkit_jupyter.views.display import compare, refresh, show, table
from trackkit_jupyter.views.embed_url import metric_id
from trackkit_jupyter.views.embed_url import parse as parse_embed
from trackkit_jupyter.views.view import MIME_TYPE, TABS, View

__all__ = [
    "MIME_TYPE",
    "TABS",
    "View",
    "bundle",
    "compare",
    "comparison",
    "embed",
    "experiment",
    "metric_id",
    "mimebundle",
    "model",
    "of",
    "parse_embed",
    "plot",
    "refresh",
    "samples",
    "scalars",
    "show",
    "single",
    "table",
]
