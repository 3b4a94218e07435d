"""Orders that name metrics by the MD5 of their names."""

from __future__ import annotations

import hashlib

import pytest

import trackkit_jupyter as track
from trackkit_jupyter.errors import QueryError, TrackkitTypeError


def test_metrics_in_an_order_may_be_named_by_the_md5_of_their_names(tmp_path):
    folder = tmp_path / "ordered"
    values = {"a": 3.0, "b": 1.0, "c": 2.0}
    for name, value in values.items():
        with track.start(name, store=folder, capture=False) as exp:
            exp.log({"loss/v\u00e4l": value + 1}, 0)
            exp.log({"loss/v\u00e4l": value}, 1)
    with track.start("none", store=folder, capture=False):
        pass
    store = track.open_store(folder)
    metric, variant = (hashlib.md5(name.encode()).hexdigest() for name in ("loss", "v\u00e4l"))
    key = f"last_metrics.{metric}.{variant}"

    def found(order):
        return "".join(item.name[0] for item in store.experiments(order_by=order))

    assert found(f"{key}.value") == "bcan"
    assert found(f"-{key}.value") == "acbn"
    assert found([f"-{key}.min_value", "name"]) == "acbn"
    assert found(f"-{key}.count, name") == "abcn"
    assert found(f"{key}.mean_value") == found(f"{key}.first_value") == found(f"{key}.max_value") == "bcan"
    assert found(f"last_metrics.{variant}.{metric}.value, -name") == "ncba"
    for wrong in (f"{key}.median", f"last_metrics.{metric}.value", [5]):
        with pytest.raises((QueryError, TrackkitTypeError)):
            found(wrong)
