"""Dynamic queries find in a store what ClearML's parameters say, and refuse with words what they cannot."""

from __future__ import annotations

import contextlib
import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import trackkit_jupyter as track
from trackkit_jupyter import views
from trackkit_jupyter.errors import EmbedError, QueryError, TrackkitValueError
from trackkit_jupyter.operations import call
from trackkit_jupyter.query.dynamic import Known, read
from trackkit_jupyter.query.patterns import matcher


def md5(name):
    return hashlib.md5(name.encode()).hexdigest()


NAMES = {}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Five experiments, 0 to 4, made one after the other; a model of each of the first two."""
    folder = str(tmp_path_factory.mktemp("dynamic") / "store")
    tags = [["a"], ["a", "b"], ["c"], [], ["b", "-x"]]
    for number in range(5):
        project = "vision" if number < 3 else "vision/deep" if number == 3 else "text"
        with track.start(project=project, name=f"run {number}", tags=tags[number], store=folder, capture=False) as run:
            run.connect({"lr": 10**-number, "kind": "even" if number % 2 == 0 else "odd"}, name="Args")
            for step in range(number + 1):
                run.log({"quality/accuracy": [0.5, 0.9, 0.1, 0.7, 0.8][number] + step * 0.01}, iteration=step)
            if number < 2:
                weights = tmp_path_factory.mktemp("weights") / f"{number}.bin"
                weights.write_bytes(b"weights")
                run.save_model(f"net {number}", weights, framework="PyTorch")
        NAMES[run.id] = number
        if number == 2:
            run.describe("the best of 2026")
    opened = track.open_store(folder)
    opened.experiment(next(id for id, number in NAMES.items() if number == 4)).archive()
    return opened


def found(store, query):
    view = views.embed(query) if isinstance(query, str) else views.embed(query, type="scalar")
    return [NAMES[id] for id in view.resolve(store)]


ACCURACY = f"last_metrics.{md5('quality')}.{md5('accuracy')}.value"
URL = "<web_server>/widgets/?objectType=task&xaxis=iter&type=scalar&metrics=training&variants=accuracy"

#: The examples of the specification, as they stand there, with what they mean here.
EXAMPLES = {
    f'src="{URL}&project={md5("vision")}&page_size=1&page=0&order_by[]=-last_iteration': [2],
    f'src="{URL}&tags[]=__$or,a': {0, 1},
    f'src="{URL}&project={md5("vision")}&page_size=5&page=0&order_by[]=-{ACCURACY}"': [1, 0, 2],
}


@pytest.mark.parametrize("url", EXAMPLES)
def test_the_examples_of_the_specification(store, url):
    ids = found(store, url)
    assert (ids if isinstance(EXAMPLES[url], list) else set(ids)) == EXAMPLES[url]


def test_the_newest_of_a_project_is_found_at_display_time(tmp_path):
    folder = str(tmp_path / "store")
    view = views.embed(f"{URL.partition('>')[2]}&project={md5('p')}&page_size=1&page=0&order_by[]=-last_update")
    for _ in range(2):
        with track.start(project="p", store=folder, capture=False) as run:
            run.log({"quality/accuracy": 1.0})
        assert view.resolve(track.open_store(folder)) == [run.id]


@pytest.mark.parametrize(
    ("query", "expected"),
    {
        "tags[]=a,b": {0, 1, 4},
        "tags[]=a&tags[]=b": {0, 1, 4},
        "tags[]=__$and,a,b": {1},
        "tags[]=a,-b": {0},
        "tags[]=__$not,a": {2, 3, 4},
        "tags[]=__$not,-x": {0, 1, 2, 3},
        "tags[]=null": {3},
        "tags=a": {0, 1},
        "status[]=completed,published": {0, 1, 2, 3, 4},
        "status[]=in_progress": set(),
        "status[]=stopped,created": set(),
        "project=vision": {0, 1, 2},
        "project=vision&include_subprojects=true": {0, 1, 2, 3},
        "project=nowhere": set(),
        "system_tags[]=-archived": {0, 1, 2, 3},
        "system_tags[]=__$and,archived": {4},
        "name=run": {0, 1, 2, 3, 4},
        "name=^RUN.*3$": {3},
        "name=1|3": {1, 3},
        "comment=best": {2},
        "search_text=best+2026": {2},
        "search_text=run&order_by=@text_score": {0, 1, 2, 3, 4},
        "hyperparams.Args.kind[]=odd": {1, 3},
        "hyperparams.Args.kind.value=odd": {1, 3},
        "last_iteration[]=1,2": {1, 2},
        "last_iteration[]=,1": {0, 1},
        f"{'last_metrics'}.{md5('quality')}.{md5('accuracy')}.max_value[]=0.7,null": {1, 3, 4},
        "active_duration[]=0,null": {0, 1, 2, 3, 4},
        "active_duration[]=3600,": set(),
        "execution.queue[]=gpu": set(),
        "execution.queue[]=null": {0, 1, 2, 3, 4},
        "models.input.model[]=-" + "0" * 32: {0, 1, 2, 3, 4},
        'order_by[]=-metrics["quality"]["accuracy"].max&page_size=2': [1, 4],
        "order_by[]=active_duration&tags[]=c": [2],
        "created[]=2020-01-01,2021-01-01": set(),
        "started[]=2020-01-01,": {0, 1, 2, 3, 4},
        "last_update=%3E=2020-01-01": {0, 1, 2, 3, 4},
        "last_update[]=%3E2020-01-01,%3C2021-01-01": set(),
        "status_changed[]=%3E2020-01-01": {0, 1, 2, 3, 4},
        "last_change[]=2020-01-01,2100-01-01": {0, 1, 2, 3, 4},
        "_any_.fields[]=name,comment&_any_.pattern=BEST|run 1": {1, 2},
        "_all_.fields[]=name,comment&_all_.pattern=2": {2},
        "_or_.fields[]=created,started&_or_.datetime=%3E2100-01-01": set(),
        "filters.tags.any.include[]=a,c": {0, 1, 2},
        "filters.tags.all.include[]=a,b": {1},
        "filters.tags.all.exclude[]=a": {2, 3, 4},
        "filters.tags.any.exclude[]=a,b": {0, 2, 3, 4},
        "filters.tags.all.include[]=a&filters.tags.all.exclude[]=b": {0},
        "filters.tags.all.include[]=c&filters.tags.all.exclude[]=a&filters.tags.op=or": {2, 3, 4},
        'query=%22a%22+in+tags+and+hyperparameters["lr"]+<+1': {1},
        "page_size=2&order_by=name": [0, 1],
        "page_size=2&page=1&order_by[]=name": [2, 3],
        "start=1&size=3&order_by[]=-name": [3, 2, 1],
        "page_size=9000&order_by[]=-hyperparams.Args.lr": [0, 1, 2, 3, 4],
        "order_by[]=project,-name": [4, 2, 1, 0, 3],
        f"order_by[]={ACCURACY}": [2, 0, 3, 4, 1],
        "tags[]=b&only_fields[]=id&allow_public=true&search_hidden=false": {1, 4},
    }.items(),
)  # fmt: skip
def test_parameters(store, query, expected):
    ids = found(store, f"/widgets/?{query}")
    assert (ids if isinstance(expected, list) else set(ids)) == expected


def test_parameters_may_be_data(store):
    assert sorted(found(store, {"type": ["training"]})) == [0, 1, 2, 3, 4]
    assert found(store, {"type": ["testing", "qc"]}) == []
    assert found(store, {"tags": ["__$and", "a", "b"]}) == [1]
    assert found(store, {"hyperparams": {"Args": {"kind": ["odd"]}}, "order_by": ["name"]}) == [1, 3]
    assert found(store, {"last_iteration": [2, None], "order_by": "name", "page_size": 2}) == [2, 3]
    assert found(store, {"filters": {"tags": {"all": {"include": ["c"]}}}}) == [2]
    assert found(store, {"filters": json.dumps({"tags": {"any": {"include": [None]}}})}) == [3]
    assert found(store, {"_any_": {"fields": ["name"], "pattern": "3"}}) == [3]


def test_models_are_found_by_the_same_parameters(store):
    def names(query):
        return [store.model(id).name for id in views.embed(f"/widgets/?objectType=model&{query}").resolve(store)]

    assert names("framework[]=PyTorch&order_by[]=name") == ["net 0", "net 1"]
    first = next(id for id, number in NAMES.items() if number == 0)
    assert names(f"task[]={first}") == ["net 0"]
    assert names("name=1$&ready=false") == ["net 1"]
    store.model(views.embed("/widgets/?objectType=model&name=1$").resolve(store)[0]).publish()
    assert names("ready=true") == ["net 1"]
    assert names("ready=0&order_by[]=-name") == ["net 0"]
    (id,) = views.embed("/widgets/?objectType=model&name=0$").resolve(store)
    assert found(store, f"/widgets/?models.input.model[]={id}") == []
    assert found(store, "/widgets/?models.input.model[]=elsewhere") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("tags[]=__$xor,a", "tags"),
        ("status[]=sleeping", "status"),
        ("created[]=soon,later", "created"),
        ("created[]=2020,2021,2022", "created"),
        ("last_iteration[]=x,1", "last_iteration"),
        ("last_iteration=3", "last_iteration"),
        ("last_metrics.a.b=1", "last_metrics.a.b"),
        ("active_duration[]=1", "active_duration"),
        ("execution.image=x", "execution.image"),
        ("models.output.model=x", "models.output.model"),
        ('order_by[]=metrics["loss', "order_by"),
        ("name=(a%2B)%2B", "pattern"),
        ("order_by[]=colour", "order_by"),
        ("order_by[]=@text_score", "order_by"),
        ("page_size=0", "page_size"),
        ("page=-1", "page"),
        ("_any_.pattern=x", "_any_"),
        ("_any_.fields[]=created&_any_.pattern=x", "_any_.fields"),
        ("filters=x", "filters"),
        ("filters.tags.some=x", "filters"),
        ("query=loss+<", "query"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_its_name(store, query, field):
    with pytest.raises(QueryError) as caught:
        views.embed(f"/widgets/?{query}").resolve(store)
    assert caught.value.field == field


def test_500_at_most(store):
    known = Known(list, list)
    assert (read({}, known).size, read({"page_size": "501"}, known).size) == (500, 500)
    assert read({"page_size": "9999", "page": "2"}, known).start == 1000
    own = {"query": "not archived", "page_size": "9999", "page": "2"}
    assert (read(own, known).start, read(own, known).size) == (2000, 1000)


def test_what_is_left_out_is_counted_unless_so_many_were_wanted(store):
    from trackkit_jupyter.store.asking import found

    assert len(found(store, "experiment", {})[0]) > 2
    assert found(store, "experiment", {})[1] == 0
    assert found(store, "experiment", {"page_size": "2"})[1] == 0


KEYS = (
    "id user tags system_tags type status project parent hyperparams.a.b created started active_duration "
    "last_iteration "
    f"{ACCURACY} status_changed last_update name comment report runtime.x _any_.fields _any_.pattern _all_.datetime "
    "_all_.fields search_text order_by page page_size start size filters filters.tags.any.include filters.op framework "
    "task ready metadata.x query include_subprojects completed"
).split()  # fmt: skip
WORDS = ["__$or", "__$not", "-a", "-", "null", "", "a", "1", "-1", ">", ">=2020-01-01", "2020-01-01", "nan", "1e999",
         "name", "created", ".*", "^a$", "(", "\\", "[", "{}",
         '{"tags":{}}', "@text_score", "\0", "\ud800", "archived"]  # fmt: skip
VALUES = st.lists(st.sampled_from(WORDS) | st.text(max_size=8), max_size=4)


@settings(deadline=None, max_examples=400)
@given(st.dictionaries(st.sampled_from(KEYS), VALUES | st.sampled_from(WORDS), min_size=1, max_size=4))
def test_nothing_but_refusals_comes_of_any_query(store, query):
    try:
        view = views.embed(query)
        ids = view.resolve(store)
    except (EmbedError, QueryError):
        return
    assert set(ids) <= set(NAMES) | {model.id for model in store.models()}


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(KEYS), st.booleans(), VALUES), min_size=1, max_size=4))
def test_nothing_but_refusals_comes_of_any_url(store, parts):
    text = "&".join(f"{key}{'[]' if several else ''}={','.join(values)}" for key, several, values in parts)
    with contextlib.suppress(EmbedError, QueryError):
        views.embed(f"/widgets/?{text}").resolve(store)


@pytest.mark.parametrize(
    ("pattern", "text", "holds"),
    [
        ("a.c", "xABCx", True),
        (r"a\.c", "abc", False),
        (r"v1\.2", "v1.2", True),
        ("^a.*c$", "abcc", True),
        ("^a.*c$", "xabc", False),
        ("a.*b.*c", "a c b", False),
        ("^$", "", True),
        ("", "anything", True),
        ("x|^b", "abc", False),
    ],
)
def test_patterns(pattern, text, holds):
    assert matcher(pattern)(text) is holds


def test_no_pattern_takes_long():
    assert not matcher(".*a" * 60 + "b")("a" * 20_000)


def test_the_read_of_a_view_answers_its_query(store):
    def asked(query, **options):
        return call("resolve", store, {"query": query, **options})["objects"]

    assert [NAMES[id] for id in asked('{"order_by": ["name"], "page_size": 2}')] == [0, 1]
    assert [store.model(id).name for id in asked('{"name": "0"}', object_type="model")] == ["net 0"]
    for query in ("", "[]", "{", "[" * 5000):
        with pytest.raises(TrackkitValueError) as caught:
            asked(query)
        assert caught.value.field == "query"
