"""What is drawn, as data: curves and options in, charts with named, coloured series and their columns out.

The browser and :mod:`trackkit_jupyter.pictures` draw the same charts. Nothing here knows a store.
"""

from __future__ import annotations

from trackkit_jupyter.charts.build import GroupBy, build
from trackkit_jupyter.charts.data import Answer, Axis, Chart, ChartSeries, Curve, Group, Reference
from trackkit_jupyter.charts.groups import apart, groups
from trackkit_jupyter.charts.parallel import ParallelAxis, number_axis, place, text_axis
from trackkit_jupyter.charts.saved import SavedSeries, read_series
from trackkit_jupyter.charts.wire import decode, decode_cursor, encode, encode_cursor
from trackkit_jupyter.palette import colors

__all__ = [
    "Answer",
    "Axis",
    "Chart",
    "ChartSeries",
    "Curve",
    "Group",
    "GroupBy",
    "ParallelAxis",
    "Reference",
    "SavedSeries",
    "apart",
    "build",
    "colors",
    "decode",
    "decode_cursor",
    "encode",
    "encode_cursor",
    "groups",
    "number_axis",
    "place",
    "read_series",
    "text_axis",
]
