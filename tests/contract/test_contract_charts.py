"""The wire format of charts, held by two files that pytest and vitest both read.

``charts.bin`` is an encoded answer, ``charts.json`` its decoded content as plain JSON. After a deliberate change of the
format write both again with ``python tests/contract/test_contract_charts.py``.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from trackkit_jupyter.charts import Chart, Curve, Group, Reference, build, colors, decode, encode
from trackkit_jupyter.series import word

HERE = Path(__file__).parent
FIRST, SECOND = "0123456789abcdef" * 2, "fedcba9876543210" * 2
STARTED = 1_700_000_000.0


def _curve(experiment, name, metric, variant, look, values, iterations=None, seconds=10.0, **more):
    values = np.array(values, dtype=np.float64)
    iterations = np.arange(len(values)) if iterations is None else np.array(iterations)
    times = STARTED + seconds * np.arange(1, len(values) + 1)
    return Curve(experiment, name, metric, variant, *look, iterations.astype(np.int64), values, times, STARTED, **more)


def golden() -> list[Chart]:
    """Every feature of the format, with numbers that are exact in any order of summation."""
    looks = colors({FIRST: [("loss", "train"), ("loss", "val"), (":monitor", "gpu")]})
    uneven = [8, np.nan, 4, np.inf, -np.inf, 2, 1]
    plain = [
        _curve(FIRST, "sgd", ":monitor", "gpu", looks[FIRST, ":monitor", "gpu"], []),
        _curve(FIRST, "sgd", "loss", "train", looks[FIRST, "loss", "train"], [4, 2, 1, 0.5, 0.25]),
        _curve(FIRST, "sgd", "loss", "val", looks[FIRST, "loss", "val"], uneven, [0, 1, 2, 3, 4, 5, 2]),
    ]
    looks = colors({FIRST: [("genauigkeit/größe", "val")], SECOND: [("genauigkeit/größe", "val")]})
    metric = "genauigkeit/größe"
    several = [
        _curve(FIRST, "Näherung", metric, "val", looks[FIRST, metric, "val"], [(7 * i) % 16 for i in range(40)]),
        _curve(SECOND, "Näherung", metric, "val", looks[SECOND, metric, "val"], [16, 8, np.nan, 4], seconds=60.0),
    ]
    group, along = Group("a" * 32, "lr=0.5"), Reference(np.array([1, 2]), np.array([0.5, 0.25]))
    grouped = [
        _curve(FIRST, "sgd", "f1", "val", (4, 0), [1, 2, 3, np.nan, -5], group=group),
        _curve(SECOND, "sgd", "f1", "val", (4, 0), [3, 6], [0, 2], group=group),
        _curve("3" * 32, "sgd", "f1", "val", (5, 1), [0, 1], group=Group("b" * 32, "lr=1")),
    ]
    placed = _curve(FIRST, "sgd", "recall", "val", (0, 0), [9, 4, 2], reference=along)
    grown = [_curve(FIRST, "sgd", "lr", "lr", (3, 0), [1, 0.5, 0.25, 0.125])]
    return [
        *build(plain),
        *build(several, group_by="none", xaxis="relative", smoothing=0.5, points=8),
        *build(grouped, band="std"),
        *build([placed], xaxis="metric", x_label="epoch", smoothing_kind="running", smoothing_window=3),
        *build(grown, xaxis="wall", since={grown[0].id: 3}),
    ]


def plain(data: bytes) -> dict:
    """An encoded answer as JSON that a person can read: columns in place of their offsets."""
    answer = decode(data)
    charts = []
    for chart in answer.charts:
        lines = []
        for line in chart.series:
            record = dict(vars(line))
            for name in ("x", "y", "raw_x", "raw_y", "low", "high", "count"):
                column = record.pop(name)
                if column is not None:
                    record.setdefault("columns", {})[name] = [word(value) for value in column.tolist()]
            lines.append(record)
        charts.append({**vars(chart), "x": vars(chart.x), "y": {"label": chart.y_label}, "series": lines})
        del charts[-1]["y_label"]
    return json.loads(
        json.dumps({"charts": charts, **{key: vars(answer)[key] for key in ("next", "unchanged", "whole")}})
    )


def test_encode_writes_the_committed_bytes():
    assert encode(golden(), next="cursor") == (HERE / "charts.bin").read_bytes()


def test_the_committed_bytes_decode_to_the_committed_content():
    assert plain((HERE / "charts.bin").read_bytes()) == json.loads((HERE / "charts.json").read_text(encoding="utf-8"))


def test_columns_begin_at_a_multiple_of_eight():
    data = (HERE / "charts.bin").read_bytes()
    assert (4 + int.from_bytes(data[:4], "little")) % 8 == 0
    assert len(data) % 8 == 0


if __name__ == "__main__":
    encoded = encode(golden(), next="cursor")
    (HERE / "charts.bin").write_bytes(encoded)
    text = json.dumps(plain(encoded), indent=1, ensure_ascii=False)
    (HERE / "charts.json").write_text(text + "\n", encoding="utf-8")
