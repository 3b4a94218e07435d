"""Figures of plotly are drawn without plotly, or are a frame that names them."""

from __future__ import annotations

import numpy as np
import pytest

from trackkit_jupyter.pictures import figure_picture

from .drawn import opened, texts

PLACEHOLDER = "shown in the live view"
RAMP = [[0, "rgb(0,0,0)"], [1, "rgba(255, 9, 9, 0.5)"]]
FIGURES = {
    "lines": [{"x": [1, 2, 3], "y": [1, None, 3], "name": "a", "line": {"dash": "dot", "shape": "hv"}}, {"y": [3, 1]}],
    "markers": [{"type": "scattergl", "mode": "markers", "y": [1, 2], "marker": {"color": [1, 2], "size": [4, 8]}}],
    "text": [{"mode": "markers+text", "x": [1], "y": [2], "text": ["here"]}],
    "filled": [{"x": [1, 2], "y": [1, 2], "fill": "tozeroy", "mode": "none"}],
    "grouped bars": [{"type": "bar", "x": ["a", "b"], "y": [1, 2]}, {"type": "bar", "x": ["a", "b"], "y": [2, -1]}],
    "horizontal bars": [{"type": "bar", "orientation": "h", "y": ["a", "b"], "x": [1, 2]}],
    "painted bars": [{"type": "bar", "x": ["a", "b"], "y": [1, 2], "marker": {"color": ["red", "#00f"]}}],
    "histogram": [{"type": "histogram", "x": list(range(50))}],
    "histogram of names": [{"type": "histogram", "x": ["a", "b", "a"]}],
    "box": [{"type": "box", "y": [1, 2, 3, 9], "name": "a"}, {"type": "box", "x": [1, 2, 3], "name": "b"}],
    "heatmap": [{"type": "heatmap", "z": [[1, 2], [3, None]], "colorscale": RAMP}],
    "large heatmap": [{"type": "heatmap", "z": np.zeros((3, 2500)).tolist(), "colorscale": "Viridis"}],
    "image": [{"type": "image", "z": [[[255, 0, 0], [0, 255, 0]]]}],
    "table": [{"type": "table", "header": {"values": ["n", ["<b>x</b>"]]}, "cells": {"values": [["a"], [0.12345]]}}],
    "dates": [{"x": ["2024-01-01", "2024-02-01"], "y": [1, 2]}],
    "one point": [{"x": [5], "y": [5]}],
    "nothing": [{"x": [], "y": []}],
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("data", FIGURES.values(), ids=FIGURES.keys())
def test_figures_are_drawn(data, theme):
    figure = {"data": data, "layout": {"title": {"text": "<b>A</b><br>title"}, "xaxis": {"title": {"text": "across"}}}}
    written = texts(figure_picture(figure, format="svg", theme=theme))
    assert "A title" in written
    assert not any(PLACEHOLDER in text for text in written)
    assert len(opened(figure_picture(figure, theme=theme)).getcolors(1 << 20)) <= 64


def test_hidden_traces_are_not_drawn():
    data = [{"y": [1, 2], "name": "a"}, {"y": [1, 2], "name": "b", "visible": "legendonly"}]
    assert "b" not in texts(figure_picture({"data": data, "layout": {"showlegend": True}}, format="svg"))


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ([{"type": "surface"}, {"type": "scatter3d"}, {"type": "surface"}], f"2 × surface, scatter3d: {PLACEHOLDER}"),
        ([{"type": "heatmap", "z": "zzz"}], f"heatmap: {PLACEHOLDER}"),
        ([{"type": "heatmap", "z": {"dtype": "object", "bdata": "AA=="}}], f"heatmap: {PLACEHOLDER}"),
        ([{"type": "image", "source": "data:image/png;base64,AAAA"}], f"image: {PLACEHOLDER}"),
        ([], f"no traces: {PLACEHOLDER}"),
        (None, f"no traces: {PLACEHOLDER}"),
    ],
)
def test_what_cannot_be_drawn_is_a_frame_that_names_it(data, named):
    written = texts(figure_picture({"data": data, "layout": {"title": "Landscape"}}, format="svg"))
    assert written == ["Landscape", named]
