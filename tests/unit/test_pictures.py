"""Pictures: their format, what is written on them, and that nothing outside changes them."""

from __future__ import annotations

import base64
import io
import re
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor

import matplotlib as mpl
import matplotlib.style
import numpy as np
import pytest
from PIL import Image

from trackkit_jupyter.charts import Chart, Curve, build, colors
from trackkit_jupyter.errors import TrackkitValueError
from trackkit_jupyter.pictures import chart_picture, charts_picture, figure_picture, samples_picture

A, B = "a" * 32, "b" * 32
PLACEHOLDER = "shown in the live view"


def charts(*names, values=(4, 2, 1, 0.5), experiments=(A,), **options) -> list[Chart]:
    looks = colors({experiment: list(names) for experiment in experiments})
    y = np.array(values, dtype=float)
    times = 1.7e9 + 60 * np.arange(len(y))
    curves = [
        Curve(e, f"run {e[0]}", m, v, *looks[e, m, v], np.arange(len(y)), y, times, 1.7e9)
        for e in experiments
        for m, v in names
    ]
    return build(curves, **options)


def one(values=(4, 2, 1, 0.5), **options) -> Chart:
    [chart] = charts(("loss", "val"), values=values, **options)
    return chart


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


@pytest.mark.parametrize(("theme", "paper"), [("light", (255, 255, 255)), ("dark", (17, 17, 17))])
@pytest.mark.parametrize("values", [[], [1], [4, 2, 1], [np.nan] * 3, [1, np.inf, np.nan, 2, 1]], ids=str)
def test_png_has_few_colours_and_bare_paper_at_its_corner(theme, paper, values):
    image = opened(chart_picture(one(values), theme=theme))
    assert image.size == (1280, 640)
    assert len(image.getcolors(1 << 20)) <= 64
    assert image.getpixel((0, 0)) == paper


def test_size_and_scale():
    assert opened(chart_picture(one(), width=300, height=200, scale=1)).size == (300, 200)


def test_a_line_has_the_hue_of_its_series():
    [chart] = charts(("loss", "train"), ("loss", "val"))
    known = {color for _, color in opened(chart_picture(chart)).getcolors(1 << 20)}
    for hue in ((0x42, 0x69, 0xD0), (0xEF, 0xB1, 0x18)):
        assert min(sum(abs(a - b) for a, b in zip(hue, color, strict=True)) for color in known) < 12


def test_svg_is_the_same_bytes_for_the_same_picture():
    chart = one(smoothing=0.5)
    first, second = (chart_picture(chart, format="svg") for _ in range(2))
    assert first == second
    assert b"date" not in first.lower()
    root = ET.fromstring(first.decode())
    assert (root.get("width"), root.get("height"), root.get("role")) == ("640", "320", "img")


def test_a_persons_matplotlib_style_changes_nothing_and_stays():
    chart, figure = one(), {"data": [{"type": "bar", "x": ["a", "b"], "y": [1, 2]}]}
    before = chart_picture(chart), figure_picture(figure)
    with mpl.rc_context():
        mpl.style.use("dark_background")
        mpl.rcParams.update({"font.size": 30, "lines.linewidth": 9, "axes.grid": True, "xtick.top": True})
        mpl.rcParams.update({"axes.spines.bottom": False, "text.usetex": True, "axes.labelsize": 40})
        style = dict(mpl.rcParams)
        assert (chart_picture(chart), figure_picture(figure)) == before
        assert dict(mpl.rcParams) == style


def test_threads_draw_the_same_picture():
    chart, alone = one(), chart_picture(one(), format="svg")
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: chart_picture(chart, format="svg"), range(12))) == {alone}


def test_a_legend_stands_only_where_there_are_several_series():
    assert "val" not in texts(chart_picture(one(), format="svg"))
    [chart] = charts(("loss", "train"), ("loss", "val"))
    assert {"train", "val"} <= set(texts(chart_picture(chart, format="svg")))


def test_a_legend_of_many_says_how_many_it_leaves_out():
    ids = tuple(f"{i:032x}" for i in range(40))
    [chart] = charts(("loss", "val"), experiments=ids)
    written = texts(chart_picture(chart, format="svg"))
    [more] = [text for text in written if text.endswith("more")]
    assert sum(text.startswith("run 0") for text in written) + int(more.split()[1]) == 40


def test_the_corner_says_what_was_left_out_and_what_is_not_finite():
    chart = one(np.sin(np.arange(5000)), points=100)
    assert f"{chart.series[0].shown} of 5,000 points" in texts(chart_picture(chart, format="svg"))
    assert "2 NaN" in texts(chart_picture(one([1, np.nan, np.nan]), format="svg"))
    assert "2 NaN or infinite" in texts(chart_picture(one([1, np.nan, np.inf]), format="svg"))


def test_empty_charts_say_so():
    assert "No points yet" in texts(chart_picture(one([]), format="svg"))
    assert "No finite values" in texts(chart_picture(one([np.nan]), format="svg"))
    assert "No scalars yet" in texts(charts_picture([], "sgd", format="svg"))


@pytest.mark.parametrize(("xaxis", "written"), [("relative", {"Seconds from start", "60"}), ("iterations", {"1", "2"})])
def test_horizontal_axes(xaxis, written):
    assert written <= set(texts(chart_picture(one([3, 2, 1], xaxis=xaxis), format="svg")))


def test_wall_time_names_its_day_and_zone(monkeypatch):
    import time

    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    try:
        written = texts(chart_picture(one(range(60), xaxis="wall"), format="svg"))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert {"22:30", "23:00", "14 Nov 2023, UTC"} <= set(written)


