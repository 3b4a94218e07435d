"""Views: builders, the embed-URL codec, and the MIME bundle of a display."""

import base64
import html
import io
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import trackkit_jupyter as track
from trackkit_jupyter import EmbedError, QueryError, TrackkitTypeError, TrackkitValueError, views
from trackkit_jupyter.views import View, embed_url, parse_embed
from trackkit_jupyter.views.bundle import find_store

A, B = "a" * 32, "0123456789abcdef" * 2


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRACKKIT_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path


def trained(name="sgd", rate=0.1, points=50, **options):
    with track.start(name, project="vision/digits", config={"lr": rate}, capture=False, **options) as exp:
        for i in range(points):
            exp.log(
                {"loss/train": rate / (i + 1), "loss/val": 2 * rate / (i + 1), "accuracy/val": 1 - rate / (i + 1)}, i
            )
        exp.log_single_value("accuracy", 0.9)
    return exp


def total(bundle):
    return sum(len(data if isinstance(data, str) else json.dumps(data)) for data in bundle.values())


# -- the codec


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"/trackkit/widgets/?type=scalar&objects={A}", {}),
        (f"/trackkit/widget/?type=scalar&objects={A}", {}),
        (f"https://app.example.org/widgets/?type=scalar&objectType=task&objects={A}", {}),
        (f"http://hub.example.org/user/me/trackkit/widgets?objects={A}", {}),
        (f"type=scalar&objects={A}", {}),
        (f'<iframe src="/widgets/?type=scalar&amp;objects={A}&amp;xaxis=iter" width="100%" height="400"></iframe>', {}),
        (f"<iframe src='/widgets/?type=scalar&objects={A}'></iframe>", {}),
        (f'<iframe\n  src="<web_server>/widgets/?objects={A}"\n  width="100%" height="400"\n></iframe>', {}),
        (f'<iframe src="/widgets/?objects={A} width="100%" height="400"></iframe>', {}),
        (f'src="<web_server>/widgets/?objectType=task&xaxis=iter&type=scalar&objects={A}\n  ', {}),
        (f"<iframe src=/widgets/?objects={A} height=250></iframe>", {"height": 250}),
        (f'<iframe src="/widgets/?objects={A}" width="50%" height="250"></iframe>', {"width": "50%", "height": 250}),
        (f"/widgets/?objects={A}&xaxis=timestamp", {"xaxis": "relative"}),
        (f"/widgets/?objects={A}&xaxis=iso_time", {"xaxis": "wall"}),
        (
            f"/widgets/?objects={A}&metrics=Metric%20Name&variants=a%2Cb",
            {"metrics": ["Metric Name"], "variants": ["a,b"]},
        ),
        (f"/widgets/?objects={A}&metrics=a&metrics=b", {"metrics": ["a", "b"]}),
        (f"/widgets/?objects[]={A}&metrics[]=a,b", {"metrics": ["a", "b"]}),
        (f"/widgets/?objects={A}&light", {"theme": "light"}),
        (f"/widgets/?objects={A}&light=true", {"theme": "light"}),
        (f"/widgets/?objects={A}&light=false", {}),
        (
            f"/widgets/?objects={A}&company=d1bd92a3b039400cbafc60a7a5b1e52b",
            {"company": "d1bd92a3b039400cbafc60a7a5b1e52b"},
        ),
        (f"/widgets/?tasks={A}", {}),
        (f"/widgets/?objects={A.upper()}#top", {}),
    ],
)
def test_what_people_paste_is_understood(text, expected):
    view = parse_embed(text)
    assert view.kind == "scalars"
    assert view.objects == (A,)
    assert dict(view.options) == expected


@pytest.mark.parametrize(
    ("type_", "kind"), [("plot", "plot"), ("scalar", "scalars"), ("single", "single"), ("sample", "samples")]
)
def test_every_type_of_resource(type_, kind):
    assert parse_embed(f"/widgets/?type={type_}&objects={A}&objects={B}").kind == kind


def test_several_objects_keep_their_order_and_repeat_once():
    assert parse_embed(f"/widgets/?objects={B}&objects={A},{B}").objects == (B, A)


