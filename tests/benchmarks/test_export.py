"""What a PDF of many views costs beside drawing their charts."""

from __future__ import annotations

import trackkit_jupyter as track
from trackkit_jupyter import pictures
from trackkit_jupyter.reports.export import write
from trackkit_jupyter.views.drawing import charts_of

from .rounds import in_turns, ratio, told

EMBEDS = 5


def test_a_pdf_costs_little_more_than_its_charts(tmp_path, monkeypatch):
    """Setting the pages, reading the points and packing: as much as drawing again is allowed."""
    monkeypatch.setenv("TRACKKIT_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with track.start("one", project="export", capture=False) as exp:
        for step in range(2000):
            exp.log({"loss/train": 1 / (step + 1), "loss/val": 2 / (step + 1)}, step)
    view = track.embed(exp, metrics="loss")
    report = track.report.create("Many", "export", path=tmp_path / "many.ipynb").add(*[view] * EMBEDS)
    (chart,) = charts_of(view, exp.store, [exp.id], 2000)

    def charts():
        for _ in range(EMBEDS):
            pictures.chart_picture(chart, format="svg", scale=1)

    bare, whole = in_turns(charts, lambda: write(report.path, tmp_path / "many.pdf", report.store))
    told(f"{EMBEDS} charts drawn", bare)
    told(f"a PDF of {EMBEDS} embeds", whole)
    assert ratio(whole, bare) <= 3
