"""Plotly's JSON, with arrays as lists or packed."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from trackkit_jupyter.pictures import figure_picture


def typed(values, dtype="f8") -> dict:
    array = np.asarray(values, dtype=f"<{dtype}")
    spec = {"dtype": dtype, "bdata": base64.b64encode(array.tobytes()).decode()}
    return spec | ({"shape": ", ".join(map(str, array.shape))} if array.ndim > 1 else {})


@pytest.mark.parametrize("dtype", ["i1", "u1", "i4", "f4", "f8"])
def test_typed_arrays_are_the_same_as_lists(dtype):
    rows = [[1, 2, 3], [4, 5, 6]]
    plain, packed = ({"data": [{"type": "heatmap", "z": z}]} for z in (rows, typed(rows, dtype)))
    assert figure_picture(plain, format="svg") == figure_picture(packed, format="svg")