def test_parallel_coordinates_take_bare_names_as_further_parameters():
    view = parse_embed(
        f"/widgets/?type=parcoords&objects={A}&metrics={A}.{B}&variants=Args.lr&Args.batch&value_type=max_value"
    )
    assert view.options["variants"] == ["Args.lr", "Args.batch"]
    assert view.options["value_type"] == "max_value"
    assert parse_embed(view.url) == view


def test_a_model_is_named_as_one():
    assert parse_embed(f"/widgets/?objectType=model&objects={A}").options["object_type"] == "model"
    assert parse_embed(f"/widgets/?models={A}").options["object_type"] == "model"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "url"),
        ("hello", "url"),
        ("/widgets/", "url"),
        ("/elsewhere/?objects=" + A, "url"),
        ("/widgets/?objects=" + "a" * 40_000, "url"),
        ("/widgets/?" + "id=&" * 1_000, "url"),
        ("/widgets/?type=scalar", "objects"),
        ("/widgets/?objects=", "objects"),
        ("/widgets/?objects=../../etc/passwd", "objects"),
        (f"/widgets/?objects={A}&type=pie", "type"),
        (f"/widgets/?objects={A}&objectType=app", "objectType"),
        (f"/widgets/?objects={A}&xaxis=epoch", "xaxis"),
        (f"/widgets/?objects={A}&metric=loss", "metric"),
        (f"/widgets/?objects={A}&metrics=%ff", "metrics"),
        (f"/widgets/?objects={A}&metrics=a%00b", "metrics"),
        (f"/widgets/?objects={A}&smoothing=2", "smoothing"),
        (f"/widgets/?objects={A}&light=maybe", "light"),
        (f"/widgets/?objects={A}&store=here", "store"),
        (f"/widgets/?type=parcoords&objects={A}", "metrics"),
    ],
)
def test_what_cannot_be_read_says_which_parameter(text, field):
    with pytest.raises(EmbedError) as caught:
        parse_embed(text)
    assert caught.value.field == field
    assert len(caught.value.message) < 400


def test_a_typo_is_answered_with_the_right_word():
    with pytest.raises(EmbedError, match="did you mean metrics"):
        parse_embed(f"/widgets/?objects={A}&metric=loss")


def test_more_objects_than_an_address_can_name_are_refused_as_it_is_written():
    many = View("scalars", tuple(f"{number:032x}" for number in range(900)))
    for written in ("url", "code"):
        with pytest.raises(EmbedError, match="900 objects are too many") as caught:
            getattr(many, written)
        assert caught.value.field == "objects"


def test_something_that_is_no_text():
    with pytest.raises(EmbedError):
        parse_embed(None)


def test_a_dynamic_query_is_carried_and_evaluated_and_what_it_cannot_ask_refused_by_name(home):
    view = parse_embed(
        "/widgets/?type=scalar&project=abc&page_size=1&page=0&order_by[]=-last_update&tags[]=__$or,a%2Cb"
    )
    assert view.objects == ()
    assert view.query == {
        "project": "abc", "page_size": "1", "page": "0", "order_by": ["-last_update"], "tags": ["__$or", "a,b"]
    }  # fmt: skip
    assert parse_embed(view.url) == view
    exp = trained()
    assert view.resolve(exp.store) == []
    assert views.embed({"project": exp.project}).resolve(exp.store) == [exp.id]
    image = views.embed({"execution": {"image": "x"}})
    with pytest.raises(QueryError, match=r"execution\.image") as caught:
        image.resolve(exp.store)
    assert caught.value.field == "execution.image"
    assert "execution.image" in views.bundle(image, exp.store)["text/plain"]


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).map(str.strip).filter(bool)
IDS = st.lists(st.sampled_from([A, B, "1" * 32]), min_size=1, max_size=3, unique=True)
ASKED = st.dictionaries(
    st.sampled_from(["tags", "project", "hyperparams.Args.lr", "order_by", "page_size", "filters.tags.op", "query"]),
    NAMES | st.lists(NAMES, min_size=1, max_size=3) | st.integers() | st.booleans(),
    min_size=1,
)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "metrics": st.lists(NAMES, min_size=1, max_size=3) | NAMES,
        "variants": st.lists(NAMES, min_size=1, max_size=3),
        "xaxis": st.sampled_from(["iterations", "relative", "wall"]),
        "value_type": st.sampled_from(["value", "min_value", "max_value"]),
        "theme": st.sampled_from(["light", "dark"]),
        "object_type": st.sampled_from(["experiment", "model"]),
        "width": st.integers(50, 10_000) | st.sampled_from(["100%", "33.3%"]),
        "height": st.integers(50, 10_000),
        "series": NAMES,
        "company": NAMES,
        "smoothing": st.floats(0, 0.999),
        "smoothing_window": st.integers(3, 35),
    },
)


