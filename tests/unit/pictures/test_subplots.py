"""Axes of plotly figures: where they stand, and their ticks."""

from __future__ import annotations

from trackkit_jupyter.pictures import figure_picture

from .drawn import place, texts


def test_subplots_stand_in_their_domains():
    data = [{"y": [1, 2]}, {"y": [1, 2], "xaxis": "x2", "yaxis": "y2"}]
    axes = {"xaxis": {"domain": [0, 0.45], "title": "left"}, "xaxis2": {"domain": [0.55, 1], "title": "right"}}
    svg = figure_picture({"data": data, "layout": axes}, format="svg")
    assert place(svg, "left")[0] < 320 < place(svg, "right")[0]


def test_a_second_axis_stands_on_the_right():
    data = [{"y": [1, 2]}, {"y": [100, 200], "yaxis": "y2"}]
    svg = figure_picture({"data": data, "layout": {"yaxis2": {"overlaying": "y", "side": "right"}}}, format="svg")
    assert place(svg, "120")[0] > 320 > place(svg, "1.2")[0]


def test_logarithmic_axes_count_in_powers():
    figure = {"data": [{"x": [1, 2], "y": [1e-3, 1e3]}], "layout": {"yaxis": {"type": "log"}}}
    assert {"0.001", "0.1", "10", "1,000"} <= set(texts(figure_picture(figure, format="svg")))
