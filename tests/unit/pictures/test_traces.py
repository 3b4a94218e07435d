"""Traces of plotly figures: matrices with their numbers, bars that are stacked."""

from __future__ import annotations

import pytest

from trackkit_jupyter.pictures import figure_picture

from .drawn import confusion, place, texts


def test_a_confusion_matrix_has_its_numbers_labels_and_first_class_on_top():
    svg = figure_picture(confusion(texttemplate="%{z}"), format="svg")
    written = texts(svg)
    assert {"Predicted", "True", "cat", "dog", "eel", "9", "7", "6"} <= set(written)
    assert place(svg, "9")[1] < place(svg, "7")[1] < place(svg, "6")[1]
    assert place(svg, "9")[0] < place(svg, "7")[0] < place(svg, "6")[0]


@pytest.mark.parametrize(
    ("template", "written"),
    [
        ("%{z:.2f}", "9.00"),
        ("%{z:d}", "9"),
        ("%{text} of %{z}", "nine of 9"),
        ("%{z:999999999d}", "9"),
        ("%{q}", "%{q}"),
    ],
)
def test_cell_templates(template, written):
    text = [["nine", "", ""], ["", "", ""], ["", "", ""]]
    assert written in texts(figure_picture(confusion(texttemplate=template, text=text), format="svg"))


def test_stacked_bars_reach_the_sum():
    bars = [{"type": "bar", "x": ["a"], "y": [30]}, {"type": "bar", "x": ["a"], "y": [40]}]
    stacked = figure_picture({"data": bars, "layout": {"barmode": "stack"}}, format="svg")
    assert "60" in texts(stacked)
    assert "60" not in texts(figure_picture({"data": bars}, format="svg"))