@given(IDS | ASKED, st.sampled_from(["scalar", "plot", "single", "sample", "experiment", "comparison"]), OPTIONS)
def test_every_view_comes_back_from_its_url_and_its_code(objects, type_, options):
    view = views.embed(objects, type=type_, **options)
    assert parse_embed(view.code) == view
    assert parse_embed(embed_url.write(view, sized=True)) == view
    assert parse_embed(view.url) == view.with_options(width=None, height=None)


def test_url_and_code_come_back_as_the_same_view():
    view = views.embed(
        [A, B], type="scalar", metrics=["a&b", "ü,ß=?#"], variants='"><script>', xaxis="wall", theme="light", height=300
    )
    assert view.url.startswith("/trackkit/widgets/?type=scalar&objectType=task&")
    assert parse_embed(view.url).with_options(height=300) == view
    assert parse_embed(view.code) == view
    assert "<script>" not in view.code
    assert view.code.count('"') == 6
    assert html.unescape(view.code.split('"')[1]) == view.url
    assert 'width="100%" height="300"' in view.code


# -- builders


def test_embed_refuses_what_it_does_not_know():
    for options, field in [
        ({"type": "pie"}, "type"),
        ({"xaxis": "iter"}, "xaxis"),
        ({"theme": "pink"}, "theme"),
        ({"object_type": "task"}, "object_type"),
        ({"value_type": "mean"}, "value_type"),
        ({"colour": "red"}, "colour"),
    ]:
        with pytest.raises(EmbedError) as caught:
            views.embed(A, **options)
        assert caught.value.field == field
    with pytest.raises(EmbedError):
        views.embed([])
    with pytest.raises(TypeError):
        views.embed([3])


def test_embed_takes_what_is_at_hand():
    assert views.embed(A) == views.embed([A]) == views.embed(f"/widgets/?objects={A}")
    assert views.embed({"project": "abc"}).query == {"project": "abc"}
    text = 'metrics["loss/val"].min < 0.3'
    assert views.embed(text).query == {"query": text}
    assert views.embed(views.embed(text).url) == views.embed(text)
    with pytest.raises(QueryError, match="did you mean metrics"):
        views.embed("metric < 3")


WORDS = """<iframe | src= | " | ' | /widgets/? | /widget? | objects= | & | &amp; | = | type= | scalar | parcoords | 9
metrics[]= | a,b | %2C | % | %zz | light | > | </iframe> | order_by[]= | height= | smoothing=0.5 | é | # | project=x"""
PIECES = st.lists(st.sampled_from([A, "\0", " ", "\n", *re.split(r" \| |\n", WORDS)]), max_size=30).map("".join)


@given(PIECES | PIECES.map(f"/widgets/?objects={A}&".__add__) | st.text(max_size=60))
def test_any_text_is_a_view_or_an_embed_error(text):
    try:
        view = parse_embed(text)
    except EmbedError:
        return
    assert parse_embed(view.url) == view.with_options(width=None, height=None)
    assert json.loads(json.dumps(view.to_json()))["kind"] == view.kind


def test_a_tab_that_is_none():
    with pytest.raises(TrackkitValueError, match="one of execution"):
        views.experiment(A, tab="graphs")
    assert views.experiment(A, tab="Debug samples").options == {"tab": "samples"}


def test_json_round_trip(home):
    view = views.embed(trained(), metrics="loss")
    data = json.loads(json.dumps(view.to_json()))
    assert View.from_json(data) == view
    assert data["version"] == 1
    assert data["store"] == {"id": track.open_store().id, "path": "store"}
    assert len(json.dumps(data)) < 600
    with pytest.raises(TrackkitValueError):
        View.from_json({"kind": 3})


