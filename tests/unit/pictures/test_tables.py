"""Tables of plotly figures."""

from __future__ import annotations

from trackkit_jupyter.pictures import figure_picture

from .drawn import texts


def test_a_long_table_says_how_many_rows_it_leaves_out():
    data = [{"type": "table", "header": {"values": ["n"]}, "cells": {"values": [list(range(1000))]}}]
    written = texts(figure_picture({"data": data}, format="svg"))
    [more] = [text for text in written if text.endswith("more rows")]
    assert str(1000 - int(more.split()[0]) - 1) in written
