"""The grammar of queries: what it reads, what it refuses, and where it says so."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trackkit_jupyter.errors import QueryError, TrackkitTypeError, TrackkitValueError
from trackkit_jupyter.query import matches, ordered, parse, parse_order, search, tag_filter, within
from trackkit_jupyter.query.dates import read_moment
from trackkit_jupyter.query.grammar import DEPTH, TERMS
from trackkit_jupyter.query.nodes import All, Compare, Field, Moment, Negation, OneOf, Order, as_number
from trackkit_jupyter.query.tokens import LONGEST

NOW = dt.datetime(2026, 3, 15, 12, tzinfo=dt.UTC).timestamp()


def record(**fields):
    summary = dict.fromkeys(("first", "last", "min", "max", "mean"), 0.5) | {"count": 3}
    blank = {
        "id": "a" * 32,
        "name": "ResNet one",
        "project": "vision/digits",
        "status": "completed",
        "tags": ["baseline", "v2"],
        "description": "Straße",
        "user": None,
        "parent": None,
        "archived": False,
        "created": "2026-03-10T08:00:00.000+00:00",
        "started": "2026-03-10T08:00:00.000+00:00",
        "finished": None,
        "last_update": "2026-03-14T08:00:00.000+00:00",
        "last_iteration": 100,
        "hyperparameters": {
            "General": {"lr": {"value": "0.1"}, "opt": {"value": "adam"}, "on": {"value": "True"}},
            "Args": {"lr": {"value": "10"}},
        },
        "properties": {"k": {"value": "v"}, "empty": {"value": ""}},
        "metrics": {
            "loss": {"val": {**summary, "min": 0.25}, "nan": {**summary, "last": "NaN", "min": None}},
            "a/b": {"c": {**summary, "max": "Infinity"}},
        },
    }
    return {**blank, **fields}


HOLDS = """
metrics["loss/val"].min < 0.3
metrics["val/loss"] == 0.5
metrics["loss"]["val"].count == 3
metrics["a/b"]["c"].max == inf
metrics["a/b"]["c"].max > 1e308
metrics["loss"]["nan"] == nan
metrics["loss"]["nan"] != 3
not (metrics["loss"]["nan"] < 3 or metrics["loss"]["nan"] >= 3)
metrics["loss"]["nan"].min == none
metrics["never"] == none and not (metrics["never"] < 1) and not (metrics["never"] != 1)
hyperparameters["lr"] == 0.1
hyperparameters["lr"] > 9
hyperparameters["Args"]["lr"] == "10" and hyperparameters["Args"]["lr"] == 10.0
hyperparameters["General"]["lr"] < 1e0
hyperparameters["opt"] ~ "DAM"
not (hyperparameters["opt"] < 5) and not (hyperparameters["opt"] != 5)
hyperparameters["on"] == true
0.05 < hyperparameters["General"]["lr"] <= 0.1
properties["k"] == 'v' and properties["empty"] == none and properties["k"] != null
"baseline" in tags and "x" not in tags and tags ~ "BASE" and tags != none
status == "completed" and status in ("failed", 'completed')
STATUS_IS
project == "vision/digits" AND name ~ "resnet" and description ~ "STRASSE"
id == "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
user == none and finished == null and started != None
not archived and archived == false and archived != true
created > "7 days ago" and created < "yesterday" and last_update == "yesterday"
created == "2026-03-10" and created == "2026-03" and created >= "2026" and not created > "2026-03-10"
created == "2026-03-10T08:00" and created == "2026-03-10 09:00:00+01:00"
last_iteration >= 100 and -1 < last_iteration
name != "x" or name == "y" and name == "z"
true and not false
name in [] or name in ["ResNet one",]
""".replace("STATUS_IS", 'status in ["stopped", "COMPLETED"]')


@pytest.mark.parametrize("query", [line for line in HOLDS.splitlines() if line])
def test_holds(query: str) -> None:
    assert matches(parse(query, now=NOW), record())
    assert not matches(parse(f"not ({query})", now=NOW), record())


def test_binding_and_chains() -> None:
    a, b, c = (Compare(Field("name"), "==", text) for text in "abc")
    assert parse('name == "a" or name == "b" and name == "c"') == OneOf((a, All((b, c))))
    assert parse('not name == "a" and name = "b"') == All((Negation(a), b))
    lr = Field("hyperparameters", ("lr",))
    assert parse('1 < hyperparameters["lr"] <= 2') == All((Compare(lr, ">", 1.0), Compare(lr, "<=", 2.0)))
    assert parse(" \n") == All(())


def test_escapes() -> None:
    assert parse(r'name == "a\"b\\c\d"') == Compare(Field("name"), "==", 'a"b\\c\\d')
    assert parse("""name == "it's" """) == Compare(Field("name"), "==", "it's")


REFUSED = [
    ('metrcs["a"] > 1', "did you mean metrics?", 0),
    ("naem == 1", "did you mean name?", 0),
    ("lr > 3", 'hyperparameters["lr"]', 0),
    ('metrics["a"].lst > 1', "did you mean last?", 13),
    ("name ==", "ends here", 7),
    ('name == "x" name', "Expected `and`, `or` or the end", 12),
    ("metrics > 3", 'metrics["..."]', 8),
    # As other tools spell it.
    ("metrics.loss > 3", 'no field metrics.loss; did you mean metrics["loss"]?', 0),
    ("archived and config.lr > 3", 'no field config.lr; did you mean hyperparameters["lr"]?', 13),
    ("summary.acc > 3", 'did you mean metrics["acc"]?', 0),
    ('state == "failed"', "did you mean status?", 0),
    ("status == failed", 'no field failed; did you mean "failed"?', 10),
    ("status in (failed, running)", 'did you mean "failed"?', 11),
    ("created > yesterday", 'did you mean "yesterday"?', 10),
    ("not grid in tags", 'did you mean "grid"?', 4),
    ('status == "finished"', "did you mean completed?", 10),
    ('status == "???"', "allowed: draft, queued,", 10),
    ('name contains "x"', "did you mean ~?", 5),
    ("project == a/b/c", 'no field a/b/c; did you mean "a/b/c"?', 11),
    ("archived and loss/val < 1", 'no field loss/val; did you mean metrics["loss/val"]?', 13),
    ("/ == 1", "means nothing", 0),
    ("state:failed", "use `==`", 5),
    ('properties["a"]["b"] > 3', "one key", 15),
    ('name == "a" && name == "b"', "use `and`", 12),
    ('status == "complted"', "did you mean completed?", 10),
    ("created > 3", "date in quotes", 10),
    ('created > "31 feb"', "date in quotes", 10),
    ('created > "2026-02-30"', "date in quotes", 10),
    ('name == "abc', "no closing", 8),
    ('"x" in name', "name ~", 7),
    ("1 < 2", "must be a field", 2),
    ("name == project", "another field", 8),
    ('tags == "x"', '"a tag" in tags', 5),
    ('tags in ("x")', "in tags", 0),
    ("name", "Expected a comparison", 0),
    ("5", "is a value", 0),
    ('last_iteration == "many"', "Expected a number", 18),
    ('last_iteration ~ "1"', "searches in text", 15),
    ("name < none", "== and != only", 5),
    ('hyperparameters["x"] < true', "== and != only", 21),
    ("(name == 'a'", "`)`", 12),
    ("name in ('a' 'b')", "a comma", 13),
    ("name in (project)", "values only", 9),
    ("name == 12abc", "no number", 8),
    ("not", "ends here", 3),
    ("name not 'a'", "in", 5),
    ('name == "\0"', "Unicode", 8),
    ("name == \udc80", "means nothing", 8),
]


@pytest.mark.parametrize(("query", "says", "place"), REFUSED)
def test_refused_where_and_why(query: str, says: str, place: int) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)
    message, line, caret = str(caught.value).split("\n")
    assert says in message
    assert caret.index("^") - 2 == place
    assert caught.value.field == "query"
    assert isinstance(caught.value, TrackkitValueError)
    assert len(line) < 200


def test_the_place_in_a_long_query_is_shown() -> None:
    with pytest.raises(QueryError) as caught:
        parse('name == "a" and ' * 30 + "nme > 3" + ' or name == "b"' * 30)
    _, line, caret = str(caught.value).split("\n")
    assert line[caret.index("^") :].startswith("nme > 3")
    assert len(line) < 130


def test_limits() -> None:
    parse("(" * (DEPTH - 1) + "name == 1" + ")" * (DEPTH - 1))
    for query in (
        "(" * 5_000,
        "not " * 2_000 + "archived",
        "a" * (LONGEST + 1),
        " or ".join(["last_iteration > 1"] * (TERMS + 1)),
    ):
        with pytest.raises(QueryError):
            parse(query)
    assert len(parse(" or ".join(["last_iteration > 1"] * TERMS)).terms) == TERMS  # type: ignore[union-attr]
    with pytest.raises(TrackkitTypeError):
        parse(5)  # type: ignore[arg-type]


WORDS = ["and", "or", "not", "in", "name", "metrics", '["a"]', ".min", "tags", "(", ")", "[", "]", ",", "-", "1", "'x'"]
PIECES = st.sampled_from(
    [*WORDS, "==", "<", "~", "archived", "created", "'today'", "none", "true", "nan", "\\", "=", "é"]
)


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=25).map(" ".join)))
def test_any_text_is_read_or_refused(query: str) -> None:
    for read in (parse, parse_order):
        with contextlib.suppress(QueryError):
            hash(read(query))


def test_conditions_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        parse("archived").operator = "!="  # type: ignore[misc, union-attr]


def test_orders() -> None:
    m0 = Field("metrics", ("m0", "m0"), "last")
    assert parse_order('-metrics["m0"].last') == (Order(m0, True),)
    assert parse_order("project, -created") == parse_order(["project", "-created"])
    assert parse_order("") == ()
    for wrong, says in (("--name", "field"), ("tags", "no order"), ("nme", "name?"), ("name name", "comma")):
        with pytest.raises(QueryError, match=says) as caught:
            parse_order(wrong)
        assert caught.value.field == "order_by"
    for wrong in (5, [5]):
        with pytest.raises(TrackkitTypeError):
            parse_order(wrong)  # type: ignore[arg-type]


def test_what_lacks_a_field_comes_last_both_ways_and_numbers_sort_as_numbers() -> None:
    values = ["9", "10", "auto", None, "1e1", "NaN"]
    rows = [
        record(id=f"{place:032x}", hyperparameters={} if v is None else {"General": {"lr": {"value": v}}})
        for place, v in enumerate(values)
    ]

    def sorted_by(order: str) -> list[int]:
        return [int(row["id"], 16) for row in ordered(rows, parse_order(order))]

    assert sorted_by('hyperparameters["lr"]') == [0, 1, 4, 5, 2, 3]
    assert sorted_by('-hyperparameters["lr"]') == [4, 1, 0, 2, 5, 3]
    assert sorted_by("-id") == [5, 4, 3, 2, 1, 0]
    assert sorted_by("-name") == [0, 1, 2, 3, 4, 5]  # all equal: by id


def day(text: str) -> float:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp()


def test_dates() -> None:
    assert read_moment("today", NOW) == Moment(day("2026-03-15"), day("2026-03-16"))
    assert read_moment(" Yesterday", NOW) == Moment(day("2026-03-14"), day("2026-03-15"))
    assert read_moment("2026-02", NOW) == Moment(day("2026-02-01"), day("2026-03-01"))
    assert read_moment("2026-12", NOW) == Moment(day("2026-12-01"), day("2027-01-01"))
    assert read_moment("2024", NOW) == Moment(day("2024-01-01"), day("2025-01-01"))
    assert read_moment("2026-03-01T10:00:00.5Z", NOW).start == day("2026-03-01T10:00:00.500")  # type: ignore[union-attr]
    assert read_moment("an hour ago", NOW).start == NOW - 3600  # type: ignore[union-attr]
    assert read_moment("1.5 weeks ago", NOW).start == NOW - 1.5 * 604_800  # type: ignore[union-attr]
    for wrong in ("", "soon", "0000-01-01", "2026-13", "9999-12-31", "7 days", "2026-1-1", "99999999999 days ago"):
        assert read_moment(wrong, NOW) is None or wrong == "9999-12-31"


@given(st.text(max_size=30))
def test_any_date_is_read_or_not(text: str) -> None:
    found = read_moment(text, NOW)
    assert found is None or found.start < found.end


def test_numbers() -> None:
    assert [as_number(t) for t in ("1", "-1.5e3", "+.5", "2.", "inf", "-Infinity")] == [
        1,
        -1500,
        0.5,
        2,
        math.inf,
        -math.inf,
    ]
    assert not any(map(as_number, ("", "nan", "1_000", "0x10", "１", "ınf", "1 2", "--1")))


def test_archived_is_said_once() -> None:
    assert within(None, False) == Compare(Field("archived"), "==", False)
    assert within("", None) == All(())
    assert within("archived", False) == parse("archived")
    assert within('name == "a"', True) == All((Compare(Field("archived"), "==", True), parse('name == "a"')))


def test_search_wants_every_word_anywhere() -> None:
    assert matches(search("resnet strasse"), record())
    assert matches(search("AAAA one"), record())
    assert not matches(search("resnet two"), record())
    assert matches(search(" "), record())
    with pytest.raises(QueryError):
        search(" ".join(map(str, range(500))))


# -- the operators of list filters, with the results that are worked out in the acceptance table


def chosen(values: list[str | None]) -> set[str]:
    """Return which of all sets of the tags a b c d fulfil a filter."""
    condition = tag_filter(values)
    sets = ["".join(tag for place, tag in enumerate("abcd") if number >> place & 1) for number in range(16)]
    return {tags for tags in sets if matches(condition, record(tags=list(tags)))}


def every(rule) -> set[str]:
    return {tags for tags in chosen([]) if rule(set(tags))}


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        (["a", "b", "c"], lambda t: bool(t & set("abc"))),
        (["__$and", "a", "b", "c"], lambda t: t >= set("abc")),
        (["__$all", "a", "b"], lambda t: t >= set("ab")),
        (["__$not", "a", "b", "__$not", "c"], lambda t: "b" in t and not t & set("ac")),
        (["__$and", "__$or", "a", "b", "__$and", "c", "d"], lambda t: bool(t & set("ab")) and t >= set("cd")),
        (["__$or", "c"], lambda t: "c" in t),
        (["__$any", "c", "d"], lambda t: bool(t & set("cd"))),
        (["a", "-b"], lambda t: "a" in t and "b" not in t),
        (["-a", "-b"], lambda t: not t & set("ab")),
        (["__$or", "a", "__$not", "b"], lambda t: "a" in t or "b" not in t),
        (["a", "b", "__$and", "c", "d"], lambda t: bool(t & set("ab")) and t >= set("cd")),
        (["__$and", "a", "-b"], lambda t: False),  # after an operator "-b" is a tag of that name
        (["__$and", "a", "__$nop", "-b"], lambda t: "a" in t and "b" not in t),
        (["a", None], lambda t: "a" in t or not t),
        (["a", "null"], lambda t: "a" in t or not t),
        (["__$not", None], lambda t: bool(t)),
        (["__$and", "a", "b", None], lambda t: t >= set("ab") or not t),
        ([], lambda t: True),
    ],
    ids=lambda value: str(value) if isinstance(value, list) else "",
)
def test_list_filters(values: list[str | None], rule) -> None:
    assert chosen(values) == every(rule)


@pytest.mark.parametrize(
    "values", [["__$xor", "a"], ["__$not"], ["__$not", "__$or", "a"], ["-"], ["\0"], ["a"] * 500], ids=str
)
def test_list_filters_refused(values: list[str | None]) -> None:
    with pytest.raises(QueryError):
        tag_filter(values)


def test_list_filters_of_other_fields() -> None:
    assert matches(tag_filter(["stopped", "completed"], "status"), record())
    assert not matches(tag_filter(["-completed"], "status"), record())
    assert matches(tag_filter(["vision/digits"], "project"), record())
    with pytest.raises(QueryError, match="no status"):
        tag_filter(["done"], "status")
    with pytest.raises(QueryError, match="no field"):
        tag_filter(["done"], "statsu")
