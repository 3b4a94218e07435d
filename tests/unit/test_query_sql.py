"""The database answers a query as plain Python does: on any data, for any condition and order."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from trackkit_jupyter.query import fields_of, matches, ordered, parse, parse_order
from trackkit_jupyter.query.groups import AGGREGATES, grouped, spelled
from trackkit_jupyter.query.nodes import FIELDS, STATISTICS, All, Compare, Field, Moment, Negation, OneOf, Order
from trackkit_jupyter.query.sql import FOLD, keys, ranked_keys
from trackkit_jupyter.query.tables import experiments, metadata
from trackkit_jupyter.records import iso
from trackkit_jupyter.store.catalog.rows import NameBook, Row, put

TEXTS = st.sampled_from(
    ["", "a", "A", "ab", "B", "ß", "SS", "É", "é", "10", "9", "0.5", "nan", "NaN", "True", "false", "x y", "%", "_"]
)
NUMBERS = st.sampled_from([-1.0, 0.0, 0.5, 9.0, 10.0, float("inf"), float("-inf"), float("nan")])
TIMES = st.sampled_from([0.0, 86_399.999, 86_400.0, 1e9, 1.7e9])
NAMES = st.sampled_from(["a", "b"])


def json_number(value: float) -> float | str:
    return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(str(value), value)


SUMMARY = st.builds(
    lambda first, last, low, high, mean, count: {
        "first": json_number(first),
        "last": json_number(last),
        "min": None if low != low else json_number(low),
        "max": None if high != high else json_number(high),
        "mean": json_number(mean),
        "count": count,
    },
    *[NUMBERS] * 5,
    st.integers(1, 20),
)
ENTRY = st.builds(lambda value: {"value": value}, TEXTS)
RECORD = st.fixed_dictionaries(
    {
        "name": TEXTS,
        "project": TEXTS,
        "status": st.sampled_from(["running", "completed", "aborted"]),
        "tags": st.lists(TEXTS, max_size=3, unique=True),
        "description": TEXTS,
        "user": st.none() | TEXTS,
        "parent": st.none() | TEXTS,
        "archived": st.booleans(),
        **{name: st.none() | TIMES.map(iso) for name in ("created", "started", "finished", "last_update")},
        "last_iteration": st.none() | st.integers(0, 2**63 - 1) | st.sampled_from([0, 9, 10]),
        "hyperparameters": st.dictionaries(NAMES, st.dictionaries(NAMES, ENTRY, max_size=2), max_size=2),
        "properties": st.dictionaries(NAMES, ENTRY, max_size=2),
        "metrics": st.dictionaries(NAMES, st.dictionaries(NAMES, SUMMARY, max_size=2), max_size=2),
        "single_values": st.just({}),
        "kept": st.just("completed"),
    }
)
RECORDS = st.lists(RECORD, max_size=6).map(lambda rows: [{**row, "id": f"{n:032x}"} for n, row in enumerate(rows)])

FIELD = st.one_of(
    st.sampled_from(sorted(FIELDS)).map(Field),
    st.builds(lambda m, v, s: Field("metrics", (m, v), s), NAMES, NAMES, st.sampled_from(STATISTICS)),
    st.builds(lambda n: Field("hyperparameters", (n,)), NAMES),
    st.builds(lambda s, n: Field("hyperparameters", (s, n)), NAMES, NAMES),
    st.builds(lambda n: Field("properties", (n,)), NAMES),
)
SIGNS = ["==", "!=", "<", "<=", ">", ">="]
MOMENTS = st.builds(lambda start, length: Moment(start, start + length), TIMES, st.sampled_from([0.001, 86_400.0]))
WANTED = {
    "text": (st.none() | TEXTS, [*SIGNS, "~"]),
    "tags": (st.none() | TEXTS, ["==", "~"]),
    "time": (st.none() | MOMENTS, SIGNS),
    "flag": (st.none() | st.booleans(), ["==", "!="]),
    "number": (st.none() | NUMBERS, SIGNS),
    "value": (st.none() | TEXTS | NUMBERS | st.booleans(), [*SIGNS, "~"]),
}


@st.composite
def comparisons(draw) -> Compare:
    field = draw(FIELD)
    values, signs = WANTED[field.kind]
    value, sign = draw(values), draw(st.sampled_from(signs))
    if value is None or isinstance(value, bool):
        sign = "!=" if sign in ("!=", ">") else "=="
    if sign == "~" and not isinstance(value, str):
        sign = "<"
    return Compare(field, sign, value)


CONDITIONS = st.recursive(
    comparisons(),
    lambda inner: st.one_of(
        inner.map(Negation),
        st.lists(inner, max_size=3).map(lambda terms: All(tuple(terms))),
        st.lists(inner, max_size=3).map(lambda terms: OneOf(tuple(terms))),
    ),
    max_leaves=6,
)
ORDERS = st.lists(st.builds(Order, FIELD.filter(lambda field: field.kind != "tags"), st.booleans()), max_size=3)


@pytest.fixture(scope="module")
def engine():
    engine = create_engine("sqlite://")
    raw = engine.raw_connection()
    raw.create_function(FOLD, 1, lambda text: None if text is None else text.casefold(), deterministic=True)  # type: ignore[attr-defined]
    for name, takes, made in AGGREGATES:
        raw.create_aggregate(name, takes, made)  # type: ignore[attr-defined]
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(records=RECORDS, condition=CONDITIONS, order=ORDERS)
def test_the_database_agrees(engine, records, condition, order) -> None:
    wanted = [row["id"] for row in ordered([row for row in records if matches(condition, row)], order)]
    with engine.begin() as connection:
        book = NameBook()
        put(connection, [Row(row, "", "") for row in records], book)
        ids = {row.key: row.id for row in connection.execute(experiments.select())}

        def known(kind, first, second):
            return book.find(connection, kind, first, second)

        found = [ids[key] for key in connection.scalars(keys(condition, order, known))]
        assert found == wanted
        ranked = ranked_keys(condition, order, known)
        if ranked is not None:
            assert [ids[key] for key in connection.scalars(ranked)] == wanted[: len(connection.scalars(ranked).all())]
        connection.rollback()


def summary(last, low=0.5) -> dict:
    return {"first": last, "last": last, "min": low, "max": low, "mean": low, "count": 9}


BARE = {
    **dict.fromkeys(("user", "parent", "created", "started", "finished", "last_update", "last_iteration")),
    "hyperparameters": {},
    "properties": {},
    "metrics": {},
    "single_values": {},
    "tags": [],
    "archived": False,
    "name": "a",
    "project": "a",
    "status": "running",
    "description": "",
    "kept": "",
}
TEXT_FIELDS = ("name", "project", "user", "parent", "description")
DIFFERENT: list[dict] = [
    {},
    *(dict.fromkeys(TEXT_FIELDS, text) for text in ("", "A", "ß", "10", "nan")),
    *({"tags": tags} for tags in (["a"], ["A", "b"], [""], ["ß", "10", "x"])),
    *(dict.fromkeys(("created", "finished"), at) for at in (iso(86_399.999), iso(86_400), iso(1e9), "never")),
    *({"metrics": {"a": {"b": summary(1.0, low)}}} for low in (None, 1.0, "NaN", "-Infinity")),
    *({"metrics": {"a": {"b": summary(last)}}} for last in (9, "NaN", "Infinity")),
    *({"hyperparameters": {"a": {"b": {"value": v}}}} for v in ("", "1", "1.0", "NAN", "adam", "TRUE", "inf", "é")),
    *(
        {"hyperparameters": {s: {"b": {"value": v}} for s, v in zip("ab", p, strict=True)}}
        for p in (("1", ""), "19", "9A")
    ),
    *({"properties": {"b": {"value": value}}} for value in ("", "9", "10", "true")),
    *({"cell": "c", "notebook": notebook} for notebook in ("a.ipynb", "b.ipynb", None)),
    {"archived": True, "last_iteration": 0, "status": "aborted"},
    {"last_iteration": 2**63 - 1},
]
VARIETY = [{**BARE, **fields, "id": f"{number:032x}"} for number, fields in enumerate(DIFFERENT)]
EVERY_FIELD = [
    *map(Field, FIELDS),
    *(Field("metrics", ("a", "b"), statistic) for statistic in STATISTICS),
    Field("metrics", ("b", "b"), "last"),
    Field("hyperparameters", ("b",)),
    Field("hyperparameters", ("a", "b")),
    Field("hyperparameters", ("never",)),
    Field("properties", ("b",)),
]
EVERY_VALUE = {
    "text": ["", "a", "A", "SS", "1", "running", "nan"],
    "tags": ["", "a", "A", "ss"],
    "time": [Moment(86_400.0, 172_800.0), Moment(1e9, 1e9 + 0.001), Moment(0.0, 86_399.999)],
    "flag": [True, False],
    "number": [0.0, 1.0, 9.0, float("inf"), float("-inf"), float("nan")],
    "value": ["", "1", "ADAM", "é", "nan", 1.0, 9.0, float("inf"), float("nan"), True, False],
}


def test_every_comparison_of_every_field(engine) -> None:
    """What the search above may not come upon: each sign with each kind of value, on data with every corner."""
    conditions = []
    for field in EVERY_FIELD:
        conditions += [Compare(field, sign, None) for sign in ("==", "!=")]
        for value in EVERY_VALUE[field.kind]:
            signs = ["==", "!="] if isinstance(value, bool) else WANTED[field.kind][1]
            conditions += [Compare(field, sign, value) for sign in signs if sign != "~" or isinstance(value, str)]
    assert len(conditions) > 500
    with engine.begin() as connection:
        book = NameBook()
        put(connection, [Row(row, "", "") for row in VARIETY], book)
        ids = {row.key: row.id for row in connection.execute(experiments.select())}

        def known(kind, first, second):
            return book.find(connection, kind, first, second)

        for compared in conditions:
            for condition in (compared, Negation(compared)):
                found = [ids[key] for key in connection.scalars(keys(condition, (), known))]
                assert found == [row["id"] for row in VARIETY if matches(condition, row)], condition
        for field in EVERY_FIELD:
            if field.kind != "tags":
                for order in ([Order(field)], [Order(field, True)]):
                    found = [ids[key] for key in connection.scalars(keys(All(()), order, known))]
                    assert found == [row["id"] for row in ordered(VARIETY, order)], order
        connection.rollback()


def test_an_order_by_what_nobody_has_is_by_id(engine) -> None:
    with engine.begin() as connection:
        statement = keys(parse("archived"), parse_order('-metrics["never"], hyperparameters["never"]'), lambda *_: [])
        assert connection.scalars(statement).all() == []


def test_the_fields_of_a_condition() -> None:
    assert fields_of(parse('not (name == "a" or "b" in tags) and metrics["c"] > 1')) == {"name", "tags", "metrics"}


@pytest.mark.parametrize("by", [field for field in EVERY_FIELD if field.keys != ("never",)], ids=str)
def test_a_group_is_what_its_query_finds(engine, by: Field) -> None:
    """Everybody is in a group, the groups' queries find their members, and only of tags anybody is in two."""
    rows = [row for row in VARIETY if row["last_iteration"] != 2**63 - 1]  # which no query can name: it is no float
    order = Order(by if by.kind != "tags" else Field("name"))
    with engine.begin() as connection:
        book = NameBook()
        put(connection, [Row(row, "", "") for row in rows], book)

        def known(kind, first, second):
            return book.find(connection, kind, first, second)

        statement = grouped(All(()), [by], [], order, known)
        if isinstance(statement, Field):
            assert not any(matches(Compare(by, "!=", None), row) for row in rows)
            connection.rollback()
            return
        groups = connection.execute(statement).all()
        assert len({value for value, _ in groups}) == len(groups)
        members = [[row["id"] for row in rows if matches(parse(spelled([by], [value])), row)] for value, _ in groups]
        assert [len(found) for found in members] == [count for _, count in groups]
        assert {id for found in members for id in found} == {row["id"] for row in rows}
        connection.rollback()


