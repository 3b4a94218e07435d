"""What may be logged: stored exactly, or refused with the reason, and then nothing was written."""

from __future__ import annotations

import contextlib
import datetime as dt
import decimal
import fractions
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trackkit_jupyter.errors import TrackkitError, TrackkitStateError, TrackkitTypeError, TrackkitValueError
from trackkit_jupyter.tracking.values import check_iteration, number


class Opaque:
    """Something that cannot be kept, with the same name in every process."""

    def __repr__(self) -> str:
        return "<opaque>"


class Tensor:
    """An object with one element, as tensor libraries have it."""

    shape = ()

    def __init__(self, value):
        self.value = value

    def item(self):
        return self.value


EXACT = [
    (1.5, 1.5),
    (0, 0.0),
    (-3, -3.0),
    (2**53, 2.0**53),
    (2**60, 2.0**60),
    (np.float64(0.1), 0.1),
    (np.float32(0.1), float(np.float32(0.1))),
    (np.float16(0.5), 0.5),
    (np.longdouble(0.5), 0.5),
    (np.int64(7), 7.0),
    (np.uint8(255), 255.0),
    (np.array(2.5), 2.5),
    (np.array([2.5]), 2.5),
    (np.array([[[3]]]), 3.0),
    (Tensor(0.25), 0.25),
    (Tensor(np.float32(0.5)), 0.5),
    (decimal.Decimal("0.5"), 0.5),
    (float("1e400"), math.inf),
    (-math.inf, -math.inf),
    (np.float32("inf"), math.inf),
    (5e-324, 5e-324),
]


@pytest.mark.parametrize(("value", "exact"), EXACT, ids=lambda value: repr(value)[:24])
def test_numbers_are_kept_exactly(value, exact):
    kept = number(value)
    assert type(kept) is float
    assert kept == exact


@pytest.mark.parametrize("nan", [math.nan, np.float32("nan"), np.array(np.nan), decimal.Decimal("NaN")], ids=repr)
def test_nan_is_kept(nan):
    assert math.isnan(number(nan))


def test_what_is_not_masked_is_a_number():
    assert number(np.ma.array([2.0], mask=[False])) == 2.0
    assert number(np.ma.array(2.0)) == 2.0


def test_the_sign_of_zero_is_kept():
    assert math.copysign(1.0, number(-0.0)) == -1.0


WRONG_TYPES = [
    (True, "booleans are not metrics"),
    (np.True_, "booleans are not metrics"),
    ("high", "not str"),
    ("1.0", "not str"),
    (b"1", "not bytes"),
    (None, "not NoneType"),
    (1j, "not complex"),
    (np.complex64(1), "not complex"),
    (fractions.Fraction(1, 2), "not Fraction"),
    (dt.datetime(2020, 1, 1), "not datetime"),
    (np.datetime64("2020-01-01"), "not date"),
    ([1.0], "not list"),
    ({"a": 1.0}, "not dict"),
    (np.array([1.0, 2.0]), r"shape \(2,\)"),
    (np.zeros((0,)), r"shape \(0,\)"),
    (np.array("1"), "not str"),
    (Opaque(), "not Opaque"),
    (np.ma.masked, "is masked"),
    (np.ma.array([1.0], mask=[True]), "is masked"),
    (Tensor("x"), "not str"),
]


@pytest.mark.parametrize(("value", "says"), WRONG_TYPES, ids=lambda value: repr(value)[:24])
def test_what_is_no_number(value, says):
    with pytest.raises(TrackkitTypeError, match=says) as raised:
        number(value, "values['loss']")
    assert raised.value.field == "values['loss']"


@pytest.mark.parametrize(
    "value",
    [2**53 + 1, -(2**53) - 1, 2**64 - 1, 10**400, np.uint64(2**64 - 1), decimal.Decimal("0.1"), np.longdouble("0.1")],
    ids=lambda value: repr(value)[:24],
)
def test_what_a_float64_cannot_hold(value):
    with pytest.raises(TrackkitValueError, match="does not fit a float64 exactly"):
        number(value)


@given(st.one_of(st.integers(), st.floats(), st.decimals(allow_nan=False)))
def test_a_number_is_exact_or_refused(value):
    try:
        kept = number(value)
    except TrackkitValueError:
        with contextlib.suppress(OverflowError):
            assert float(value) != value
    else:
        assert kept == value or (kept != kept and value != value)


@pytest.mark.parametrize("value", [0, 1, 2**63 - 1, np.int32(5), np.uint64(7), np.array(3)], ids=repr)
def test_iterations_that_may_be(value):
    assert check_iteration(value) == int(value)


@pytest.mark.parametrize(
    "value", [-1, 2**63, 10**30, 1.5, 3.0, math.nan, "3", [1], np.float64(2), np.array([1, 2])], ids=repr
)
def test_iterations_that_may_not_be(value):
    with pytest.raises(TrackkitValueError, match=r"from 0 to 2\*\*63 - 1") as raised:
        check_iteration(value)
    assert raised.value.field == "iteration"


def test_a_boolean_is_no_iteration():
    with pytest.raises(TrackkitTypeError):
        check_iteration(True)


# -- the same through the calls that people make


def written(experiment):
    return {
        path.name: path.read_bytes() for path in experiment._paths.root.glob("scalars-*")
    }  # fmt: skip


