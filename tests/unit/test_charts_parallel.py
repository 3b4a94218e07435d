"""Axes of parallel coordinates: their kind, their order, and where values stand, as the browser places them too."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from trackkit_jupyter.charts import ParallelAxis, number_axis, place, text_axis
from trackkit_jupyter.query.nodes import as_number

GOLDEN = Path(__file__).parents[1] / "contract" / "parallel.json"


def axis_of(texts):
    return text_axis("k", "k", texts, [None if text is None else as_number(text) for text in texts])


def golden():
    """Axes of every kind, with places that are exact in both languages."""
    axes = [
        number_axis("a", "a", [1.0, 2.0, 5.0, None, "NaN", "-Infinity"]),
        number_axis("b", "b", [4.0, 4.0]),
        number_axis("c", "c", ["Infinity"]),
        axis_of(["0.01", "1", "100", "10"]),
        axis_of(["b10", "b2", "a", None]),
        axis_of(["only"]),
    ]
    return [
        {
            "axis": axis.to_json(),
            "places": [place(axis, v) for v in axis.values],
            "log": [place(axis, v, True) for v in axis.values],
        }
        for axis in axes
    ]


def test_the_places_are_those_of_the_golden_file() -> None:
    assert json.loads(GOLDEN.read_text(encoding="utf-8")) == golden()


@pytest.mark.parametrize(
    ("texts", "categories"),
    [
        (["x10", "x9", "x1.5", None], ["x1.5", "x9", "x10"]),
        (["True", "False"], ["False", "True"]),
        (["auto", "4", "16"], ["4", "16", "auto"]),
    ],
)
def test_categories_stand_in_natural_order(texts, categories) -> None:
    axis = axis_of(texts)
    assert (axis.kind, axis.categories) == ("category", categories)
    assert axis.mixed == ("auto" in texts)


def test_nan_among_numbers_makes_no_category() -> None:
    axis = axis_of(["1", "nan", "3"])
    assert (axis.kind, axis.values, axis.missing, axis.nonfinite) == ("number", [1.0, None, 3.0], 1, 1)
    assert number_axis("k", "k", [math.inf, 1.0]).nonfinite == 1


def test_an_axis_is_logarithmic_where_that_tells_more() -> None:
    assert axis_of(["0.001", "1"]).log
    assert not axis_of(["1", "2"]).log
    assert not axis_of(["0", "1000"]).log


def test_json_brings_an_axis_back() -> None:
    axis = axis_of(["0.01", "1"])
    assert ParallelAxis(**json.loads(json.dumps(axis.to_json()))) == axis


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(golden(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