def test_groups_are_summed_up_and_sorted(engine) -> None:
    metrics = [{"loss": {"val": summary(last)}} for last in (4.0, 2.0, 1.0, "NaN")]
    entries = [{"g": {"lr": {"value": text}}} for text in ("0.1", "0.1", "0.2", "adam")]
    rows = [
        {**BARE, "id": f"{n:032x}", "project": "pq"[n // 2], "metrics": metrics[n], "hyperparameters": entries[n]}
        for n in range(4)
    ]
    loss, lr = Field("metrics", ("loss", "val"), "last"), Field("hyperparameters", ("lr",))
    with engine.begin() as connection:
        book = NameBook()
        put(connection, [Row(row, "", "") for row in rows], book)

        def groups(columns, order):
            statement = grouped(All(()), [Field("project")], columns, order, lambda *name: book.find(connection, *name))
            return connection.execute(statement).all()

        assert groups([loss], Order(loss)) == [
            ("q", 2, 1.0, 1.0, 1.0, None, 1, None),
            ("p", 2, 2.0, 4.0, 3.0, None, 2, pytest.approx(2**0.5)),
        ]
        found = groups([lr, Field("tags"), Field("status")], Order(lr, descending=True))
        assert [row[:8] for row in found] == [
            ("q", 2, "0.2", "adam", 0.2, 2, 2, None),
            ("p", 2, "0.1", "0.1", pytest.approx(0.1), 1, 2, None),
        ]
        assert found[0][8:] == (*[None] * 6, "running", "running", None, 1, 2, None)
        connection.rollback()