def test_a_page_holds_six_charts_and_counts_the_rest():
    found = charts(*((f"metric {i}", "val") for i in range(9)))
    written = texts(charts_picture(found, "sgd · completed", footer="trackkit", format="svg"))
    assert {f"metric {i}" for i in range(6)} <= set(written)
    assert "metric 6" not in written
    assert {"sgd · completed", "trackkit   + 3 more charts"} <= set(written)


@pytest.mark.parametrize(("count", "height"), [(1, 320), (2, 272), (3, 516), (6, 760)])
def test_a_page_is_as_high_as_its_rows(count, height):
    image = opened(charts_picture(charts(*((f"m{i}", "v") for i in range(count))), "title", scale=1))
    assert image.size == (800, height)
    assert len(image.getcolors(1 << 20)) <= 64


def test_names_are_text_and_never_markup():
    name = "a --> <script>alert(1)</script> & $x^2$ \\frac"
    [chart] = charts((name, "val"))
    svg = chart_picture(chart, format="svg")
    root = ET.fromstring(svg.decode())
    assert not [element for element in root.iter() if element.tag.endswith("script")]
    assert root.find("{http://www.w3.org/2000/svg}title").text == name


@pytest.mark.parametrize(("options", "field"), [({"theme": "sepia"}, "theme"), ({"format": "pdf"}, "format")])
def test_unknown_theme_and_format_are_refused(options, field):
    for draw in (lambda: chart_picture(one(), **options), lambda: figure_picture({}, **options)):
        with pytest.raises(TrackkitValueError) as caught:
            draw()
        assert caught.value.field == field


def typed(values, dtype="f8") -> dict:
    array = np.asarray(values, dtype=f"<{dtype}")
    spec = {"dtype": dtype, "bdata": base64.b64encode(array.tobytes()).decode()}
    return spec | ({"shape": ", ".join(map(str, array.shape))} if array.ndim > 1 else {})


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


def confusion(**trace) -> dict:
    names = ["cat", "dog", "eel"]
    z = [[9, 1, 0], [2, 7, 1], [0, 3, 6]]
    axes = {"xaxis": {"title": {"text": "Predicted"}}, "yaxis": {"title": {"text": "True"}, "autorange": "reversed"}}
    return {"data": [{"type": "heatmap", "x": names, "y": names, "z": z, **trace}], "layout": axes}


def test_a_confusion_matrix_has_its_numbers_labels_and_first_class_on_top():
    svg = figure_picture(confusion(texttemplate="%{z}"), format="svg")
    written = texts(svg)
    assert {"Predicted", "True", "cat", "dog", "eel", "9", "7", "6"} <= set(written)
    assert place(svg, "9")[1] < place(svg, "7")[1] < place(svg, "6")[1]
    assert place(svg, "9")[0] < place(svg, "7")[0] < place(svg, "6")[0]


def test_annotations_of_a_heatmap_stand_in_their_cells():
    figure = confusion()
    notes = [
        {"x": n, "y": n, "xref": "x", "yref": "y", "text": f"<b>{n}!</b>", "showarrow": False} for n in ("cat", "eel")
    ]
    figure["layout"]["annotations"] = notes
    svg = figure_picture(figure, format="svg")
    assert place(svg, "cat!")[1] < place(svg, "eel!")[1]
    assert place(svg, "cat!")[0] < place(svg, "eel!")[0]


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


@pytest.mark.parametrize("dtype", ["i1", "u1", "i4", "f4", "f8"])
def test_typed_arrays_are_the_same_as_lists(dtype):
    rows = [[1, 2, 3], [4, 5, 6]]
    plain, packed = ({"data": [{"type": "heatmap", "z": z}]} for z in (rows, typed(rows, dtype)))
    assert figure_picture(plain, format="svg") == figure_picture(packed, format="svg")


def test_stacked_bars_reach_the_sum():
    bars = [{"type": "bar", "x": ["a"], "y": [30]}, {"type": "bar", "x": ["a"], "y": [40]}]
    stacked = figure_picture({"data": bars, "layout": {"barmode": "stack"}}, format="svg")
    assert "60" in texts(stacked)
    assert "60" not in texts(figure_picture({"data": bars}, format="svg"))


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


def test_hidden_traces_are_not_drawn():
    data = [{"y": [1, 2], "name": "a"}, {"y": [1, 2], "name": "b", "visible": "legendonly"}]
    assert "b" not in texts(figure_picture({"data": data, "layout": {"showlegend": True}}, format="svg"))


def test_a_long_table_says_how_many_rows_it_leaves_out():
    data = [{"type": "table", "header": {"values": ["n"]}, "cells": {"values": [list(range(1000))]}}]
    written = texts(figure_picture({"data": data}, format="svg"))
    [more] = [text for text in written if text.endswith("more rows")]
    assert str(1000 - int(more.split()[0]) - 1) in written


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


def png(size=(8, 8), color="red") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, color).save(stream, "PNG")
    return stream.getvalue()


def test_samples_show_their_images():
    image = opened(samples_picture([("a digit", png()), ("wide", png((500, 20), "blue")), ("broken", b"no image")]))
    known = {color for _, color in image.getcolors(1 << 20)}
    for hue in ((255, 0, 0), (0, 0, 255)):
        assert min(sum(abs(a - b) for a, b in zip(hue, color, strict=True)) for color in known) < 12
    assert len(known) <= 256


def test_no_samples_is_a_picture_too():
    assert opened(samples_picture([], theme="dark")).getpixel((0, 0)) == (17, 17, 17)
