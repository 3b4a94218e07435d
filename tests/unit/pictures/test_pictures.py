"""Pictures: their format, what is written on them, and that nothing outside changes them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor

import matplotlib as mpl
import matplotlib.style
import numpy as np
import pytest

from trackkit_jupyter.charts import Chart, Curve, build, colors
from trackkit_jupyter.errors import TrackkitValueError
from trackkit_jupyter.pictures import chart_picture, charts_picture, figure_picture

from .drawn import opened, texts

A, B = "a" * 32, "b" * 32


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
