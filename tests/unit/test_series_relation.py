"""The line of least squares and correlation, beside SciPy's."""

from __future__ import annotations

import numpy as np
import pytest

from trackkit_jupyter.series.relation import fit, pearson, ranks, spearman


def test_they_are_those_of_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    random = np.random.default_rng(3)
    for count in (3, 4, 10, 101):
        x = random.choice([0.1, 0.2, 0.5, 3.0], count)
        x[0], x[1] = 7.0, 8.0
        y = 3 * x + random.normal(size=count)
        line, known = fit(x, y), stats.linregress(x, y)
        assert (line.slope, line.intercept, line.r) == pytest.approx((known.slope, known.intercept, known.rvalue))
        assert line.p == pytest.approx(known.pvalue, abs=1e-9)
        assert spearman(x, y) == pytest.approx(tuple(stats.spearmanr(x, y)), abs=1e-9)


def test_equal_values_share_a_rank() -> None:
    assert ranks([3, 1, 3, 2]).tolist() == [3.5, 1, 3.5, 2]


@pytest.mark.parametrize(("x", "y"), [([1, 1, 1], [1, 2, 3]), ([1, 2, 3], [2, 2, 2]), ([1], [1])])
def test_what_does_not_vary_has_none(x, y) -> None:
    assert pearson(x, y) == (None, None)


def test_very_large_and_exact() -> None:
    assert pearson([1e200, 2e200, 3e200], [1e-200, 2e-200, 3e-200]) == pytest.approx((1.0, 0.0))
