"""Annotations of plotly figures stand where they belong."""

from __future__ import annotations

from trackkit_jupyter.pictures import figure_picture

from .drawn import confusion, place


def test_annotations_of_a_heatmap_stand_in_their_cells():
    figure = confusion()
    notes = [
        {"x": n, "y": n, "xref": "x", "yref": "y", "text": f"<b>{n}!</b>", "showarrow": False} for n in ("cat", "eel")
    ]
    figure["layout"]["annotations"] = notes
    svg = figure_picture(figure, format="svg")
    assert place(svg, "cat!")[1] < place(svg, "eel!")[1]
    assert place(svg, "cat!")[0] < place(svg, "eel!")[0]