def test_resolve_leaves_out_what_is_gone(home):
    one, two = trained("one"), trained("two")
    view = views.embed([two, one])
    assert view.resolve(one.store) == [two.id, one.id]
    one.archive()
    one.delete()
    assert view.resolve(two.store) == [two.id]
    assert "1 no longer in this store" in views.drawing.draw(view, two.store).caption


# -- the bundle


def test_a_bundle_shows_everywhere_and_stays_small(home):
    exp = trained("sgd", points=3000)
    bundle = views.mimebundle(exp)
    assert list(bundle) == [views.MIME_TYPE, "image/png", "text/markdown", "text/html", "text/plain"]
    with Image.open(io.BytesIO(base64.b64decode(bundle["image/png"]))) as picture:
        assert picture.width >= 640
        assert len(picture.getcolors(1 << 24)) <= 64
    assert bundle["image/png"] in bundle["text/html"]
    assert total(bundle) <= 60_000
    assert "**sgd** · completed" in bundle["text/markdown"]
    assert "| loss/val |" in bundle["text/markdown"]
    assert "| lr | 0.1 |" in bundle["text/markdown"]


def test_many_noisy_charts_stay_within_the_budget(home):
    import random

    chance = random.Random(0)
    with track.start("noise", capture=False) as exp:
        for i in range(3000):
            exp.log({f"m{k}/v{j}": chance.random() for k in range(8) for j in range(4)}, i)
    bundle = views.mimebundle(exp)
    assert "image/png" in bundle
    assert total(bundle) <= 60_000


def test_names_are_never_markup(home):
    name = "</script><img src=x onerror=alert(1)> | **b** `c`"
    exp = trained(name)
    with track.start("two", capture=False) as two:
        two.log({name + "/train": 1.0})
    for shown in (exp, views.comparison([exp, two]), views.single(exp), track.experiments()):
        bundle = views.mimebundle(shown)
        for mime in ("text/html", "text/markdown"):
            assert "<img src=x" not in bundle[mime]
            assert "</script>" not in bundle[mime]


def test_nothing_logged_yet_is_said_calmly(home):
    with track.start("fresh", capture=False) as exp:
        bundle = views.mimebundle(exp)
    assert "image/png" in bundle
    assert "fresh" in bundle["text/plain"]
    assert "running" in bundle["text/plain"]
    plots = views.mimebundle(views.plot(exp))
    assert "image/png" not in plots
    assert "no plots logged yet" in plots["text/plain"]


def test_a_missing_experiment_and_a_missing_store_are_sentences(home):
    exp = trained()
    gone = views.embed("b" * 32).with_store(exp.store)
    assert "not in this store any more" in views.mimebundle(gone)["text/plain"]
    elsewhere = View("experiment", (A,), store={"id": "c" * 32, "path": "../nowhere"})
    assert "is not on this machine" in views.mimebundle(elsewhere)["text/plain"]


def test_a_view_finds_its_store_by_path_where_it_was_copied(home, monkeypatch):
    view = views.embed(trained())
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "another user"))
    monkeypatch.setenv("TRACKKIT_STORE", str(home / "another store"))
    assert "completed" in views.mimebundle(view)["text/plain"]


def test_what_lies_in_two_stores_is_not_shown_together(home):
    one, other = trained("one", store=home / "store"), trained("other", store=home / "second")
    for show in (views.comparison, track.compare, track.embed):
        with pytest.raises(EmbedError, match=r"must be in one store.*trackkit import"):
            show([one, other])


def test_what_is_neither_a_query_nor_names_raises(home):
    with pytest.raises(TrackkitTypeError, match="not int"):
        track.table(3)
    with pytest.raises(TrackkitTypeError, match="not int"):
        track.compare([trained()], group_by=3)


def test_comparison_says_what_differs_and_marks_the_best(home):
    one, two = trained("one", 0.1), trained("two", 0.2)
    text = views.mimebundle(views.comparison([one, two]))["text/markdown"]
    assert "| lr | 0.1 | 0.2 |" in text
    assert "| loss/val | 0.004 ★ | 0.008 |" in text
    assert "| accuracy/val | 0.998 ★ | 0.996 |" in text