@pytest.mark.parametrize("value", [value for value, _ in WRONG_TYPES] + [2**53 + 1], ids=lambda value: repr(value)[:24])
def test_a_wrong_value_writes_nothing(running, value):
    running.log({"a": 0.0, "b": 1.0}, 5)
    before = written(running)
    for call in (
        lambda: running.log({"a": 1.0, "b": value}, 7),
        lambda: running.log({"a": 1.0, "b": value}),
        lambda: running.log_scalar("a", "a", value, 7),
        lambda: running.log_scalar("a", "a", value),
        lambda: running.log_single_value("a", value),
    ):
        with pytest.raises(TrackkitError):
            call()
    assert written(running) == before
    running.log({"a": 2.0})
    assert running.series("a").iterations.tolist() == [5, 6]  # nor was the next iteration moved
    assert running.single_values == {}


@pytest.mark.parametrize(
    "values", [None, 5, "loss", [("loss", 1.0)], {("a", "b"): 1.0}, {1: 1.0}, {None: 1.0}], ids=repr
)
def test_what_is_no_dict_of_numbers(running, values):
    with pytest.raises(TrackkitTypeError):
        running.log(values)
    assert running.names() == []


@pytest.mark.parametrize("name", ["", " a", "a/../b", "a//b", "__proto__", "a\nb", "a" * 251, "a\ud800"], ids=ascii)
def test_wrong_names_write_nothing(running, name):
    for call in (
        lambda: running.log({"fine": 1.0, name: 1.0}),
        lambda: running.log_scalar(name, "v", 1.0),
        lambda: running.log_scalar("m", name, 1.0),
        lambda: running.log_single_value(name, 1.0),
        lambda: running.log_image(name, "v", np.zeros((2, 2))),
        lambda: running.log_table("m", name, [{"a": 1}]),
    ):
        with pytest.raises(TrackkitValueError):
            call()
    for call in (lambda: running.log_scalar([], "v", 1.0), lambda: running.log_scalar("m", None, 1.0)):
        with pytest.raises(TrackkitTypeError):
            call()
    assert (running.names(), running.samples(), running.plots()) == ([], [], [])


@pytest.mark.parametrize("iteration", [-1, 1.5, "3", 2**63, True, math.nan], ids=repr)
def test_wrong_iterations_write_nothing(running, iteration):
    for call in (
        lambda: running.log({"a": 1.0}, iteration),
        lambda: running.log_scalar("a", "a", 1.0, iteration),
        lambda: running.log_image("a", "a", np.zeros((2, 2)), iteration),
        lambda: running.log_table("a", "a", [{"a": 1}], iteration),
    ):
        with pytest.raises(TrackkitError):
            call()
    assert (running.names(), running.samples(), running.plots()) == ([], [], [])


def test_iterations_count_per_series_and_may_go_back(running):
    for iteration in (None, None, 10, None, 3, 3, None, 2**40):
        running.log_scalar("a", "a", 1.0, iteration)
    running.log({"b": 1.0})
    assert running.series("a").iterations.tolist() == [0, 1, 10, 11, 3, 3, 4, 2**40]
    assert running.series("b").iterations.tolist() == [0]


def test_after_the_last_iteration_comes_none(running):
    running.log({"a": 1.0}, 2**63 - 1)
    for call in (lambda: running.log({"a": 1.0}), lambda: running.log_scalar("a", "a", 1.0)):
        with pytest.raises(TrackkitValueError, match="no iteration after"):
            call()
    running.log({"a": 2.0}, 0)
    assert running.series("a").iterations.tolist() == [2**63 - 1, 0]


def test_nothing_to_log_is_nothing(running):
    running.log({})
    running.log({}, 5)
    assert running.names() == []


LABELS = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="/."), min_size=1, max_size=20)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    points=st.lists(
        st.tuples(
            LABELS.filter(lambda name: name not in {"prototype", "constructor", "__proto__", "_step", "_time"}),
            st.integers(0, 2**63 - 1),
            st.floats(),
        ),
        max_size=20,
    )
)
def test_what_is_logged_is_read(store, points):
    from trackkit_jupyter import tracking

    with tracking.start("a", store=store.path, capture=False) as experiment:
        for name, iteration, value in points:
            experiment.log_scalar(name, "v", value, iteration)
    seen = store.experiment(experiment.id)
    for name in {name for name, _, _ in points}:
        series = seen.series(name, "v")
        mine = [(iteration, value) for other, iteration, value in points if other == name]
        assert series.iterations.tolist() == [iteration for iteration, _ in mine]
        assert series.values.tobytes() == np.array([value for _, value in mine]).tobytes()
    assert seen.names() == list(dict.fromkeys((name, "v") for name, _, _ in points))


def test_after_its_end_everything_is_refused(store):
    from trackkit_jupyter import tracking

    with tracking.start("a", store=store.path, capture=False) as experiment:
        experiment.log({"a": 1.0})
    for call in (
        lambda: experiment.log({"a": 1.0}),
        lambda: experiment.log({"a": 1.0}, 4),
        lambda: experiment.log({}, 4),
        lambda: experiment.log_scalar("a", "a", 1.0),
        lambda: experiment.log_scalar("new", "a", 1.0),
        lambda: experiment.log_single_value("a", 1.0),
        lambda: experiment.log_text("a"),
        lambda: experiment.log_image("a", "b", np.zeros((2, 2))),
        lambda: experiment.log_table("a", "b", [{"a": 1}]),
        lambda: experiment.log_artifact("a", {"a": 1}),
        lambda: experiment.connect({"a": 1}),
        lambda: tracking.log({"a": 1.0}),
    ):
        with pytest.raises(TrackkitStateError):
            call()
    assert experiment.count("a", "a") == 1
