"""The table as a widget: its traits are what is asked for and what is chosen; what cannot be is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
import traitlets

import trackkit_jupyter as track
from trackkit_jupyter.widgets import ExperimentsTable, ModelView
from trackkit_jupyter.widgets.channel import Channel

from .sent import Comms


def test_it_says_what_it_asks_for(exp: track.Experiment) -> None:
    table = ExperimentsTable(
        'name == "made"', columns=["name", 'trend:metrics["loss/val"]'], group_by="tags", height=300
    )
    assert (table.kind, table.objects, table.title) == ("table", [], "Experiments")
    assert table.view.options == {
        "query": 'name == "made"',
        "columns": ["name", 'trend:metrics["loss/val"]'],
        "group_by": "tags",
        "height": 300,
    }
    assert "made" in table._repr_mimebundle_()[0]["text/plain"]
    models = ExperimentsTable(object_type="model", store=exp.store)
    for grouping in ('hyperparameters["a, b"], status', 'all but hyperparameters["seed"]'):
        models.group_by = grouping
        assert models.group_by == grouping
    models.group_by = ""
    assert (models.title, models.view.options) == ("Models", {"object_type": "model"})
    with pytest.raises(traitlets.TraitError):
        models.object_type = "experiment"


def test_what_is_chosen_in_the_page_is_read(exp: track.Experiment) -> None:
    table = ExperimentsTable()
    seen = []
    table.observe(lambda change: seen.append(change["new"]), "selected")
    table.set_state({"selected": [exp.id], "order_by": '-metrics["loss/val"].min', "archived": True})
    assert (table.selected, seen, table.order_by, table.archived) == (
        [exp.id],
        [[exp.id]],
        '-metrics["loss/val"].min',
        True,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("query", "name =="),
        ("order_by", "nope"),
        ("group_by", "statuss"),
        ("group_by", "status, statuss"),
        ("group_by", "all but"),
        ("columns", ["metrics[loss]"]),
        ("selected", ["x"]),
        ("selected", [f"{n:032x}" for n in range(51)]),
        ("archived", "yes"),
    ],
)
def test_what_is_wrong_changes_nothing(exp: track.Experiment, name: str, value: Any) -> None:
    table = ExperimentsTable()
    before = getattr(table, name)
    with pytest.raises((track.TrackkitValueError, traitlets.TraitError)):
        setattr(table, name, value)
    assert getattr(table, name) == before
    with pytest.raises((track.TrackkitValueError, traitlets.TraitError)):
        ExperimentsTable(**{name: value})


def test_its_state_stays_small(comms: Comms, exp: track.Experiment) -> None:
    table = ExperimentsTable(selected=[f"{n:032x}" for n in range(50)])
    (state,) = [data["state"] for id, kind, data, _ in comms if id == table.model_id and kind == "comm_open"]
    assert len(json.dumps({name: value for name, value in state.items() if name != "_esm"})) < 4_000


def test_the_kernel_answers_tables_and_models_where_there_is_no_server(exp: track.Experiment) -> None:
    """The reads and edits of a table, a model view and its editor, through the door over the comm."""
    model = exp.save_model("net", labels={"cat": 0}, config={"a": 1})
    sent: list[dict[str, Any]] = []
    channel = Channel(exp.store, lambda message, _: sent.append(message))

    def ask(operation: str, **arguments: Any) -> Any:
        channel.receive({"ask": "1", "operation": operation, "arguments": arguments})
        return sent[-1].get("result") or sent[-1]["error"]

    assert [row["name"] for row in ask("table", query="made")["items"]] == ["made"]
    assert [row["experiment_name"] for row in ask("table", object_type="model")["items"]] == ["made"]
    assert ask("groups", group_by="status")["items"][0]["count"] == 1
    assert ask("fields", object_type="model")["projects"] == {"default": 1}
    assert ask("model", id=model.id)["labels"] == {"cat": 0}
    ask("set_labels", id=model.id, labels='{"dog": 1}', seen='{"cat": 0}')
    assert ask("set_labels", id=model.id, labels="{}", seen='{"cat": 0}')["code"] == "conflict"
    ask("set_config", id=model.id, config="a: 2", type="yaml")
    ask("set_metadata", id=model.id, items='{"k": {"type": "str", "value": "v"}}')
    assert (model.labels, model.config, list(model.metadata)) == ({"dog": 1}, "a: 2", ["k"])
    channel.follow([("model", {"id": model.id})])
    channel.push()
    model.set_labels({"horse": 7})  # by a script: the open view is told
    channel.changed([model.id])
    channel.push(now=1e9)
    (fresh,) = [one for one in sent[-1]["fresh"] if one["operation"] == "model"]
    assert fresh["result"]["labels"] == {"horse": 7}
    assert ModelView(model).view.objects == (model.id,)
