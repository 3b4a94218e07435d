"""Figures as they are kept: plotly JSON, made from what people have at hand."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trackkit_jupyter.errors import TrackkitTypeError, TrackkitValueError, shown
from trackkit_jupyter.records import RESERVED

__all__ = ["confusion_matrix", "figure_json", "histogram", "line", "scatter", "scatter3d", "surface", "table"]

_LARGEST = 200 << 20
_CELLS = 1_000_000


def figure_json(figure: Any) -> bytes:
    """Return a figure as plotly JSON.

    Parameters
    ----------
    figure
        A plotly figure, a dict of ``data`` and ``layout``, or a matplotlib figure, which is kept as a picture.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        Something else, or larger than 200 MB.
    """
    if hasattr(figure, "savefig") and hasattr(figure, "get_size_inches"):
        figure = _picture(figure)
    if hasattr(figure, "to_plotly_json"):
        figure = figure.to_plotly_json()
    if not isinstance(figure, dict) or not isinstance(figure.get("data"), Sequence):
        raise TrackkitTypeError(
            "figure must be a plotly or matplotlib figure, or a dict with data and layout; "
            f"not {type(figure).__name__}.",
            "figure",
        )
    _refuse_prototypes(figure)
    if not all(isinstance(trace, dict) or hasattr(trace, "to_plotly_json") for trace in figure["data"]):
        raise TrackkitTypeError("figure must have traces in its data, each a dict.", "figure")
    import plotly.io

    try:
        text = str(plotly.io.to_json({"data": figure["data"], "layout": figure.get("layout", {})}, validate=False))
    except (TypeError, ValueError, AttributeError) as error:
        raise TrackkitTypeError(f"The figure cannot be kept as JSON: {error}.", "figure") from None
    encoded = text.encode()
    if len(encoded) > _LARGEST:
        raise TrackkitValueError(f"The figure has {len(encoded) >> 20} MB; at most 200 are kept.", "figure")
    return encoded


def _refuse_prototypes(value: Any) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in RESERVED and str(key).lstrip("_") in {"proto__", "constructor", "prototype"}:
                raise TrackkitValueError(f"A figure must not have the key {shown(key)}.", "figure")
            _refuse_prototypes(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_prototypes(inner)


def _picture(figure: Any) -> dict[str, Any]:
    """Return a matplotlib figure as a plotly figure that shows its picture."""
    drawn = io.BytesIO()
    dpi = 200
    figure.savefig(drawn, format="png", dpi=dpi)
    width, height = (round(inches * 100) for inches in figure.get_size_inches())
    source = "data:image/png;base64," + base64.b64encode(drawn.getvalue()).decode()
    hidden = {"visible": False, "range": [0, 1], "fixedrange": True}
    picture = {"source": source, "xref": "x", "yref": "y", "x": 0, "y": 1, "sizex": 1, "sizey": 1, "layer": "below"}
    return {
        "data": [{"type": "scatter", "x": [0, 1], "y": [0, 1], "mode": "markers", "opacity": 0, "hoverinfo": "skip"}],
        "layout": {
            "images": [{**picture, "sizing": "contain"}],
            "xaxis": hidden,
            "yaxis": {**hidden, "scaleanchor": "x", "scaleratio": height / width},
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
            "width": width,
            "height": height,
            "showlegend": False,
        },
    }


def table(content: Any) -> dict[str, Any]:
    """Return a table as a figure: from a DataFrame, a list of dicts, or the path or URL of a CSV file.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        Something else, or more than a million cells.
    """
    if isinstance(content, str | Path):
        import pandas as pd

        try:
            content = pd.read_csv(content)
        except (OSError, ValueError) as error:
            raise TrackkitValueError(f"The CSV file {shown(str(content))} cannot be read: {error}.", "table") from None
    if hasattr(content, "columns") and hasattr(content, "itertuples"):
        frame = content.reset_index() if content.index.name else content
        names = [str(name) for name in frame.columns]
        columns = [frame.iloc[:, place].tolist() for place in range(len(names))]
    elif isinstance(content, Sequence) and all(isinstance(row, dict) for row in content):
        names = list(dict.fromkeys(str(name) for row in content for name in row))
        columns = [[row.get(name) for row in content] for name in names]
    else:
        raise TrackkitTypeError(
            f"table must be a DataFrame, a list of dicts, or the path of a CSV file; not {type(content).__name__}.",
            "table",
        )
    cells = sum(len(column) for column in columns)
    if cells > _CELLS:
        raise TrackkitValueError(f"The table has {cells:,} cells; at most {_CELLS:,} are kept.", "table")
    texts = [[value if isinstance(value, int | float | str) else str(value) for value in column] for column in columns]
    return {"data": [{"type": "table", "header": {"values": names}, "cells": {"values": texts}}], "layout": {}}


def confusion_matrix(matrix: Any, labels: Sequence[str] | None = None) -> dict[str, Any]:
    """Return a confusion matrix as a figure; rows are true classes, columns predicted ones.

    Parameters
    ----------
    matrix
        Counts, shape (n, n).
    labels
        The n names of the classes; 0 to n-1 without them.

    Raises
    ------
    TrackkitValueError
        Not square, or not as many labels as rows.
    """
    counts = _array(matrix, "matrix", 2)
    if counts.shape[0] != counts.shape[1]:
        raise TrackkitValueError(f"matrix must be square, not of the shape {counts.shape}.", "matrix")
    names = [str(label) for label in labels] if labels is not None else [str(place) for place in range(len(counts))]
    if len(names) != len(counts):
        raise TrackkitValueError(
            f"labels must be {len(counts)}, as many as the matrix has rows; not {len(names)}.", "labels"
        )
    axis = {"type": "category", "showgrid": False, "zeroline": False}
    return {
        "data": [
            {
                "type": "heatmap",
                "z": counts.tolist(),
                "x": names,
                "y": names,
                "texttemplate": "%{z}",
                "showscale": False,
                "xgap": 1,
                "ygap": 1,
                "hovertemplate": "true %{y}, predicted %{x}: %{z}<extra></extra>",
            }
        ],
        "layout": {
            "xaxis": {**axis, "title": {"text": "predicted"}},
            "yaxis": {**axis, "title": {"text": "true"}, "autorange": "reversed"},
        },
    }


def histogram(values: Any, bins: int = 50) -> dict[str, Any]:
    """Return a histogram of `values` as a figure."""
    import numpy as np

    if isinstance(bins, bool) or not isinstance(bins, int) or not 1 <= bins <= 10_000:
        raise TrackkitValueError(f"bins must be a whole number from 1 to 10,000, not {shown(bins)}.", "bins")
    numbers = _array(values, "values", None).ravel()
    finite = numbers[np.isfinite(numbers)]
    if not len(finite):
        raise TrackkitValueError(f"values must hold a finite number; there are {len(numbers)}, none finite.", "values")
    left_out = len(numbers) - len(finite)
    note = {"title": {"text": f"{left_out:,} of {len(numbers):,} values are not finite"}} if left_out else {}
    counts, edges = np.histogram(finite, bins=bins)
    centres, widths = (edges[:-1] + edges[1:]) / 2, np.diff(edges)
    return {
        "data": [{"type": "bar", "x": centres.tolist(), "y": counts.tolist(), "width": widths.tolist()}],
        "layout": {"bargap": 0, **note},
    }


def line(y: Any, x: Any = None) -> dict[str, Any]:
    """Return a line as a figure; `x` counts from 0 without it."""
    heights = _array(y, "y", 1)
    places = list(range(len(heights))) if x is None else _array(x, "x", 1).tolist()
    if len(places) != len(heights):
        raise TrackkitValueError(f"x and y must be equally long, not {len(places)} and {len(heights)}.", "x")
    return {"data": [{"type": "scatter", "mode": "lines", "x": places, "y": heights.tolist()}], "layout": {}}


def scatter(points: Any) -> dict[str, Any]:
    """Return points, shape (n, 2), as a figure."""
    places = _points(points, 2)
    return {"data": [{"type": "scatter", "mode": "markers", "x": places[0], "y": places[1]}], "layout": {}}


def scatter3d(points: Any) -> dict[str, Any]:
    """Return points, shape (n, 3), as a figure."""
    x, y, z = _points(points, 3)
    trace = {"type": "scatter3d", "mode": "markers", "x": x, "y": y, "z": z, "marker": {"size": 3}}
    return {"data": [trace], "layout": {}}


def surface(heights: Any) -> dict[str, Any]:
    """Return heights, shape (rows, columns), as a figure."""
    return {"data": [{"type": "surface", "z": _array(heights, "heights", 2).tolist()}], "layout": {}}


def _points(points: Any, width: int) -> list[list[float]]:
    places = _array(points, "points", 2)
    if places.shape[1] != width:
        raise TrackkitValueError(f"points must have the shape (n, {width}), not {places.shape}.", "points")
    return [places[:, column].tolist() for column in range(width)]


def _array(values: Any, field: str, dimensions: int | None) -> Any:
    import numpy as np

    try:
        numbers = np.asarray(values)
        if numbers.dtype.kind not in "iuf":
            numbers = numbers.astype(float)
    except (TypeError, ValueError):
        raise TrackkitTypeError(f"{field} must be an array of numbers, not {type(values).__name__}.", field) from None
    if dimensions is not None and numbers.ndim != dimensions:
        raise TrackkitValueError(f"{field} must have {dimensions} dimensions, not the shape {numbers.shape}.", field)
    return numbers
