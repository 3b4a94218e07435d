"""A small plotly figure of every type of trace."""

from __future__ import annotations

from typing import Any

_X, _Y = [1, 2, 3, 4, 5, 6], [2, 4, 3, 6, 5, 7]
_GRID = [[(row - 3) * (column - 4) for column in range(9)] for row in range(7)]
_WIDE = [1, 2, 2, 3, 3, 3, 4, 4, 5, 9, 2, 3, 4, 3, 3]
_TREE = {"labels": ["all", "a", "b", "c"], "parents": ["", "all", "all", "a"], "values": [10, 6, 4, 3]}
_BOX = [0, 1, 1, 0, 0, 1, 1, 0], [0, 0, 1, 1, 0, 0, 1, 1], [0, 0, 0, 0, 1, 1, 1, 1]
_CUBE = {"x": _BOX[0], "y": _BOX[1], "z": _BOX[2], "value": [1, 2, 3, 4, 5, 6, 7, 8], "isomin": 2, "isomax": 6}
_PLACES = {"lat": [52.5, 48.9, 40.4], "lon": [13.4, 2.4, -3.7]}

_TRACES: dict[str, dict[str, Any]] = {
    "scatter": {"x": _X, "y": _Y, "mode": "lines+markers"},
    "scattergl": {"x": _X, "y": _Y, "mode": "lines"},
    "bar": {"x": ["a", "b", "c"], "y": [3, 1, 2]},
    "histogram": {"x": _WIDE, "xbins": {"start": 0.5, "end": 9.5, "size": 1}},
    "box": {"y": _WIDE, "name": "one"},
    "heatmap": {"z": _GRID, "colorscale": "Viridis"},
    "image": {"z": [[[20 * column, 30 * row, 120] for column in range(9)] for row in range(7)]},
    "table": {"header": {"values": ["a", "b"]}, "cells": {"values": [[1, 2, 3], ["x", "y", "z"]]}},
    "contour": {"z": _GRID},
    "histogram2d": {"x": _WIDE, "y": _WIDE[::-1]},
    "histogram2dcontour": {"x": _WIDE, "y": _WIDE[::-1]},
    "violin": {"y": _WIDE},
    "pie": {"labels": ["a", "b"], "values": [3, 1]},
    "candlestick": {"x": _X[:2], "open": [1, 2], "high": [3, 4], "low": [0, 1], "close": [2, 3]},
    "ohlc": {"x": _X[:2], "open": [1, 2], "high": [3, 4], "low": [0, 1], "close": [2, 3]},
    "waterfall": {"x": ["a", "b", "c"], "y": [3, -1, 2]},
    "funnel": {"x": [5, 3, 1], "y": ["a", "b", "c"]},
    "funnelarea": {"labels": ["a", "b"], "values": [3, 1]},
    "indicator": {"value": 3, "mode": "number"},
    "scatterpolar": {"r": [1, 2, 3], "theta": [0, 120, 240]},
    "barpolar": {"r": [1, 2, 3], "theta": [0, 120, 240]},
    "scatterternary": {"a": [1, 2], "b": [2, 1], "c": [1, 1]},
    "scattersmith": {"real": [0.5, 1], "imag": [0.5, 1]},
    "carpet": {"a": [1, 2, 1, 2], "b": [1, 1, 2, 2], "y": [1, 2, 3, 4]},
    "parcoords": {"dimensions": [{"label": "a", "values": [1, 2, 3]}, {"label": "b", "values": [3, 1, 2]}]},
    "parcats": {"dimensions": [{"label": "a", "values": ["x", "y"]}, {"label": "b", "values": ["u", "v"]}]},
    "sankey": {"node": {"label": ["a", "b"]}, "link": {"source": [0], "target": [1], "value": [1]}},
    "splom": {"dimensions": [{"label": "a", "values": _X}, {"label": "b", "values": _Y}]},
    "sunburst": _TREE,
    "treemap": _TREE,
    "icicle": _TREE,
    "scatter3d": {"x": _X, "y": _Y, "z": _X, "mode": "markers"},
    "surface": {"z": _GRID},
    "mesh3d": {"x": _BOX[0], "y": _BOX[1], "z": _BOX[2], "alphahull": 0},
    "cone": {"x": [1], "y": [1], "z": [1], "u": [1], "v": [1], "w": [0]},
    "streamtube": {**dict(zip("xyz", _BOX, strict=True)), "u": [1] * 8, "v": [0] * 8, "w": [0] * 8},
    "isosurface": _CUBE,
    "volume": {**_CUBE, "opacity": 0.3},
    "scattergeo": _PLACES,
}

#: By the type of their trace. Maps that fetch tiles are left out: nothing is fetched.
FIGURES: dict[str, dict[str, Any]] = {
    kind: {"data": [{"type": kind, **trace}], "layout": {"showlegend": False}} for kind, trace in _TRACES.items()
}