def test_samples_and_plots_are_drawn(home):
    with track.start("pictures", capture=False) as exp:
        exp.log_image("mistakes", "digit 1", [[0.0, 1.0], [1.0, 0.0]], iteration=1)
        exp.log_image("mistakes", "digit 2", [[0.0, 1.0], [1.0, 0.0]], iteration=1)
        exp.log_confusion_matrix("confusion", "val", [[5, 1], [0, 6]], iteration=1)
    for view in (views.samples(exp), views.plot(exp, metrics="confusion"), views.experiment(exp)):
        png = base64.b64decode(views.mimebundle(view)["image/png"])
        with Image.open(io.BytesIO(png)) as picture:
            assert len(picture.getcolors(1 << 24)) > 2
    assert "image/png" not in views.mimebundle(views.plot(exp, metrics="other"))


def test_a_failing_picture_is_a_warning_and_the_rest_is_shown(home):
    with track.start("damaged figure", capture=False) as exp:
        exp.log_plot("p", "v", {"data": [{"type": "bar", "y": [1, 2]}], "layout": {}})
    exp.blob(exp.plots()[0]["hash"]).write_text("[")
    bundle = views.mimebundle(views.plot(exp))
    assert "damaged figure" in bundle["text/plain"]
    assert "image/png" not in bundle


def test_a_list_of_experiments_is_a_table(home):
    trained("one")
    trained("two")
    bundle = views.mimebundle(track.experiments())
    assert "**2 experiments**" in bundle["text/markdown"]
    assert ">two</td>" in bundle["text/html"]


def test_show_outside_a_notebook_prints(home, capsys):
    views.show(trained("printed"))
    assert "printed · completed" in capsys.readouterr().out


def test_a_table_of_the_default_store_or_of_a_query(home, capsys):
    trained("one", rate=0.1)
    two = trained("two", rate=0.5)
    capsys.readouterr()
    track.table()
    said = capsys.readouterr().out
    assert said.startswith("2 experiments")
    for query in ('name == "two"', [two], two):
        track.table(query)
        said = capsys.readouterr().out
        assert said.startswith("1 experiment\n")
        assert "two" in said
    with pytest.raises(track.QueryError):
        track.table("name ==")


@pytest.mark.parametrize(
    ("size", "field"),
    [
        ({"height": -1}, "height"),
        ({"height": 49}, "height"),
        ({"height": "50%"}, "height"),
        ({"height": True}, "height"),
        ({"height": 10_001}, "height"),
        ({"width": "javascript:"}, "width"),
        ({"width": 1e9}, "width"),
        ({"width": "0%"}, "width"),
        ({"width": "101%"}, "width"),
        ({"width": "50%;position:fixed"}, "width"),
    ],
)
def test_a_size_that_cannot_be(size, field):
    with pytest.raises(EmbedError, match=f"{field} must be 50 to 10000 pixels") as error:
        track.embed(A, **size)
    assert error.value.field == field
    with pytest.raises(EmbedError, match=f"{field} must be 50 to 10000 pixels"):
        parse_embed(f"/widgets/?objects={A}&{field}={html.escape(str(size[field])).replace('%', '%25')}")


def test_sizes_that_can_be():
    assert track.embed(A, width="33.3%", height=50).options == {"width": "33.3%", "height": 50}
    assert track.embed(A, width="640px", height="10000").options == {"width": 640, "height": 10_000}
    assert parse_embed(f"/widgets/?objects={A}&width=50%25&height=60").options == {"width": "50%", "height": 60}
    # The frame's own attributes are taken where they can be.
    assert parse_embed(f'<iframe src="/widgets/?objects={A}" width="9em" height="100%"></iframe>').options == {}


def test_a_view_from_elsewhere_registers_nothing(home):
    exp = trained()
    (home / "other").mkdir()
    registered = home / "data" / "trackkit" / "stores"
    for entry in registered.iterdir():
        entry.unlink()

    def stored(path):
        return View("experiment", (exp.id,), store={"id": exp.store.id, "path": path})

    assert find_store(stored("store")).id == exp.store.id
    assert find_store(stored("../store"), home / "other").id == exp.store.id
    for path in (str(home / "store"), "~/store", "nowhere", "sto\0re", None, "C:/store"):
        with pytest.raises(track.NotFoundError):
            find_store(stored(path))
    with pytest.raises(track.NotFoundError):
        find_store(stored("store"), home / "other")
    assert list(registered.iterdir()) == []
