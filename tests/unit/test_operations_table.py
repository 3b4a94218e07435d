"""The reads of the experiments table: rows with the columns asked for, wrong queries, small curves, saved views."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import trackkit_jupyter as track
from trackkit_jupyter import operations
from trackkit_jupyter.errors import NotFoundError, QueryError, TrackkitError, TrackkitValueError
from trackkit_jupyter.query import asked


@pytest.fixture
def runs(tmp_path: Path) -> list[track.Experiment]:
    """Three experiments of one store, the last one still running."""
    made = []
    for number in range(3):
        run = track.start(f"run {number}", config={"lr": 0.1 * number}, store=tmp_path / "s", capture=False)
        for step in range(100):
            run.log({"loss/val": math.nan if step == 50 else step * (number + 1)}, step)
        if number < 2:
            run.finish()
        made.append(run)
    yield made
    made[2].finish()


def ask(runs, operation="table", /, **arguments):
    return operations.call(operation, runs[0].store, arguments)


def test_rows_have_the_columns_asked_for(runs) -> None:
    columns = [
        'metrics["loss/val"].max',
        'metrics["loss"]["val"]',
        'hyperparameters["lr"]',
        'properties["x"]',
        "status",
    ]
    answer = ask(runs, columns=columns, order_by="name")
    assert [row["name"] for row in answer["items"]] == ["run 0", "run 1", "run 2"]
    assert [row["cells"][:2] for row in answer["items"]] == [[99.0, 99.0], [198.0, 198.0], [297.0, 297.0]]
    assert answer["items"][1]["cells"][2:] == ["0.1", None, "completed"]
    assert answer["items"][2]["status"] == "running"
    assert answer["total"] == 3
    assert answer["problem"] is None


def test_a_page_filters_and_only_these(runs) -> None:
    ids = [run.id for run in runs]
    assert [row["id"] for row in ask(runs, order_by="name", page=1, page_size=2)["items"]] == ids[2:]
    assert ask(runs, query="run", filters='name == "run 1"')["total"] == 1
    assert {row["id"] for row in ask(runs, objects=ids[:2])["items"]} == set(ids[:2])
    runs[0].archive()
    assert [row["id"] for row in ask(runs, archived=True)["items"]] == ids[:1]


def test_a_wrong_query_is_answered_with_its_place(runs) -> None:
    answer = ask(runs, query='name ~ "run" and statuss == "failed"')
    assert answer["items"] == []
    assert answer["problem"]["place"] == 17
    assert "did you mean status?" in answer["problem"]["message"]
    with pytest.raises(QueryError):
        ask(runs, filters="name ==")
    for wrong in ({"columns": ["nope"]}, {"columns": ["name, status"]}, {"page_size": 0}, {"objects": ["x"]}):
        with pytest.raises(TrackkitError) as caught:
            ask(runs, **wrong)
        assert caught.value.field in ("columns", "order_by", "page_size", "objects")


@pytest.mark.parametrize("text", ["resnet", "lr 0.1 sweep", "run-07", "50% off!", "(draft)"])
def test_plain_words_are_looked_for(text: str) -> None:
    assert asked(text)


@pytest.mark.parametrize("text", ['nme == "x"', "loss < 0.1", "a and b", '"open', "lr ~ x"])
def test_what_was_meant_as_a_query_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(QueryError) as caught:
        asked(text)
    assert caught.value.place is not None


def test_one_damaged_experiment_is_named_and_the_others_shown(runs) -> None:
    record = runs[1].store.paths.experiment(runs[1].id).record
    for path in record.parent.glob(f"{record.name}*"):
        path.write_text("{broken")
    answer = ask(runs)
    assert {row["id"] for row in answer["items"]} == {runs[0].id, runs[2].id}
    assert ask(runs)["damaged"] in ([runs[1].id], [])  # the catalog may not have looked at its file yet


def test_fields_are_what_was_recorded(runs) -> None:
    runs[0].add_tags("a")
    found = ask(runs, "fields")
    assert found["hyperparameters"] == [["General", "lr"]]
    assert found["metrics"] == [["loss", "val"]]
    assert found["tags"] == {"a": 1}
    assert sum(found["projects"].values()) == 3
    assert len(found["users"]) == 1


def test_the_columns_that_come_first_are_what_tells_the_newest_apart(tmp_path: Path) -> None:
    made = []
    for number in range(30):
        config = {"zeal": number % 3, "epochs": 8, "alpha": number % 2}
        if number % 5 == 0:
            config["depth"] = number
        if number == 7:
            config["aside"] = "once"
        with track.start(f"{number}", config=config, store=tmp_path / "s", capture=False) as run:
            run.log({"loss/val": 1.0, "accuracy/val": 0.5, **({"reward": 1.0} if number == 7 else {})})
            run.set_properties(team=f"{number % 2}")
        made.append(run)
    telling = ask(made, "fields")["telling"]
    assert [name for _, name in telling["hyperparameters"]] == ["zeal", "alpha", "depth", "epochs"]
    assert telling["metrics"] == [["loss", "val"], ["accuracy", "val"]]
    for run in made:
        run.archive()
    assert ask(made, "fields")["telling"] == {"hyperparameters": [], "metrics": []}


def test_a_sparkline_keeps_the_peaks(runs) -> None:
    found = ask(runs, "sparklines", objects=[runs[1].id, "f" * 32], metric='metrics["loss/val"]', points=10)["items"]
    assert found.keys() == {runs[1].id}
    course = found[runs[1].id]
    assert len(course["x"]) == len(course["y"]) <= 10
    assert max(value for value in course["y"] if value is not None) == 198
    assert ask(runs, "sparklines", objects=[runs[0].id], metric='metrics["nope"]')["items"] == {}
    with pytest.raises(TrackkitValueError, match="metric must be a metric"):
        ask(runs, "sparklines", objects=[runs[0].id], metric="name")


def test_views_are_kept_by_name(runs) -> None:
    ask(runs, "save_table_view", name="b", options='{"query": "x"}')
    ask(runs, "save_table_view", name="a", options="{}")
    ask(runs, "save_table_view", name="b", options='{"query": "y"}')
    views = [{"name": "a", "options": {}}, {"name": "b", "options": {"query": "y"}}]
    assert ask(runs, "table_views")["views"] == views
    ask(runs, "save_table_view", name="a", options='{"query": "z"}', object_type="model")
    assert ask(runs, "table_views")["views"] == views
    ask(runs, "remove_table_view", name="a")
    assert ask(runs, "table_views")["views"] == views[1:]
    assert ask(runs, "table_views", object_type="model")["views"] == [{"name": "a", "options": {"query": "z"}}]
    with pytest.raises(NotFoundError):
        ask(runs, "remove_table_view", name="a")
    for options in ("[]", "{", '"x"'):
        with pytest.raises(TrackkitValueError, match="JSON object"):
            ask(runs, "save_table_view", name="a", options=options)


def test_the_store_itself_changes_with_any_experiment(runs) -> None:
    store = runs[0].store
    before = ask(runs, "changes", ids=[store.id], timeout=0.0)["next"]
    assert ask(runs, "changes", ids=[store.id], since=before, timeout=0.0)["changed"] == []
    runs[0].rename("other")
    assert ask(runs, "changes", ids=[store.id], since=before, timeout=0.0)["changed"] == [store.id]


def test_models_are_rows_with_their_versions_aliases_and_makers(runs) -> None:
    store = runs[2].store
    runs[2].save_model("net", framework="pytorch", tags=["small"])
    second = track.register_model(None, "net", framework="keras", store=store.path)
    second.add_alias("champion")
    second.log_scalar("accuracy", "test", 0.9)
    second.rest()
    answer = ask(runs, object_type="model", order_by="-version", columns=['metrics["accuracy"]["test"]'])
    assert [(row["name"], row["version"], row["framework"], row["aliases"]) for row in answer["items"]] == [
        ("net", 2, "keras", ["champion"]),
        ("net", 1, "pytorch", []),
    ]
    assert [row["experiment_name"] for row in answer["items"]] == [None, "run 2"]
    assert answer["items"][0]["cells"] == [0.9]
    assert ask(runs, object_type="model", filters='framework == "keras"', query="net")["total"] == 1
    found = ask(runs, "fields", object_type="model")
    assert (found["frameworks"], found["tags"], found["hyperparameters"]) == (["keras", "pytorch"], {"small": 1}, [])
    groups = ask(runs, "groups", group_by="framework", object_type="model", order_by="name")["items"]
    assert [(group["value"], group["count"]) for group in groups] == [("keras", 1), ("pytorch", 1)]


def test_groups_are_found_again_by_their_queries(runs) -> None:
    runs[0].add_tags("a", 'odd "b"')
    columns = ['metrics["loss/val"].max', "status", "created", "tags", 'properties["x"]']
    found = ask(runs, "groups", group_by="tags", columns=columns, order_by="name")
    assert (found["total"], found["more"], found["problem"]) == (3, False, None)
    assert [(group["value"], group["count"]) for group in found["items"]] == [("a", 1), ('odd "b"', 1), (None, 2)]
    for group in found["items"]:
        assert ask(runs, filters=group["where"])["total"] == group["count"]
    loss, status, created, tags, missing = found["items"][2]["cells"]
    assert loss == {
        "low": 198.0,
        "high": 297.0,
        "mean": 247.5,
        "kinds": None,
        "count": 2,
        "std": pytest.approx(99 / 2**0.5),
    }
    assert (status["low"], status["high"], status["kinds"]) == ("completed", "running", 2)
    assert created["high"] == runs[2].created
    assert tags is missing is None
    assert ask(runs, "groups", group_by="status", query="nme ==")["problem"]["place"] == 0
    with pytest.raises(NotFoundError, match="nothing to group by") as caught:
        ask(runs, "groups", group_by='hyperparameters["nope"]')
    assert caught.value.field == "group_by"
    with pytest.raises(QueryError, match="did you mean status") as caught:
        ask(runs, "groups", group_by="statuss")
    assert caught.value.field == "group_by"


@pytest.fixture
def sweep(tmp_path: Path) -> list[track.Experiment]:
    """Two learning rates with three seeds each, one of them with a further hyperparameter, and one run with nothing."""
    made = []
    for number, lr in enumerate((0.1, 0.01)):
        for seed in range(3):
            config = {"lr": lr, "seed": seed, "name": "all", **({"decay": 1} if (number, seed) == (1, 2) else {})}
            with track.start(f"{lr} {seed}", config=config, store=tmp_path / "s", capture=False) as run:
                run.log({"accuracy/val": 0.9 - number / 2 + seed / 100})
            made.append(run)
    with track.start("bare", store=tmp_path / "s", capture=False) as run:
        run.connect({"seed": 9}, "Other")
    return [*made, run]


def told(answer) -> list[tuple]:
    return [(group["value"], group["count"]) for group in answer["items"]]


def test_groups_of_all_but_the_seed_say_which_learning_rate_is_best(sweep) -> None:
    columns = ['metrics["accuracy/val"].last', 'hyperparameters["lr"]', 'hyperparameters["seed"]', "last_iteration"]
    order = '-metrics["accuracy/val"].last'
    found = ask(sweep, "groups", group_by='all but hyperparameters["seed"]', columns=columns, order_by=order)
    assert told(found) == [
        ("lr=0.1", 3),
        ("lr=0.01, decay=1", 1),
        ("lr=0.01", 2),
        ("lr not set, decay not set", 1),
    ]
    assert found["total"] == 7
    accuracy, lr, seed, _ = found["items"][0]["cells"]
    assert (accuracy["count"], accuracy["mean"], accuracy["std"]) == (3, pytest.approx(0.91), pytest.approx(0.01))
    assert (lr["low"], lr["high"], lr["kinds"], lr["count"], seed["kinds"]) == ("0.1", "0.1", 1, 3, 3)
    alone = found["items"][1]["cells"][0]
    assert (alone["count"], alone["std"]) == (1, None)
    for group in found["items"]:
        assert ask(sweep, filters=group["where"])["total"] == group["count"]
    # As track.compare names them; of those that are found only, which differ in nothing else.
    for text in ("all but seed", "All But General/seed", "all but hyperparameters.seed"):
        few = ask(sweep, "groups", group_by=text, query='hyperparameters["lr"] == 0.1')
        assert (told(few), few["items"][0]["where"]) == ([("all", 3)], "")
    assert [count for _, count in told(ask(sweep, "groups", group_by="all but seed, lr, decay, name"))] == [7]


def test_groups_of_several_fields(sweep) -> None:
    sweep[0].add_tags("x, y")
    found = ask(sweep, "groups", group_by='tags, hyperparameters["lr"]', order_by='hyperparameters["lr"]')
    assert told(found) == [
        ("tags not set, lr=0.01", 3),
        ("x, y, lr=0.1", 1),
        ("tags not set, lr=0.1", 2),
        ("tags not set, lr not set", 1),
    ]
    for group in found["items"]:
        assert ask(sweep, filters=group["where"])["total"] == group["count"]
    odd = ask(sweep, "groups", group_by='metrics["accuracy/val"].last, hyperparameters["General"]["name"]')
    assert ("accuracy/val=0.9, name=all", 1) in told(odd)


@pytest.mark.parametrize(
    ("group_by", "says"),
    [
        ("all but", "names 1 to 8 fields"),
        ("", "names 1 to 8 fields"),
        (", ".join(["status", "project"] * 5), "not 10"),
        ('all but metrics["a"]', 'After "all but" stand hyperparameters'),
        ("all but nope", "No experiment of this store has 'nope'"),
        ('status, hyperparameters["nope"]', "No experiment of this store has 'nope'"),
        ("status, statuss", "did you mean status"),
    ],
)
def test_a_grouping_that_cannot_be_is_refused(sweep, group_by: str, says: str) -> None:
    with pytest.raises(TrackkitError) as caught:
        ask(sweep, "groups", group_by=group_by)
    assert says in str(caught.value)
    assert caught.value.field == "group_by"


def test_too_many_differences_make_no_groups(tmp_path: Path) -> None:
    for number in range(2):
        run = track.start(store=tmp_path / "s", capture=False)
        run.connect({f"p{n}": n + number for n in range(160)})
        run.finish()
    with pytest.raises(TrackkitValueError, match="differ in 159 other hyperparameters, 150 at most"):
        ask([run], "groups", group_by="all but p0")
