"""What is on a picture, and a figure to be drawn."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET

from PIL import Image


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


def texts(svg: bytes) -> list[str]:
    """What is written on an SVG: letters are outlines there, each text with a comment that holds it."""
    ET.fromstring(svg.decode())  # it is well-formed
    return re.findall(r"<!-- (.*?) -->", svg.decode())


def place(svg: bytes, text: str) -> tuple[float, float]:
    found = re.search(rf"<!-- {re.escape(text)} -->\s*<g [^>]*translate\(([\d.]+) ([\d.]+)\)", svg.decode())
    assert found, text
    return float(found[1]), float(found[2])


def confusion(**trace) -> dict:
    names = ["cat", "dog", "eel"]
    z = [[9, 1, 0], [2, 7, 1], [0, 3, 6]]
    axes = {"xaxis": {"title": {"text": "Predicted"}}, "yaxis": {"title": {"text": "True"}, "autorange": "reversed"}}
    return {"data": [{"type": "heatmap", "x": names, "y": names, "z": z, **trace}], "layout": axes}
