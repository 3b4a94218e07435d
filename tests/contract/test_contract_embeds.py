"""The embed URL, held by a file that pytest and vitest both read: what is understood, how written, what is refused.

The texts with an ``example`` stand in the specification letter for letter, with an id in the place of ``<object_id>``.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from trackkit_jupyter import metric_id, parse_embed
from trackkit_jupyter.errors import EmbedError
from trackkit_jupyter.views import embed_url

CONTRACT = json.loads((Path(__file__).parent / "embeds.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CONTRACT["views"], ids=lambda case: case.get("example", case["text"])[:80])
def test_a_text_is_this_view_and_is_written_so(case: dict) -> None:
    view = parse_embed(case["text"])
    data = view.to_json()
    found = {name: data[name] for name in ("kind", "objects", "query", "options")}
    assert {**found, "store": data["store"]["id"]} == case["view"]
    assert view.url == case["url"]
    assert parse_embed(embed_url.write(view, sized=True)) == view
    assert parse_embed(view.code) == view


@pytest.mark.parametrize("case", CONTRACT["refused"], ids=lambda case: case["text"][:80])
def test_a_text_is_refused_by_the_name_of_its_parameter(case: dict) -> None:
    with pytest.raises(EmbedError) as caught:
        parse_embed(case["text"])
    assert caught.value.field == case["field"]


@pytest.mark.parametrize("case", CONTRACT["digests"], ids=lambda case: case["name"][:20])
def test_names_are_digested_as_the_specification_says(case: dict) -> None:
    name = case["name"]
    assert case["digest"] == hashlib.md5(str(name).encode("utf-8")).hexdigest()
    assert metric_id(name, "accuracy") == f"{case['digest']}.{hashlib.md5(b'accuracy').hexdigest()}"
