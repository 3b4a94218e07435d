"""Charts, parallel coordinates, figures and debug samples as PNG or SVG, drawn with matplotlib, without a browser.

For the fallback picture of a display and for exported reports. The pictures do not depend on the style a person has set
for matplotlib, and drawing one leaves that style as it was.
"""

from __future__ import annotations

from trackkit_jupyter.pictures.figures import draw_figure, figure_picture, kinds_of
from trackkit_jupyter.pictures.lines import chart_picture, charts_picture
from trackkit_jupyter.pictures.paper import as_letters
from trackkit_jupyter.pictures.parallel import parallel_picture
from trackkit_jupyter.pictures.samples import samples_picture
from trackkit_jupyter.pictures.waveform import waveform_picture

__all__ = [
    "as_letters",
    "chart_picture",
    "charts_picture",
    "draw_figure",
    "figure_picture",
    "kinds_of",
    "parallel_picture",
    "samples_picture",
    "waveform_picture",
]
