from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from trackkit_jupyter.charts import read_series
from trackkit_jupyter.errors import TrackkitValueError

ONE = {"experiment": "e", "metric": "loss", "variant": "val", "iterations": [0, 2], "values": [0.1, "NaN"]}


def test_one_series_or_several(tmp_path: Path) -> None:
    path = tmp_path / "loss.json"
    path.write_text(json.dumps(ONE))
    (series,) = read_series(path)
    assert (series.experiment, series.metric, series.variant) == ("e", "loss", "val")
    assert series.iterations.dtype == np.int64
    np.testing.assert_array_equal(series.iterations, [0, 2])
    np.testing.assert_array_equal(series.values, [0.1, np.nan])
    path.write_text(json.dumps([ONE, {**ONE, "values": ["Infinity", "-Infinity"]}]))
    np.testing.assert_array_equal(read_series(path)[1].values, [np.inf, -np.inf])


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[1]",
        '{"data": []}',
        json.dumps({**ONE, "values": [1]}),
        json.dumps({**ONE, "values": ["x", 1]}),
        json.dumps({**ONE, "metric": 3}),
        json.dumps({**ONE, "iterations": [0, 1e300]}),
    ],
)
def test_what_is_no_such_file_is_said(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(TrackkitValueError, match=r"other\.json is not"):
        read_series(path)
