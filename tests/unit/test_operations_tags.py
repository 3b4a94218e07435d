"""The tags of a store: counted, coloured, watched; and what no tag and no colour may be."""

from __future__ import annotations

import pytest

from trackkit_jupyter import operations, tracking
from trackkit_jupyter.errors import TrackkitError


@pytest.fixture
def store(tmp_path, monkeypatch):
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    for tags in (["-dash", "two words"], ["two words", "__$or"]):
        tracking.start("run", store=tmp_path / "store", capture=False, tags=tags).finish()
    tracking.register_model(None, "digits", store=tmp_path / "store").add_tags("two words", "größe")
    return tracking.open_store(tmp_path / "store")


def known(store):
    return {row["name"]: row for row in operations.call("tags", store, {})["tags"]}


def test_tags_of_experiments_and_models_are_counted_together(store):
    counts = {name: row["count"] for name, row in known(store).items()}
    assert counts == {"-dash": 1, "__$or": 1, "größe": 1, "two words": 3}
    assert list(counts) == sorted(counts)
    assert {(row["background"], row["foreground"]) for row in known(store).values()} == {(None, None)}


def test_colours_are_the_stores_and_can_be_taken_back(store):
    colors = {"background": "#102030", "foreground": "#f0f0f0"}
    operations.call("set_tag_colors", store, {"tag": "two words", **colors})
    operations.call("set_tag_colors", store, {"tag": "nowhere yet", **colors})
    again = tracking.open_store(store.path)
    assert known(again)["two words"] == {"name": "two words", "count": 3, **colors}
    assert known(again)["nowhere yet"]["count"] == 0
    operations.call("set_tag_colors", store, {"tag": "nowhere yet"})
    assert "nowhere yet" not in known(again)


def test_who_watches_the_store_is_told_of_colours(store):
    before = operations.call("changes", store, {"ids": [store.id]})
    assert before["missing"] == []
    colors = {"background": "#102030", "foreground": "#f0f0f0"}
    operations.call("set_tag_colors", store, {"tag": "two words", **colors})
    after = operations.call("changes", store, {"ids": [store.id], "since": before["next"]})
    assert after["changed"] == [store.id]
    assert operations.call("changes", store, {"ids": [store.id], "since": after["next"]})["changed"] == []


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"tag": "x" * 1000, "background": "#000000", "foreground": "#ffffff"}, "tag"),
        ({"tag": "a\nb"}, "tag"),
        ({"tag": "a\u202eb"}, "tag"),
        ({"tag": "a", "background": "red", "foreground": "#ffffff"}, "background"),
        ({"tag": "a", "background": "#ffffff", "foreground": "#FFFFFF"}, "foreground"),
        ({"tag": "a", "background": "#ffffff"}, "foreground"),
        ({"tag": "a", "foreground": "#ffffff"}, "background"),
        ({"tag": "a", "background": 3}, "background"),
    ],
)
def test_what_is_refused(store, arguments, field):
    with pytest.raises(TrackkitError) as refused:
        operations.call("set_tag_colors", store, arguments)
    assert refused.value.field == field
    assert len(str(refused.value)) < 300


def test_the_reason_of_an_end_is_told(store):
    run = tracking.start("failing", store=store.path, capture=False)
    run.finish("failed")
    answer = operations.call("experiment", store, {"id": run.id})
    assert answer["status"] == "failed"
    assert answer["status_reason"] == run.status_reason
